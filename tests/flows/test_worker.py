"""A flow on a worker of its own, as docs/workers.md describes it: what it shows is what is run."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.config import Workplace
from digest.settings import settings_path
from digest.store.database import writing
from digest.store.ingest import ingest
from tests.command import ENVIRONMENT, REPOSITORY
from tests.examples import Q1, archived, news, tables

GUIDE = (REPOSITORY / "docs" / "workers.md").read_text("utf-8").partition("## Flows")[2]
((_, REGISTER), (_, START), (_, RUN)) = re.findall(
    r"^```(python|console)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL
)
PREFECT = f"{shlex.quote(sys.executable)} -m prefect"
TEXTS = 3


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """A folder of ``digest serve`` with texts that wait for labels."""
    place = Workplace(tmp_path / "shared" / "var")
    place.folder.mkdir(parents=True)
    settings_path(place).write_text('contact = "mailto:a@sample.example"\n', "utf-8")
    with writing(place.database) as connection:
        ingest(connection, archived(), "test/1", frozenset({Q1}), map(news, "abc"))
    return place


@pytest.fixture
def environment(prefect_server: None) -> dict[str, str]:
    """What a machine needs to know of the server."""
    from prefect.settings import PREFECT_API_URL

    quick = {"PREFECT_WORKER_QUERY_SECONDS": "1", "DO_NOT_TRACK": "1"}
    return ENVIRONMENT | quick | {"PREFECT_API_URL": str(PREFECT_API_URL.value())}


def said_in_guide(command: str, place: Workplace) -> str:
    """A command of the guide, for this folder and this environment's prefect."""
    return command.replace("/shared/var", str(place.folder)).replace("prefect ", f"{PREFECT} ", 1)


@contextmanager
def at_work(command: str, environment: dict[str, str]) -> Iterator[None]:
    """A worker in the background, stopped as from the keyboard."""
    worker = subprocess.Popen(
        ["bash", "-c", f"exec env {command}"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(worker.pid, signal.SIGINT)
        worker.wait(60)


def test_a_worker_labels_in_the_shared_folder(
    place: Workplace, environment: dict[str, str]
) -> None:
    def run(*command: str) -> None:
        done = subprocess.run(
            command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False,
            timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    run("bash", "-c", f"{PREFECT} work-pool create elsewhere --type process")
    run(sys.executable, "-c", REGISTER)
    with at_work(said_in_guide(START, place), environment):
        run("bash", "-c", said_in_guide(RUN, place))
    with writing(place.database) as connection:
        found = tables(connection)
    assert len(found["labelling"]) == TEXTS
    assert len(found["embedding"]) == TEXTS
