"""``digest doctor``: is everything there, whole, and in agreement with everything else?

It changes nothing. Each question has one finding, good or bad; a question that cannot be asked,
because what it is about cannot be read, is a bad one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.config import Workplace, utc_now
from digest.edition.shelf import Shelf
from digest.errors import DigestError, StoreBusy, StoreError, refusal, some_of
from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.packet import Packet
from digest.store import checks
from digest.store.archive import Archive
from digest.store.database import is_snapshot, reading, snapshot_path
from digest.store.rebuild import aside_path

if TYPE_CHECKING:
    import duckdb

NAMED = 3  # rows that show a fault; the rest is counted
REBUILD = "run 'digest reparse', which builds the database anew from the raw archive"
TRAIN = "train the heads anew for the codebook in use (digest train)"


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question; ``detail`` says what is well, or what is wrong and what to do."""

    is_well: bool
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{'ok' if self.is_well else 'WRONG':6}{self.what}: {self.detail}"


def examine(place: Workplace) -> Iterator[Finding]:
    """Everything about a working folder and the model, finding by finding.

    What is wrong for several questions, as a folder that may not be read, is said once.
    """
    said: set[str] = set()
    for finding in _findings(place):
        if finding.is_well or finding.detail not in said:
            yield finding
        said.add(finding.detail)


def _findings(place: Workplace) -> Iterator[Finding]:
    yield from _asked("database", lambda: _database(place))
    yield from _asked("raw archive", lambda: _archive(Archive(place.raw)))
    yield from _asked("model", lambda: _model(place.model_in_use))
    yield from _asked("editions", lambda: _editions(Shelf(place.editions)))
    yield from _asked("review", lambda: _review(place))
    yield from _asked("leftover", lambda: _leftovers(place))


