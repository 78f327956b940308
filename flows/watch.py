"""What the relay sees in the panel's book: when the pipeline should look at a review.

While people work, not more often than once a minute; at once when a chair signs, takes that back or
sets an embargo, and when an embargo ends. Cheap: the number of the last event, and of the last
change of persons, of a SQLite file.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from digest.config import Workplace, utc_now
from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.conditions import embargo
from digest.review.events import Embargoed, Signed, Undone
from digest.review.people import People
from digest.steps.announce import review_changed
from digest.store.archive import reading_errors
from digest.store.database import BRIEF, writing
from digest.store.turn import own_turn

PAUSE = 60.0  # seconds between two looks at a review in which people work
URGENT = (Signed, Undone, Embargoed)


@dataclass
class _Watched:
    """What was seen of one quarter's review, and what of it was told, last and when.

    ``last`` and ``told`` are numbers: of an event, and of a change of persons. ``until`` is the end
    of its embargo, ``ended`` the one that was told to be over.
    """

    last: tuple[int, int] = (0, 0)
    told: tuple[int, int] = (0, 0)
    told_at: float = float("-inf")
    urgent: bool = False
    until: datetime | None = None
    ended: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether an embargo's time has come, and nobody knows."""
        return self.until is not None and self.until <= now and self.until != self.ended

    def is_due(self, monotonic: float, now: datetime) -> bool:
        """Whether the pipeline should look now."""
        waits = self.last != self.told and (self.urgent or monotonic - self.told_at >= PAUSE)
        return waits or self.is_over(now)


@dataclass
class BookWatch:
    """Looks into the book, and raises ``digest.review.changed`` when it is time.

    Times are in seconds, of a clock that only goes forward, but for embargoes.
    """

    place: Workplace
    _seen: dict[Quarter, _Watched] = field(default_factory=dict)
    _state: tuple[int, ...] = ()

    def look(self, monotonic: float, now: datetime) -> list[Quarter]:
        """Raise what is due; the quarters of which something was raised.

        Raises:
            StoreError: the book or the database cannot be read or written, now.
        """
        state = self._changed()
        if state != self._state:
            with closing(People(self.place.book, utc_now)) as people:
                changed = max((number for number, _ in people.changes()), default=0)
            with closing(Book(self.place.book, utc_now)) as book:
                for quarter in self._quarters():
                    self._see(quarter, book, changed)
            self._state = state
        due = [quarter for quarter, one in self._seen.items() if one.is_due(monotonic, now)]
        if due:
            self._raise(due, monotonic, now)
        return due

    def _changed(self) -> tuple[int, ...]:
        """The times of the book's files, and of the packets."""
        own, quarters = self.place.book, self._quarters()
        files = [own, own.with_name(f"{own.name}-wal"), *map(self.place.packet, quarters)]
        return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in files)

    def _quarters(self) -> list[Quarter]:
        with reading_errors():
            return self.place.under_review()

    def _see(self, quarter: Quarter, book: Book, changed: int) -> None:
        known = self._seen.setdefault(quarter, _Watched())
        fresh = book.events(quarter, after=known.last[0])
        if any(isinstance(event.payload, URGENT) for event in fresh):
            known.urgent = True
            held = embargo(book.events(quarter))
            known.until = held[1] if held else None
        known.last = fresh[-1].number if fresh else known.last[0], changed

    def _raise(self, due: Sequence[Quarter], monotonic: float, now: datetime) -> None:
        # Whoever works in the folder keeps the relay out: then it is for the next look.
        with own_turn(self.place, wait=0), writing(self.place.database, wait=BRIEF) as connection:
            for quarter in due:
                one = self._seen[quarter]
                # The end of an embargo is news, though nobody did anything.
                ended = f"until {one.until.isoformat()}" if one.until and one.until <= now else ""
                last, changed = one.last
                why = f"people {changed} {ended}" if changed else ended
                review_changed(connection, quarter, last, why.strip(), now)
                one.told, one.told_at, one.urgent = one.last, monotonic, False
                one.ended = one.until if ended else one.ended
