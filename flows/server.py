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
        DigestError: it did not start, or does not answer; says why, and what to do.
    """
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    if given := PREFECT_API_URL.value():
        _require_answer(given)
        with _answering(f"Prefect's server at {given}"):
            yield
        return
    own = f"Prefect's server, whose history of runs is in {PREFECT_HOME.value()},"
    with (
        _answering(own), socket.create_server(("127.0.0.1", 0)) as listening, _started(listening),
    ):  # fmt: skip
        port = listening.getsockname()[1]
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}):
            try:
                yield
            finally:
                _deliver()


def _require_answer(address: str) -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        error = client.api_healthcheck()
    if error is not None:
        raise DigestError(
            f"no Prefect server answers at {address}, which PREFECT_API_URL names "
            f"({_in_short(error)}): start it there, or unset PREFECT_API_URL so that each run "
            "brings its own"
        )


@contextmanager
def _answering(server: str) -> Iterator[None]:
    """What Prefect's client raises when its server fails during a run, in a sentence."""
    import httpx

    try:
        yield
    except httpx.HTTPStatusError as error:
        raise DigestError(
            f"{server} failed in what the run asked of it ({_in_short(error)}): see that its disk "
            "has space, and run again, nothing is lost"
        ) from None
    except httpx.HTTPError as error:
        raise DigestError(
            f"{server} does not answer any more ({_in_short(error)}): see that it runs, and run "
            "again, nothing is lost"
        ) from None


def _in_short(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code} for {error.request.url}"
    return (str(error) or type(error).__name__).splitlines()[0][:200]


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
