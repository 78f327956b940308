"""Several threads ask, one stores: the answers of all sources as they come, memory bounded.

The client keeps one connection a host, so threads wait mostly for their turn. A thread that has an
answer hands it over and waits until it is taken; when nobody takes any more, all end.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Full, Queue
from threading import Event
from typing import Generic, TypeVar

from digest.errors import DigestError, SourceError
from digest.sources.catalogue import Source

THREADS = 8
_LOOK_UP = 0.2  # seconds between two looks whether anybody still takes answers

T = TypeVar("T")


@dataclass(frozen=True)
class _Hatch(Generic[T]):
    """Where threads hand over their answers."""

    answers: Queue[tuple[Source, T | DigestError | None]] = field(
        default_factory=lambda: Queue(maxsize=THREADS)
    )
    closed: Event = field(default_factory=Event)

    def hand_over(self, source: Source, answer: T | DigestError | None) -> bool:
        """Wait until the answer is taken; false when nobody takes any more."""
        while not self.closed.is_set():
            with suppress(Full):
                self.answers.put((source, answer), timeout=_LOOK_UP)
                return True
        return False


def answers_of(
    sources: Sequence[Source], ask: Callable[[Source], Iterable[T]]
) -> Generator[tuple[Source, T | DigestError | None]]:
    """Each source's answers, then its failure if it fails, then None, as they come.

    ``ask`` runs in several threads. Close the iterator to stop asking: requests under way are
    ended first, nothing new is asked.
    """
    hatch: _Hatch[T] = _Hatch()
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="ask")
    try:
        for source in sources:
            pool.submit(_ask, source, ask, hatch)
        unfinished = len(sources)
        while unfinished:
            source, answer = hatch.answers.get()
            unfinished -= answer is None
            yield source, answer
    finally:
        hatch.closed.set()
        pool.shutdown(cancel_futures=True)


def _ask(source: Source, ask: Callable[[Source], Iterable[T]], hatch: _Hatch[T]) -> None:
    try:
        for answer in ask(source):
            if not hatch.hand_over(source, answer):
                return
    except DigestError as error:
        hatch.hand_over(source, error)
    except Exception as error:
        what = f"an unforeseen failure of the program ({type(error).__name__}: {error})"
        failure = SourceError(source.id, source.url, what, "please report it")
        hatch.hand_over(source, failure)
    finally:
        hatch.hand_over(source, None)
