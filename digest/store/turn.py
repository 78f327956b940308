"""One run at a time in a working folder, from its first step to its last.

DuckDB keeps two writers apart while the file is open; between two steps it is not, and a site is
built without it. The lock is the process's own: killed, it leaves none behind.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from digest.config import Report, Workplace
from digest.errors import StoreBusy
from digest.store.archive import reading_errors, storage_errors

BRIEF = 2.0  # seconds: longer than the relay's look into the outbox
LOOK = 0.1  # seconds between two tries
FOREVER = -1.0
_RUN, _SERVE = "run", "serve"  # the locks of a working folder: of a run, and of the one server
_BUSY = {
    _RUN: "another digest works in {}: wait until it has finished, or stop it",
    _SERVE: "another digest serve runs in {}: use that one, or stop it",
}


@contextmanager
def own_turn(place: Workplace, wait: float = BRIEF, say: Report = lambda _: None) -> Iterator[None]:
    """Nobody else runs in the working folder during the block.

    ``wait`` is for how many seconds others may have the turn still, ``FOREVER`` without a limit;
    ``say`` hears who has it when it takes longer than a moment.

    Raises:
        StoreBusy: somebody has it; the message has the number of the process.
        StorageFull: the folder cannot be made or written.
    """
    with _held(place, _RUN, wait, say):
        yield


@contextmanager
def only_server(place: Workplace) -> Iterator[None]:
    """No other ``digest serve`` runs in the working folder during the block.

    Raises:
        StoreBusy: another one does; the message has the number of the process.
        StorageFull: the folder cannot be made or written.
    """
    with _held(place, _SERVE, 0.0, lambda _: None):
        yield


def turn_holder(place: Workplace) -> int | None:
    """The number of the process that works in the folder now, None when nobody does.

    Raises:
        StoreError: that may not be looked up.
    """
    return _holder(place, _RUN)


def serve_holder(place: Workplace) -> int | None:
    """The number of the ``digest serve`` of the folder, None when none runs."""
    return _holder(place, _SERVE)


def _holder(place: Workplace, name: str) -> int | None:
    """Who looks needs no right to write, as ``FileLock`` does, and keeps nobody from looking."""
    path = _lock_path(place, name)
    with reading_errors():
        if not path.exists():
            return None
        with path.open("rb") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        return _number(place, name)


def _lock_path(place: Workplace, name: str) -> Path:
    return place.state / f"{name}.lock"


def _number_path(place: Workplace, name: str) -> Path:
    return place.state / f"{name}.pid"


@contextmanager
def _held(place: Workplace, name: str, wait: float, say: Report) -> Iterator[None]:
    lock, holder = FileLock(_lock_path(place, name)), _number_path(place, name)
    with storage_errors(place.folder):
        place.state.mkdir(parents=True, exist_ok=True)
        _acquire(lock, lambda: _busy(place, name), wait, say)
    try:
        with storage_errors(holder):
            holder.write_text(str(os.getpid()), "utf-8")
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, busy: Callable[[], StoreBusy], wait: float, say: Report) -> None:
    moment = BRIEF if wait < 0 else min(wait, BRIEF)
    with suppress(Timeout):
        lock.acquire(timeout=moment, poll_interval=LOOK)
        return
    if wait != moment:
        say(f"waiting: {busy()}")
        with suppress(Timeout):
            lock.acquire(timeout=FOREVER if wait < 0 else wait - moment, poll_interval=LOOK)
            return
    raise busy()


def _busy(place: Workplace, name: str) -> StoreBusy:
    number = _number(place, name)
    process = f" (process number {number})" if number else ""
    return StoreBusy(_BUSY[name].format(f"{place.folder}{process}"))


def _number(place: Workplace, name: str) -> int | None:
    holder = _number_path(place, name)
    text = holder.read_text("utf-8") if holder.exists() else ""
    return int(text) if text.isdigit() else None
