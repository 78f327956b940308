"""A database built anew beside the old one: what it takes over, and how it takes its place.

    beginning (a scratch file) -> take_over (labels, history, which quarters) -> … -> put_in_place

Records, items and counts come from the raw archive; vectors, labels, evidence and the history of
harvests exist only in a database, and are copied from one that can be read.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import StoreBusy, StoreCorrupt, StoreError
from digest.quarter import Quarter
from digest.store.archive import storage_errors
from digest.store.checks import read_all
from digest.store.database import BRIEF, attached, snapshot_path, transaction, writing

if TYPE_CHECKING:
    import duckdb

BY_TEXT = ("embedding", "labelling", "label", "evidence")
HISTORY = ("harvest", "event", "handled", "signoff", "alert")


@dataclass(frozen=True, slots=True)
class Old:
    """A database to take from. ``wanted`` has the quarters for which each document was read."""

    path: Path | None = None
    items: int = 0
    wanted: dict[str, frozenset[Quarter]] = field(default_factory=dict)


def scratch_path(path: Path) -> Path:
    """Where the new database grows while the old one at ``path`` is still in its place."""
    return path.with_name(f".{path.stem}.rebuilt{path.suffix}")


def aside_path(path: Path) -> Path:
    """Where a database goes that cannot be read, so that nothing is thrown away."""
    return path.with_name(f"{path.stem}.corrupt{path.suffix}")


def find_old(path: Path) -> tuple[Old, list[str]]:
    """The database at ``path`` if it can be read to the end, else its snapshot, else nothing.

    With it, why the better ones cannot be used.

    Raises:
        StoreBusy: another process writes the database.
        StoreError: it was written by a newer digest.
    """
    problems: list[str] = []
    for candidate in (path, snapshot_path(path)):
        if candidate.exists():
            try:
                with (
                    _of_today(candidate, path) as file,
                    writing(file, wait=BRIEF) as connection,
                ):
                    return _old(connection, candidate), problems
            except StoreCorrupt as error:
                problems.append(str(error))
    return Old(), problems


@contextmanager
def _of_today(old: Path, path: Path) -> Iterator[Path]:
    """A file with what ``old`` holds, in today's schema: itself, if it is the one at ``path``.

    Of the snapshot, which may be older than this digest, it is a copy for the length of the block.
    """
    if old == path:
        yield old
        return
    copy = old.with_name(f".{old.name}")
    remove(copy)  # of a killed run
    try:
        with storage_errors(copy):
            shutil.copyfile(old, copy)
        with writing(copy):
            pass
        yield copy
    except StoreError as error:
        raise type(error)(str(error).replace(str(copy), str(old))) from None
    finally:
        remove(copy)


def _old(connection: duckdb.DuckDBPyConnection, path: Path) -> Old:
    rows = read_all(connection)
    wanted: dict[str, set[Quarter]] = defaultdict(set)
    ingested = connection.execute("SELECT document_id, quarters FROM ingest")
    for document_id, quarters in ingested.fetchall():
        wanted[document_id].update(map(Quarter.parse, quarters.split()))
    return Old(path, rows["item"], {d: frozenset(qs) for d, qs in wanted.items()})


@contextmanager
def beginning(path: Path, old: Old) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database beside ``path``; nobody writes the old one as long as the block lasts.

    Raises:
        StoreBusy: another process rebuilds this database, or writes it.
    """
    scratch = scratch_path(path)
    try:
        with writing(scratch, wait=BRIEF):
            pass  # the remains of a killed run are nobody's; those of a running one are locked
    except StoreBusy:
        raise
    except StoreError:
        pass
    remove(scratch)
    with writing(scratch) as connection:
        if old.path is None:
            yield connection
        else:
            with _of_today(old.path, path) as file, attached(connection, file, "old"):
                yield connection


def take_over(connection: duckdb.DuckDBPyConnection) -> None:
    """Copy the labels and the history of the database that is attached as ``old``.

    What belongs to a text that the rebuilt records do not have any more is left behind.
    """
    with transaction(connection):
        for table in HISTORY:
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM old.{table}")
        for table in BY_TEXT:
            connection.execute(
                f"INSERT INTO {table} BY NAME SELECT * FROM old.{table} "
                "SEMI JOIN record USING (text_hash)"
            )


def put_in_place(path: Path, old: Old) -> Path | None:
    """The finished database replaces the one at ``path``; one that cannot be read is set aside.

    Both must be closed. Returns where the old one lies, if it was set aside.
    """
    aside = aside_path(path) if path.exists() and old.path != path else None
    with storage_errors(path):
        if old.path != path:
            # A log that stayed behind would be taken for the new database's own.
            for file, target in ((path, aside_path(path)), (_log(path), _log(aside_path(path)))):
                if file.exists():
                    file.replace(target)
        scratch_path(path).replace(path)
    return aside


def remove(path: Path) -> None:
    """Delete a database file and its log."""
    for file in (path, _log(path)):
        file.unlink(missing_ok=True)


def _log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")
