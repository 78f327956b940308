"""From a parsed document to records and items, in transactions that can be repeated.

Records go in by batches; after each batch the items that its records touch are resolved anew from
all their records, so the items never depend on the order of arrival or on where a run was killed.
But for one thing: a record of a quarter that is not wanted is kept only if its item is there; one
that came before its item is kept when another answer says it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from digest.errors import SourceError
from digest.items import Item, Record, Rejection, Seen, keys_of, resolve
from digest.quarter import Quarter
from digest.store.archive import Archived
from digest.store.database import transaction
from digest.store.moments import from_store, to_store

if TYPE_CHECKING:
    import duckdb
    import pyarrow

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Counts:
    """Where every entry went that was read."""

    read: int = 0
    stored: int = 0
    known: int = 0
    out_of_quarter: int = 0
    rejected: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def reconcile(self) -> bool:
        """Whether nothing was lost between reading and storing."""
        return self.read == self.stored + self.known + self.out_of_quarter + self.rejected


def ingest(
    connection: duckdb.DuckDBPyConnection,
    document: Archived,
    parser: str,
    wanted: frozenset[Quarter],
    entries: Iterable[Record | Rejection],
) -> tuple[Counts, SourceError | None]:
    """Store what a document says of the ``wanted`` quarters; returns this call's counts.

    What it says of an item that is stored is kept whatever its date: that may be the one that
    tells the item's quarter.

    A document that this parser has read to the end for these quarters is not parsed again: all
    that it holds is known. When ``entries`` breaks off with a ``SourceError``, what came before is
    kept and the error is returned beside the counts. A record belongs to the earliest document
    that has it, whichever was ingested first.
    """
    if done := _done(connection, document, parser, wanted):
        return done, None
    with transaction(connection):
        connection.execute(
            "INSERT OR IGNORE INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                document.document_id,
                document.source,
                document.quarter,
                document.url,
                to_store(document.fetched_at),
                document.status,
                document.sha256,
                document.bytes,
            ],
        )
    counts = Counts()
    brought: set[str] = set()
    problem: SourceError | None = None
    rows = iter(entries)
    while problem is None:
        batch, problem = _take(rows)
        if not batch:
            break
        with transaction(connection):
            counts += _store(connection, document, wanted, batch, brought)
    # What this document brought before it was interrupted is known now, and still its own.
    again = len(brought) - counts.stored
    noted = replace(counts, stored=len(brought), known=counts.known - again)
    _note_done(connection, document, parser, wanted, noted, problem)
    return counts, problem


def _take(
    rows: Iterator[Record | Rejection],
) -> tuple[list[Record | Rejection], SourceError | None]:
    """The next batch, and why it ends early if the entries break off."""
    batch: list[Record | Rejection] = []
    try:
        for entry in islice(rows, BATCH):
            batch.append(entry)  # one by one: those before the error stay
    except SourceError as error:
        return batch, error
    return batch, None


def _done(
    connection: duckdb.DuckDBPyConnection,
    document: Archived,
    parser: str,
    wanted: frozenset[Quarter],
) -> Counts | None:
    row = connection.execute(
        "SELECT read, stored + known, out_of_quarter, rejected FROM ingest "
        "WHERE document_id = ? AND parser = ? AND quarters = ? AND problem = ''",
        [document.document_id, parser, _written(wanted)],
    ).fetchone()
    return Counts(row[0], 0, row[1], row[2], row[3]) if row else None


def has_problem(connection: duckdb.DuckDBPyConnection, document: Archived) -> bool:
    """Whether a document was read, and never to its end."""
    (whole,) = connection.execute(
        "SELECT bool_or(problem = '') FROM ingest WHERE document_id = ?", [document.document_id]
    ).fetchall()[0]
    return whole is False


def _note_done(
    connection: duckdb.DuckDBPyConnection,
    document: Archived,
    parser: str,
    wanted: frozenset[Quarter],
    counts: Counts,
    problem: SourceError | None,
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO ingest VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [document.document_id, parser, _written(wanted), *astuple(counts), str(problem or "")],
    )


def _written(quarters: frozenset[Quarter]) -> str:
    return " ".join(map(str, sorted(quarters)))


def _store(
    connection: duckdb.DuckDBPyConnection,
    document: Archived,
    wanted: frozenset[Quarter],
    batch: list[Record | Rejection],
    brought: set[str],
) -> Counts:
    """Store a batch; adds to ``brought`` the ids of the records that this document has first."""
    records = [(entry.record_id, entry) for entry in batch if isinstance(entry, Record)]
    rejections = [entry for entry in batch if isinstance(entry, Rejection)]
    here = (to_store(document.fetched_at), document.document_id)
    known = _known(connection, [record_id for record_id, _ in records])
    earliest: dict[str, Record] = {}
    outside: dict[str, Record] = {}
    for record_id, record in records:
        is_wanted = record_id in known or Quarter.of(record.published) in wanted
        if not is_wanted:
            outside.setdefault(record_id, record)
        elif record_id not in known or here < known[record_id]:
            earliest.setdefault(record_id, record)
    _keep(connection, document, earliest)
    about = _about_stored_items(connection, outside)
    _keep(connection, document, about)
    earliest |= about
    for r in rejections:
        connection.execute(
            "INSERT OR IGNORE INTO rejection VALUES (?, ?, ?, ?, ?)",
            [document.document_id, r.position, r.source, r.external_id, r.reason],
        )
    brought.update(earliest, (rid for rid, first in known.items() if first == here))
    stored = len(earliest.keys() - known.keys())
    out = sum(record_id in outside and record_id not in about for record_id, _ in records)
    return Counts(len(batch), stored, len(records) - stored - out, out, len(rejections))


def _known(
    connection: duckdb.DuckDBPyConnection, record_ids: list[str]
) -> dict[str, tuple[datetime, str]]:
    """The time and id of the document that brought each record that is stored already."""
    asked = _table({"record_id": record_ids})  # noqa: F841 - DuckDB reads it by its name
    rows = connection.execute(
        "SELECT record_id, first_seen, document_id FROM asked JOIN record USING (record_id)"
    )
    return {row[0]: (row[1], row[2]) for row in rows.fetchall()}


def _about_stored_items(
    connection: duckdb.DuckDBPyConnection, outside: dict[str, Record]
) -> dict[str, Record]:
    """Those records, of quarters that are not wanted, which tell of an item that is stored.

    Such as arXiv's own of a paper that a feed announced on the next quarter's first day. A feed's
    own id shows nothing of the kind, nor does a key that several items have.
    """
    keys = [
        (rid, key) for rid, record in outside.items() for key in keys_of(record)
        if key.startswith(("arxiv:", "doi:", "url:"))
    ]  # fmt: skip
    asked = _table({"record_id": [rid for rid, _ in keys], "key": [key for _, key in keys]})  # noqa: F841
    rows = connection.execute(
        "SELECT DISTINCT asked.record_id FROM asked JOIN record_key USING (key) "
        "JOIN item_record ON item_record.record_id = record_key.record_id "
        "GROUP BY asked.record_id, key HAVING count(DISTINCT item_id) = 1"
    )
    found = {row[0] for row in rows.fetchall()}
    return {rid: record for rid, record in outside.items() if rid in found}


def _keep(
    connection: duckdb.DuckDBPyConnection, document: Archived, fresh: dict[str, Record]
) -> None:
    """Store records as the document's, and derive their items anew."""
    if fresh:
        _insert_records(connection, document, fresh)
        _resolve_items(connection, list(fresh))


