"""Prefect's history of runs, empty: Prefect takes seconds to make one, so it is made once.

It lies in pytest's own folder, for all test processes and for the next run of the tests, until
another version of Prefect is installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from digest.config import Workplace
from tests.command import ENVIRONMENT, REPOSITORY


def put_history(place: Workplace) -> None:
    """Give a working folder the history that its first server would make."""
    home = place.prefect
    home.mkdir(parents=True)
    shutil.copy(_history(), home / "prefect.db")


def _history() -> Path:
    kept = REPOSITORY / ".pytest_cache" / f"prefect-{version('prefect')}.db"
    kept.parent.mkdir(exist_ok=True)
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            with TemporaryDirectory() as home:
                _make(Path(home))
                shutil.copy(Path(home, "prefect.db"), kept.with_suffix(".new"))
                kept.with_suffix(".new").rename(kept)
    return kept


def _make(home: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"],
        env=ENVIRONMENT | {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1"}, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
