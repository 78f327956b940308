"""One run at a time: who waits gets the turn when it is free, or hears who has it."""

from __future__ import annotations

import subprocess
import threading
import time

import pytest

from digest.config import Workplace
from digest.errors import StoreBusy
from digest.store.database import writing
from digest.store.turn import FOREVER, own_turn, turn_holder
from tests.holders import held


def after(seconds: float, holder: subprocess.Popen[str]) -> None:
    def stop() -> None:
        time.sleep(seconds)
        holder.kill()

    threading.Thread(target=stop).start()


@pytest.mark.parametrize("wait", [FOREVER, 30.0])
def test_who_waits_says_for_whom_and_gets_the_turn(place: Workplace, wait: float) -> None:
    said: list[str] = []
    with held(place, "turn") as holder:
        assert turn_holder(place) == holder.pid
        after(3, holder)
        with own_turn(place, wait, said.append):
            assert holder.poll() is not None
        assert f"(process number {holder.pid})" in said[0]
        assert said[0].startswith("waiting: another digest works in ")
    assert turn_holder(place) is None


@pytest.mark.parametrize("wait", [0.0, 4.0])
def test_who_does_not_wait_longer_is_refused(place: Workplace, wait: float) -> None:
    said: list[str] = []
    with held(place, "turn"):
        started = time.monotonic()
        with (
            pytest.raises(StoreBusy, match="process number"),
            own_turn(place, wait, said.append),
        ):
            pass
        assert time.monotonic() - started >= wait
    assert bool(said) == bool(wait)  # who does not wait at all has nothing to say


@pytest.mark.parametrize("what", ["database", "look"])
def test_a_writer_waits_while_somebody_reads_and_says_so_once(
    place: Workplace, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    with writing(place.database):
        pass
    with held(place, what) as holder:
        with pytest.raises(StoreBusy), writing(place.database, wait=0):
            pass
        after(4, holder)
        with writing(place.database):
            assert holder.poll() is not None
    (said,) = caplog.messages
    assert said.startswith(f"waiting: {place.database} is in use by another process (number ")
    assert f"(number {holder.pid}, " in said


def test_a_writer_says_nothing_of_a_brief_look(
    place: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    with held(place, "database") as holder:
        after(0.5, holder)
        with writing(place.database):
            assert holder.poll() is not None
    assert caplog.messages == []
