"""The persons in the book's file: each change is a state of its own, none is ever overwritten."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

import orjson

from digest.errors import InputError
from digest.review.persons import Person

COLUMNS = "id, name, affiliation, role, goals, conflicts, language, revoked"


def put(connection: sqlite3.Connection, person: Person, now: float) -> None:
    """What is known of a person from now on."""
    lists = [orjson.dumps(values).decode() for values in (person.goals, person.conflicts)]
    connection.execute(
        f"INSERT INTO person_state (at, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [now, person.id, person.name, person.affiliation, person.role, *lists, person.language,
         person.revoked],
    )  # fmt: skip


def revoke(connection: sqlite3.Connection, person: Person, now: float) -> None:
    """Let the person in no more: whatever opens a door for them is gone."""
    put(connection, replace(person, revoked=True), now)
    for table in ("session", "link", "passphrase"):
        connection.execute(f"DELETE FROM {table} WHERE person = ?", [person.id])


def found(connection: sqlite3.Connection, person_id: str) -> Person | None:
    """The person of that id, revoked or not."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM person WHERE id = ?", [person_id])
    return next(map(of_row, rows), None)


def everybody(connection: sqlite3.Connection, at: float) -> list[Person]:
    """Every person as they were at a moment."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM person_state WHERE number IN "
        "(SELECT max(number) FROM person_state WHERE at <= ? GROUP BY id)",
        [at],
    )
    return [of_row(row) for row in rows]


def changes(connection: sqlite3.Connection, after: int) -> list[tuple[int, float]]:
    """The states with another name, affiliation, role or conflicts than the one before."""
    return connection.execute(
        "SELECT number, at FROM (SELECT number, at, told, "
        "lag(told) OVER (PARTITION BY id ORDER BY number) AS before FROM (SELECT number, at, id, "
        "json_array(name, affiliation, role, conflicts) AS told FROM person_state)) "
        "WHERE told <> before AND number > ? ORDER BY number",
        [after],
    ).fetchall()


def required(connection: sqlite3.Connection, person_id: str) -> Person:
    """The person of that id.

    Raises:
        InputError: there is none.
    """
    person = found(connection, person_id)
    if person is None:
        raise InputError(f"there is no person {person_id[:40]} (digest review people list)")
    return person


def admitted(connection: sqlite3.Connection, person_id: str) -> Person:
    """The person of that id, who may enter.

    Raises:
        InputError: there is none, or they were revoked.
    """
    person = required(connection, person_id)
    if person.revoked:
        raise InputError(f"{person_id} was revoked: add them again under another id")
    return person


def of_row(row: tuple[Any, ...]) -> Person:
    """The person of a row with ``COLUMNS``."""
    id_, name, affiliation, role, goals, conflicts, language, revoked = row
    return Person(
        id_, name, affiliation, role, tuple(orjson.loads(goals)), tuple(orjson.loads(conflicts)),
        language, bool(revoked),
    )  # fmt: skip
