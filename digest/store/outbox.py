"""The outbox: events that wait until whoever listens has handled them.

An event goes in with the data that caused it, in the caller's transaction; a listener notes it as
handled with its own result, in one transaction too. Between the two it may be delivered never,
once or a hundred times: it stays open until it is handled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from digest.events import BY_NAME, CATALOGUE, Event, Kind
from digest.items import digest_of
from digest.quarter import Quarter
from digest.store.moments import from_store, to_store

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Raised:
    """An event in the outbox; ``waiting_for`` are the listeners that have not handled it."""

    event_id: str
    name: str
    quarter: Quarter
    subject: str
    data: dict[str, Any]
    caused_at: datetime
    waiting_for: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """Its entry in the catalogue."""
        return BY_NAME[self.name]


def raise_event(connection: duckdb.DuckDBPyConnection, event: Event, now: datetime) -> str | None:
    """Put an event into the outbox; its id, or None when it is there already.

    It is there when the last event of that name, quarter and subject has the same cause. A cause
    that comes back after another one is news again: the id covers the event before.
    Call it in the transaction that stores the cause.
    """
    key = [event.kind.name, str(event.quarter), event.subject]
    last = connection.execute(
        "SELECT cause, event_id FROM event WHERE name = ? AND quarter = ? AND subject = ? "
        "ORDER BY number DESC LIMIT 1",
        key,
    ).fetchone()
    if last and last[0] == event.cause:
        return None
    event_id = digest_of(*key, event.cause, last[1] if last else "", prefix="v1-")
    connection.execute(
        "INSERT INTO event SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ? FROM event",
        [event_id, *key, event.cause, orjson.dumps(event.data).decode(), to_store(now)],
    )
    return event_id


def unhandled(
    connection: duckdb.DuckDBPyConnection,
    listener: str | None = None,
    quarter: Quarter | None = None,
) -> list[Raised]:
    """The open events, oldest first: of a listener, of a quarter, or all."""
    listens = [(kind.name, who) for kind in CATALOGUE for who in kind.listeners]
    wanted = [(name, who) for name, who in listens if listener in (None, who)]
    if not wanted:
        return []
    pairs = ", ".join(f"('{name}', '{who}')" for name, who in wanted)
    rows = connection.execute(
        f"""
        SELECT event_id, name, quarter, subject, payload, caused_at,
               list(listener ORDER BY listener)
        FROM event JOIN (VALUES {pairs}) AS listens(name, listener) USING (name)
        ANTI JOIN handled USING (event_id, listener)
        WHERE quarter = coalesce(?, quarter) GROUP BY ALL ORDER BY min(number)
        """,
        [quarter and str(quarter)],
    ).fetchall()
    return [_raised(row) for row in rows]


def note_handled(
    connection: duckdb.DuckDBPyConnection, listener: str, event_ids: Iterable[str], now: datetime
) -> None:
    """Note that a listener has done what these events asked it to look at.

    Call it in the transaction of the listener's result, with the ids that ``unhandled`` gave
    before the listener looked: an event that was raised since is about something it did not see.
    """
    for event_id in event_ids:
        connection.execute(
            "INSERT OR IGNORE INTO handled VALUES (?, ?, ?)", [event_id, listener, to_store(now)]
        )


def events(connection: duckdb.DuckDBPyConnection, quarter: Quarter, name: str = "") -> list[Raised]:
    """What happened to a quarter, oldest first; only events of one name if it is given."""
    rows = connection.execute(
        "SELECT event_id, name, quarter, subject, payload, caused_at, "
        "(SELECT list(listener) FROM handled h WHERE h.event_id = event.event_id) "
        "FROM event WHERE quarter = ? AND ? IN ('', name) ORDER BY number",
        [str(quarter), name],
    ).fetchall()
    return [
        _raised((*row[:-1], [w for w in BY_NAME[row[1]].listeners if w not in (row[-1] or ())]))
        for row in rows
    ]


def _raised(row: tuple[Any, ...]) -> Raised:
    event_id, name, quarter, subject, payload, caused_at, waiting_for = row
    return Raised(
        event_id, name, Quarter.parse(quarter), subject, orjson.loads(payload),
        from_store(caused_at), tuple(waiting_for),
    )  # fmt: skip
