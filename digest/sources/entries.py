"""Entries: what a feed states in whatever dialect, and how that becomes a record."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from digest.items import Record, Rejection, arxiv_id_in, digest_of, doi_in
from digest.quarter import FIRST_YEAR
from digest.sources import Document
from digest.sources.codes import is_language
from digest.sources.dates import instant
from digest.text import canonical_url, one_line, plain, web_address

LONGEST_TEXT = 20_000  # characters of one entry: more is not read by any label or page
LONGEST_TITLE = 500
LONGEST_ID = 500
TITLE_FROM_TEXT = 120
MOST_NAMES = 100  # authors or categories of one entry
AHEAD = timedelta(days=2)  # a date further in the future than this is a mistake


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as its dialect states it, markup included; all texts may be empty."""

    external_id: str
    title: str
    texts: tuple[str, ...]
    link: str
    dates: tuple[str, ...]
    updated: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    language: str
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A document's entries, and whether it breaks off after them."""

    dialect: str
    entries: tuple[Entry, ...]
    breaks_off: bool = False


def broken_ids(entries: Iterable[Entry]) -> set[str]:
    """Ids that a feed gives to entries with different links: they identify nothing."""
    links: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if link := web_address(entry.link):
            links[entry.external_id].add(canonical_url(link))
    return {external_id for external_id, several in links.items() if len(several) > 1}


def record_of(
    entry: Entry, document: Document, position: int, language: str, broken: set[str]
) -> Record | Rejection:
    """The record of one entry; ``language`` where the entry states none, ``broken`` ids unused."""
    text = _longest(entry.texts)
    title = _cut(plain(entry.title[: 10 * LONGEST_TITLE]), LONGEST_TITLE) or _cut(
        text, TITLE_FROM_TEXT
    )
    url = web_address(entry.link)
    stated = "" if entry.external_id in broken else entry.external_id
    external_id = _identifier(stated or url or digest_of(title, prefix="title:"))
    if not title:
        return Rejection(
            document.source, position, external_id, "the entry has no title and no text"
        )
    language = _language(entry.language) or language
    published = _first_possible(entry.dates, language, document.fetched_at)
    arxiv_id = _arxiv(entry.identifiers, url)
    doi = "" if arxiv_id else _doi(entry.identifiers, url)
    return Record(
        source=document.source,
        external_id=external_id,
        kind="paper" if arxiv_id or doi else "news",
        title=title,
        text="" if text == title else text,
        url=url,
        published=_not_after_id(published or document.fetched_at, arxiv_id),
        date_inferred=published is None,
        updated=_first_possible((entry.updated,), language, document.fetched_at),
        authors=_names(entry.authors),
        categories=_names(entry.categories),
        language=language,
        doi=doi,
        arxiv_id=arxiv_id,
        version=0 if arxiv_id else 1,
    )


def _longest(texts: Iterable[str]) -> str:
    """Feeds give a summary, the whole text, or both: the one that says most, made plain."""
    # Markup can be ten times its text; more than that of one entry is not worth the time.
    return _cut(
        max((plain(t[: 10 * LONGEST_TEXT]) for t in texts), key=len, default=""), LONGEST_TEXT
    )


def _cut(text: str, length: int) -> str:
    """The text, ended at a word's end with an ellipsis if it is longer than ``length``."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    # Chinese has no spaces to end at.
    return (head.rpartition(" ")[0] if " " in head[length // 2 :] else head) + "…"


def _identifier(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= LONGEST_ID else digest_of(text, prefix="id:")


def _language(code: str) -> str:
    primary = re.split(r"[-_]", code.strip().lower())[0]
    return primary if is_language(primary) else ""


def _first_possible(dates: Iterable[str], language: str, fetched_at: datetime) -> datetime | None:
    """The first stated date that is certain, and neither before arXiv's time nor ahead of ours."""
    moments = (instant(date, language) for date in dates)
    return next(
        (m for m in moments if m and m.year >= FIRST_YEAR and m <= fetched_at + AHEAD), None
    )


def _names(names: Iterable[str]) -> tuple[str, ...]:
    """Names made plain, each once; mail addresses are nobody's name and not ours to keep."""
    cleaned = (
        re.sub(r"\S+@\S+", "", plain(name[:LONGEST_TITLE])).strip(" ()<>,;") for name in names
    )
    return tuple(dict.fromkeys(name for name in cleaned if name))[:MOST_NAMES]


def _arxiv(identifiers: Iterable[str], url: str) -> str:
    """The arXiv id that the entry is about."""
    found = (arxiv_id_in(text) for text in (*identifiers, url))
    return next((arxiv_id for arxiv_id in found if arxiv_id), "")


def _doi(identifiers: Iterable[str], url: str) -> str:
    found = (doi_in(_doi_part(text)) for text in (*identifiers, url))
    return next((doi for doi in found if doi), "")


def _doi_part(text: str) -> str:
    """An identifier itself; of an address, which an entry's id often is, what may hold a DOI."""
    if not web_address(text):
        return text
    parts = urlsplit(text)
    # Elsewhere in a link, "10.1234/x" need not be a DOI, and a query is never part of one. Of a
    # guid that is nothing but a DOI, feedparser makes a link in which it is the whole path.
    is_doi_link = (parts.hostname or "").endswith("doi.org") or bool(
        re.match(r"(?:.*/doi)?/(?:\w+/)?10\.", parts.path)
    )
    return parts.path if is_doi_link else ""


def _not_after_id(published: datetime, arxiv_id: str) -> datetime:
    """A feed dates the announcement, also of a new version; the id tells the first one's month."""
    if not (month := re.match(r"(\d\d)(0[1-9]|1[0-2])\.", arxiv_id)):
        return published
    year, number = 2000 + int(month[1]), int(month[2])
    after = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return min(published, after - timedelta(seconds=1))
