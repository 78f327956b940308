"""What the search API of arXiv answers: pages of Atom, read strictly.

A page is records, or an entry for an error that looks like one. An entry that cannot become a
record is a rejection; XML that breaks off is no page.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.items import Record, Rejection
from digest.sources import Document
from digest.sources.arxiv_record import (
    Stated,
    UnusableError,
    categories_in,
    moment_in,
    names_in,
    record_of,
    refused,
    unreadable,
    xml_of,
)
from digest.text import one_line

if TYPE_CHECKING:
    from lxml.etree import _Element

_NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself: papers in the whole answer, entries and ids on this page."""

    total: int
    entries: int
    identifiers: frozenset[str]


def parse(document: Document) -> Iterator[Record | Rejection]:
    """The records of a page, in its order.

    Raises:
        Refused: the answer has an HTTP status that is none; with arXiv's own words.
        Unreadable: it is no Atom feed, or arXiv's entry for an error, with its words.
    """
    for position, entry in enumerate(_entries(_feed(document))):
        identifier = _text(entry, "a:id")
        try:
            yield record_of(_stated(entry, identifier), document.source)
        except UnusableError as reason:
            yield Rejection(document.source, position, identifier, str(reason))


def page_of(document: Document) -> Page:
    """How much a page holds, of how much.

    Raises:
        Refused, Unreadable: as ``parse``.
    """
    feed = _feed(document)
    total = _text(feed, "opensearch:totalResults")
    if not (total.isascii() and total.isdigit()):
        raise unreadable(document, "the page does not say how many papers there are")
    entries = _entries(feed)
    identifiers = frozenset(_text(entry, "a:id") for entry in entries)
    return Page(int(total), len(entries), identifiers)


def _feed(document: Document) -> _Element:
    if document.status >= 400:
        raise refused(document, words_of(document))
    feed = xml_of(document)
    if feed.tag != f"{{{_NAMES['a']}}}feed":
        raise unreadable(document, f"the answer is <{feed.tag}>, not an Atom feed")
    if words := _error_words(feed):
        raise unreadable(document, words)
    return feed


def words_of(document: Document) -> str:
    """What arXiv says in an answer with an error, or nothing where it says nothing readable."""
    with suppress(SourceError):
        return _error_words(xml_of(replace(document, status=200)))
    return ""


def _error_words(feed: _Element) -> str:
    """arXiv's odd way to say that it cannot: an entry titled Error, counted as a result."""
    for entry in _entries(feed):
        if "/api/errors" in _text(entry, "a:id"):
            return f"arXiv says: {one_line(_text(entry, 'a:summary'))[:300]}"
    return ""


def _entries(feed: _Element) -> list[_Element]:
    return list(feed.iterfind("a:entry", _NAMES))


def _stated(entry: _Element, identifier: str) -> Stated:
    version = identifier.rpartition("v")[2]
    primary = entry.find("arxiv:primary_category", _NAMES)
    categories = [c.get("term", "") for c in entry.iterfind("a:category", _NAMES)]
    return Stated(
        identifier=identifier,
        title=_text(entry, "a:title"),
        abstract=_text(entry, "a:summary"),
        authors=names_in(n.text or "" for n in entry.iterfind("a:author/a:name", _NAMES)),
        categories=categories_in(["" if primary is None else primary.get("term", ""), *categories]),
        submitted=moment_in(_text(entry, "a:published")),
        updated=moment_in(_text(entry, "a:updated")),
        version=int(version) if version.isascii() and version.isdigit() else 1,
        comments=_text(entry, "arxiv:comment"),
        doi=_text(entry, "arxiv:doi"),
    )


def _text(element: _Element, path: str) -> str:
    return str(element.findtext(path, "", _NAMES) or "").strip()
