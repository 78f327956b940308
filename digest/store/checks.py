"""Questions to a database whose answers should be nothing: each names what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


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
