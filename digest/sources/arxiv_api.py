"""arXiv by its search API: a quarter's papers day by day, each day counted.

    for each day: ask a page -> Document, until as many papers came as the API says there are
                  ^___ the whole day again after a pause: fewer, none, the same twice, another total

The `arxiv` package writes the questions and pages through the answers. What it lacks stands here:
it asks through the polite client (limits, pace, ``Retry-After``), every page is kept as it came,
and papers are counted, because the package takes an empty page for the end. It is not used to read
the records either: it skips entries without a word and mends broken XML.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from digest.errors import Incomplete, Refused, SourceError, Unreadable, UnsafeAddress, some_of
from digest.sources import Document
from digest.sources.arxiv_atom import Page, page_of, parse, words_of
from digest.sources.arxiv_record import refused

if TYPE_CHECKING:
    import arxiv

    from digest.quarter import Quarter
    from digest.sources.catalogue import Source
    from digest.sources.http import PoliteClient

__all__ = ["PARSER", "fetch", "look_up", "parse"]

PARSER = "arxiv-api/1"
ACCEPT = "application/atom+xml, application/xml;q=0.9"
PAGE_SIZE = 500
IDS_AT_ONCE = 100  # in one address
PAUSES = (0.0, 10.0, 30.0)  # seconds before each attempt at a day
SETTLED = timedelta(days=2)  # after which arXiv has announced something of a weekday
MANY = 10  # papers on a source's usual weekday, above which a weekday without any is no chance
MOST_WAITED_FOR = 3  # days in vain, after which waiting is not what helps
MOST_UNANSWERED = 3  # days in a row, after which the server is left alone
MOST_NAMED = 10  # days in a message


@dataclass(frozen=True, slots=True)
class _Day:
    """What became of a day: papers found, and what is wrong with them, if anything."""

    date: date
    found: int = 0
    problem: str = ""
    error: SourceError | None = None


def fetch(
    source: Source,
    quarter: Quarter,
    client: PoliteClient,
    now: datetime,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Document]:
    """The pages of the quarter's days up to ``now``, each as it comes.

    A day that fails does not stop the others, unless the server does not answer at all.

    Raises:
        Incomplete: at the end, with every day that is not whole, and why.
        Refused: the API refuses the question itself, in its own words.
        SourceError: as ``PoliteClient.get``, where no day was answered.
    """
    search, dates = _Search(source, client), list(_dates(quarter, now))
    days: list[_Day] = []
    for day in dates:
        is_patient = sum(bool(earlier.problem) for earlier in days) < MOST_WAITED_FOR
        pauses = PAUSES if is_patient else PAUSES[:1]
        asked = _ask_day(search, day, _must_have_papers(day, now), pauses, sleep)
        days.append((yield from asked))
        if len(days) >= MOST_UNANSWERED and all(d.error for d in days[-MOST_UNANSWERED:]):
            break
    _complain(source, _judged(days, now), len(dates) - len(days))


def look_up(source: Source, ids: Sequence[str], client: PoliteClient) -> Iterator[Document]:
    """What arXiv says of single papers now, in pages; ids that it does not know are not in them.

    Raises:
        SourceError: as ``PoliteClient.get``, or an answer is no page of results.
    """
    search = _Search(source, client)
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield search.papers(ids[start : start + IDS_AT_ONCE])


def _dates(quarter: Quarter, now: datetime) -> Iterator[date]:
    day = quarter.start.date()
    while day < quarter.end.date() and day <= now.astimezone(UTC).date():
        yield day
        day += timedelta(days=1)


def _ask_day(
    search: _Search,
    day: date,
    must_have_papers: bool,
    pauses: Sequence[float],
    sleep: Callable[[float], None],
) -> Generator[Document, None, _Day]:
    """The pages of a day, in an attempt after each pause; returns what became of the day."""
    found: set[str] = set()
    problem, error = "", None
    for pause in pauses:
        if pause:
            sleep(pause)
        try:
            problem, error = (yield from _attempt(search, day, found)), None
            if not found and not problem and must_have_papers:
                problem = search.doubt(day)
        except Unreadable as failure:
            problem, error = failure.what, failure
        except SourceError as failure:
            if _is_hopeless(failure):
                raise
            # The client has tried as often as is polite.
            return _Day(day, len(found), failure.what, failure)
        if not problem:
            break
    return _Day(day, len(found), problem, error)


def _attempt(search: _Search, day: date, found: set[str]) -> Generator[Document, None, str]:
    """One passage through a day's pages, added to ``found``; returns what is wrong, or nothing.

    Papers of an earlier attempt count: every attempt may lack others.
    """
    start, total = 0, None
    passed: set[str] = set()
    while True:
        document, page = search.page(search.question(day), start)
        yield document
        if total not in (None, page.total):
            return f"its number of papers changed from {total:,} to {page.total:,} while asked"
        total = page.total
        is_stuck = not page.identifiers - passed
        passed |= page.identifiers
        found |= page.identifiers
        start += page.entries
        if len(found) >= total:
            return ""
        if is_stuck:
            return f"{len(found):,} of {total:,} papers came"


def _must_have_papers(day: date, now: datetime) -> bool:
    """Whether arXiv has papers for the day by now: it has some for every weekday."""
    return day.weekday() < 5 and now.astimezone(UTC).date() - day >= SETTLED


def _is_hopeless(error: SourceError) -> bool:
    """Whether the next day would be refused like this one."""
    if isinstance(error, Refused):
        return 400 <= error.status < 500 and error.status not in (408, 429)
    return isinstance(error, UnsafeAddress)


def _judged(days: Sequence[_Day], now: datetime) -> list[_Day]:
    """The days; a weekday without papers in a source that has many every weekday is a failure."""
    counts = [day.found for day in days if day.found and day.date.weekday() < 5]
    if not counts or sum(counts) < MANY * len(counts):
        return list(days)
    empty = "no papers, in a source that has many on other weekdays"
    return [
        day if day.found or day.problem or not _must_have_papers(day.date, now)
        else replace(day, problem=empty)
        for day in days
    ]  # fmt: skip


def _complain(source: Source, days: Sequence[_Day], days_left: int) -> None:
    """Raise one error for all days that are not whole; ``days_left`` were not asked."""
    failed = [day for day in days if day.problem]
    errors = [day.error for day in failed if day.error]
    if days and len(errors) == len(days):
        raise errors[-1]
    if not failed:
        return
    named = some_of([f"{day.date} ({day.problem})" for day in failed], MOST_NAMED)
    what = f"{len(failed)} of {len(days)} days are not whole: {named}"
    if days_left:
        what += f"; the last {days_left} days were not asked, because no answer came any more"
    incomplete = Incomplete(source.id, source.url, what, "what came was kept; run again later")
    incomplete.document = next((e.document for e in reversed(errors) if e.document), None)
    raise incomplete


class _Search:
    """Questions to the API in the `arxiv` package's words, asked through the polite client."""

    def __init__(self, source: Source, client: PoliteClient) -> None:
        import arxiv

        self._arxiv, self._source = arxiv, source
        self._session = _Session(client, source.id)
        self._client = arxiv.Client(delay_seconds=0, num_retries=0)
        self._client.query_url_format = source.url + "?{}"
        self._client._session = self._session

    def question(self, day: date, *, of_all: bool = False) -> str:
        """The query for a day's papers in the source's categories, or in all of arXiv's."""
        query = f"submittedDate:[{day:%Y%m%d}0000 TO {day:%Y%m%d}2359]"
        categories = " OR ".join(f"cat:{category}" for category in self._source.categories)
        return query if of_all else f"{query} AND ({categories})"

    def page(self, question: str, start: int, size: int = PAGE_SIZE) -> tuple[Document, Page]:
        """One page of an answer, in the order of submission, from entry ``start`` on.

        Raises:
            Refused: with arXiv's own words, where it has any.
            Unreadable: it is not a page of results.
            SourceError: as ``PoliteClient.get``.
        """
        search = self._arxiv.Search(
            question,
            max_results=None,
            sort_by=self._arxiv.SortCriterion.SubmittedDate,
            sort_order=self._arxiv.SortOrder.Ascending,
        )
        document = self._asked(search, start, size)
        return document, page_of(document)

    def papers(self, ids: Sequence[str]) -> Document:
        """The page of some papers, at most as many as fit on one.

        Raises: as ``page``.
        """
        document = self._asked(self._arxiv.Search(id_list=list(ids)), 0, len(ids))
        page_of(document)
        return document

    def _asked(self, search: arxiv.Search, start: int, size: int) -> Document:
        self._client.page_size = size
        # The answer is kept before the package reads it, which a wrong date in it would end.
        with suppress(ValueError, OverflowError):
            next(self._client.results(search, offset=start), None)
        return self._session.last

    def doubt(self, day: date) -> str:
        """What is wrong when a weekday has no papers: a rare subject may have none, arXiv not."""
        # Not kept: its one entry is a paper that nobody asked for.
        _, page = self.page(self.question(day, of_all=True), 0, size=1)
        return "" if page.total else "no papers, though arXiv has some for every weekday"


class _Session:
    """What the package asks through in place of an HTTP session of its own."""

    def __init__(self, client: PoliteClient, source: str) -> None:
        self._client, self._source = client, source
        self.last = Document(source, "", datetime.min.replace(tzinfo=UTC), 0, b"")

    def get(self, url: str, headers: Mapping[str, str]) -> _Answer:
        """One answer; the package's headers give way to the client's."""
        try:
            self.last = self._client.get(url, source=self._source, accept=ACCEPT)
        except Refused as error:
            words = words_of(error.document) if error.document else ""
            if error.document and words:
                raise refused(error.document, words) from error
            raise
        return _Answer(self.last.body)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer in the package's terms."""

    content: bytes
    status_code: int = 200  # the client lets nothing else through
