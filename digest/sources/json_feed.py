"""JSON Feed 1.0 and 1.1, whole or broken off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

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
        feed, breaks_off = _leniently(body.decode("utf-8", "replace"))
        items = feed.get("items")
    is_feed = isinstance(feed, dict) and str(feed.get("version", "")).startswith(_VERSION)
    if not is_feed or not isinstance(items, list):
        raise Unreadable(document.source, document.url, "this is JSON of another kind, not a feed")
    language = _text(feed.get("language"))
    # What is no object has nothing to say, but is counted.
    objects = (item if isinstance(item, dict) else {} for item in items)
    entries = tuple(_entry(item, language, document.url) for item in objects)
    return Feed("json", entries, breaks_off)


def _leniently(text: str) -> tuple[dict[str, Any], bool]:
    """What can be read of it, and whether it breaks off."""
    try:
        feed = json.loads(text)  # half a surrogate pair is no error here
    except (ValueError, RecursionError):
        version = _VERSION if _VERSION in text[:2000] else ""
        return {"version": version, "items": list(_whole_items(text))}, True
    return feed if isinstance(feed, dict) else {}, False


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


def _entry(item: dict[str, Any], language: str, base: str) -> Entry:
    authors = _dicts(item.get("authors")) or _dicts([item.get("author")])
    link = _text(item.get("url")) or _text(item.get("external_url"))
    external_id = _text(str(item["id"])) if isinstance(item.get("id"), str | int | float) else ""
    return Entry(
        external_id=external_id,
        title=_text(item.get("title")),
        texts=_texts(item.get(key) for key in ("summary", "content_html", "content_text")),
        link=_joined(base, link),
        dates=_texts(item.get(key) for key in ("date_published", "date_modified")),
        updated=_text(item.get("date_modified")),
        authors=_texts(author.get("name") for author in authors),
        categories=_texts(item["tags"] if isinstance(item.get("tags"), list) else ()),
        language=_text(item.get("language")) or language,
        identifiers=_texts([external_id, item.get("doi"), item.get("external_url")]),
    )


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""


def _dicts(values: object) -> list[dict[str, Any]]:
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []


def _text(value: object) -> str:
    # Half of a surrogate pair, which broken-off JSON can hold, is no character.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(text for text in map(_text, values) if text.strip())