def _insert_records(
    connection: duckdb.DuckDBPyConnection, document: Archived, fresh: dict[str, Record]
) -> None:
    rows = [_record_row(record_id, record, document) for record_id, record in fresh.items()]
    keys = [(key, rid) for rid, record in fresh.items() for key in dict.fromkeys(keys_of(record))]
    insert(connection, "record", rows, replace=True)
    insert(connection, "record_key", [{"key": key, "record_id": rid} for key, rid in keys])


def _record_row(record_id: str, record: Record, document: Archived) -> dict[str, Any]:
    row = {f.name: getattr(record, f.name) for f in fields(record)}
    return row | {
        "record_id": record_id,
        "published": to_store(record.published),
        "updated": to_store(record.updated) if record.updated else None,
        "text_hash": record.text_hash,
        "document_id": document.document_id,
        "first_seen": to_store(document.fetched_at),
    }


def _resolve_items(connection: duckdb.DuckDBPyConnection, record_ids: list[str]) -> None:
    """Derive anew every item that shares an identity key, directly or not, with these records."""
    items = derived(connection, record_ids)
    connection.execute(
        "DELETE FROM item WHERE item_id IN "
        "(SELECT item_id FROM item_record SEMI JOIN touched USING (record_id))"
    )
    connection.execute("DELETE FROM item_record WHERE record_id IN (SELECT record_id FROM touched)")
    insert(connection, "item", [item_row(item) for item in items], replace=True)
    members = [{"record_id": r, "item_id": item.item_id} for item in items for r in item.record_ids]
    insert(connection, "item_record", members, replace=True)


