"""Progress of a step, to whoever looks: the terminal, through a logger, and Prefect's page."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
LOGGER = logging.getLogger("digest.progress")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: ``done`` of ``total`` ``things`` after ``seconds``; 0 is not known."""

    step: str
    done: int
    total: int
    things: str
    seconds: float

    def __str__(self) -> str:
        rate = self.done / self.seconds if self.seconds > 0 else 0.0
        line = f"{self.step}: {self.done:,}"
        line += f" of {self.total:,} {self.things}" if self.total else f" {self.things}"
        if rate >= 1 and self.total > self.done:
            left = (self.total - self.done) / rate
            line += f", {rate:,.0f} a second, {left / 60:.0f} min {left % 60:02.0f} s left"
        return line


def followed(
    step: str, things: str, steps: Iterable[T], read: Callable[[T], tuple[int, int]]
) -> Iterator[T]:
    """Pass ``steps`` on, and log after each how far it is; ``read`` gives done and total."""
    started = time.monotonic()
    for value in steps:
        done, total = read(value)
        LOGGER.info(Progress(step, done, total, things, time.monotonic() - started))
        yield value
