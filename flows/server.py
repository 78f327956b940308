"""Prefect's server for one run: a thread of this process, so that it cannot outlive it.

Prefect itself would start a second process. A killed run leaves that one behind, for ever, and two
runs that start at once can draw the same port. Here the system gives the port, and the end of the
process, however it comes, is the end of the server. ``PREFECT_API_URL`` names another server, if
there is one to be used.
"""

from __future__ import annotations

import atexit
import os
import socket
import threading
import time
from typing import TYPE_CHECKING

from digest.errors import DigestError

if TYPE_CHECKING:
    import uvicorn

ADDRESS = "PREFECT_API_URL"


def start() -> None:
    """Start the server and name it in the environment, unless the environment names one.

    Raises:
        DigestError: the server did not start.
    """
    if os.environ.get(ADDRESS):
        return
    listening = socket.create_server(("127.0.0.1", 0))
    # Before Prefect is imported, which reads it.
    os.environ[ADDRESS] = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
    try:
        server = _server()
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, name="prefect-server", daemon=True
        )
        thread.start()
        _wait(server, thread)
    except BaseException:
        del os.environ[ADDRESS]
        raise
    atexit.register(_stop, server, thread)


def _server() -> uvicorn.Server:
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=True)
    return uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))


def _wait(server: uvicorn.Server, thread: threading.Thread) -> None:
    while not server.started:
        if not thread.is_alive():
            raise DigestError("Prefect's server did not start")
        time.sleep(0.02)


def _stop(server: uvicorn.Server, thread: threading.Thread) -> None:
    server.should_exit = True
    thread.join(10)
