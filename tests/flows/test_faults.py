"""Runs that cannot go as they should: each ends with its exit status, its sentence, and no loss."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.config import Inputs, Workplace
from digest.edition.shelf import Shelf
from digest.errors import StoreBusy
from digest.quarter import Quarter
from digest.sample import data, feeds
from digest.store.turn import own_turn
from tests.command import DIGEST, ENVIRONMENT, REPOSITORY, digest, sentence
from tests.disks import need_mounted, small_disk
from tests.flows.history import put_history
from tests.local_inputs import write_feeds, write_snapshot
from tests.servers import FaultyServer, body, status

Q1 = Quarter(2026, 1)
pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Local inputs whose sources are all well, and who answers for them, as arguments."""
    folder = tmp_path_factory.mktemp("local")
    write_snapshot(folder / "papers.jsonl.gz", 12)
    write_feeds(folder / "feeds", "sample-regulator", "sample-agency-ar")
    inputs = ["--snapshot", str(folder / "papers.jsonl.gz"), "--feeds", str(folder / "feeds")]
    return [*inputs, "--sign-off", "E. Editor"]


@pytest.fixture(scope="module")
def server(prefect_server: None) -> dict[str, str]:
    """The session's server, for commands that would start their own."""
    from prefect.settings import PREFECT_API_URL

    return {"PREFECT_API_URL": str(PREFECT_API_URL.value())}


@pytest.fixture(scope="module")
def done(
    tmp_path_factory: pytest.TempPathFactory, local: list[str], server: dict[str, str]
) -> Workplace:
    """A folder in which the quarter was published."""
    place = Workplace(tmp_path_factory.mktemp("done") / "var")
    ran = digest("run", "2026Q1", *local, "--var", place.folder, env=server)
    assert (ran.returncode, ran.stderr) == (0, b"")
    return place


def test_a_full_disk_loses_nothing(
    tmp_path: Path, local: list[str], server: dict[str, str], done: Workplace
) -> None:
    """With space again, the same command comes to the same edition."""
    with small_disk(tmp_path / "disk", megabytes=9) as disk:
        need_mounted(disk)
        var = disk / "var"
        said = sentence(digest("run", "2026Q1", *local, "--var", var, env=server))
        assert "the disk is full: free some space and run again, nothing is lost" in said
        assert str(disk) in said
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        again = digest("run", "2026Q1", *local, "--var", var, env=server)
        assert (again.returncode, again.stderr) == (0, b"")
        (edition,) = Shelf(Workplace(var).editions).editions()
    (expected,) = Shelf(done.editions).editions()
    assert edition.sha256 == expected.sha256


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        pytest.param("/dev/full", "the disk is full", id="no-space"),
        pytest.param("no-database", "file is not a database", id="damaged"),
    ],
)
def test_a_history_of_runs_that_cannot_be_kept_is_named(
    tmp_path: Path, local: list[str], history: str, expected: str
) -> None:
    (tmp_path / "no-database").write_text("Somebody wrote over this file. " * 200)
    database = tmp_path / "var" / "state" / "prefect" / "prefect.db"
    database.parent.mkdir(parents=True)
    database.symlink_to(tmp_path / history)
    said = sentence(digest("run", "2026Q1", *local, "--var", tmp_path / "var"))
    assert expected in said
    assert str(database.parent) in said


def test_a_second_run_in_a_folder_is_told_who_has_it(
    tmp_path: Path, local: list[str], server: dict[str, str]
) -> None:
    place = Workplace(tmp_path)
    with own_turn(place):
        said = sentence(digest("run", "2026Q1", *local, "--var", tmp_path, env=server))
        assert said == (
            f"another digest works in {tmp_path} (process number {os.getpid()}): wait until it has "
            "finished, or stop it"
        )
        with pytest.raises(StoreBusy), own_turn(place):
            pass
    with own_turn(place):
        assert not place.database.exists()


