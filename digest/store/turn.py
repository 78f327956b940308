"""One run at a time in a working folder, from its first step to its last.

DuckDB keeps two writers apart while the file is open; between two steps it is not, and a site is
built without it. The lock is the process's own: killed, it leaves none behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from digest.config import Workplace
from digest.errors import StoreBusy
from digest.store.archive import storage_errors


@contextmanager
def own_turn(place: Workplace) -> Iterator[None]:
    """Nobody else runs in the working folder during the block.

    Raises:
        StoreBusy: somebody does; the message has the number of the process.
        StorageFull: the folder cannot be made or written.
    """
    lock, holder = FileLock(place.state / "run.lock"), place.state / "run.pid"
    with storage_errors(place.folder):
        place.state.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise StoreBusy(
                f"another digest works in {place.folder}{_process(holder)}: wait until it has "
                "finished, or stop it"
            ) from None
    try:
        with storage_errors(holder):
            holder.write_text(str(os.getpid()), "utf-8")
        yield
    finally:
        lock.release()


def _process(holder: Path) -> str:
    return f" (process number {holder.read_text('utf-8')})" if holder.exists() else ""
