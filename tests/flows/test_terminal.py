"""What a run prints: a live line on a terminal, elsewhere a line now and then, none broken."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from flows.progress import LOGGER, Progress
from flows.terminal import SECONDS_BETWEEN_LINES, Teller, say

LONG = "/a/folder/with [brackets] and :smile: and a name that is longer than the console is wide"


@contextmanager
def told(start: float, *, terminal: bool = False) -> Iterator[tuple[Teller, io.StringIO]]:
    out = io.StringIO()
    with Teller(Console(file=out, force_terminal=terminal, width=60), since=start) as teller:
        yield teller, out


def record(message: object, at: float) -> logging.LogRecord:
    found = logging.makeLogRecord({"msg": message, "levelno": logging.INFO})
    found.created = at
    return found


def step(done: int, *, is_last: bool = False) -> Progress:
    return Progress("classify", "texts", done, 5_000, 10.0, is_last=is_last)


def test_a_wait_is_told_at_once() -> None:
    """Nothing else comes for a while, and whoever looks wonders."""
    with told(start=100.0) as (teller, out):
        waits = record("waiting: the database is in use", 101.0)
        waits.levelno = logging.WARNING
        teller.emit(waits)
    assert out.getvalue() == "waiting: the database is in use\n"


def test_without_a_terminal_there_is_a_line_every_ten_seconds_and_the_last_of_a_step() -> None:
    with told(start=100.0) as (teller, out):
        for second in range(1, 36):
            teller.emit(record(step(second * 100), 100.0 + second))
        teller.emit(record(step(5_000, is_last=True), 136.0))
    lines = out.getvalue().splitlines()
    assert SECONDS_BETWEEN_LINES == 10
    assert [line.split(" of ")[0] for line in lines] == [
        "classify: 1,000", "classify: 2,000", "classify: 3,000", "classify: 5,000",
    ]  # fmt: skip


def test_a_terminal_keeps_one_live_line_and_the_last_of_each_step() -> None:
    with told(start=0.0, terminal=True) as (teller, out):
        teller.emit(record(step(1_000), 100.0))
        teller.emit(record(step(5_000, is_last=True), 101.0))
    whole = [line for line in out.getvalue().splitlines() if "in 10 s" in line]
    assert any("classify: 5,000 of 5,000 texts, in 10 s" in line for line in whole)


def test_a_line_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    say(Console(width=40), LONG)
    assert capsys.readouterr().out == LONG + "\n"


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        pytest.param(Progress("a", "texts", 1_200, 5_000, 10.0),
                     "a: 1,200 of 5,000 texts, 120 a second, 0 min 32 s left", id="under-way"),
        pytest.param(Progress("a", "texts", 5_000, 5_000, 100.0, is_last=True),
                     "a: 5,000 of 5,000 texts, in 100 s", id="finished"),
        pytest.param(Progress("a", "entries", 2_000, 0, 2.0, "1 of 9 sources"),
                     "a: 2,000 entries, 1 of 9 sources, 1,000 a second", id="no-total"),
        pytest.param(Progress("a", "texts", 3, 1_000_000, 9.0), "a: 3 of 1,000,000 texts",
                     id="too-slow-to-say"),
        pytest.param(Progress("a", "texts", 60, 600_060, 1.0),
                     "a: 60 of 600,060 texts, 60 a second, 166 min 40 s left", id="hours"),
        pytest.param(Progress("a", "texts", 0, 0, 0.0), "a: 0 texts", id="nothing-yet"),
    ],
)  # fmt: skip
def test_progress_says_rate_and_time_left(progress: Progress, line: str) -> None:
    assert str(progress) == line


def test_nobody_listens_after_the_run() -> None:
    with told(start=0.0):
        assert LOGGER.handlers
    assert not LOGGER.handlers
