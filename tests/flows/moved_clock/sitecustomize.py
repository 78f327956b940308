"""A clock that can be moved, for every Python process that has this folder on its path.

The file that ``TESTS_CLOCK`` names says by how many seconds the clock is wrong, and may say
something else at any time: processes that run already follow it. What measures durations is not
moved, as on a machine whose clock is set.
"""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

LOOK = 0.05  # seconds between two looks


class _Follower:
    """Keeps this process's clock as wrong as the file says; a fork goes on from where it was."""

    def __init__(self, file: Path) -> None:
        self._file, self._moved = file, 0.0
        self._clock: Any = None

    def start(self) -> None:
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        import time_machine

        while True:
            said = float(self._file.read_text() or self._moved)
            if said != self._moved:
                if self._clock is None:
                    self._clock = time_machine.travel(datetime.now(UTC), tick=True).start()
                self._clock.shift(timedelta(seconds=said - self._moved))
                self._moved = said
            time.sleep(LOOK)


if "TESTS_CLOCK" in os.environ:
    follower = _Follower(Path(os.environ["TESTS_CLOCK"]))
    follower.start()
    os.register_at_fork(after_in_child=follower.start)
