"""Who takes part: persons, how they enter, and what they opened. In the same file as the events.

Who may do what is the application's to ask (``Person.role``); here is who somebody is. A person is
never removed, since the book names them: they are revoked, which ends their sessions, links and
passphrase at once and leaves what they decided.
"""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.config import Clock
from digest.errors import InputError, NotLetIn, ReviewConflict
from digest.review import accesses, keys, limits, registry
from digest.review.accesses import Access
from digest.review.persons import Person, checked, state_of
from digest.review.sqlite import BookFile

IDLE = timedelta(hours=12)  # a session ends when nothing is asked for so long
LONGEST = timedelta(days=7)  # and in any case
TOUCHED = 300.0  # seconds: how exactly the last use of a session is known
_NO_LINK = (
    "this link does not let you in: it was used, has expired or was taken back; ask an editor for "
    "a new one"
)
_NOBODY = "no member has this name and passphrase; ask an editor for a link if it is lost"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who entered. ``cookie`` is the secret that says so."""

    person: Person
    cookie: str = field(repr=False)


class People:
    """The persons in the book at ``path``; any number of threads and processes at once.

    ``work`` is what a guess at a passphrase set from now on costs.
    """

    def __init__(self, path: Path, clock: Clock, work: int = keys.WORK) -> None:
        self._file, self._clock, self._work = BookFile(path), clock, work

    def add(self, person: Person) -> Person:
        """Take somebody in; their texts are tidied.

        Raises:
            InputError: the id is taken, or something about them cannot be.
        """
        tidied = replace(checked(person), revoked=False)
        with self._file.writing() as connection:
            if registry.found(connection, tidied.id):
                raise InputError(f"there is a person {tidied.id} already: choose another id")
            registry.put(connection, tidied, self._now())
        return tidied

    def change(self, person: Person, seen: str = "") -> Person:
        """Everything about the person of this id as it is here, but for ``revoked``.

        ``seen`` is the state (``state_of``) on which the change was made, if it may be an old one.

        Raises:
            ReviewConflict: somebody changed the person since that.
            InputError: there is no such person, or something about them cannot be.
        """
        tidied = checked(person)
        with self._file.writing() as connection:
            known = registry.required(connection, tidied.id)
            changed = replace(tidied, revoked=known.revoked)
            if changed != known:
                if seen and seen != state_of(known):
                    raise ReviewConflict(f"{known.id} was changed meanwhile: nothing was saved")
                registry.put(connection, changed, self._now())
        return changed

    def speak(self, person_id: str, language: str) -> None:
        """Another language for the person, and all else as it is when this is written: what they
        may is never put back to what it was when they asked.

        Raises:
            InputError: there is no such person or language.
        """
        with self._file.writing() as connection:
            known = registry.required(connection, person_id)
            registry.put(connection, checked(replace(known, language=language)), self._now())

    def persons(self, at: datetime | None = None) -> dict[str, Person]:
        """Everybody by id, in the order of their names, the revoked too; as of a moment, or now."""
        with self._file.reading() as connection:
            if connection is None:
                return {}
            found = registry.everybody(connection, at.timestamp() if at else math.inf)
        persons = sorted(found, key=lambda person: (person.name.casefold(), person.id))
        return {person.id: person for person in persons}

    def changes(self, after: int = 0) -> list[tuple[int, datetime]]:
        """When the name, affiliation, role or conflicts of somebody changed, of which an edition
        tells or on which their votes depend; each with its number, those above ``after``."""
        with self._file.reading() as connection:
            rows = registry.changes(connection, after) if connection else []
        return [(number, datetime.fromtimestamp(at, UTC)) for number, at in rows]

    def history(self) -> list[tuple[datetime, Person]]:
        """Every state in which somebody was, and since when, oldest first."""
        with self._file.reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(
                f"SELECT at, {registry.COLUMNS} FROM person_state ORDER BY number"
            ).fetchall()
        return [
            (datetime.fromtimestamp(at, UTC), registry.of_row(tuple(rest))) for at, *rest in rows
        ]

    def revoke(self, person_id: str) -> None:
        """Let the person in no more: sessions, links and passphrase end now.

        Raises:
            InputError: there is no such person.
        """
        with self._file.writing() as connection:
            person = registry.required(connection, person_id)
            registry.revoke(connection, person, self._now())

    def link(self, person_id: str, hours: int = 72) -> str:
        """A new token by which the person enters once within ``hours``; earlier ones end, so a
        link that went astray is taken back by making another one.

        Raises:
            InputError: there is no such person, or they were revoked.
        """
        if not 1 <= hours <= 24 * 31:
            raise InputError("a link is good for 1 to 744 hours")
        token = keys.new_token()
        with self._file.writing() as connection:
            registry.admitted(connection, person_id)
            connection.execute(
                "DELETE FROM link WHERE expires < ? OR person = ?", [self._now(), person_id]
            )
            connection.execute(
                "INSERT INTO link VALUES (?, ?, ?, NULL)",
                [keys.hash_of(token), person_id, self._now() + hours * 3600],
            )
        return token

    def set_passphrase(self, person_id: str, passphrase: str, staying: str = "") -> None:
        """The passphrase from now on; ends the person's sessions, but the one of this cookie.

        Raises:
            InputError: it is too short, there is no such person, or they were revoked.
        """
        lock = keys.locked(passphrase, self._work)
        with self._file.writing() as connection:
            registry.admitted(connection, person_id)
            connection.execute(
                "INSERT OR REPLACE INTO passphrase VALUES (?, ?, ?, ?)",
                [person_id, lock.salt, lock.hash, lock.work],
            )
            connection.execute(
                "DELETE FROM session WHERE person = ? AND hash <> ?",
                [person_id, keys.hash_of(staying)],
            )

    def enter_by_link(self, token: str, address: str) -> Session:
        """Use a link up. Whatever is wrong with it, the words are the same.

        Raises:
            NotLetIn: it lets nobody in.
            TooManyAttempts: the address tried too often.
        """
        attempt, now = self._attempt(address, ""), self._now()
        with self._file.writing() as connection:
            used = connection.execute(
                "UPDATE link SET used = ? WHERE hash = ? AND used IS NULL AND expires > ? "
                "RETURNING person",
                [now, keys.hash_of(token), now],
            ).fetchone()
            if used:
                return self._begun(connection, registry.required(connection, used[0]), attempt)
        raise NotLetIn(_NO_LINK)

    def enter(self, account: str, passphrase: str, address: str) -> Session:
        """Enter by id and passphrase.

        Raises:
            NotLetIn: there is no such person, they have no passphrase, or it is another.
            TooManyAttempts: the address or the account tried too often.
        """
        attempt = self._attempt(address, account or "-")
        person_id = account.strip().casefold()
        with self._file.reading() as connection:
            row = (
                connection
                and connection.execute(
                    "SELECT salt, hash, work FROM passphrase WHERE person = ?", [person_id]
                ).fetchone()
            )
        if not (keys.Lock(*row) if row else keys.nobodys(self._work)).opens(passphrase):
            raise NotLetIn(_NOBODY)
        with self._file.writing() as connection:
            person = registry.required(connection, person_id)
            if not person.revoked:  # while the passphrase was looked at
                return self._begun(connection, person, attempt)
        raise NotLetIn(_NOBODY)

    def session(self, cookie: str) -> Session | None:
        """Whose session this is; None when it is none, has ended, or the person was revoked."""
        now, hash_ = self._now(), keys.hash_of(cookie)
        with self._file.reading() as connection:
            row = (
                connection
                and connection.execute(
                    f"SELECT started, seen, {registry.COLUMNS} FROM session JOIN person "
                    "ON person.id = session.person WHERE hash = ? AND NOT revoked",
                    [hash_],
                ).fetchone()
            )
        if not row or _end(row[0], row[1]) <= now:
            return None
        if now - row[1] > TOUCHED:
            with self._file.writing(durable=False) as connection:
                connection.execute("UPDATE session SET seen = ? WHERE hash = ?", [now, hash_])
        return Session(registry.of_row(row[2:]), cookie)

    def leave(self, cookie: str) -> None:
        """End a session."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM session WHERE hash = ?", [keys.hash_of(cookie)])

    def log(self, person: str, address: str, action: str, status: int) -> None:
        """Note an access, such as ``GET /item`` and 200: without its query, and no secret in it."""
        access = Access(self._clock(), address, person, action, status)
        with self._file.writing(durable=False) as connection:
            accesses.note(connection, access)

    def accesses(self, most: int = 500) -> list[Access]:
        """The newest lines of the access log, newest first."""
        with self._file.reading() as connection:
            return accesses.newest(connection, most) if connection else []

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _attempt(self, address: str, account: str) -> int:
        with self._file.writing() as connection:
            return limits.begin(connection, address, account, self._now())

    def _begun(self, connection: sqlite3.Connection, person: Person, attempt: int) -> Session:
        cookie, now = keys.new_token(), self._now()
        limits.succeed(connection, attempt, person.id)
        connection.execute("DELETE FROM session WHERE started < ?", [now - LONGEST.total_seconds()])
        connection.execute(
            "INSERT INTO session VALUES (?, ?, ?, ?)", [keys.hash_of(cookie), person.id, now, now]
        )
        return Session(person, cookie)

    def _now(self) -> float:
        return self._clock().timestamp()


def link_address(application: str, token: str) -> str:
    """What a person opens to enter: the page asks once more, so that no mail scanner enters."""
    return f"{application.rstrip('/')}/enter?link={token}"


def _end(started: float, seen: float) -> float:
    return min(started + LONGEST.total_seconds(), seen + IDLE.total_seconds())
