"""The relay's eye on the book: when the pipeline is told to look at a review."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.config import Workplace
from digest.errors import StoreBusy
from digest.review.book import Book
from digest.review.events import Comment, Embargoed, New, Payload, Signed
from digest.review.packet import write_packet
from digest.review.people import People
from digest.review.persons import Person
from digest.store.database import writing
from digest.store.outbox import events
from digest.store.turn import own_turn
from flows.watch import PAUSE, BookWatch
from tests.examples import NOON, Q1, Q4

SAID = Comment("edition", "a remark")


@pytest.fixture
def watch(place: Workplace) -> BookWatch:
    with writing(place.database):
        pass
    write_packet(place.packet(Q1), "abc", Q1, [], {"selected": []}, lambda: NOON)
    return BookWatch(place)


def does(watch: BookWatch, act: Payload, name: str = "event-no-1", quarter: object = Q1) -> None:
    with closing(Book(watch.place.book, lambda: NOON)) as book:
        book.append(New(name, quarter, "ada", act))  # type: ignore[arg-type]


def told(watch: BookWatch) -> list[int]:
    with writing(watch.place.database) as connection:
        return [e.data["last"] for e in events(connection, Q1, "digest.review.changed")]


def test_nothing_is_told_while_nobody_does_anything(place: Workplace, watch: BookWatch) -> None:
    assert watch.look(0, NOON) == []
    assert BookWatch(Workplace(place.folder / "empty")).look(0, NOON) == []
    assert not (place.folder / "empty").exists()


def test_while_people_work_it_is_told_once_a_minute(watch: BookWatch) -> None:
    does(watch, SAID)
    assert watch.look(0, NOON) == [Q1]
    assert watch.look(1, NOON) == []
    does(watch, SAID, "event-no-2")
    does(watch, SAID, "event-no-3")
    assert watch.look(2, NOON) == watch.look(PAUSE - 1, NOON) == []
    assert watch.look(PAUSE, NOON) == [Q1]
    assert told(watch) == [1, 3]


def test_a_sign_off_is_told_at_once(watch: BookWatch) -> None:
    does(watch, SAID)
    watch.look(0, NOON)
    does(watch, Signed("abc", ""), "event-no-2")
    assert watch.look(1, NOON) == [Q1]
    assert watch.look(2, NOON) == []


def test_a_person_that_changed_is_told_of_like_a_decision(watch: BookWatch) -> None:
    with closing(People(watch.place.book, lambda: NOON)) as people:
        ada = people.add(Person("ada", "Ada Okafor"))
        assert watch.look(0, NOON) == []
        people.speak("ada", "fr")
        assert watch.look(1, NOON) == []
        people.change(replace(ada, affiliation="A University"))
    assert watch.look(2, NOON) == [Q1]
    assert watch.look(3, NOON) == BookWatch(watch.place).look(0, NOON)[1:] == []
    assert told(watch) == [0]


def test_the_end_of_an_embargo_is_told_once(watch: BookWatch) -> None:
    until = NOON + timedelta(hours=1)
    does(watch, Embargoed(until.isoformat()))
    assert watch.look(0, NOON) == [Q1]
    assert watch.look(5, until - timedelta(seconds=1)) == []
    assert watch.look(6, until) == [Q1]
    assert watch.look(7, until) == []
    does(watch, SAID, "event-no-2")
    assert watch.look(8, until) == []
    assert watch.look(6 + PAUSE, until) == [Q1]
    assert told(watch) == [1, 1, 2]


def test_started_again_it_tells_of_what_ended_meanwhile_and_of_nothing_twice(
    watch: BookWatch,
) -> None:
    until = NOON + timedelta(hours=1)
    does(watch, Embargoed(until.isoformat()))
    watch.look(0, NOON)
    for _ in range(2):
        BookWatch(watch.place).look(0, until)
    assert told(watch) == [1, 1]


def test_whoever_works_in_the_folder_is_not_disturbed(watch: BookWatch) -> None:
    does(watch, SAID)
    with own_turn(watch.place), pytest.raises(StoreBusy):
        watch.look(0, NOON)
    assert watch.look(1, NOON) == [Q1]


def test_quarters_whose_review_is_not_open_are_nobody_s_business(watch: BookWatch) -> None:
    does(watch, SAID, quarter=Q4)
    assert watch.look(0, NOON) == []


@pytest.mark.parametrize(
    "name", ["2026Q1-copy.packet.sqlite", "2026-Q1.packet.sqlite", ".2026Q1.packet.sqlite"]
)
def test_a_file_beside_the_packets_is_not_taken_for_a_review(watch: BookWatch, name: str) -> None:
    packet = watch.place.packet(Q1)
    packet.with_name(name).write_bytes(packet.read_bytes())
    assert watch.place.under_review() == [Q1]
    does(watch, SAID)
    assert watch.look(0, NOON) == [Q1]
