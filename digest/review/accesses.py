"""The access log, in the book's file: who opened what and when, and no secret."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.text import one_line

KEPT = 90 * 86_400.0  # seconds for which a line is kept
_SECRET = re.compile(r"[\w-]{40,}")  # as long as a link or a cookie


@dataclass(frozen=True, slots=True)
class Access:
    """A line of the access log; ``person`` is ``""`` for a stranger."""

    at: datetime
    address: str
    person: str
    action: str
    status: int


def note(connection: sqlite3.Connection, access: Access) -> None:
    """Write a line, its action without query and secrets; lines that are too old go."""
    action = _SECRET.sub("…", one_line(access.action.split("?", 1)[0]))[:200]
    at = access.at.timestamp()
    connection.execute("DELETE FROM access WHERE at < ?", [at - KEPT])
    connection.execute(
        "INSERT INTO access (at, address, person, action, status) VALUES (?, ?, ?, ?, ?)",
        [at, one_line(access.address)[:64], access.person, action, access.status],
    )


def newest(connection: sqlite3.Connection, most: int) -> list[Access]:
    """The last lines, newest first."""
    rows = connection.execute(
        "SELECT at, address, person, action, status FROM access ORDER BY id DESC LIMIT ?", [most]
    )
    return [Access(datetime.fromtimestamp(at, UTC), *rest) for at, *rest in rows]
