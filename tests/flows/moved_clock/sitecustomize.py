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

LOOK = 0.05  # seconds between two looks


def _follow(file: Path) -> None:
    import time_machine

    moved, clock = 0.0, None
    while True:
        said = float(file.read_text() or moved)
        if said != moved:
            if clock is None:
                clock = time_machine.travel(datetime.now(UTC), tick=True).start()
            clock.shift(timedelta(seconds=said - moved))
            moved = said
        time.sleep(LOOK)


if "TESTS_CLOCK" in os.environ:
    file = Path(os.environ["TESTS_CLOCK"])
    threading.Thread(target=_follow, args=(file,), daemon=True).start()
