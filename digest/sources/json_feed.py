"""JSON Feed 1.0 and 1.1, whole or broken off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from digest.errors import Unreadable
from digest.sources import Document
from digest.sources.entries import Entry, Feed

_VERSION = "https://jsonfeed.org/version/1"
_ITEMS = re.compile(r'"items"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"[\s,]*")


def read(document: Document) -> Feed:
    """The entries of a JSON Feed; the one in which a document breaks off is left out.

    Raises:
        Unreadable: JSON of another kind, or no JSON.
    """
    body = document.body.removeprefix(b"\xef\xbb\xbf")
    try:
        feed = orjson.loads(body)
        items, breaks_off = feed.get("items") if isinstance(feed, dict) else None, False
    except orjson.JSONDecodeError:
        text = body.decode("utf-8", "replace")
        feed = {"version": _VERSION if _VERSION in text[:2000] else ""}
        items, breaks_off = list(_whole_items(text)), True
    is_feed = isinstance(feed, dict) and str(feed.get("version", "")).startswith(_VERSION)
    if not is_feed or not isinstance(items, list):
        raise Unreadable(document.source, document.url, "this is JSON of another kind, not a feed")
    language = _text(feed.get("language"))
    entries = tuple(_entry(item, language) for item in items if isinstance(item, dict))
    return Feed("json", entries, breaks_off)


def _whole_items(text: str) -> Iterator[Any]:
    """The items before the place where the text stops being JSON."""
    decoder, start = json.JSONDecoder(), _ITEMS.search(text)
    position = start.end() if start else len(text)
    while position < len(text):
        try:
            item, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        yield item
        between = _BETWEEN.match(text, position)
        position = between.end() if between else position


def _entry(item: dict[str, Any], language: str) -> Entry:
    authors = _dicts(item.get("authors")) or _dicts([item.get("author")])
    link = _text(item.get("url")) or _text(item.get("external_url"))
    external_id = str(item["id"]) if isinstance(item.get("id"), str | int | float) else ""
    return Entry(
        external_id=external_id,
        title=_text(item.get("title")),
        texts=_texts(item.get(key) for key in ("summary", "content_html", "content_text")),
        link=link,
        dates=_texts(item.get(key) for key in ("date_published", "date_modified")),
        updated=_text(item.get("date_modified")),
        authors=_texts(author.get("name") for author in authors),
        categories=_texts(item["tags"] if isinstance(item.get("tags"), list) else ()),
        language=_text(item.get("language")) or language,
        identifiers=_texts([external_id, item.get("doi"), item.get("external_url")]),
    )


def _dicts(values: object) -> list[dict[str, Any]]:
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and value.strip())
