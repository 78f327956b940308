"""The sample quarter, from its sources to an open review, by the steps that the flows call."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from digest import taxonomy
from digest.classify.model import Model
from digest.config import Clock, Inputs, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Shelf
from digest.review.people import People
from digest.review.persons import Person
from digest.steps.classify import classify
from digest.steps.draft import draft
from digest.steps.drafting import Drafting, drafting
from digest.steps.harvest import harvest
from digest.steps.opening import Opening, Wish, open_review
from digest.store.database import writing
from tests.examples import Q1


def harvested(place: Workplace, inputs: Inputs, clock: Clock) -> None:
    """The sources are asked, and every text has its labels."""
    with writing(place.database) as connection:
        list(harvest(connection, place, Q1, inputs, clock))
        list(classify(connection, Q1, Model.load(place.model_in_use), clock))


def drafted(place: Workplace, inputs: Inputs, clock: Clock) -> Manifest:
    """What the sources say now, as a draft on the shelf."""
    harvested(place, inputs, clock)
    with writing(place.database) as connection:
        return draft(connection, place, Q1, _using(place, inputs))


def take_part(place: Workplace, persons: Iterable[Person], clock: Clock) -> None:
    """Persons are taken in."""
    with closing(People(place.book, clock)) as people:
        for person in persons:
            people.add(person)


def opened(place: Workplace, inputs: Inputs, wish: Wish, clock: Clock) -> Opening:
    """The review of the draft on the shelf is opened, or refreshed."""
    with writing(place.database) as connection:
        return open_review(connection, place, Q1, wish, _using(place, inputs), clock)


def _using(place: Workplace, inputs: Inputs) -> Drafting:
    before = Shelf(place.editions).draft(Q1)
    return drafting(inputs, before, Model.load(place.model_in_use), taxonomy.load())
