"""Progress of a step, to whoever looks: the terminal listens to the logger."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LOGGER = logging.getLogger("digest.progress")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is: ``done`` of ``total`` ``things`` after ``seconds``; total 0 is not known.

    ``beside`` says more; ``is_last`` marks the end of the step.
    """

    step: str
    things: str
    done: int
    total: int
    seconds: float
    beside: str = ""
    is_last: bool = False

    def __str__(self) -> str:
        parts = [f"{self.done:,} of {self.total:,}" if self.total else f"{self.done:,}"]
        parts[0] += f" {self.things}"
        parts += [self.beside] if self.beside else []
        rate = self.done / self.seconds if self.seconds > 0 else 0.0
        if rate >= 1 and not self.is_last:
            parts.append(f"{rate:,.0f} a second")
            if self.total > self.done:
                left = (self.total - self.done) / rate
                parts.append(f"{left // 60:.0f} min {left % 60:02.0f} s left")
        if self.is_last:
            parts.append(f"in {self.seconds:,.0f} s")
        return f"{self.step}: {', '.join(parts)}"


class Follower:
    """Logs how far one step is."""

    def __init__(self, step: str, things: str) -> None:
        self._step, self._things, self._started = step, things, time.monotonic()
        self._last = (0, 0, "")

    def at(self, done: int, total: int = 0, beside: str = "") -> None:
        """So many are done."""
        self._last = (done, total, beside)
        self._log(is_last=False)

    def finished(self) -> None:
        """The step is at its end."""
        self._log(is_last=True)

    def _log(self, *, is_last: bool) -> None:
        done, total, beside = self._last
        seconds = time.monotonic() - self._started
        LOGGER.info(
            Progress(self._step, self._things, done, total, seconds, beside, is_last=is_last)
        )


@contextmanager
def following(step: str, things: str) -> Iterator[Follower]:
    """A follower for the length of a step."""
    follower = Follower(step, things)
    yield follower
    follower.finished()
