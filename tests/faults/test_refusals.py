"""What the operating system refuses is one sentence that names the file and the system's reason."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli import main
from digest.config import Workplace
from digest.errors import StorageFull, StoreError
from digest.store.archive import Archive, content_of, files_in, storage_errors
from tests.command import DIGEST, ENVIRONMENT

LONG = "n" * 300


@pytest.mark.parametrize("line", ["sources list", "--version"], ids=["long", "short"])
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_an_answer_that_cannot_be_printed(line: str, unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*DIGEST, *line.split()],
            env=ENVIRONMENT | {"PYTHONUNBUFFERED": unbuffered},
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2,
        "digest: cannot use standard output, or a file that the system does not name: No space "
        "left on device\n",
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(f"status --var {LONG}", f"cannot use {LONG}/state/serve.lock: File name too "
                     "long", id="too-long-to-read"),
        pytest.param(f"run 2026Q1 --feeds feed.xml --var {LONG}", f"cannot write to {LONG}: File "
                     f"name too long ({LONG}/state)", id="too-long-to-write"),
        pytest.param("run 2026Q1 --feeds feed.xml --var loop", "cannot write to loop: ",
                     id="links-in-a-circle"),
        pytest.param("status --var harvested", "cannot use harvested/state/run.lock: Is a "
                     "directory", id="folder-for-a-file"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used(
    line: str, expected: str, harvested: Workplace, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    here = harvested.folder.parent
    (harvested.state / "run.lock").mkdir(parents=True)
    (here / "feed.xml").write_text('<rss version="2.0"><channel><title>T</title></channel></rss>')
    (here / "loop").symlink_to("loop")
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "argv", ["digest", *line.split()])
    with pytest.raises(SystemExit) as end:
        main()
    said = capfd.readouterr().err
    assert end.value.code == 2
    assert said.startswith(f"digest: {expected}")
    assert said.count("\n") == 1


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "documents").touch()
    with pytest.raises(StoreError, match=r"cannot use .*documents: Not a directory"):
        list(Archive(tmp_path).documents())
    assert list(files_in(tmp_path / "nowhere")) == []
    assert content_of(tmp_path / "nowhere") is None


def test_what_is_no_refusal_of_the_systems_passes(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError), storage_errors(tmp_path):
        raise TimeoutError
    with pytest.raises(StorageFull), storage_errors(tmp_path):
        (tmp_path / "nowhere" / "file").touch()
