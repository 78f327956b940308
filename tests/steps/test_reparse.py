"""Reparse: the archive gives the same tables again, and the old database stays until they stand."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from digest.config import Workplace
from digest.edition.shelf import Shelf
from digest.errors import StoreBusy, StoreCorrupt, StoreError
from digest.steps.reparse import reparse
from digest.store.archive import Archive
from digest.store.database import reading, snapshot_path, writing
from tests.examples import Q1, Q4, another_writer, document, edition, tables

LABELS = ("embedding", "labelling", "label", "evidence")


def all_tables(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with reading(path) as connection:
        return tables(connection)


def files(place: Workplace) -> set[str]:
    return {path.name for path in place.folder.iterdir() if path.is_file()}


def spoil(path: Path) -> None:
    """A database whose header is whole and whose blocks are not."""
    content = bytearray(path.read_bytes())
    content[12_288:] = bytes(byte ^ 255 for byte in content[12_288:])
    path.write_bytes(content)


def test_the_rebuilt_tables_are_the_old_ones(harvested: Workplace) -> None:
    """Without what only a parser of the past saw, and without what an answer that is none says."""
    before = all_tables(harvested.database)
    assert all(before[name] for name in before.keys() - {"alert", "handled", "signoff"})
    with writing(harvested.database) as connection:
        connection.execute(
            "INSERT INTO record BY NAME SELECT * REPLACE ('r1-old' AS record_id, 't1-old' AS "
            "text_hash) FROM record LIMIT 1"
        )
        connection.execute("INSERT INTO labelling VALUES ('t1-old', 'm', 'c', 'labelled', 'en')")
    Archive(harvested.raw).keep(document(b"<rss/>", status=503), "feed", Q1)
    lines = list(reparse(harvested))
    after = all_tables(harvested.database)
    for name, rows in before.items():
        assert after[name] == rows, name
    assert all_tables(snapshot_path(harvested.database)) == after
    assert files(harvested) == {"digest.duckdb", "digest.read.duckdb"}
    assert f"{len(before['item']):,} items ({len(before['item']):,} before)" in lines[-1]
    assert any(line.startswith("sample-broken: the document breaks off") for line in lines)
    assert len(list(Archive(harvested.raw).documents("un-news"))) == 1


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda path: path.write_bytes(b"no database"), id="no-database"),
        pytest.param(spoil, id="blocks-spoiled"),
        pytest.param(lambda path: path.unlink(), id="gone"),
    ],
)
def test_without_the_database_the_labels_come_from_the_snapshot(
    harvested: Workplace, harm: Callable[[Path], object]
) -> None:
    before = all_tables(harvested.database)
    harm(harvested.database)
    is_there = harvested.database.exists()
    # A log that stays behind would be taken for the new database's own.
    log = harvested.database.with_name("digest.duckdb.wal")
    log.write_bytes(b"what was not written yet")
    lines = list(reparse(harvested))
    assert all_tables(harvested.database) == before
    assert not log.exists()
    assert any("come from the snapshot" in line for line in lines)
    assert ("digest.corrupt.duckdb" in files(harvested)) is is_there


def test_a_snapshot_of_an_older_digest_gives_its_labels_too(harvested: Workplace) -> None:
    """After an upgrade and before the first run, when the database cannot be read any more."""
    before = all_tables(harvested.database)
    old = snapshot_path(harvested.database)
    with duckdb.connect(str(old)) as connection:
        connection.execute("DELETE FROM migration WHERE number >= 3; DROP TABLE alert")
    harvested.database.write_bytes(b"no database")
    with pytest.raises(StoreError, match="of an older digest"):
        all_tables(old)
    lines = list(reparse(harvested))
    assert all_tables(harvested.database) == all_tables(old) == before
    assert f"labels and the history of harvests come from the snapshot {old}" in lines
    assert files(harvested) == {"digest.duckdb", "digest.read.duckdb", "digest.corrupt.duckdb"}


def test_without_both_the_items_come_back_and_the_labels_are_made_again(
    harvested: Workplace,
) -> None:
    before = all_tables(harvested.database)
    for path in (harvested.database, snapshot_path(harvested.database)):
        path.write_bytes(b"no database")
    lines = list(reparse(harvested))
    after = all_tables(harvested.database)
    lost = {*LABELS, "harvest", "event", "handled", "alert", "signoff"}
    assert not any(after[name] for name in lost)
    for name in before.keys() - lost:
        assert after[name] == before[name], name
    for path in (harvested.database, snapshot_path(harvested.database)):
        assert sum(line.startswith(f"{path} cannot be read as a database") for line in lines) == 1
    assert any("the next digest run labels all texts again" in line for line in lines)


@pytest.mark.parametrize("is_published", [True, False], ids=["published", "drafted"])
def test_late_arrivals_of_other_quarters_come_back(
    harvested: Workplace, is_published: bool
) -> None:
    """Items of 2025Q4 lie in the archive; they are wanted once that quarter has a draft."""
    shelf, other = Shelf(harvested.editions), edition(quarter=str(Q4))
    if is_published:
        shelf.publish(other, document().fetched_at)
    else:
        shelf.put_draft(other)
    before = all_tables(harvested.database)
    list(reparse(harvested))
    after = all_tables(harvested.database)
    fresh = [row for row in after["item"] if row not in before["item"]]
    assert len(after["item"]) == len(before["item"]) + len(fresh)
    assert {row[2] for row in fresh} == {"2025Q4"}


def test_an_unchanged_answer_that_was_read_for_another_quarter_is_read_for_it_again(
    harvested: Workplace,
) -> None:
    """As when a feed answers "not modified" in the next quarter's harvest."""
    from digest.steps.harvest import Harvest

    with writing(harvested.database) as connection:
        run = Harvest.of(connection, harvested, Q4, lambda: document().fetched_at)
        for archived in run.archive.documents():
            run.store(archived)
    before = all_tables(harvested.database)
    assert {row[2] for row in before["item"]} == {"2025Q4", "2026Q1"}
    list(reparse(harvested))
    assert all_tables(harvested.database)["item"] == before["item"]


