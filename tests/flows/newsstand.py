"""The sample's sources at one address, where papers and feed entries can come while it is asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from digest import sample
from digest.config import Inputs
from digest.quarter import Quarter
from digest.sample import data, feeds, oai
from digest.sample.server import answer

NOW = data.STAGE_TIMES[1]
FEED = "sample-regulator"
PAPERS = data.papers(1)[::5]  # what happens to a quarter of papers happens to all


@dataclass
class Newsstand:
    """What the sources have besides the sample's first stage."""

    base: str = ""
    papers: list[data.Paper] = field(default_factory=list)
    news: list[data.NewsItem] = field(default_factory=list)

    @property
    def inputs(self) -> Inputs:
        """As ``digest serve`` has them in the sample's mode."""
        host = self.base.removeprefix("http://")
        return Inputs(
            sources=sample.SOURCES, base=self.base, contact="mailto:a@sample.example",
            private_hosts=frozenset({host}), sample=True,
        )  # fmt: skip

    def drop(self, number: int) -> tuple[str, str]:
        """A new paper and a new feed entry appear; their titles. The first ones say new things."""
        paper, item = _late_paper(), _late_item()
        if number > 1:
            link = f"https://feeds.sample.example/late/{number}"
            paper = replace(
                paper, id=f"2603.98{number:03}", title=f"Invented paper that came late, {number}",
                abstract=f"{paper.abstract} Addendum number {number}.",
            )  # fmt: skip
            item = replace(
                item, title=f"Invented news that came late, {number}", link=link, guid=link,
                summary=f"{item.summary} Addendum number {number}.",
            )  # fmt: skip
        self.papers.append(replace(paper, doi=None, journal_ref=None, modified=NOW.date()))
        self.news.append(replace(item, feed=FEED, doi=None, date_text=None))
        return paper.title, item.title

    def reply(self, target: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        url = urlsplit(target)
        feed = data.feeds()[FEED]
        if url.path == "/oai":
            listed = sorted([*PAPERS, *self.papers], key=lambda p: (p.modified, p.id))
            body = oai.respond(parse_qsl(url.query, keep_blank_values=True), listed, NOW)
            return 200, {"Content-Type": "text/xml; charset=utf-8"}, body
        if url.path == feed.path:
            items = [*(item for item in data.news(1) if item.feed == FEED), *self.news]
            kind = feeds.CONTENT_TYPES[feed.dialect]
            return 200, {"Content-Type": kind}, feeds.render(feed, items, NOW)
        said = answer(target, headers, 1)
        return said.status, dict(said.headers), said.body


def _late_paper() -> data.Paper:
    known = {paper.id for paper in data.papers(1)}
    return next(p for p in data.papers(2) if p.id not in known and p.submitted in Quarter(2026, 1))


def _late_item() -> data.NewsItem:
    late = set(data.news(2)) - set(data.news(1))
    dated = (item for item in late if item.date in Quarter(2026, 1) and item.language == "en")
    return min(dated, key=lambda item: item.link)


@contextmanager
def newsstand() -> Iterator[Newsstand]:
    """Open for the length of the block."""
    stand = Newsstand()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name.lower(): value for name, value in self.headers.items()}
            status, headers, body = stand.reply(self.path, asked)
            self.send_response_only(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield stand
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
