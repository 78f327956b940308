"""Prefect's history of runs, empty: Prefect takes seconds to make one, so it is made once."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from digest.config import Workplace
from tests.command import ENVIRONMENT


def put_history(place: Workplace) -> None:
    """Give a working folder the history that its first server would make."""
    home = place.state / "prefect"
    home.mkdir(parents=True)
    (home / "prefect.db").write_bytes(_history())


@cache
def _history() -> bytes:
    with TemporaryDirectory() as home:
        subprocess.run(
            [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"],
            env=ENVIRONMENT | {"PREFECT_HOME": home, "DO_NOT_TRACK": "1"}, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return Path(home, "prefect.db").read_bytes()
