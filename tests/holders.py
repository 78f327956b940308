"""Another process that has the turn in a working folder, or its database, or reads that."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from digest.config import Workplace
from tests.command import ENVIRONMENT, REPOSITORY

HOLD = """
import sys
from pathlib import Path
from digest.config import Workplace
from digest.store.database import reading, writing
from digest.store.turn import own_turn
place = Workplace(Path(sys.argv[1]))
ways = {"turn": lambda: own_turn(place), "database": lambda: writing(place.database),
        "look": lambda: reading(place.database)}
with ways[sys.argv[2]]():
    print("has it", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held(place: Workplace, what: str) -> Iterator[subprocess.Popen[str]]:
    """The ``turn`` or the ``database`` is another's for the block, or until it is killed.

    With a ``look`` the other only reads the database.
    """
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place.folder), what],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=ENVIRONMENT,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "has it\n"
        yield holder
        holder.kill()
