"""The sample's HTTP server: OAI-PMH, search API and feeds on a free port of this machine.

`answer` is the whole server as a pure function; the handler only moves its bytes. There is no
clock and no state: the same request gets the same bytes from any instance, headers included.
Start one by hand with `python -m digest.sample.server --stage 1 --port 8765`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from . import feeds, oai, search
from .data import STAGE_TIMES, news, papers
from .data import feeds as all_feeds

XML = "text/xml; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """A finished HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@contextmanager
def sample_server(stage: int = 1, port: int = 0) -> Iterator[str]:
    """Serve a stage on 127.0.0.1 for the length of the block; gives the base URL, no slash."""
    server = make_server(stage, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_server(stage: int, port: int = 0) -> ThreadingHTTPServer:
    """A bound server that does not yet serve; port 0 takes a free one."""
    if stage not in STAGE_TIMES:
        raise ValueError(f"stage must be one of {sorted(STAGE_TIMES)}, not {stage}")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name.lower(): value for name, value in self.headers.items()}
            self._send(answer(self.path, asked, stage))

        def _send(self, reply: Reply) -> None:
            # send_response would add a Date header, and with it the clock.
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: the harvester logs its own requests."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def answer(target: str, headers: Mapping[str, str], stage: int) -> Reply:
    """The response to `GET target`; names of the request headers are in lower case."""
    url = urlsplit(target)
    query = parse_qsl(url.query, keep_blank_values=True)
    now = STAGE_TIMES[stage]
    if url.path == "/oai":
        return _whole(200, XML, oai.respond(query, papers(stage), now))
    if url.path == "/api/query":
        status, body = search.respond(dict(query), papers(stage), now)
        return _whole(status, "application/atom+xml; charset=utf-8", body)
    for feed_id, feed in all_feeds().items():
        if url.path == feed.path:
            return _feed_reply(feed_id, headers, stage)
    return _whole(404, "text/plain; charset=utf-8", b"Not in the sample quarter.\n")


def _feed_reply(feed_id: str, headers: Mapping[str, str], stage: int) -> Reply:
    feed = all_feeds()[feed_id]
    items = [item for item in news(stage) if item.feed == feed_id]
    updated = STAGE_TIMES[max((item.stage for item in items), default=1)]
    body = feeds.render(feed, items, updated)
    known = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "Last-Modified": format_datetime(updated, usegmt=True),
        "Vary": "Accept-Encoding",
    }
    if _is_current(headers, known["ETag"], updated):
        return Reply(304, known, b"")
    # The XML declaration, not the header, names the encoding: as many publishers have it.
    kind = feeds.CONTENT_TYPES[feed.dialect]
    if feed.gzip and "gzip" in headers.get("accept-encoding", ""):
        known["Content-Encoding"] = "gzip"
        body = gzip.compress(body, mtime=0)
    return _whole(200, kind, body, known)


def _is_current(headers: Mapping[str, str], etag: str, updated: datetime) -> bool:
    """Conditional GET: an ETag decides alone, a date only where there is none (RFC 9110)."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since") or "")
    except ValueError:
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return updated <= since


def _whole(status: int, kind: str, body: bytes, known: Mapping[str, str] | None = None) -> Reply:
    return Reply(
        status, {"Content-Type": kind, "Content-Length": str(len(body)), **(known or {})}, body
    )


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m digest.sample.server", description=__doc__)
    parser.add_argument("--stage", type=int, choices=sorted(STAGE_TIMES), default=1)
    parser.add_argument("--port", type=int, default=8765)
    options = parser.parse_args()
    with sample_server(options.stage, options.port) as base_url:
        sys.stdout.write(f"Sample quarter 2026Q1, stage {options.stage}: {base_url}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
