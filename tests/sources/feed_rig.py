"""Feed documents as a test needs them, and what the parser makes of them."""

from __future__ import annotations

from datetime import UTC, datetime

from digest.items import Record
from digest.sources import Document
from digest.sources.feeds import parse

FETCHED = datetime(2026, 3, 31, 12, tzinfo=UTC)


def document(content: str | bytes, content_type: str = "", status: int = 200) -> Document:
    data = content.encode() if isinstance(content, str) else content
    headers = {"content-type": content_type} if content_type else {}
    return Document("s", "https://news.example/feed.xml", FETCHED, status, data, headers)


def records(content: str | bytes, content_type: str = "", language: str = "") -> list[Record]:
    parsed = list(parse(document(content, content_type), language=language))
    assert all(isinstance(entry, Record) for entry in parsed), parsed
    return [entry for entry in parsed if isinstance(entry, Record)]


def rss(*items: str, head: str = "") -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">'
        f"<channel><title>News</title>{head}{body}</channel></rss>"
    )


def one(item: str, language: str = "") -> Record:
    (record,) = records(rss(item), language=language)
    return record


WHOLE = rss(*(f"<title>Story {n}</title><description>Text {n}.</description>" for n in range(3)))