def _asked(what: str, ask: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings; an error that ends them is the last one."""
    try:
        yield from ask()
    except DigestError as error:
        yield Finding(False, what, str(error))
    except OSError as error:
        yield Finding(False, what, refusal(error))


def _database(place: Workplace) -> Iterator[Finding]:
    if not place.database.exists():
        raise StoreError(f"there is none at {place.database}: {_way_to_one(place)}")
    with reading(place.database) as connection:
        if is_snapshot(connection, place.database):
            yield Finding(True, "database", "somebody is writing it; this is about its snapshot")
        missing = checks.missing_bytes(connection)
        if missing:
            yield Finding(False, "database", f"the file lacks {missing:,} bytes: {REBUILD}")
        rows = checks.read_all(connection)
        counted = ", ".join(f"{rows[name]:,} {name}s" for name in ("document", "record", "item"))
        yield Finding(True, "database", f"every value can be read: {counted}")
        yield from _contents(connection)
        yield from _asked("raw archive", lambda: _unarchived(connection, Archive(place.raw)))
    yield from _snapshot(place)


def _way_to_one(place: Workplace) -> str:
    has_answers = next(iter(Archive(place.raw).documents()), None) is not None
    return REBUILD if has_answers else "harvest a quarter first (digest run 2026Q1)"


def _contents(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    faults = 0
    for what, ids in checks.contradictions(connection):
        if ids:
            faults += 1
            yield Finding(False, "counts and links", f"{some_of(ids, NAMED)} are {what}: {REBUILD}")
    if not faults:
        asked = len(checks.SHOULD_BE_EMPTY)
        yield Finding(True, "counts and links", f"{asked} questions, and nothing contradicts")
    wrong = checks.differing(connection)
    if wrong:
        detail = f"{some_of(wrong, NAMED)} are not what their records make of them: {REBUILD}"
        yield Finding(False, "items", detail)
    else:
        yield Finding(True, "items", "derived anew from their records, every item is the same")


def _unarchived(connection: duckdb.DuckDBPyConnection, archive: Archive) -> Iterator[Finding]:
    kept = {document.document_id for document in archive.documents()}
    lost = [f"{i} of {source}" for i, source in checks.documents_of(connection).items()
            if i not in kept]  # fmt: skip
    if lost:
        detail = f"{some_of(lost, NAMED)} are in the database and not in {archive.folder}"
        yield Finding(False, "raw archive", f"{detail}: restore it from a backup")


def _snapshot(place: Workplace) -> Iterator[Finding]:
    path = snapshot_path(place.database)
    if not path.exists():
        return
    try:
        with reading(path) as connection:
            checks.read_all(connection)
        yield Finding(True, "snapshot for readers", "every value can be read")
    except StoreBusy:
        yield Finding(True, "snapshot for readers", "somebody is making it")
    except StoreError as error:
        what = str(error).partition(": run 'digest reparse'")[0]
        yield Finding(False, "snapshot for readers", f"{what}: the next digest run makes it anew")


def _archive(archive: Archive) -> Iterator[Finding]:
    number = sum(1 for _ in archive.documents())
    damaged = 0
    for _, what in archive.damaged():
        damaged += 1
        yield Finding(False, "raw archive", what)
    if not damaged:
        yield Finding(True, "raw archive", f"{number:,} answers are there and match their hashes")


def _model(folder: Path) -> Iterator[Finding]:
    from digest.classify.model import Model
    from digest.taxonomy import load

    model = Model.load(folder)
    yield Finding(True, "model", f"{model.id} is there and matches its hashes")
    codebook = load().version
    if model.codebook == codebook:
        yield Finding(True, "codebook", f"{codebook}, for which the model was trained")
    else:
        detail = f"{codebook}, but the model was trained for {model.codebook}: {TRAIN}"
        yield Finding(False, "codebook", detail)


def _editions(shelf: Shelf) -> Iterator[Finding]:
    editions = shelf.editions()
    questions: list[Callable[[], object]] = [partial(shelf.manifest, e) for e in editions]
    questions += [partial(shelf.basis, e) for e in editions]
    questions += [partial(shelf.draft, quarter) for quarter in shelf.drafts()]
    faults = 0
    for question in questions:
        try:
            question()
        except StoreError as error:
            faults += 1
            yield Finding(False, "editions", str(error))
    if not faults:
        yield Finding(True, "editions", f"{len(editions):,} published ones match their hashes")


def _review(place: Workplace) -> Iterator[Finding]:
    """The book and the packets; nothing is said where nobody reviewed anything."""
    if not place.book.exists():
        return
    with closing(Book(place.book, utc_now)) as book:
        number = len(book.events())
    quarters, items = place.under_review(), 0
    for quarter in quarters:
        with closing(Packet(place.packet(quarter))) as packet:
            items += len(packet.items(packet.ids()))
    detail = f"{number:,} events in the book, {len(quarters):,} packets with {items:,} items"
    yield Finding(True, "review", f"{detail}: all can be read")


def _leftovers(place: Workplace) -> Iterator[Finding]:
    """What killed runs and people left behind: harmless, and named so that nobody wonders."""
    for path in sorted(_scratch(place)):
        number = re.search(r"[.-](\d+)$", path.name)
        if number and _is_running(int(number[1])):
            detail = f"{path} belongs to the running process {number[1]}"
        else:
            detail = f"{path} is of a run that was killed; when no digest runs, it may be deleted"
        yield Finding(True, "leftover", detail)
    aside = aside_path(place.database)
    if aside.exists():
        detail = f"{aside} is a database that could not be read; it may be deleted"
        yield Finding(True, "leftover", detail)
    for path in Shelf(place.editions).unfinished():
        detail = f"{path} was not published to the end; the next publication replaces it"
        yield Finding(True, "leftover", detail)
    for path in sorted(_strays(place)):
        detail = f"{path} is named after no quarter and nothing reads it: keep it elsewhere"
        yield Finding(True, "leftover", detail)


def _strays(place: Workplace) -> Iterator[Path]:
    """Copies beside the editions and packets, as somebody makes them before trying something."""
    beside = [*place.editions.glob("*/"), *place.reviews.glob("*.packet.sqlite"),
              *place.reviews.glob("*.papers.json")]  # fmt: skip
    visible = (path for path in beside if not path.name.startswith("."))
    yield from (path for path in visible if not Quarter.named(path.name.partition(".")[0]))


def _scratch(place: Workplace) -> Iterator[Path]:
    """Hidden files and folders where this program puts what is not finished."""
    yield from place.folder.glob(".*")
    yield from place.drafts.glob(".*")
    for folder in (place.raw, place.editions, place.reviews):
        yield from folder.rglob(".*")


def _is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
