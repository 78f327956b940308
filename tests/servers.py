"""A local HTTP server that misbehaves on request, for every test that meets the network.

    with FaultyServer({"/feed": in_turn(status(503), body(FEED))}) as server:
        client.get(server.url("/feed"), source="s")
        assert server.paths == ["/feed", "/feed"]

An answer is a function of the exchange; the ones below can be combined. The server records when
each request came and what it asked, before it answers.
"""

from __future__ import annotations

import gzip
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Self


@dataclass(frozen=True)
class Asked:
    """One request as it came, and when (seconds, monotonic)."""

    path: str
    headers: dict[str, str]
    at: float


class Exchange:
    """What an answer can do: send a head, send bytes, wait."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self._handler, self._closing = handler, closing
        self.path = handler.path
        self.headers = {name.lower(): value for name, value in handler.headers.items()}

    def head(self, code: int, headers: Mapping[str, str]) -> None:
        self._handler.send_response_only(code)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()

    def raw(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def wait(self, seconds: float) -> bool:
        """Wait; True when the server is being closed."""
        return self._closing.wait(seconds)


Answer = Callable[[Exchange], None]


def body(
    data: bytes, media_type: str = "application/xml", headers: Mapping[str, str] | None = None
) -> Answer:
    """A good answer, or ``data`` of a wrong type."""
    return status(200, {"Content-Type": media_type, **(headers or {})}, data)


def status(code: int, headers: Mapping[str, str] | None = None, data: bytes = b"") -> Answer:
    def answer(exchange: Exchange) -> None:
        exchange.head(code, {"Content-Length": str(len(data)), **(headers or {})})
        exchange.raw(data)

    return answer


def redirect(location: str, code: int = 302, headers: Mapping[str, str] | None = None) -> Answer:
    return status(code, {"Location": location, **(headers or {})})


def in_turn(*answers: Answer) -> Answer:
    """The answers one after the other; the last one stays."""
    left = list(answers)

    def answer(exchange: Exchange) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(exchange)

    return answer


def unless_unchanged(etag: str, otherwise: Answer) -> Answer:
    """304 to whoever has this version."""

    def answer(exchange: Exchange) -> None:
        same = exchange.headers.get("if-none-match") == etag
        (status(304, {"ETag": etag}) if same else otherwise)(exchange)

    return answer


def slowly(seconds: float, then: Answer) -> Answer:
    """Wait before the first byte."""

    def answer(exchange: Exchange) -> None:
        if not exchange.wait(seconds):
            then(exchange)

    return answer


def together(number: int, then: Answer) -> Answer:
    """Answer when ``number`` requests are here at once; refuse them when they do not come."""
    gate = threading.Barrier(number)

    def answer(exchange: Exchange) -> None:
        with suppress(threading.BrokenBarrierError):
            gate.wait(10)
        (status(500) if gate.broken else then)(exchange)

    return answer


def dripping(data: bytes, every: float, *, in_head: bool = False) -> Answer:
    """One byte at a time: of the body, or of a header that never ends."""

    def answer(exchange: Exchange) -> None:
        if in_head:
            exchange.raw(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        else:
            exchange.head(200, {"Content-Length": str(len(data))})
        for value in data:
            exchange.raw(bytes([value]))
            if exchange.wait(every):
                return

    return answer


def truncated(data: bytes, announced: int, headers: Mapping[str, str] | None = None) -> Answer:
    """Fewer bytes than ``Content-Length`` says, then the connection ends."""
    return status(200, {"Content-Length": str(announced), **(headers or {})}, data)


def gzipped(data: bytes, keep: int | None = None) -> Answer:
    """Compressed; with ``keep``, only so many of the compressed bytes, and no word about it."""
    packed = gzip.compress(data)[:keep]
    return status(200, {"Content-Encoding": "gzip"}, packed)


def gzip_bomb(size: int) -> Answer:
    """Zeros that expand to ``size`` bytes, sent in pieces that each expand to 64 MB."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(1 << 20)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)
    piece = b"".join(packer.compress(block) for _ in range(64)) + packer.flush(zlib.Z_FULL_FLUSH)

    def answer(exchange: Exchange) -> None:
        exchange.head(200, {"Content-Encoding": "gzip"})
        exchange.raw(head)
        for _ in range(size >> 26):
            exchange.raw(piece)

    return answer


@dataclass
class FaultyServer:
    """Serves ``answers`` by path (without the query) on 127.0.0.1; anything else is a 404."""

    answers: dict[str, Answer]
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # every thread has ended when the server is closed
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}{path}"

    @property
    def gaps(self) -> list[float]:
        """Seconds between one request and the next."""
        times = sorted(asked.at for asked in self.asked)
        return [after - before for before, after in pairwise(times)]

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            # Each answer ends its connection, so that a body without a length has an end.
            protocol_version = "HTTP/1.0"
            timeout = 30

            def do_GET(self) -> None:
                server._serve(Exchange(self, server._closing))

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _serve(self, exchange: Exchange) -> None:
        self.asked.append(Asked(exchange.path, exchange.headers, time.monotonic()))
        with suppress(BrokenPipeError, ConnectionResetError):  # the client has heard enough
            self.answers.get(exchange.path.partition("?")[0], status(404))(exchange)
