"""When each source was last heard, and on which days it brought something new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from digest.store.history import ANSWERED
from digest.store.moments import from_store, to_store

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Heard:
    """A source as the store knows it.

    ``outcome`` is of the last time it was asked for any quarter, ``answered_at`` of its last
    answer, None if there was none. ``days`` are those of its items, UTC, ascending.
    """

    source: str
    outcome: str
    answered_at: datetime | None
    days: tuple[date, ...]


def heard(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[Heard]:
    """Every source that was ever asked, by id, with the days of its items until ``now``."""
    rows = connection.execute(
        """
        WITH asked AS (
            SELECT source, arg_max(outcome, finished_at) AS outcome,
                   max(finished_at) FILTER (outcome = ?) AS answered_at
            FROM harvest GROUP BY source),
        brought AS (
            SELECT source, list(DISTINCT published::DATE ORDER BY published::DATE) AS days
            FROM record WHERE published <= ? GROUP BY source)
        SELECT source, outcome, answered_at, coalesce(days, [])
        FROM asked LEFT JOIN brought USING (source) ORDER BY source
        """,
        [ANSWERED, to_store(now)],
    ).fetchall()
    return [Heard(s, o, at and from_store(at), tuple(days)) for s, o, at, days in rows]
