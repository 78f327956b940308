"""Harvest: ask every source, keep each answer raw, parse it, store records and items.

A failed source stops nobody: it gets an outcome with its name and reason, and what it gave before
it failed is kept. Sources are asked by several threads (the client keeps one connection a host);
their answers are stored by the one writer, as they come.

A search is asked for a quarter's days, but a feed gives what it has: entries of the next quarter,
too, which nobody wants yet. They wait in the archive, and the first harvest of that quarter reads
them there, when the feed may have dropped them long ago.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from digest import __version__
from digest.config import Clock, Inputs, Workplace
from digest.edition.shelf import Shelf
from digest.errors import DigestError, SourceError, Unreadable
from digest.events import HARVEST
from digest.items import Record, Rejection
from digest.quarter import Quarter
from digest.sources import Document, arxiv_api, arxiv_oai, catalogue, feeds, snapshot
from digest.sources.catalogue import Source
from digest.sources.http import Pace, PoliteClient, validators_of
from digest.sources.network import private_to
from digest.steps import announce
from digest.steps.asking import answers_of
from digest.steps.local import local_files
from digest.store import history
from digest.store.archive import Archive, Archived, open_plain
from digest.store.history import ANSWERED, EMPTY, FAILED, NOT_ASKED, Outcome
from digest.store.ingest import Counts, has_problem, ingest

if TYPE_CHECKING:
    import duckdb

FEED, OAI, API, SNAPSHOT = "feed", "arxiv-oai", "arxiv-api", "arxiv-snapshot"
PARSERS = {FEED: feeds.PARSER, OAI: arxiv_oai.PARSER, API: arxiv_api.PARSER,
           SNAPSHOT: snapshot.PARSER}  # fmt: skip
NOON = timedelta(hours=12)
NOTHING = Counts()
OFTEN = 1_000  # entries between two words of progress
Heard = Callable[[int], None]


@dataclass(frozen=True)
class Harvest:
    """One harvest of one quarter: where it is stored and which quarters are wanted."""

    connection: duckdb.DuckDBPyConnection
    archive: Archive
    quarter: Quarter
    wanted: frozenset[Quarter]
    clock: Clock
    heard: Heard

    @classmethod
    def of(
        cls,
        connection: duckdb.DuckDBPyConnection,
        place: Workplace,
        quarter: Quarter,
        clock: Clock,
        heard: Heard = lambda _: None,
    ) -> Harvest:
        """A harvest that takes the quarter's items, and what comes late for others."""
        wanted = open_to_late(Shelf(place.editions)) | {quarter}
        return cls(connection, Archive(place.raw), quarter, wanted, clock, heard)

    def store(self, document: Archived) -> tuple[Counts, SourceError | None]:
        """Parse and store one archived document, unless that was done before."""
        entries = _counted(parsed(self.archive, document), self.heard)
        return ingest(self.connection, document, PARSERS[document.kind], self.wanted, entries)

    def finish(
        self, source: str, counts: Counts, error: SourceError | None, before: Counts = NOTHING
    ) -> Outcome:
        """Decide what became of a source, and remember it; ``before`` is of earlier answers."""
        outcome = decide(source, counts, error)
        outcome = replace(outcome, counts=before + counts)
        history.note_outcome(self.connection, self.quarter, outcome, self.clock())
        return outcome


def open_to_late(shelf: Shelf) -> frozenset[Quarter]:
    """The quarters that have a draft or an edition: what comes late for them is taken always.

    It waits in the store while a draft is frozen, for its review's refresh or the next version.
    """
    return shelf.quarters() | frozenset(shelf.drafts())


def unread(
    answers: Iterable[Archived], quarter: Quarter, read: Container[str]
) -> Iterator[Archived]:
    """A feed's answers that may have entries of a quarter, and are not among those ``read`` for it.

    One that came before the quarter began has none.
    """
    for answer in answers:
        is_document = answer.kind == FEED and answer.status == HTTPStatus.OK
        if is_document and answer.fetched_at >= quarter.start and answer.document_id not in read:
            yield answer


def parsed(archive: Archive, document: Archived) -> Iterator[Record | Rejection]:
    """The entries of an archived document; its body is read when the first is asked for.

    Raises:
        SourceError: it cannot be read, for whatever reason: the other sources go on.
        DigestError: the archive lacks it.
    """
    try:
        yield from _parsed(archive, document)
    except DigestError:
        raise
    except Exception as error:  # a parser's own defect, which some odd entry has brought to light
        what = f"its parser gave up on it ({type(error).__name__}: {str(error)[:200]})"
        hint = "please report this, with the document: it is kept"
        raise Unreadable(document.source, document.url, what, hint) from error


