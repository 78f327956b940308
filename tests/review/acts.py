"""What people do in a review, short to write: persons, acts, and acts as the book numbers them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from digest.review.events import Decision, New, Payload, ReviewEvent, Verdict
from digest.review.persons import Person, Role
from tests.examples import NOON, Q1

ITEM = "arxiv:2602.00001"


def person(name: str, role: str = "member", *conflicts: str) -> Person:
    """``ada`` is Ada of a university."""
    return Person(name, name.title(), "A University", cast(Role, role), conflicts=conflicts)


def panel(*persons: Person) -> dict[str, Person]:
    return {one.id: one for one in persons}


def decides(verdict: str = "accept", label: str = "sdg/3", item: str = ITEM) -> Decision:
    scheme, _, name = label.partition("/")
    return Decision(item, scheme, name, cast(Verdict, verdict))


def new(event_id: str, person_id: str, payload: Payload) -> New:
    """An act before it is saved; a short id is made long enough."""
    return New(event_id.ljust(8, "-"), Q1, person_id, payload)


def numbered(*acts: tuple[str, Payload]) -> list[ReviewEvent]:
    """Acts of persons as the book has them: ids ``e1``, ``e2``, …"""
    return [
        ReviewEvent(f"e{n}", Q1, who, payload, n, NOON + timedelta(minutes=n))
        for n, (who, payload) in enumerate(acts, start=1)
    ]


@dataclass
class Watch:
    """A clock that is set by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)
