"""Does a source answer, with what, and how fresh? For ``digest sources check``; stores nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from digest.errors import Incomplete, SourceError
from digest.items import Record, Rejection
from digest.sources import Document, arxiv_atom, feeds
from digest.sources.catalogue import Source
from digest.sources.http import PoliteClient


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What one source answered.

    ``status`` is 0 without an answer. ``entries`` and ``newest`` (the latest date that an entry
    states) are of feeds and the search API; OAI-PMH is only asked who it is. ``milliseconds``
    include the wait for the host's turn. ``error`` is a sentence, "" where all is well.
    """

    source: str
    status: int = 0
    media_type: str = ""
    dialect: str = ""
    entries: int = 0
    newest: datetime | None = None
    age_days: int | None = None
    milliseconds: int = 0
    bytes: int = 0
    error: str = ""

    @property
    def answers(self) -> bool:
        """Whether the source gives what the pipeline needs from it."""
        return not self.error


def check(source: Source, client: PoliteClient, now: datetime) -> SourceCheck:
    """Ask a source once and look at its answer; a failure is a result, not an exception."""
    started = time.monotonic()
    seen = SourceCheck(source.id)
    look = {"arxiv-oai": _identify, "arxiv-api": _look_at_page}.get(source.kind, _look_at_feed)
    try:
        document = client.get(_question(source), source=source.id, accept=feeds.ACCEPT)
        seen = _described(seen, document)
        seen = look(seen, document, source)
    except SourceError as error:
        seen = replace(_described(seen, error.document), error=str(error))
    age = (now - seen.newest).days if seen.newest else None
    elapsed = round(1000 * (time.monotonic() - started))
    return replace(seen, age_days=age, milliseconds=elapsed)


def _question(source: Source) -> str:
    """The smallest request that shows whether the source works."""
    if source.kind == "arxiv-oai":
        return f"{source.url}?{urlencode({'verb': 'Identify'})}"
    if source.kind == "arxiv-api":
        query = {
            "search_query": " OR ".join(f"cat:{category}" for category in source.categories),
            "sortBy": "submittedDate",
            "sortOrder": "descending",
            "max_results": 1,
        }
        return f"{source.url}?{urlencode(query)}"
    return source.url


def _described(seen: SourceCheck, document: Document | None) -> SourceCheck:
    if document is None:
        return seen
    media_type = document.headers.get("content-type", "").partition(";")[0].strip()
    return replace(seen, status=document.status, media_type=media_type, bytes=len(document.body))


def _identify(seen: SourceCheck, document: Document, source: Source) -> SourceCheck:
    if b"<Identify" not in document.body:
        return replace(seen, error=f"{source.id}: this is no OAI-PMH answer ({document.url})")
    return replace(seen, dialect="oai-pmh")


def _look_at_page(seen: SourceCheck, document: Document, _source: Source) -> SourceCheck:
    """A page of results, which says how many there are; any other Atom feed does not."""
    arxiv_atom.page_of(document)
    return _counted(replace(seen, dialect="atom10"), document, arxiv_atom.parse(document))


def _look_at_feed(seen: SourceCheck, document: Document, source: Source) -> SourceCheck:
    seen = replace(seen, dialect=feeds.read(document).dialect)
    return _counted(seen, document, feeds.parse(document, language=source.language))


def _counted(
    seen: SourceCheck, document: Document, parsed: Iterable[Record | Rejection]
) -> SourceCheck:
    """Count and date the entries; what is wrong with them becomes the sentence."""
    dated: list[datetime] = []
    entries, usable, reason, error = 0, 0, "", ""
    try:
        for entry in parsed:
            entries += 1
            if isinstance(entry, Rejection):
                reason = entry.reason
                continue
            usable += 1
            if not entry.date_inferred:
                dated.append(entry.published)
    except Incomplete as incomplete:
        error = str(incomplete)
    if not entries and not error:
        error = f"{seen.source}: the feed is well formed and has no entries ({document.url})"
    elif not usable and not error:
        error = f"{seen.source}: none of {entries:,} entries can be used: {reason} ({document.url})"
    newest = max(dated, default=None)
    return replace(seen, entries=entries, newest=newest, error=error)
