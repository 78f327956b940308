"""A small quarter before a panel: drafted once from local files, copied for each test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import uuid4

from digest import taxonomy
from digest.classify.model import Model
from digest.config import Inputs, Workplace
from digest.edition.manifest import Manifest
from digest.edition.select import candidates
from digest.edition.shelf import Shelf
from digest.review.book import Book
from digest.review.events import Decision, New, Payload, ReviewEvent, Verdict
from digest.review.packet import Packet
from digest.review.papers import PapersCheck, write_check
from digest.review.people import People
from digest.review.persons import Person
from digest.sources import catalogue
from digest.steps.drafting import Drafting, drafting
from digest.steps.opening import Opening, Wish, open_review
from digest.steps.settling import Settled, settle
from digest.steps.taking import take_in
from digest.store.database import writing
from digest.store.outbox import events
from tests.examples import Q1

NOW = datetime.fromisoformat("2026-04-20T09:00:00+00:00")
STORED = Inputs(sources=None, describing=catalogue.default_path())
PERSONS = (
    Person("ada", "Ada Okafor", "A University"),
    Person("bo", "Bo Li", "B Institute"),
    Person("dina", "Dina Haddad", "D Academy", role="chair"),
    Person("ed", "Ed Itor", role="editor"),
)


@dataclass
class Panel:
    """A working folder with a draft and a panel, and a clock that the test moves."""

    place: Workplace
    now: datetime = NOW

    def clock(self) -> datetime:
        """The test's time."""
        return self.now

    def wait(self, **time: float) -> None:
        """Let some time pass."""
        self.now += timedelta(**time)

    def join(self, *persons: Person) -> None:
        """Persons take part; the four of above, if none are named."""
        with closing(People(self.place.book, self.clock)) as people:
            for person in persons or PERSONS:
                people.add(person)

    @property
    def using(self) -> Drafting:
        """What a draft is made with."""
        model, before = Model.load(self.place.model_in_use), Shelf(self.place.editions).draft(Q1)
        return drafting(STORED, before, model, taxonomy.load())

    def open(self, *, refresh: bool = False, papers: int = 5) -> Opening:
        """Open the review, or bring it up to date."""
        wish = Wish("Ed Itor", papers, refresh)
        with writing(self.place.database) as connection:
            return open_review(connection, self.place, Q1, wish, self.using, self.clock)

    def does(self, person: str, *acts: Payload) -> list[ReviewEvent]:
        """Somebody does something in the application."""
        with closing(Book(self.place.book, self.clock)) as book:
            return book.append(*(New(uuid4().hex, Q1, person, act) for act in acts))

    def decides(
        self, person: str, keys: Iterable[tuple[str, ...]], verdict: str = "accept"
    ) -> None:
        """A verdict of a person on some labels."""
        self.does(person, *(Decision(*key, cast(Verdict, verdict)) for key in keys))

    def all_accept(self) -> None:
        """Ada and Bo accept every label under which the draft shows an item."""
        for person in ("ada", "bo"):
            self.decides(person, self.shown())

    def shown(self, manifest: Manifest | None = None) -> list[tuple[str, str, str]]:
        """The labels under which the draft shows items, or would: item, scheme, label."""
        sections = (manifest or self.draft).sections
        return [(item, s.scheme, s.label) for s in sections for item in candidates(s)]

    def take_in(self) -> Manifest:
        """What was decided goes into the draft."""
        model = Model.load(self.place.model_in_use)
        with writing(self.place.database) as connection:
            return take_in(connection, self.place, Q1, model, self.clock)

    def settle(self, check: PapersCheck | None = None) -> Settled | None:
        """Act upon the book; ``check`` is what arXiv would say."""
        model = Model.load(self.place.model_in_use)

        def look_up() -> None:
            if check:
                write_check(self.place.papers(Q1), check)

        with writing(self.place.database) as connection:
            return settle(connection, self.place, Q1, model, look_up, self.clock)

    def checked(self, **changes: object) -> PapersCheck:
        """arXiv answers for every cited paper."""
        cited = tuple(dict.fromkeys(i for i, _, _ in self.shown() if i.startswith("arxiv:")))
        values: dict[str, object] = {"at": self.now, "outcome": "checked", "asked": cited}
        return PapersCheck(**(values | changes))  # type: ignore[arg-type]

    @property
    def draft(self) -> Manifest:
        """The draft on the shelf."""
        found = Shelf(self.place.editions).draft(Q1)
        assert found is not None
        return found

    def packet(self) -> Packet:
        """The packet as it is now."""
        return Packet(self.place.packet(Q1))

    @contextmanager
    def packet_open(self) -> Iterator[Packet]:
        """The packet as it is now, for the length of a block."""
        with closing(self.packet()) as packet:
            yield packet

    def told(self, name: str) -> list[dict[str, object]]:
        """The payloads of the events of one name in the outbox."""
        with writing(self.place.database) as connection:
            return [event.data for event in events(connection, Q1, name)]
