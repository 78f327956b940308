"""A table as CSV, as JSON and as Parquet: the same rows, in the same order, from the same values.

In CSV a text that a spreadsheet would take for a formula is defused, as ``digest.cells`` does it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import orjson

from digest.cells import defused
from digest.publish.machine.schema import SEPARATOR, Column, Value

if TYPE_CHECKING:
    import pyarrow as pa

Rows = Sequence[tuple[Value, ...]]


def csv_file(columns: Sequence[Column], rows: Rows) -> bytes:
    """UTF-8 with one line of names; no value is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        value = SEPARATOR.join(value)
    return defused(value) if isinstance(value, str) else value


def json_file(columns: Sequence[Column], rows: Rows) -> bytes:
    """A list of objects, one on each line; no value is ``null``."""
    names = [column.name for column in columns]
    lines = (orjson.dumps(dict(zip(names, row, strict=True))) for row in rows)
    return b"[\n" + b",\n".join(lines) + b"\n]\n"


def parquet_file(columns: Sequence[Column], rows: Rows) -> bytes:
    """Parquet with typed columns, compressed; the same rows give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = pa.BufferOutputStream()
    pq.write_table(_arrow(columns, rows), out, compression="zstd")
    return bytes(out.getvalue())


def _arrow(columns: Sequence[Column], rows: Rows) -> pa.Table:
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "list": pa.list_(pa.string()),
    }
    arrays = {
        column.name: pa.array([_typed(column, row[at]) for row in rows], types[column.type])
        for at, column in enumerate(columns)
    }
    return pa.table(arrays)


def _typed(column: Column, value: Value) -> object:
    if column.type == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return value
