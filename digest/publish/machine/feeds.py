"""RSS 2.0, Atom and JSON Feed 1.1 of the same entries.

Texts are plain text. Where a format leaves open whether a text is HTML (the description of RSS), it
is escaped as HTML first, so that no reader finds markup in it.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import orjson
from lxml import etree

from digest.publish.machine.addresses import Site

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TYPES = {
    "rss.xml": "application/rss+xml",
    "atom.xml": "application/atom+xml",
    "feed.json": "application/feed+json",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry. ``page`` is where the site shows it, ``source`` the address elsewhere, or ``""``.

    ``day`` is ``YYYY-MM-DD``; ``id`` an IRI that never changes; ``language`` a tag or ``""``.
    """

    id: str
    title: str
    text: str
    day: str
    page: str
    source: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. ``home`` is its page and ``folder`` where its files lie, both from the root.

    ``updated`` is ``YYYY-MM-DD``, of the newest edition in it.
    """

    id: str
    title: str
    text: str
    home: str
    folder: str
    updated: str
    entries: Sequence[Entry]


def feed_files(feed: Feed, site: Site) -> Iterator[tuple[str, bytes]]:
    """The three files with their paths from the root."""
    for name, write in {"rss.xml": rss, "atom.xml": atom, "feed.json": json_feed}.items():
        path = f"{feed.folder}{name}"
        yield path, write(feed, site, path)


def rss(feed: Feed, site: Site, path: str) -> bytes:
    """RSS 2.0, with its own address and the authors by Atom's and Dublin Core's elements."""
    # Prefixes are declared once, on the root.
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "dc": DC})
    channel = etree.SubElement(root, "channel")
    _texts(
        channel,
        ("title", feed.title),
        ("link", site.url(feed.home, path)),
        ("description", html.escape(feed.text, quote=False)),
        ("language", "en"),
        ("lastBuildDate", _rfc822(feed.updated)),
    )
    own = {"rel": "self", "type": TYPES["rss.xml"], "href": site.url(path, path)}
    etree.SubElement(channel, f"{{{ATOM}}}link", own)
    for entry in feed.entries:
        item = etree.SubElement(channel, "item")
        _texts(
            item,
            ("title", entry.title),
            ("link", entry.source or site.url(entry.page, path)),
            ("description", html.escape(entry.text, quote=False)),
            ("pubDate", _rfc822(entry.day)),
            *((f"{{{DC}}}creator", name) for name in entry.authors),
            *(("category", tag) for tag in entry.tags),
        )
        etree.SubElement(item, "guid", {"isPermaLink": "false"}).text = entry.id
    return _xml(root)


def atom(feed: Feed, site: Site, path: str) -> bytes:
    """Atom (RFC 4287)."""
    root = etree.Element(f"{{{ATOM}}}feed", {XML_LANG: "en"}, nsmap={None: ATOM})  # type: ignore[dict-item]
    _texts(
        root,
        *_in_atom(id=feed.id, title=feed.title, subtitle=feed.text, updated=_rfc3339(feed.updated)),
    )
    _people(root, [site.name])
    _link(root, "self", site.url(path, path), TYPES["atom.xml"])
    _link(root, "alternate", site.url(feed.home, path), "text/html")
    for entry in feed.entries:
        _atom_entry(root, entry, site.url(entry.page, path))
    return _xml(root)


def _atom_entry(root: etree._Element, entry: Entry, page: str) -> None:
    language = {XML_LANG: entry.language} if entry.language else {}
    element = etree.SubElement(root, f"{{{ATOM}}}entry", language)
    day = _rfc3339(entry.day)
    _texts(element, *_in_atom(id=entry.id, title=entry.title, updated=day, published=day))
    _link(element, "alternate", entry.source or page)
    if entry.source:
        _link(element, "related", page, "text/html")
    _people(element, entry.authors)
    for tag in entry.tags:
        etree.SubElement(element, f"{{{ATOM}}}category", {"term": tag})
    # The frame of the text is English, whatever language is quoted in it.
    content = {"type": "text", XML_LANG: "en"}
    etree.SubElement(element, f"{{{ATOM}}}content", content).text = entry.text


def _in_atom(**texts: str) -> Iterator[tuple[str, str]]:
    for name, text in texts.items():
        yield f"{{{ATOM}}}{name}", text


def _texts(parent: etree._Element, *texts: tuple[str, str]) -> None:
    for name, text in texts:
        etree.SubElement(parent, name).text = text


def _people(parent: etree._Element, names: Sequence[str]) -> None:
    for name in names:
        _texts(etree.SubElement(parent, f"{{{ATOM}}}author"), (f"{{{ATOM}}}name", name))


def _link(parent: etree._Element, rel: str, href: str, kind: str = "") -> None:
    typed = {"type": kind} if kind else {}
    etree.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, **typed, "href": href})


def json_feed(feed: Feed, site: Site, path: str) -> bytes:
    """JSON Feed 1.1."""
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": site.url(feed.home, path),
        "feed_url": site.url(path, path),
        "description": feed.text,
        "language": "en",
        "authors": [{"name": site.name}],
        "items": [_json_item(entry, site, path) for entry in feed.entries],
    }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _json_item(entry: Entry, site: Site, path: str) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": site.url(entry.page, path),
        "external_url": entry.source,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": _rfc3339(entry.day),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.tags),
        "language": entry.language,
    }
    return {name: value for name, value in item.items() if value}


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _rfc822(day: str) -> str:
    return format_datetime(datetime.fromisoformat(day).replace(tzinfo=UTC), usegmt=True)


def _rfc3339(day: str) -> str:
    return f"{day}T00:00:00Z"
