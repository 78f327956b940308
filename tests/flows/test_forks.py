"""The process that flow runs are forked from can be forked: it has one thread."""

from __future__ import annotations

import subprocess
import sys

from tests.command import ENVIRONMENT, REPOSITORY


def test_what_is_preloaded_starts_no_thread() -> None:
    """A fork has only the thread that forked; another's locks would stay as they were for ever.

    numpy's arithmetic ends its threads before a fork; here it is told to have none.
    """
    listing = "import os, flows.preloaded; print(*os.listdir('/proc/self/task'))"
    done = subprocess.run(
        [sys.executable, "-c", listing], env=ENVIRONMENT | {"OPENBLAS_NUM_THREADS": "1"},
        cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert len(done.stdout.split()) == 1
