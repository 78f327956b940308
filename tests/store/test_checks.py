"""The checks of doctor: each kind of fault in the database is found, and a sound one has none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.config import Workplace
from digest.store.checks import (
    HEADERS,
    SHOULD_BE_EMPTY,
    contradictions,
    differing,
    missing_bytes,
    read_all,
)
from digest.store.database import reading, writing

if TYPE_CHECKING:
    import duckdb


@pytest.fixture(scope="module")
def sound(
    _harvest: Workplace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A harvested and labelled database; whoever harms it takes the harm back."""
    path = tmp_path_factory.mktemp("checks") / "digest.duckdb"
    shutil.copy(_harvest.database, path)
    with writing(path) as connection:
        yield connection


def faults(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    found = {what: ids for what, ids in contradictions(connection) if ids}
    return found | ({"differing": ids} if (ids := differing(connection)) else {})


def test_a_sound_database_has_no_faults(sound: duckdb.DuckDBPyConnection) -> None:
    assert faults(sound) == {}
    assert missing_bytes(sound) == 0
    rows = read_all(sound)
    assert rows["item"] > 50
    assert rows["label"] > 50


HARMS = {
    "INSERT INTO handled VALUES ('v1-x', 'draft', current_timestamp)":
        "handled events that are not there",
    "UPDATE ingest SET known = known + 1 WHERE read > 9": "documents whose counts do not add up "
        "(read = stored + known + out of quarter + rejected)",
    "UPDATE harvest SET stored = stored + 1": "harvests whose counts do not add up",
    "DELETE FROM rejection": "documents with fewer rejected entries than they counted",
    "UPDATE ingest SET document_id = 'd1-x' || document_id": "counts of documents that are not "
        "known",
    "DELETE FROM document": "records of documents that are not known",
    "DELETE FROM item_record WHERE item_id LIKE 'arxiv:%5'": "records without an item",
    "DELETE FROM record_key": "records without an identity key",
    "INSERT INTO record_key VALUES ('url:x', 'r1-nobody')": "identity keys without a record",
    "DELETE FROM item WHERE item_id LIKE 'arxiv:%5'": "members of items that are not there",
    "DELETE FROM record WHERE arxiv_id LIKE '%5'": "members of items that are no record",
    "INSERT INTO item BY NAME SELECT * REPLACE ('url:x' AS item_id) FROM item LIMIT 1":
        "items without a record",
    "UPDATE item SET lead_record = 'r1-nobody' WHERE item_id LIKE 'arxiv:%5'":
        "items whose leading record is not theirs",
    "INSERT INTO embedding BY NAME SELECT * REPLACE ('t1-x' AS text_hash) FROM embedding LIMIT 1":
        "vectors of unknown texts",
    "INSERT INTO labelling BY NAME SELECT * REPLACE ('t1-x' AS text_hash) FROM labelling LIMIT 1":
        "labelled texts that are unknown",
    "INSERT INTO label BY NAME SELECT * REPLACE ('t1-x' AS text_hash) FROM label LIMIT 1":
        "labels of unknown texts",
    "INSERT INTO evidence BY NAME SELECT * REPLACE ('t1-x' AS text_hash) FROM evidence LIMIT 1":
        "evidence for unknown texts",
    "UPDATE labelling SET codebook = 'c1-other'": "labels of texts that were not labelled",
    "UPDATE item SET withdrawn = NOT withdrawn WHERE item_id LIKE 'arxiv:%5'": "differing",
    "UPDATE item SET quarter = '2025Q4' WHERE item_id LIKE 'arxiv:%5'": "differing",
    "UPDATE item SET sources = ['nobody'] WHERE item_id LIKE 'arxiv:%5'": "differing",
    "UPDATE record SET title = title || '.' WHERE arxiv_id LIKE '%5'": "differing",
    "UPDATE item_record SET item_id = (SELECT min(item_id) FROM item)": "differing",
    "UPDATE record_key SET key = 'doi:10.1234/x' WHERE key LIKE 'guid:%'": "differing",
}  # fmt: skip


@pytest.mark.parametrize("harm", HARMS)
def test_a_fault_is_found(sound: duckdb.DuckDBPyConnection, harm: str) -> None:
    sound.execute("BEGIN")
    try:
        assert sound.execute(harm).fetchall()[0][0] > 0, "the harm must touch a row"
        assert HARMS[harm] in faults(sound)
    finally:
        sound.execute("ROLLBACK")


def test_every_question_has_a_fault_that_it_finds() -> None:
    assert set(SHOULD_BE_EMPTY) | {"differing"} == set(HARMS.values())


def test_items_are_compared_in_portions_of_any_size(sound: duckdb.DuckDBPyConnection) -> None:
    sound.execute("BEGIN")
    try:
        sound.execute("UPDATE item SET withdrawn = true WHERE item_id LIKE 'arxiv:%5'")
        assert differing(sound, 7) == differing(sound) != []
    finally:
        sound.execute("ROLLBACK")


BLOCKS = "SELECT block_size * total_blocks, block_size * used_blocks FROM pragma_database_size()"


def test_a_file_that_was_cut_lacks_bytes(harvested: Workplace) -> None:
    with reading(harvested.database) as connection:
        ((_, used),) = connection.execute(BLOCKS).fetchall()
    content = harvested.database.read_bytes()
    harvested.database.write_bytes(content[: HEADERS + used - 1_000])
    with reading(harvested.database) as connection:
        assert missing_bytes(connection) == 1_000


def test_a_file_that_ends_before_its_last_free_block_is_whole(tmp_path: Path) -> None:
    """As DuckDB leaves one after some rounds of writing, with no fault at all."""
    path = tmp_path / "whole.duckdb"
    for turn in range(20):
        with writing(path) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS text (text_hash VARCHAR PRIMARY KEY, body VARCHAR);"
                f"INSERT INTO text SELECT md5((range + {turn}000)::VARCHAR), "
                "repeat(md5(range::VARCHAR), 100) FROM range(500); CHECKPOINT"
            )
        with reading(path) as connection:
            ((total, used),) = connection.execute(BLOCKS).fetchall()
            if path.stat().st_size < HEADERS + total:
                break
            assert missing_bytes(connection) == 0
    assert used < total
    with reading(path) as connection:
        assert path.stat().st_size < HEADERS + total
        assert missing_bytes(connection) == 0
