"""RSS, RDF and Atom, well formed or not, from bytes through feedparser.

Feedparser gets clean UTF-8 that begins at the root element: characters, not bytes, decide what a
text says, and what stands before the root (notices, document types with their entities) is where
parsers are attacked.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from contextlib import suppress
from html import escape
from html.entities import html5
from typing import Any
from xml.sax import SAXException

from digest.errors import Unreadable
from digest.sources import Document
from digest.sources.entries import Entry, Feed

_ROOT = re.compile(r"(?i)<((?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel))[\s>]")
_HTML = re.compile(r"(?i)<(?:!doctype\s+html|html|body)\b")
_OPENED = re.compile(r"(?i)<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>]")
_CLOSED = re.compile(r"(?i)</(?:[\w.-]{1,40}:)?(?:item|entry)\s*>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Feedparser looks for mail addresses in time that grows with the square of such a run.
_RUN = re.compile(r"([\w.+-]{1000})(?=[\w.+-])", re.ASCII)
_AMPERSAND = re.compile(r"&(?:#(\d{1,7}|[xX][0-9a-fA-F]{1,6});|(\w{1,40};))?", re.ASCII)
_XML_NAMES = ("amp;", "lt;", "gt;", "quot;", "apos;")
_TAG = re.compile(r"<(/?)[\w:.-]+(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(/?)>")
BROKEN_BYTES = 20  # letters of UTF-8 for each broken one: with fewer it is another encoding
DEEPEST = 200  # elements within each other, of those that move the base of links
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
        nature = _nature(document.body, text)
        raise Unreadable(document.source, document.url, f"this is {nature}, not a feed")
    text = _RUN.sub(r"\1 ", _mended(text[root.start() :]))
    if text.count("xml:base") > DEEPEST and _depth(text) > DEEPEST:
        # Feedparser keeps the whole address at each level: memory that grows with the square.
        what = f"more than {DEEPEST} elements lie within each other"
        raise Unreadable(document.source, document.url, what)
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
    from w3lib.encoding import (
        html_body_declared_encoding,
        html_to_unicode,
        http_content_type_encoding,
    )

    body = document.body
    for mark, encoding in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    # Nothing else passes for UTF-8 by chance, but for the 7-bit codes that switch by escapes.
    if b"\x1b" not in body:
        with suppress(UnicodeDecodeError):
            return body.decode("utf-8-sig").lstrip()
    header = document.headers.get("content-type")
    if not (http_content_type_encoding(header) or html_body_declared_encoding(body)):
        # Nothing is declared: then it is UTF-8, and a byte or two may be broken.
        text = body.decode("utf-8", "replace")
        broken, foreign = text.count("\ufffd"), sum(c > "\x7f" for c in text)
        if broken * BROKEN_BYTES <= foreign - broken:
            return text.removeprefix("\ufeff").lstrip()
    try:
        text = str(html_to_unicode(header, body, default_encoding="windows-1252")[1])
        return text.lstrip()
    except (UnicodeError, LookupError):
        return body.decode("windows-1252", "replace").lstrip()


def _depth(text: str) -> int:
    deepest = depth = 0
    for tag in _TAG.finditer(text):
        depth += -1 if tag[1] else 0 if tag[2] else 1
        deepest = max(deepest, depth)
    return deepest


def _mended(text: str) -> str:
    """The two commonest slips put right, "R&D" and "&eacute;", so that the strict parser reads on.

    The lenient one would make "R&D;" of the first. Not within CDATA, where both are no slips.
    """
    parts, position = [], 0
    while True:
        start = text.find("<![CDATA[", position)
        end = text.find("]]>", start) if start >= 0 else -1
        parts.append(_AMPERSAND.sub(_reference, text[position : start if end >= 0 else None]))
        if end < 0:
            return "".join(parts)
        parts.append(text[start:end])
        position = end


def _reference(match: re.Match[str]) -> str:
    """A reference that XML knows, for one that may be HTML's, impossible, or none at all."""
    number, name = match[1], match[2]
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        is_possible = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0x110000
        return match[0] if is_possible and code not in (0xFFFE, 0xFFFF) else ""
    if name in _XML_NAMES:
        return match[0]
    return escape(html5[name]) if name in html5 else "&amp;" + (name or "")


def _nature(body: bytes, text: str) -> str:
    """What an answer is that is no feed, in words."""
    if b"\0" in body[:1000]:
        return "neither text nor XML"
    if _HTML.search(text[:5000]):
        return "an HTML page"
    if text.startswith("<"):
        return "XML of another kind"
    return "plain text"


def _ends_in_entry(text: str) -> bool:
    opened = [match.start() for match in _OPENED.finditer(text)]
    closed = [match.start() for match in _CLOSED.finditer(text)]
    return bool(opened) and opened[-1] > (closed[-1] if closed else -1)


def _entry(raw: dict[str, Any], language: str) -> Entry:
    """Feedparser's entry, read as a plain mapping: its own look-ups invent what is not there."""
    title = raw.get("title_detail") or {}
    contents = [raw.get("summary"), *(c.get("value") for c in raw.get("content", ()))]
    authors = raw.get("authors", ())
    # Of a single author the text as it came: feedparser splits long mail addresses in the middle.
    people = [a.get("name") for a in authors] if len(authors) > 1 else [raw.get("author")]
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
