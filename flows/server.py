"""Prefect's server for one run: a thread of this process, so that it cannot outlive it.

Prefect itself would start a second process. A killed run leaves that one behind, for ever, and two
runs that start at once can draw the same port. Here the system gives the port, and the end of the
process, however it comes, is the end of the server. With ``PREFECT_API_URL`` set, that server is
used instead.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.errors import DigestError, StorageFull
from flows.overtaken import TriedAgain


@contextmanager
def serving() -> Iterator[None]:
    """Flows that run in the block have a server.

    Raises:
        StorageFull: there is no space for its history of runs.
        DigestError: it did not start; says why, and what to do.
    """
    from prefect.settings import PREFECT_API_URL, temporary_settings

    if PREFECT_API_URL.value():
        yield
        return
    with socket.create_server(("127.0.0.1", 0)) as listening, _started(listening):
        port = listening.getsockname()[1]
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}):
            try:
                yield
            finally:
                _deliver()


@contextmanager
def _started(listening: socket.socket) -> Iterator[None]:
    import uvicorn
    from prefect.server.api.server import create_app

    app = TriedAgain(create_app(ephemeral=True))
    config = uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    with _last_words() as said:
        thread.start()
        while thread.is_alive() and not server.started:
            time.sleep(0.02)
    try:
        if not server.started:
            raise _refusal("\n".join(said))
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def _last_words() -> Iterator[list[str]]:
    """What the server logs in the block: the only place where it says why it does not start."""
    said: list[str] = []
    logger, handler = logging.getLogger("uvicorn.error"), logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


def _refusal(said: str) -> DigestError:
    from prefect.settings import PREFECT_HOME

    home: Path = PREFECT_HOME.value()
    if "disk is full" in said:
        return StorageFull(
            f"cannot write to {home}: the disk is full: free some space and run again, nothing is "
            "lost"
        )
    reasons = re.findall(r"^[\w.]*(?:Error|Exception).*$", said, re.MULTILINE) or [
        "no reason given"
    ]
    return DigestError(
        f"Prefect's server did not start ({reasons[-1][:200]}): delete {home}, which holds only "
        "the history of runs, and run again"
    )


def _deliver() -> None:
    """Hand over the log lines and events that wait, while there is somebody to take them."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=5)
    EventsWorker.drain_all(timeout=5)