def _parsed(archive: Archive, document: Archived) -> Iterator[Record | Rejection]:
    if document.kind == SNAPSHOT:
        with archive.open(document) as body:
            yield from snapshot.parse(body, document.source)
    elif document.kind == FEED:
        yield from feeds.parse(archive.document(document), language=document.language)
    else:
        module = arxiv_oai if document.kind == OAI else arxiv_api
        yield from module.parse(archive.document(document))


def _counted(entries: Iterable[Record | Rejection], heard: Heard) -> Iterator[Record | Rejection]:
    since = 0
    try:
        for entry in entries:
            yield entry
            since += 1
            if since == OFTEN:
                heard(since)
                since = 0
    finally:
        heard(since)


def decide(source: str, counts: Counts, error: SourceError | None) -> Outcome:
    """What became of a source: nothing at all is a failure until somebody shows otherwise."""
    if error is not None:
        return Outcome(source, FAILED, str(error), counts)
    if counts.read == 0:
        return Outcome(
            source, EMPTY, "it answered without a single entry, which is suspicious", counts
        )
    return Outcome(source, ANSWERED, "", counts)


def harvest(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    inputs: Inputs,
    clock: Clock,
    heard: Heard = lambda _: None,
) -> Iterator[Outcome]:
    """Harvest a quarter from its inputs; yields the outcome of each source as it is known.

    ``heard`` is told, every now and then, how many entries more were read.

    Raises:
        InputError: a local input does not exist, the source list is wrong, the quarter is ahead.
        StoreError: the working folder cannot be written.
    """
    quarter.require_begun(clock())
    run = Harvest.of(connection, place, quarter, clock, heard)
    asked = announce.asked_of(connection, HARVEST, quarter)
    history.note_begun(connection, quarter, harvested_sources(inputs), clock())
    outcomes: list[Outcome] = []
    for outcome in _harvest(run, inputs):
        outcomes.append(outcome)
        yield outcome
    announce.harvested(connection, quarter, run.wanted, outcomes, asked, clock())


def _harvest(run: Harvest, inputs: Inputs) -> Iterator[Outcome]:
    files = local_files(inputs)
    sources = listed_sources(inputs)
    if inputs.snapshots:
        yield _harvest_snapshots(run, inputs.snapshots)
    languages = {source.id: source.language for source in known_sources(inputs)}
    for source, documents in files.items():
        yield _harvest_files(run, source, languages.get(source, ""), documents)
    if sources:
        with client_for(inputs) as client:
            yield from _harvest_network(run, sources, client)
        _let_go(run, known_sources(inputs), files.keys())


def _let_go(run: Harvest, listed: Iterable[Source], read: Iterable[str]) -> None:
    """A source that failed and that nobody will ask again is no failure any more."""
    asked = {source.id for source in listed if source.enabled} | set(read)
    for source, outcome in history.latest_outcomes(run.connection, run.quarter).items():
        if outcome.is_missed and source not in asked:
            detail = "it is no longer among the sources that are asked"
            dropped = Outcome(source, NOT_ASKED, detail, Counts())
            history.note_outcome(run.connection, run.quarter, dropped, run.clock())


def harvested_sources(inputs: Inputs) -> list[str]:
    """The ids of the sources of which a harvest of these inputs has an outcome.

    Raises:
        InputError: a local input does not exist, or the source list is wrong.
    """
    snapshots = [SNAPSHOT] if inputs.snapshots else []
    return [*snapshots, *local_files(inputs), *(source.id for source in listed_sources(inputs))]


def listed_sources(inputs: Inputs) -> list[Source]:
    """The sources that the inputs name; without names, those that are switched on."""
    if inputs.sources is None:
        return []
    return catalogue.select(catalogue.load(inputs.sources, inputs.base), inputs.only)


def known_sources(inputs: Inputs) -> list[Source]:
    """All sources that a list describes, whether they are asked this time or not."""
    described = inputs.sources or inputs.describing
    return catalogue.load(described, inputs.base) if described else []


def _harvest_snapshots(run: Harvest, paths: Iterable[Path]) -> Outcome:
    counts, failure = Counts(), None
    for path in paths:
        more, error = _harvest_snapshot(run, path)
        counts, failure = counts + more, failure or error
    return run.finish(SNAPSHOT, counts, failure)


def _harvest_snapshot(run: Harvest, path: Path) -> tuple[Counts, SourceError | None]:
    try:
        with _readable(SNAPSHOT, path):
            kept = run.archive.keep_file(path, SNAPSHOT, SNAPSHOT, run.quarter, run.clock())
    except SourceError as error:
        return Counts(), error
    return run.store(kept)


def _harvest_files(
    run: Harvest, source: str, language: str, files: list[tuple[Path, datetime | None]]
) -> Outcome:
    counts, failure = Counts(), None
    for path, date in files:
        seen_at = run.clock() if date is None else date + NOON
        more, error = _harvest_file(run, source, language, path, seen_at)
        counts, failure = counts + more, failure or error
    return run.finish(source, counts, failure)