def lose_a_body(place: Workplace) -> str:
    archive = Archive(place.raw)
    lost = next(archive.documents("sample-intergov"))
    next(place.raw.rglob(f"{lost.sha256}.zst")).unlink()
    return lost.document_id


def test_what_the_archive_lost_is_not_thrown_away_with_the_old_database(
    harvested: Workplace,
) -> None:
    lost = lose_a_body(harvested)
    before = harvested.database.read_bytes()
    with pytest.raises(StoreCorrupt, match=rf"{lost}.*Nothing was changed"):
        list(reparse(harvested))
    assert harvested.database.read_bytes() == before


def test_an_answer_whose_note_is_lost_is_not_thrown_away_with_the_old_database(
    harvested: Workplace,
) -> None:
    note = next((harvested.raw / "documents" / "sample-intergov").glob("*.json"))
    content, before = note.read_bytes(), harvested.database.read_bytes()
    note.write_bytes(content[:40])
    with pytest.raises(StoreCorrupt, match=r"cannot be read .*: restore it from a backup") as said:
        list(reparse(harvested))
    assert "delete" not in str(said.value)
    note.unlink()
    lacks = rf"{harvested.raw} has no note of the answer {note.stem}, .* restore it from a backup"
    with pytest.raises(StoreCorrupt, match=rf"{lacks}\. Nothing was changed"):
        list(reparse(harvested))
    assert harvested.database.read_bytes() == before
    note.write_bytes(content)
    assert list(reparse(harvested))


def test_with_archive_and_database_damaged_the_rest_is_saved(harvested: Workplace) -> None:
    lost = lose_a_body(harvested)
    for path in (harvested.database, snapshot_path(harvested.database)):
        path.write_bytes(b"no database")
    lines = list(reparse(harvested))
    assert any(lost in line for line in lines)
    with reading(harvested.database) as connection:
        sources = {row[0] for row in connection.execute("SELECT source FROM record").fetchall()}
    assert "sample-intergov" not in sources
    assert "sample-journal" in sources


def test_while_somebody_writes_nothing_is_rebuilt(harvested: Workplace) -> None:
    with another_writer(harvested.database) as number, pytest.raises(StoreBusy) as refusal:
        list(reparse(harvested))
    assert f"number {number}" in str(refusal.value)
    assert files(harvested) == {"digest.duckdb", "digest.read.duckdb"}


def test_without_an_archive_nothing_is_replaced_by_nothing(place: Workplace) -> None:
    with writing(place.database):
        pass
    before = place.database.read_bytes()
    with pytest.raises(StoreError, match="holds no answers to build a database from"):
        list(reparse(place))
    assert place.database.read_bytes() == before


REPARSE = """
import sys
from pathlib import Path
from digest.config import Workplace
from digest.steps.reparse import reparse
print("begun", flush=True)
for line in reparse(Workplace(Path(sys.argv[1]))):
    print(line, flush=True)
"""


def test_killed_in_the_middle_the_old_database_stands_and_the_next_run_starts_anew(
    harvested: Workplace,
) -> None:
    before = all_tables(harvested.database)
    inode = harvested.database.stat().st_ino
    scratch = harvested.folder / ".digest.rebuilt.duckdb"
    process = subprocess.Popen(
        [sys.executable, "-c", REPARSE, str(harvested.folder)], stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout
        for line in process.stdout:  # a first line of parsing: the new file is half full
            if line.startswith(b"sample-broken"):
                break
        process.send_signal(signal.SIGSTOP)  # or it would be done before a writer gives up waiting
        with pytest.raises(StoreBusy, match=f"number {process.pid}"):
            list(reparse(harvested))
        process.kill()
    assert scratch.exists()
    assert harvested.database.stat().st_ino == inode
    assert all_tables(harvested.database) == before
    list(reparse(harvested))
    assert all_tables(harvested.database) == before
    assert files(harvested) == {"digest.duckdb", "digest.read.duckdb"}
