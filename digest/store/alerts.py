"""Which alert went where, and which did not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from digest.store.moments import from_store, to_store

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Attempt:
    """That a channel was given an event; ``problem`` is ``""`` when it passed it on."""

    event_id: str
    channel: str
    at: datetime
    problem: str


def note_attempts(connection: duckdb.DuckDBPyConnection, attempts: Iterable[Attempt]) -> None:
    """Remember the last attempt of each event and channel; what was sent stays sent."""
    for a in attempts:
        connection.execute(
            "INSERT INTO alert VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "tried_at = excluded.tried_at, problem = excluded.problem WHERE alert.problem <> ''",
            [a.event_id, a.channel, to_store(a.at), a.problem],
        )


def attempts(connection: duckdb.DuckDBPyConnection) -> list[Attempt]:
    """The last attempts, oldest first."""
    rows = connection.execute("SELECT * FROM alert ORDER BY tried_at, event_id, channel").fetchall()
    return [Attempt(event_id, to, from_store(at), why) for event_id, to, at, why in rows]