def _harvest_file(
    run: Harvest, source: str, language: str, path: Path, seen_at: datetime
) -> tuple[Counts, SourceError | None]:
    try:
        with _readable(source, path), open_plain(path) as body:
            document = Document(source, path.name, seen_at, HTTPStatus.OK, body.read())
    except SourceError as error:
        return Counts(), error
    return run.store(run.archive.keep(document, FEED, run.quarter, language))


@contextmanager
def _readable(source: str, path: Path) -> Iterator[None]:
    """Make a local file's own faults a failure of its source, so that the others go on."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        what = f"the file is damaged: {error}"
        raise Unreadable(source, str(path), what, "get it again") from None
    except OSError as error:
        raise Unreadable(source, str(path), f"the file cannot be read: {error.strerror}") from None


def client_for(inputs: Inputs) -> PoliteClient:
    """The client that asks the inputs' sources, in turn with all other runs on this machine."""
    agent = f"sdg-ai-digest/{__version__} (quarterly science digest; {inputs.contact})"
    # One machine, one turn: the state lies with the user, not in one of many working folders.
    folder = platformdirs.user_state_path("sdg-ai-digest")
    pace = Pace(folder, others=0.0) if inputs.sample else Pace(folder)
    meant = (private_to(s.id, s.url) for s in known_sources(inputs) if s.private)
    allowed = inputs.private_hosts.union(*meant)
    return PoliteClient(user_agent=agent, allow_private=allowed, pace=pace)


def _harvest_network(
    run: Harvest, sources: list[Source], client: PoliteClient
) -> Iterator[Outcome]:
    """Threads ask, this thread stores.

    Raises:
        StoreError: the working folder or the folder of the turns cannot be written; asking stops.
    """
    read = history.documents_read_for(run.connection, run.quarter)
    before: dict[str, Counts] = {}
    earlier: dict[str, Archived | None] = {}
    for feed in (source.id for source in sources if source.kind == FEED):
        answers_before = list(run.archive.documents(feed))
        before[feed] = _catch_up(run, unread(answers_before, run.quarter, read))
        earlier[feed] = _last_answer(run, answers_before)
    totals = {source.id: Counts() for source in sources}
    failures: dict[str, SourceError] = {}

    def ask(source: Source) -> Iterator[Document]:
        return _answers(run, source, client, earlier.get(source.id))

    with closing(answers_of(sources, ask)) as answers:
        for source, answer in answers:
            if answer is None:
                yield run.finish(
                    source.id, totals[source.id], failures.get(source.id),
                    before.get(source.id, NOTHING),
                )  # fmt: skip
            elif isinstance(answer, SourceError):
                failures[source.id] = answer
                if answer.document is not None:
                    run.archive.keep(answer.document, source.kind, run.quarter, source.language)
            elif isinstance(answer, DigestError):
                raise answer
            else:
                counts, error = _store_answer(run, source, answer, earlier.get(source.id))
                totals[source.id] += counts
                if error:
                    failures[source.id] = error


def _answers(
    run: Harvest, source: Source, client: PoliteClient, earlier: Archived | None
) -> Iterator[Document]:
    if source.kind == FEED:
        validators = validators_of(earlier.headers) if earlier else {}
        answer = feeds.fetch(source, client, validators)
        if earlier and answer.status == HTTPStatus.NOT_MODIFIED and answer.url != earlier.url:
            answer = feeds.fetch(source, client)  # what has not changed there is another document
        yield answer
    elif source.kind == OAI:
        yield from arxiv_oai.fetch(source, run.quarter, client)
    else:
        yield from arxiv_api.fetch(source, run.quarter, client, run.clock())


def _store_answer(
    run: Harvest, source: Source, answer: Document, earlier: Archived | None
) -> tuple[Counts, SourceError | None]:
    """Keep and store an answer; "not modified" means the earlier one, which may wait still."""
    if answer.status == HTTPStatus.NOT_MODIFIED and earlier is not None:
        return run.store(earlier)
    return run.store(run.archive.keep(answer, source.kind, run.quarter, source.language))


def _catch_up(run: Harvest, unread_answers: Iterable[Archived]) -> Counts:
    """Store what a feed's earlier answers have of the quarter.

    What is wrong with one of them was said when it came, or by ``digest doctor``.
    """
    counts = Counts()
    for answer in unread_answers:
        if run.archive.is_whole(answer):
            counts += run.store(answer)[0]
    return counts


def _last_answer(run: Harvest, answers: Iterable[Archived]) -> Archived | None:
    """The last answer, if it is there still and could be read to its end: of another a server must
    not say that it has not changed. It is read for that: 0.1 s for the 20 MB that are the most."""
    good = [answer for answer in answers if answer.status == HTTPStatus.OK]
    is_good = good and run.archive.is_whole(good[-1]) and not has_problem(run.connection, good[-1])
    return good[-1] if is_good else None
