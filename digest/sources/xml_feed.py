"""RSS, RDF and Atom, well formed or not, from bytes through feedparser.

Feedparser gets clean UTF-8 that begins at the root element: characters, not bytes, decide what a
text says, and what stands before the root (notices, document types with their entities) is where
parsers are attacked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any
from xml.sax import SAXException

from digest.errors import Unreadable
from digest.sources import Document
from digest.sources.entries import Entry, Feed
from digest.text import one_line

_ROOT = re.compile(r"(?i)<((?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel))[\s>]")
_HTML = re.compile(r"(?i)<(?:!doctype\s+html|html|body)\b")
_OPENED = re.compile(r"(?i)<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>]")
_CLOSED = re.compile(r"(?i)</(?:[\w.-]{1,40}:)?(?:item|entry)\s*>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Feedparser looks for mail addresses in time that grows with the square of such a run.
_RUN = re.compile(r"([\w.+-]{1000})(?=[\w.+-])", re.ASCII)
_DATES = ("published", "created", "prism_publicationdate", "updated")
_IDENTIFIERS = ("prism_doi", "dc_identifier", "id")


def read(document: Document) -> Feed:
    """The entries of an XML feed; the one in which a document breaks off is left out.

    Raises:
        Unreadable: no XML, or XML that is no feed.
    """
    import feedparser

    text = _NOT_XML.sub("", decoded(document))
    root = _ROOT.search(text)
    if not root or _HTML.search(text, 0, root.start()):
        raise Unreadable(document.source, document.url, f"this is {_nature(text)}, not a feed")
    text = _RUN.sub(r"\1 ", text[root.start() :])
    # A stream and not the bytes themselves: feedparser takes bytes for the name of a local file.
    parsed = feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": document.url,
        },
        resolve_relative_uris=False,  # of the markup, which is dropped anyway; links are resolved
        sanitize_html=False,
    )
    is_broken = isinstance(parsed.get("bozo_exception"), SAXException)
    breaks_off = is_broken and not re.search(rf"(?i)</{re.escape(root[1])}\s*>", text)
    entries = parsed.entries[:-1] if breaks_off and _ends_in_entry(text) else parsed.entries
    language = str(parsed.feed.get("language") or "")
    return Feed(
        parsed.version or "xml", tuple(_entry(dict(e), language) for e in entries), breaks_off
    )


def decoded(document: Document) -> str:
    """The body as text; no declaration is believed against what the bytes can only be."""
    from w3lib.encoding import html_to_unicode

    body = document.body
    for mark, encoding in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    try:
        # Nothing else passes for UTF-8 by chance, but for the 7-bit codes that switch by escapes.
        return body.decode("ascii" if b"\x1b" in body else "utf-8-sig").lstrip()
    except UnicodeDecodeError:
        pass
    try:
        header = document.headers.get("content-type")
        text: str = html_to_unicode(header, body, default_encoding="windows-1252")[1]
        return text.lstrip()
    except (UnicodeError, LookupError):
        return body.decode("windows-1252", "replace").lstrip()


def _nature(text: str) -> str:
    """What an answer is that is no feed, in words."""
    if _HTML.search(text[:5000]):
        return "an HTML page"
    if text.startswith("<"):
        return "XML of another kind"
    return "plain text" if one_line(text[:1000]).isprintable() else "neither text nor XML"


def _ends_in_entry(text: str) -> bool:
    opened = [match.start() for match in _OPENED.finditer(text)]
    closed = [match.start() for match in _CLOSED.finditer(text)]
    return bool(opened) and opened[-1] > (closed[-1] if closed else -1)


def _entry(raw: dict[str, Any], language: str) -> Entry:
    """Feedparser's entry, read as a plain mapping: its own look-ups invent what is not there."""
    title = raw.get("title_detail") or {}
    contents = [raw.get("summary"), *(c.get("value") for c in raw.get("content", ()))]
    people = [a.get("name") for a in raw.get("authors", ())] or [raw.get("author")]
    return Entry(
        external_id=_text(raw.get("id")),
        title=_text(raw.get("title")),
        texts=_texts(contents),
        link=_text(raw.get("link")),
        dates=_texts(raw.get(key) for key in _DATES),
        updated=_text(raw.get("updated")),
        authors=_texts(people),
        categories=_texts(tag.get("term") for tag in raw.get("tags", ())),
        language=_text(raw.get("language") or title.get("language") or language),
        identifiers=_texts(raw.get(key) for key in _IDENTIFIERS),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str) and value.strip())
