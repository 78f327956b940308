"""What every item of a quarter says, as far as it decides which story the item belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from digest.quarter import Quarter

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Telling:
    """An item in its lead record's words, with every identity key of all its records.

    ``language`` is what a labelling recognised, else what the source declares.
    """

    item_id: str
    kind: str
    title: str
    text: str
    published: datetime
    date_inferred: bool
    withdrawn: bool
    language: str
    authors: tuple[str, ...]
    sources: tuple[str, ...]
    comments: str
    text_hash: str
    keys: tuple[str, ...]


def tellings(connection: duckdb.DuckDBPyConnection, quarter: Quarter) -> Iterator[Telling]:
    """The quarter's items, ordered by id."""
    rows = connection.execute(
        """
        WITH own AS (
            SELECT item_id, list(DISTINCT key ORDER BY key) AS keys
            FROM item_record JOIN record_key USING (record_id) GROUP BY item_id),
        recognised AS (
            SELECT text_hash, max(language) AS language FROM labelling GROUP BY text_hash)
        SELECT item.item_id, item.kind, title, text, item.published, item.date_inferred,
               item.withdrawn,
               coalesce(nullif(recognised.language, ''), record.language), authors, sources,
               comments, item.text_hash, coalesce(keys, [])
        FROM item JOIN record ON record_id = lead_record
        LEFT JOIN recognised ON recognised.text_hash = item.text_hash
        LEFT JOIN own ON own.item_id = item.item_id
        WHERE quarter = ? ORDER BY item.item_id
        """,
        [str(quarter)],
    )
    while row := rows.fetchone():
        values: Any = [tuple(value) if isinstance(value, list) else value for value in row]
        yield Telling(*values)
