"""Ctrl-C ends a command with one sentence, whatever it is at."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from digest.cli import main
from tests.command import ENVIRONMENT

AT_A_STATEMENT = """
import os, signal, sys, threading
from pathlib import Path
from digest.store.database import writing
try:
    with writing(Path(sys.argv[1])) as connection:
        connection.execute("SET threads = 1")
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        endless = "SELECT i FROM range(1000000000) t(i) WHERE md5(i::VARCHAR) = ''"
        connection.execute(endless).fetchall()
except KeyboardInterrupt:
    print("stopped")
"""


def test_a_statement_that_runs_is_stopped(tmp_path: Path) -> None:
    """DuckDB makes an error of its own of it, which would pass for a defect.

    It looks for Ctrl-C between the tasks of Python's own thread, so it has no other here. Where its
    other threads do all the work of a statement, Ctrl-C waits for the statement's end.
    """
    done = subprocess.run(
        [sys.executable, "-c", AT_A_STATEMENT, str(tmp_path / "digest.duckdb")],
        env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("stopped\n", "")


WHILE_ENCODING = """
import os, signal, threading
from digest.classify.model import Model
encoder = Model.load().encoder
next(encoder.encode(["It is ready."]))
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    list(encoder.encode(["The well ran dry, and nobody came to mend it. " * 30] * 3000))
except KeyboardInterrupt:
    print("stopped")
"""


def test_the_encoder_is_stopped_before_python_ends() -> None:
    """Its own threads answer in Python; one that does so while Python ends aborts the process."""
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", WHILE_ENCODING],
            env=ENVIRONMENT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")


class Interrupting:
    """Ctrl-C comes while the commands are loaded."""

    @staticmethod
    def find_spec(name: str, *_: object) -> ModuleSpec | None:
        if name == "digest.cli.app":
            raise KeyboardInterrupt
        return None


def test_a_command_that_is_still_loaded_is_stopped(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "digest.cli.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Interrupting, *sys.meta_path])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130
    assert capfd.readouterr().err == "digest: stopped; run the same command again to go on\n"
