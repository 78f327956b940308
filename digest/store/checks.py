"""Questions to a database whose answers should be nothing: each names what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.items import Item, keys_of
from digest.store.ingest import derived, item_row, records

if TYPE_CHECKING:
    import duckdb

PORTION = 5_000  # items: bounds memory
HEADERS = 3 * 4_096  # bytes of a DuckDB file before its first block

# What must not be, and the rows that show it. A text is known when a record has it.
_KNOWN_TEXT = "ANTI JOIN record USING (text_hash)"
SHOULD_BE_EMPTY = {
    "documents whose counts do not add up (read = stored + known + out of quarter + rejected)":
        "SELECT document_id FROM ingest WHERE read <> stored + known + out_of_quarter + rejected",
    "harvests whose counts do not add up":
        "SELECT source || ' of ' || quarter FROM harvest "
        "WHERE read <> stored + known + out_of_quarter + rejected",
    "documents with fewer rejected entries than they counted":
        "SELECT document_id FROM ingest LEFT JOIN (SELECT document_id, count(*) AS named "
        "FROM rejection GROUP BY document_id) USING (document_id) "
        "WHERE rejected > coalesce(named, 0)",
    "counts of documents that are not known": "SELECT document_id FROM ingest ANTI JOIN document "
        "USING (document_id)",
    "records of documents that are not known": "SELECT record_id FROM record ANTI JOIN document "
        "USING (document_id)",
    "records without an item": "SELECT record_id FROM record ANTI JOIN item_record "
        "USING (record_id)",
    "records without an identity key": "SELECT record_id FROM record ANTI JOIN record_key "
        "USING (record_id)",
    "identity keys without a record": "SELECT key FROM record_key ANTI JOIN record "
        "USING (record_id)",
    "members of items that are not there": "SELECT record_id FROM item_record ANTI JOIN item "
        "USING (item_id)",
    "members of items that are no record": "SELECT record_id FROM item_record ANTI JOIN record "
        "USING (record_id)",
    "items without a record": "SELECT item_id FROM item ANTI JOIN item_record USING (item_id)",
    "items whose leading record is not theirs": "SELECT item_id FROM item ANTI JOIN item_record "
        "ON item.item_id = item_record.item_id AND lead_record = record_id",
    "vectors of unknown texts": f"SELECT text_hash FROM embedding {_KNOWN_TEXT}",
    "labelled texts that are unknown": f"SELECT text_hash FROM labelling {_KNOWN_TEXT}",
    "labels of unknown texts": f"SELECT text_hash FROM label {_KNOWN_TEXT}",
    "evidence for unknown texts": f"SELECT text_hash FROM evidence {_KNOWN_TEXT}",
    "labels of texts that were not labelled": "SELECT text_hash FROM label ANTI JOIN labelling "
        "USING (text_hash, model, codebook)",
    "handled events that are not there": "SELECT event_id FROM handled ANTI JOIN event "
        "USING (event_id)",
}  # fmt: skip


def read_all(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Read every value of every table, because damage shows only where somebody reads.

    Returns the number of rows by table.
    """
    names = connection.execute(
        "SELECT table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND NOT temporary ORDER BY table_name"
    ).fetchall()
    rows = {}
    for (name,) in names:
        found = connection.execute(f'SELECT count(*), bit_xor(hash(t)) FROM "{name}" t').fetchone()
        assert found is not None
        rows[name] = int(found[0])
    return rows


def missing_bytes(connection: duckdb.DuckDBPyConnection) -> int:
    """How many bytes the file lacks, at least, of the blocks that hold something.

    Rows that are cut off cannot be read; an index that is cut off is not read with them. Free
    blocks may be missing: DuckDB counts some that lie behind the end of the file.
    """
    row = connection.execute(
        "SELECT path, block_size * used_blocks FROM pragma_database_size() "
        "JOIN duckdb_databases() USING (database_name) WHERE database_name = current_database()"
    ).fetchone()
    assert row is not None
    return max(0, HEADERS + int(row[1]) - Path(row[0]).stat().st_size)


def contradictions(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[str]]]:
    """What must not be, each with the ids of the rows that show it; none when all is well."""
    for what, query in SHOULD_BE_EMPTY.items():
        yield what, [row[0] for row in connection.execute(query).fetchall()]


def documents_of(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The source of each document that was ingested, by the document's id."""
    rows = connection.execute("SELECT document_id, source FROM document").fetchall()
    return dict(rows)


def differing(connection: duckdb.DuckDBPyConnection, portion: int = PORTION) -> list[str]:
    """The ids of items that are not what their records make of them, and of altered records.

    About ``portion`` items are derived anew at once.
    """
    row = connection.execute("SELECT count(*) FROM item").fetchone()
    assert row is not None
    portions = 1 + row[0] // portion
    found: set[str] = set()
    for number in range(portions):
        found.update(_differing(connection, portions, number))
    return sorted(found)


def _differing(connection: duckdb.DuckDBPyConnection, portions: int, number: int) -> Iterator[str]:
    members = connection.execute(
        "SELECT record_id FROM item_record WHERE hash(item_id) % ? = ?", [portions, number]
    ).fetchall()
    expected = {item.item_id: item for item in derived(connection, [m[0] for m in members])}
    keys = dict(
        connection.execute(
            "SELECT record_id, list(key) FROM record_key SEMI JOIN touched USING (record_id) "
            "GROUP BY record_id"
        ).fetchall()
    )
    for seen in records(connection, "SEMI JOIN touched USING (record_id)"):
        same = seen.record.record_id == seen.record_id
        if not same or set(keys.get(seen.record_id, ())) != set(keys_of(seen.record)):
            yield seen.record_id
    stored = _stored_items(connection)
    for item_id in expected.keys() | stored.keys():
        if item_id not in expected or stored.get(item_id) != _as_stored(expected[item_id]):
            yield item_id


def _stored_items(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    rows = connection.execute(
        "SELECT item.*, list(record_id ORDER BY record_id) AS record_ids "
        "FROM item JOIN item_record USING (item_id) WHERE item_id IN "
        "(SELECT item_id FROM item_record SEMI JOIN touched USING (record_id)) GROUP BY ALL"
    )
    names = [column[0] for column in rows.description]
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows.fetchall()}


def _as_stored(item: Item) -> dict[str, Any]:
    return item_row(item) | {"record_ids": list(item.record_ids)}
