"""A webhook's receiver on this machine: keeps the JSON that it is sent, answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


@dataclass
class Hook:
    """What was posted, and the status with which it is answered."""

    status: int = 200
    url: str = ""
    posted: list[Any] = field(default_factory=list)


@contextmanager
def webhook() -> Iterator[Hook]:
    """A receiver at ``hook.url``."""
    hook = Hook()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posted.append(orjson.loads(body))
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        hook.url = f"http://127.0.0.1:{server.server_address[1]}/secret-token"
        try:
            yield hook
        finally:
            server.shutdown()
            thread.join()
