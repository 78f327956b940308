"""Reparse: build the database anew from the raw archive, without the network.

    raw archive -> parsers of today -> records, items, counts -> new file
    old database, or its snapshot -> labels, history of harvests -> new file -> the old one's place

The old database stays as it is until the new one is finished; killed before, nothing has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx

from digest.config import Workplace
from digest.edition.shelf import Shelf
from digest.errors import StoreCorrupt, StoreError
from digest.quarter import Quarter
from digest.steps.harvest import PARSERS, open_to_late, parsed
from digest.store import rebuild
from digest.store.archive import Archive, Archived
from digest.store.checks import read_all
from digest.store.database import snapshot
from digest.store.ingest import Counts, ingest
from digest.store.rebuild import Old
from digest.store.turn import own_turn

if TYPE_CHECKING:
    import duckdb

OFTEN = 100  # documents between two lines of progress


def reparse(place: Workplace) -> Iterator[str]:
    """Rebuild the database; yields what is being done and what came of it, line by line.

    Raises:
        StoreBusy: another process works in this folder.
        StoreCorrupt: the archive lacks an answer, or its note, that the old database has read.
        StoreError: there is no archive to build from, or the database is of a newer digest.
        StorageFull: no space for the new database.
    """
    archive = Archive(place.raw)
    documents = [d for d in archive.documents() if httpx.codes.is_success(d.status)]
    if not documents:
        raise StoreError(f"{place.raw} holds no answers to build a database from: harvest first")
    with own_turn(place):
        yield from _rebuild(place, archive, documents)


def _rebuild(place: Workplace, archive: Archive, documents: list[Archived]) -> Iterator[str]:
    old, problems = rebuild.find_old(place.database)
    yield from problems
    yield from _about(old, place)
    lost = {document.document_id: what for document, what in archive.damaged()}
    _require_all(old, lost | _without_note(archive, old, documents))
    yield from lost.values()
    present = [d for d in documents if d.document_id not in lost]
    with rebuild.beginning(place.database, old) as connection:
        yield from _ingest(connection, archive, present, _wanted(place, old, documents))
        if old.path is not None:
            rebuild.take_over(connection)
        rows = read_all(connection)
        snapshot(connection, place.database)
    aside = rebuild.put_in_place(place.database, old)
    if aside:
        yield f"the database that cannot be read lies at {aside} now; delete it when you like"
    yield (
        f"{place.database} is rebuilt: {len(present):,} documents, {rows['record']:,} records, "
        f"{rows['item']:,} items ({old.items:,} before), {rows['labelling']:,} labelled texts"
    )


def _about(old: Old, place: Workplace) -> Iterator[str]:
    if old.path is None:
        yield (
            "there is no old database that can be read: the next digest run labels all texts "
            "again, and the history of harvests begins anew"
        )
    elif old.path != place.database:
        yield f"labels and the history of harvests come from the snapshot {old.path}"


def _without_note(archive: Archive, old: Old, documents: list[Archived]) -> dict[str, str]:
    """The answers that the old database has read and of which no note tells any more."""
    noted = {document.document_id for document in documents}
    return {
        document_id: f"{archive.folder} has no note of the answer {document_id}, which {old.path} "
        "has read: restore it from a backup"
        for document_id in sorted(old.wanted.keys() - noted)
    }


def _require_all(old: Old, lost: dict[str, str]) -> None:
    """Raises StoreCorrupt if a database still has what answers said that are lost."""
    read_before = [what for document_id, what in lost.items() if document_id in old.wanted]
    if read_before:
        more = f" ({len(read_before) - 1:,} more: digest doctor)" if read_before[1:] else ""
        raise StoreCorrupt(
            f"{read_before[0]}{more}. Nothing was changed: a rebuilt database would lack what the "
            "present one still has from there"
        )


def _wanted(
    place: Workplace, old: Old, documents: list[Archived]
) -> Callable[[Archived], frozenset[Quarter]]:
    """Which quarters' items to take from a document: those for which it was read before, and
    those for which a harvest takes them always.

    Without the old database nobody knows for which other quarters an unchanged answer was read
    again, so all quarters that were ever asked for are taken: too many rather than too few.
    """
    late = open_to_late(Shelf(place.editions))
    asked = {d.document_id: Quarter.parse(d.quarter) for d in documents}
    everything = frozenset(asked.values()) | late

    def wanted(document: Archived) -> frozenset[Quarter]:
        if old.path is None:
            return everything
        before = old.wanted.get(document.document_id, frozenset())
        return late | before | {asked[document.document_id]}

    return wanted


def _ingest(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    documents: list[Archived],
    wanted: Callable[[Archived], frozenset[Quarter]],
) -> Iterator[str]:
    total = Counts()
    for number, document in enumerate(documents, 1):
        entries = parsed(archive, document)
        counts, error = ingest(
            connection, document, PARSERS[document.kind], wanted(document), entries
        )
        total += counts
        if error:
            yield str(error)
        if number % OFTEN == 0 or number == len(documents):
            yield (
                f"{number:,} of {len(documents):,} documents: {total.read:,} read = "
                f"{total.stored:,} stored + {total.known:,} known + {total.out_of_quarter:,} out "
                f"of quarter + {total.rejected:,} rejected"
            )
