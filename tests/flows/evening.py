"""Who takes part in the evening's story: people in their browsers, and the chain behind them."""

from __future__ import annotations

import contextvars
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from digest.config import Workplace, utc_now
from digest.events import PUBLISH, REVIEW
from digest.review.book import Book
from digest.review.events import ReviewEvent
from digest.review.people import People, link_address
from digest.review.persons import Person
from digest.store.database import writing
from digest.store.outbox import Raised, events, unhandled
from tests.chromium import chromium
from tests.examples import Q1
from tests.review.quarter import take_part
from tests.review.web.process import ReviewProcess

EDITOR = Person("ed", "Ed Itor", "Secretariat", "editor")
KEY = {"accept": "a", "reject": "r", "unsure": "u"}
MINUTE = 61.0  # seconds: the relay looks at a review not more often than once a minute
# The labels that are asked about and not decided yet, as one sees them.
OPEN = """[...document.querySelectorAll('.label')]
    .filter(card => card.offsetParent && !card.dataset.mine && !card.dataset.waits
                    && !card.closest('#optional'))
    .map(card => card.dataset.label)"""
CURRENT = "document.querySelector('.label[aria-current]')?.dataset.label"
# Nothing waits in the browser's storage.
SENT = """() => Object.entries(localStorage)
    .every(([key, value]) => !key.startsWith('review-waiting') || value === '[]')"""


@dataclass
class Reviewer:
    """Somebody in a browser of their own, who reviews by keys, as anybody could."""

    page: Any
    base: str

    def go(self, path: str) -> str:
        """Open a page; its text."""
        self.page.goto(f"{self.base}/{Q1}/{path}")
        return self.text

    @property
    def text(self) -> str:
        """What the page says now."""
        return str(self.page.inner_text("main"))

    @property
    def item(self) -> str:
        """The id of the item that is shown; "" where there is none."""
        return str(self.page.evaluate("document.getElementById('item')?.dataset.item || ''"))

    def review(self, queue: str, otherwise: Mapping[tuple[str, str], str] | None = None) -> int:
        """Decide on all that a queue asks for, by keys: accept it, but for what is said otherwise
        (by item and label); the number of decisions."""
        self.go(f"item?queue={queue}")
        made = 0
        while self.item:
            made += self.decide(otherwise or {})
            self.next()
        self.sent()
        return made

    def decide(self, otherwise: Mapping[tuple[str, str], str]) -> int:
        """Decide on the open labels of the item that is shown."""
        item, labels = self.item, self.page.evaluate(OPEN)
        for label in labels:
            assert self.page.evaluate(CURRENT) == label  # what the key acts on
            self.page.keyboard.press(KEY[otherwise.get((item, label), "accept")])
        return len(labels)

    def next(self) -> None:
        """To the next item, or to the end of the queue."""
        before = self.item
        self.page.keyboard.press("n")
        self.page.wait_for_function(
            "item => document.getElementById('item')?.dataset.item !== item", arg=before
        )

    def sent(self) -> None:
        """Wait until all is saved."""
        self.page.wait_for_function(SENT)

    def post(self, button: str) -> None:
        """Press a button that sends a form and loads a page."""
        with self.page.expect_navigation():
            self.page.click(button)


@dataclass
class Panel:
    """The people of a review that is served at ``base``, each in a browser of their own."""

    browser: Any
    base: str
    place: Workplace
    complaints: list[str] = field(default_factory=list)

    def enters(self, person: str) -> Reviewer:
        """Somebody enters by a personal link, on a phone's screen."""
        with closing(People(self.place.book, utc_now)) as people:
            return self.opens(link_address(self.base, people.link(person)))

    def opens(self, link: str) -> Reviewer:
        """Somebody opens the link that they were sent."""
        context = self.browser.new_context(viewport={"width": 375, "height": 800})
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.goto(link)
        page.click("main button")
        page.wait_for_url("**/account*")
        return Reviewer(page, self.base)

    def acts(self) -> list[ReviewEvent]:
        """All that people did, as the book has it."""
        with closing(Book(self.place.book, utc_now)) as book:
            return book.events(Q1)


class Flows(Protocol):
    """What runs behind the review application."""

    def freeze(self) -> None:
        """The daily look whether a quarter's time is over: its review begins."""

    def look(self) -> None:
        """What people did is heard of, and all that follows from it is done."""


@contextmanager
def seated(place: Workplace) -> Iterator[Panel]:
    """An editor, and browsers for whoever enters; a script that fails or complains is an error."""
    take_part(place, [EDITOR], utc_now)
    with ReviewProcess(place) as served, chromium() as browser:
        panel = Panel(browser, served.base, place)
        yield panel
        assert panel.complaints == []


class Chain:
    """The flows of ``digest serve`` in a working folder, each run when it hears of an event."""

    def __init__(self, place: Workplace) -> None:
        from flows.watch import BookWatch

        self.place, self._watch, self._now = place, BookWatch(place), time.monotonic()

    def run(self, flow: Callable[[], object]) -> None:
        """Run a flow in a thread: the browser's loop has this one."""
        context = contextvars.copy_context()  # it says where Prefect's server is
        with ThreadPoolExecutor(1) as thread:
            thread.submit(context.run, flow).result()

    def freeze(self) -> None:
        """The daily look whether a quarter's time is over: its review begins."""
        from flows import chain

        self.run(chain.freeze)

    def look(self) -> None:
        """The relay looks into the book; whoever listens to what it raises runs, and so on."""
        from flows import chain

        self._now += MINUTE
        self._watch.look(self._now, utc_now())
        for _ in range(5):
            waiting = self._waiting()
            for name, flow in ((REVIEW, chain.review), (PUBLISH, chain.publish)):
                if name in waiting:
                    self.run(flow)
            if not waiting & {REVIEW, PUBLISH}:
                return
        raise AssertionError("the chain does not come to rest")

    def _waiting(self) -> set[str]:
        with writing(self.place.database) as connection:
            return {name for event in unhandled(connection) for name in event.waiting_for}

    def told(self, *names: str) -> Iterator[Raised]:
        """The events of these names, oldest first."""
        with writing(self.place.database) as connection:
            for name in names:
                yield from events(connection, Q1, name)
