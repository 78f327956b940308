"""The relay: posts again what stays open, because a post, a server or a flow was lost.

It also watches the panel's book, in which others write, and raises an event when it is time to
look.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.config import Report, Workplace, utc_now
from digest.errors import DigestError, StoreBusy
from digest.store.database import reading
from digest.store.outbox import Raised, unhandled
from digest.store.turn import own_turn
from flows.deliver import Patience, post
from flows.served import registered_path
from flows.watch import BookWatch

LOOK = 1.0  # seconds between two looks into the outbox


def relay(
    place: Workplace, environment: Mapping[str, str], stop: threading.Event, say: Report
) -> None:
    """Look and post until ``stop``; says what is wrong when it begins to be, not every time."""
    outbox, patience, wrong, runner = Outbox(place), Patience(), "", 0
    watch, unread = BookWatch(place), ""
    while not stop.wait(LOOK):
        before = unread
        unread = _watched(watch)
        if unread and unread != before:
            say(f"relay: {unread}")
        known, runner = runner, _registered(place)
        if runner != known or wrong:
            # What was posted to a runner that is gone, or to a server that was away, was lost.
            patience.again(time.monotonic())
        problem = _once(outbox, environment, patience)
        if problem and problem != wrong:
            say(f"relay: {problem}")
        wrong = problem


def _registered(place: Workplace) -> int:
    """Changes whenever a runner has begun."""
    path = registered_path(place)
    return path.stat().st_mtime_ns if path.exists() else 0


@dataclass
class Outbox:
    """The open events of a working folder, read again when its database has changed."""

    place: Workplace
    _seen: tuple[int, ...] = ()
    _open: list[Raised] = field(default_factory=list)

    def look(self) -> list[Raised] | None:
        """What is open; None while somebody works in the folder, who may be about to handle it.

        Raises:
            StoreError: the database cannot be read.
        """
        if self._state() == self._seen and not self._open:
            return []
        try:
            with own_turn(self.place, wait=0):
                state = self._state()
                if state != self._seen:
                    self._open, self._seen = self._read(), state
        except StoreBusy:
            return None
        return self._open

    def _state(self) -> tuple[int, ...]:
        file = self.place.database
        both = (file, file.with_name(f"{file.name}.wal"))
        return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in both)

    def _read(self) -> list[Raised]:
        if not self.place.database.exists():
            return []
        with reading(self.place.database) as connection:
            return unhandled(connection)


def _watched(watch: BookWatch) -> str:
    """Look into the book; what is wrong with that, if anything is."""
    try:
        watch.look(time.monotonic(), utc_now())
    except StoreBusy:
        return ""  # somebody works in the folder: the next look sees the same
    except DigestError as error:
        return str(error)
    except Exception as error:  # a defect, but without a relay lost events would stay lost
        return f"{type(error).__name__}: {error}"
    return ""


def _once(outbox: Outbox, environment: Mapping[str, str], patience: Patience) -> str:
    try:
        waiting = outbox.look()
    except DigestError as error:
        return str(error)
    except Exception as error:  # a defect, but without a relay lost events would stay lost
        return f"{type(error).__name__}: {error}"
    if waiting is None:
        return ""
    by_attempt: dict[int, list[Raised]] = {}
    for event, attempt in patience.due(waiting, time.monotonic()):
        by_attempt.setdefault(attempt, []).append(event)
    problems = [post(events, attempt, environment) for attempt, events in by_attempt.items()]
    return next(filter(None, problems), "")