def derived(connection: duckdb.DuckDBPyConnection, record_ids: list[str]) -> list[Item]:
    """What the items of these records should be, by all stored records that share a key with them.

    Leaves the ids of all records that were looked at in the temporary table ``touched``.
    """
    start = _table({"record_id": record_ids})  # noqa: F841
    connection.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT record_id FROM start")
    grown, size = 0, len(record_ids)
    while grown != size:
        grown = size
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT other.record_id FROM touched "
            "JOIN record_key mine USING (record_id) JOIN record_key other USING (key)"
        )
        row = connection.execute("SELECT count(*) FROM touched").fetchone()
        assert row is not None
        size = row[0]
    return resolve(records(connection, "SEMI JOIN touched USING (record_id)"))


def item_row(item: Item) -> dict[str, Any]:
    """The row of the table ``item``."""
    return {
        "item_id": item.item_id,
        "kind": item.kind,
        "quarter": str(item.quarter),
        "published": to_store(item.published),
        "date_inferred": item.date_inferred,
        "withdrawn": item.withdrawn,
        "first_seen": to_store(item.first_seen),
        "lead_record": item.lead_id,
        "text_hash": item.lead.text_hash,
        "sources": list(item.sources),
    }


def records(connection: duckdb.DuckDBPyConnection, clause: str) -> Iterator[Seen]:
    """The stored records that a SQL ``clause`` keeps, with the time when each was first seen."""
    names = [f.name for f in fields(Record)]
    rows = connection.execute(
        f"SELECT record_id, first_seen, {', '.join(names)} FROM record {clause}"
    )
    while row := rows.fetchone():
        values = dict(zip(names, row[2:], strict=True))
        values["published"] = from_store(values["published"])
        values["updated"] = values["updated"] and from_store(values["updated"])
        values["authors"], values["categories"] = (
            tuple(values["authors"]),
            tuple(values["categories"]),
        )
        yield Seen(row[0], Record(**values), from_store(row[1]))


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: list[dict[str, Any]],
    *,
    replace: bool = False,
) -> None:
    """Insert rows by column name, in bulk; a row whose key exists is left, or replaced."""
    import pyarrow as pa

    if not rows:
        return
    columns = connection.sql(f"SELECT * FROM {table} LIMIT 0").to_arrow_table().schema
    schema = pa.schema([field for field in columns if field.name in rows[0]])
    incoming = pa.Table.from_pylist(rows, schema=schema)  # noqa: F841 - read by its name
    verb = "INSERT OR REPLACE" if replace else "INSERT OR IGNORE"
    connection.execute(f"{verb} INTO {table} BY NAME SELECT * FROM incoming")


def _table(columns: dict[str, list[str]]) -> pyarrow.Table:
    import pyarrow as pa

    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
