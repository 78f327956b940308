"""The book: every event of every review, only ever added to, in one SQLite file.

Saving is idempotent by the event's id, all or none for several, and on disk when ``append``
returns. What stands is derived from the events; nothing derived is kept here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from digest.config import Clock
from digest.errors import InputError, ReviewConflict
from digest.quarter import Quarter
from digest.review.events import New, ReviewEvent, checked, kind_of, read_payload
from digest.review.sqlite import PATIENCE, BookFile

_COLUMNS = "event_id, quarter, person, kind, payload, number, at"
_IN_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class Book:
    """The events in the file at ``path``, for any number of threads and processes at once.

    Reading makes no file: where there is none, there are no events. ``patience`` is for how many
    seconds to wait for other processes that write.
    """

    def __init__(self, path: Path, clock: Clock, patience: float = PATIENCE) -> None:
        self._file, self._clock = BookFile(path, patience), clock

    def append(self, *events: New) -> list[ReviewEvent]:
        """Save events, all or none, and give them back as they stand in the book, in order.

        What is saved together has the same ``at``, by which it can be taken back together.
        Texts are tidied first. An event that is there already, by its id, is given back as it was
        saved: sending it again, after a lost answer, changes nothing.

        Raises:
            ReviewConflict: an id is there with another content, and so another event.
            InputError: a payload or an id that cannot be.
            StoreError: the book cannot be written; nothing was saved.
        """
        tidied = [_checked(event) for event in events]
        with self._file.writing() as connection:
            now = self._clock()
            return [_saved(connection, event, now) for event in tidied]

    def events(self, quarter: Quarter | None = None, after: int = 0) -> list[ReviewEvent]:
        """The events of a quarter, or of all, oldest first; only those numbered above ``after``."""
        with self._file.reading() as connection:
            if connection is None:
                return []
            where, values = ("quarter = ? AND", [str(quarter)]) if quarter else ("", [])
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM event WHERE {where} number > ? ORDER BY number",
                [*values, after],
            ).fetchall()
        return [_event(row) for row in rows]

    def last(self, quarter: Quarter) -> int:
        """The number of the quarter's last event, 0 when there is none: as long as it stays the
        same, nothing changed."""
        with self._file.reading() as connection:
            if connection is None:
                return 0
            row = connection.execute(
                "SELECT coalesce(max(number), 0) FROM event WHERE quarter = ?", [str(quarter)]
            ).fetchone()
        return int(row[0])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _checked(event: New) -> New:
    if not 8 <= len(event.event_id) <= 64 or not _IN_ID.issuperset(event.event_id):
        raise InputError(
            f"'{event.event_id[:64]}' is no event's id: 8 to 64 letters, digits, - and _"
        )
    return replace(event, payload=checked(event.payload))


def _saved(connection: sqlite3.Connection, event: New, now: datetime) -> ReviewEvent:
    there = connection.execute(
        f"SELECT {_COLUMNS} FROM event WHERE event_id = ?", [event.event_id]
    ).fetchone()
    if there is not None:
        found = _event(there)
        if (found.quarter, found.person, found.payload) != (
            event.quarter, event.person, event.payload,
        ):  # fmt: skip
            raise ReviewConflict(
                f"another event has the id {event.event_id}: nothing was saved; load the page "
                "again and repeat what you did"
            )
        return found
    row = connection.execute(
        "INSERT INTO event (event_id, quarter, person, kind, payload, at) "
        f"VALUES (?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS}",
        [event.event_id, str(event.quarter), event.person, kind_of(event.payload),
         orjson.dumps(asdict(event.payload)).decode(), now.astimezone(UTC).isoformat()],
    ).fetchone()  # fmt: skip
    return _event(row)


def _event(row: Iterable[object]) -> ReviewEvent:
    event_id, quarter, person, kind, payload, number, at = row
    return ReviewEvent(
        str(event_id), Quarter.parse(str(quarter)), str(person),
        read_payload(str(kind), orjson.loads(str(payload))),
        int(str(number)), datetime.fromisoformat(str(at)),
    )  # fmt: skip