def test_a_corrupted_database_is_named(
    done: Workplace, tmp_path: Path, local: list[str], server: dict[str, str]
) -> None:
    place = Workplace(tmp_path)
    shutil.copy(done.database, place.database)
    with place.database.open("r+b") as file:
        file.write(os.urandom(4096))
    said = sentence(digest("run", "2026Q1", *local, "--var", tmp_path, env=server))
    assert said.startswith(f"{place.database} cannot be read as a database")
    assert "run 'digest reparse', which rebuilds it from the raw archive" in said


LISTED = """
[[source]]
id = "{name}"
kind = "feed"
url = "{url}"
publisher = "Publisher of {name}"
group = "journals"
country = "KE"
region = "africa"
language = "en"
home = "https://{name}.example/"
verified = true
"""


@pytest.fixture
def faulty() -> Iterator[FaultyServer]:
    feed = data.feeds()["sample-regulator"]
    items = [item for item in data.news(1) if item.feed == feed.id]
    answers = {"/well": body(feeds.render(feed, items, data.STAGE_TIMES[1])), "/gone": status(410)}
    with FaultyServer(answers) as server:
        yield server


def ask(tmp_path: Path, server: FaultyServer, *paths: str) -> bool:
    from flows.terminal import run_in_terminal

    entries = (LISTED.format(name=path.strip("/"), url=server.url(path)) for path in paths)
    listed = tmp_path / "list.toml"
    listed.write_text("".join(entries))
    inputs = Inputs(
        sources=listed, contact="mailto:a@sample.example", sample=True,
        private_hosts=frozenset({server.host}),
    )  # fmt: skip
    place = Workplace(tmp_path / "var")
    return run_in_terminal(Q1, place, inputs, sign_off="E. Editor")


def test_a_failed_source_is_named_and_when_all_fail_nothing_is_published(
    tmp_path: Path, faulty: FaultyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not ask(tmp_path, faulty, "/well", "/gone")
    said = capsys.readouterr().out.splitlines()
    (failure,) = (line for line in said if line.startswith("gone failed: "))
    assert "HTTP 410" in failure
    assert faulty.url("/gone") in failure
    assert any(line.startswith("2026Q1 v1.0 published") for line in said)
    state = digest("status", "--var", tmp_path / "var")
    assert state.returncode == 1
    assert b"HTTP 410" in state.stdout

    before = published(tmp_path / "var")
    faulty.answers["/well"] = status(404)
    assert not ask(tmp_path, faulty, "/well", "/gone")
    text = capsys.readouterr().out
    assert "well failed: HTTP 404" in text
    assert "no source answered: nothing is drafted, and what is published stays as it is" in text
    assert published(tmp_path / "var") == before


def published(var: Path) -> dict[str, bytes]:
    files = [*var.glob("editions/*/*"), *var.glob("public/**/*")]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def test_two_runs_at_once_have_servers_of_their_own_and_one_can_be_stopped(
    tmp_path: Path, local: list[str], done: Workplace
) -> None:
    for name in ("one", "two"):
        put_history(Workplace(tmp_path / name))
    one, two = (
        subprocess.Popen(
            [*DIGEST, "run", "2026Q1", *local, "--var", str(tmp_path / name)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT,
        )
        for name in ("one", "two")
    )  # fmt: skip
    wait_for(Workplace(tmp_path / "two").database)
    two.send_signal(signal.SIGINT)
    _, said = two.communicate(timeout=120)
    assert said.decode() == "digest: stopped; run the same command again to go on\n"
    assert two.returncode == 130
    _, said = one.communicate(timeout=240)
    assert (one.returncode, said) == (0, b"")
    (edition,) = Shelf(Workplace(tmp_path / "one").editions).editions()
    (expected,) = Shelf(done.editions).editions()
    assert edition.sha256 == expected.sha256


def wait_for(path: Path, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < until, f"{path} did not come"
        time.sleep(0.02)


def test_killed_at_random_moments_it_comes_to_the_same_edition(
    local: list[str], server: dict[str, str]
) -> None:
    """Nothing is left behind either; see the script, which also runs by hand with more kills."""
    files = local[: local.index("--sign-off")]  # the script signs by itself
    done = subprocess.run(
        [sys.executable, "benchmarks/kill.py", *files, "--kills", "3", "--seed", "5"],
        cwd=REPOSITORY, env=ENVIRONMENT | server, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kills in " in done.stdout
