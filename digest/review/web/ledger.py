"""The events of one review, kept in memory and brought up to date before each answer.

Asking the book for what is new costs a fraction of a millisecond; working out what stands of ten
thousand decisions does not. So events are sorted by item and by person as they come, and what
stands is worked out for the items that somebody touched since.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping

from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.events import (
    Comment,
    Decision,
    Declared,
    ReviewEvent,
    StoryRuling,
    Undone,
    not_undone,
    of_kind,
)
from digest.review.persons import Person
from digest.review.standing import Involved, Key, Rule, Standing, standing
from digest.review.web.forms import batch_of

People = Mapping[str, Person]


class Ledger:
    """The events of ``quarter`` in ``book``; threads may share it."""

    def __init__(self, book: Book, quarter: Quarter, rule: Rule) -> None:
        self._book, self.quarter, self.rule = book, quarter, rule
        self._turn = threading.Lock()
        self._last = 0
        self._item_of: dict[str, str] = {}  # by event id, "" for events about no item
        self._by_item: dict[str, list[ReviewEvent]] = defaultdict(list)
        self._by_person: dict[str, list[ReviewEvent]] = defaultdict(list)
        self._said: list[ReviewEvent] = []
        self._people: People = {}
        self._packet: object = None
        self._standing: dict[str, dict[Key, Standing]] = {}
        self._own: dict[str, dict[Key, ReviewEvent]] = {}
        self._kept: dict[str, list[ReviewEvent]] = {}

    def refresh(self, people: People, packet: object) -> None:
        """Take in what the book has since the last time, and who the people are now.

        A vote may be one of a conflict of interest in one ``packet`` and not in the next: whose
        outlets tell an item's story is another's to say.
        """
        with self._turn:
            if people != self._people or packet is not self._packet:
                self._people, self._packet = dict(people), packet
                self._standing.clear()
            for event in self._book.events(self.quarter, after=self._last):
                self._take(event)
                self._last = event.number

    def _take(self, event: ReviewEvent) -> None:
        item = self._item(event)
        self._item_of[event.event_id] = item
        self._by_person[event.person].append(event)
        self._own.pop(event.person, None)
        self._kept.pop(event.person, None)
        if item:
            self._by_item[item].append(event)
            self._standing.pop(item, None)
        else:
            self._said.append(event)

    def _item(self, event: ReviewEvent) -> str:
        if isinstance(event.payload, Decision | Declared):
            return event.payload.item
        if isinstance(event.payload, Undone):
            return self._item_of.get(event.payload.event_id, "")
        return ""

    @property
    def last(self) -> int:
        """The number of the last event that was taken in."""
        return self._last

    def touched(self) -> list[str]:
        """The items about which somebody decided or declared something."""
        with self._turn:
            return list(self._by_item)

    def of_item(self, item: str, involved: Involved) -> dict[Key, Standing]:
        """What stands of an item's labels."""
        with self._turn:
            found = self._standing.get(item)
            if found is None:
                events = self._by_item.get(item, ())
                found = standing(list(events), self._people, involved, self.rule)
                self._standing[item] = found
            return found

    def item_events(self, item: str) -> list[ReviewEvent]:
        """The decisions and declarations about an item that were not taken back."""
        with self._turn:
            return not_undone(self._by_item.get(item, ()))

    def said(self) -> list[ReviewEvent]:
        """All events that are about no single item, also those that were taken back."""
        with self._turn:
            return list(self._said)

    def kept(self, person: str) -> list[ReviewEvent]:
        """What a person did and did not take back, oldest first."""
        with self._turn:
            return self._kept_by(person)

    def _kept_by(self, person: str) -> list[ReviewEvent]:
        if person not in self._kept:
            self._kept[person] = not_undone(self._by_person.get(person, ()))
        return self._kept[person]

    def own(self, person: str) -> dict[Key, ReviewEvent]:
        """A person's standing decisions by label."""
        with self._turn:  # all in one hold: an event that came in between would be missed for good
            if person not in self._own:
                self._own[person] = {
                    (decision.item, decision.scheme, decision.label): event
                    for event, decision in of_kind(self._kept_by(person), Decision)
                }
            return self._own[person]

    def declared(self, person: str) -> frozenset[str]:
        """The items with which a person declared a conflict."""
        return frozenset(declared.item for _, declared in of_kind(self.kept(person), Declared))

    def last_batch(self, person: str) -> list[ReviewEvent]:
        """What a person did last about items and did not take back: the events of one form."""
        acts = [
            event for event in self.kept(person)
            if isinstance(event.payload, Decision | Declared | StoryRuling)
        ]  # fmt: skip
        if not acts:
            return []
        batch = batch_of(acts[-1].event_id)
        return [event for event in acts if batch_of(event.event_id) == batch]

    def remarks(self, person: str, batch: str) -> list[ReviewEvent]:
        """The comments that a person saved with one form."""
        found = of_kind(self.kept(person), Comment)
        return [event for event, _ in found if batch_of(event.event_id) == batch]

    def taken_back(self, person: str, batch: str) -> list[ReviewEvent]:
        """What a person took back with one form, oldest first."""
        with self._turn:
            acts = self._by_person.get(person, ())
            taken = {
                act.event_id for event, act in of_kind(acts, Undone)
                if batch_of(event.event_id) == batch
            }  # fmt: skip
            return [event for event in acts if event.event_id in taken]

    def since(self, number: int) -> list[ReviewEvent]:
        """The events numbered above ``number``, in no order."""
        with self._turn:
            return [e for own in self._by_person.values() for e in own if e.number > number]
