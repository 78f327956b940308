"""What every request needs, made once when the application starts."""

from __future__ import annotations

import threading

from digest import taxonomy
from digest.config import Clock, Workplace
from digest.errors import QuarterError
from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.people import People
from digest.review.standing import Rule
from digest.review.web.ledger import Ledger
from digest.review.web.packets import Packets
from digest.review.web.review import Review
from digest.review.web.templates import environment
from digest.review.web.tongue import Tongue
from digest.taxonomy import LANGUAGES


class Desk:
    """The book, the people and the packets of a working folder; threads share it.

    ``https``: browsers see the application over TLS, through a proxy.
    """

    def __init__(self, place: Workplace, clock: Clock, *, https: bool) -> None:
        self.place, self.clock, self.https, self.rule = place, clock, https, Rule()
        self.book, self.people = Book(place.book, clock), People(place.book, clock)
        self.packets = Packets(place)
        self.codebook = taxonomy.load()
        self.tongues = {tag: Tongue(tag) for tag in LANGUAGES}
        self.templates = {tag: environment(tongue) for tag, tongue in self.tongues.items()}
        self._turn = threading.Lock()
        self._ledgers: dict[Quarter, Ledger] = {}

    def review(self, text: str) -> Review | None:
        """A quarter's review as it is now; None when the text names none that is open."""
        try:
            quarter = Quarter.parse(text)
        except QuarterError:
            return None
        packet = self.packets.of(quarter)
        if packet is None or str(quarter) != text:
            return None
        with self._turn:
            ledger = self._ledgers.setdefault(quarter, Ledger(self.book, quarter, self.rule))
        people = self.people.persons()
        ledger.refresh(people, packet)
        return Review(packet, ledger, people, self.people.changes())

    def close(self) -> None:
        """Let go of the files."""
        self.book.close()
        self.people.close()
