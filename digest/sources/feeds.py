"""News feeds: fetched through the polite client, parsed from bytes into records.

    bytes -> RSS, RDF, Atom (feedparser) or JSON Feed -> Entry -> Record | Rejection

An entry becomes news; one that carries a DOI or an arXiv id of its own is a paper. Dates are read
by ``dates.instant`` and never taken from feedparser; an entry without a certain, possible date has
the time of its fetching, marked as inferred. Where Atom gives only ``updated``, that is its date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from digest.errors import Incomplete, Unreadable
from digest.items import Record, Rejection
from digest.sources import Document
from digest.sources.entries import Feed, broken_ids, record_of

if TYPE_CHECKING:
    from digest.sources.catalogue import Source
    from digest.sources.http import PoliteClient

PARSER = "feed/3"
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)


def fetch(
    source: Source, client: PoliteClient, validators: Mapping[str, str] | None = None
) -> Document:
    """Ask for a feed; with ``validators`` of the last answer a 304 comes back as it is.

    Raises:
        SourceError: as ``PoliteClient.get``.
    """
    return client.get(source.url, source=source.id, validators=validators, accept=ACCEPT)


def parse(document: Document, *, language: str = "") -> Iterator[Record | Rejection]:
    """The records of a feed document, in its order; ``language`` where the feed states none.

    A 304 has none. An entry without title and text is a rejection.

    Raises:
        Unreadable: the body is no feed.
        Incomplete: after the records, if the document breaks off; the entry in which it does is
            left out, because half a text is another text.
    """
    if document.status == 304:
        return
    feed = read(document)
    broken = broken_ids(feed.entries)
    for position, entry in enumerate(feed.entries):
        yield record_of(entry, document, position, language, broken)
    if feed.breaks_off:
        raise Incomplete(
            document.source,
            document.url,
            f"the document breaks off after {len(feed.entries)} whole entries",
            "what came was kept; fetch it again",
        )


def read(document: Document) -> Feed:
    """The entries of a document, of whatever dialect.

    Raises:
        Unreadable: the body is no feed; says what it is.
    """
    from digest.sources import json_feed, xml_feed

    body = document.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not body:
        raise Unreadable(document.source, document.url, "the answer is empty")
    if body[:1] in (b"{", b"["):
        return json_feed.read(document)
    return xml_feed.read(document)
