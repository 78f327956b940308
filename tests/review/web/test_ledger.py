"""The events in memory: whatever comes when, nothing is missed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from digest.review.book import Book
from digest.review.standing import Rule
from digest.review.web.ledger import Ledger
from tests.examples import Q1
from tests.review.acts import Watch, decides, new


class Interrupted:
    """A lock after whose first hold somebody else acts."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._lock, self._act = threading.Lock(), act

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        act, self._act = self._act, lambda: None
        act()


def test_a_decision_that_comes_while_ones_own_are_gathered_is_among_them_next_time(
    path: Path, watch: Watch
) -> None:
    with closing(Book(path, watch)) as book:
        ledger = Ledger(book, Q1, Rule())
        book.append(new("1", "ada", decides()))
        ledger.refresh({}, None)

        def another() -> None:
            book.append(new("2", "ada", decides(label="sdg/4")))
            ledger.refresh({}, None)

        ledger._turn = Interrupted(another)  # type: ignore[assignment]
        ledger.own("ada")
        assert {label for _, _, label in ledger.own("ada")} == {"3", "4"}
