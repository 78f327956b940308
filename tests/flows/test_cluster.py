"""Texts read by processes of their own, which may die: labels are those of one process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.classify.model import Model
from digest.classify.shards import Reading, fingerprint, keep_readings, kept_texts, read
from digest.config import Workers, Workplace
from digest.errors import DigestError
from digest.items import Record
from digest.steps.classify import BATCH, classify
from digest.store.database import writing
from digest.store.ingest import ingest
from tests.command import ENVIRONMENT, REPOSITORY, digest, sentence
from tests.examples import NOON, Q1, archived, news, tables
from tests.local_inputs import write_snapshot

MARK = 999_999
TEXTS = 5 * BATCH + BATCH // 2
Tables = dict[str, list[tuple[Any, ...]]]


def main(folder: Path, workers: str, patience: float) -> None:
    """Label everything; says how far it is, and at the end why, if it was not the end."""
    from flows.cluster import reading_texts

    place, model = Workplace(folder), Model.load()
    try:
        with (
            writing(place.database) as connection,
            reading_texts(Workers.parse(workers), place, model, patience) as executor,
        ):
            for progress in classify(connection, Q1, model, lambda: NOON, executor):
                print(progress.done, flush=True)  # noqa: T201
    except DigestError as error:
        print(f"{type(error).__name__}: {error}", flush=True)  # noqa: T201
    except KeyboardInterrupt:
        print("stopped", flush=True)  # noqa: T201


def story(n: int) -> Record:
    if n % 100 == 1:
        return news(str(n), text=f"Les puits se sont taris dans le nord. {n}", language="fr")
    return news(str(n), text=f"Wells ran dry in village {n}, and its people have no water.")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A folder with texts that nobody has read."""
    place = Workplace(tmp_path_factory.mktemp("prepared"))
    with writing(place.database) as connection:
        ingest(connection, archived(), "test/1", frozenset({Q1}), map(story, range(TEXTS)))
    return place


@pytest.fixture
def mine(prepared: Workplace, tmp_path: Path) -> Workplace:
    return Workplace(Path(shutil.copytree(prepared.folder, tmp_path / "var")))


@pytest.fixture(scope="module")
def expected(prepared: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What one process makes of them."""
    path = Path(shutil.copy(prepared.database, tmp_path_factory.mktemp("one") / "digest.duckdb"))
    with writing(path) as connection:
        assert len(list(classify(connection, Q1, Model.load(), lambda: NOON))) == 6
    return stored(path)


def stored(path: Path) -> Tables:
    """All that labelling stores; that it happened is an event of its own."""
    with writing(path) as connection:
        found = tables(connection)
    return {name: found[name] for name in ("embedding", "labelling", "label")}


class Run:
    """The labelling as a process, what it says, and its workers."""

    def __init__(self, place: Workplace, workers: str, patience: float = 60) -> None:
        self.folder = place.folder
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(place.folder), workers, str(patience)],
            env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout
        self._said: Iterator[bytes] = iter(self._process.stdout)

    def until(self, done: int) -> None:
        assert b"%d\n" % done in self._said

    def workers(self) -> set[int]:
        """Its children that read, besides the one that only tracks resources."""
        return {pid for pid in children(self._process.pid) if b"spawn_main" in command_of(pid)}

    def interrupt(self) -> None:
        """As a terminal does: all processes of the command hear it."""
        os.killpg(self._process.pid, signal.SIGINT)

    def kill(self) -> None:
        self._process.kill()

    def finish(self) -> list[str]:
        """Everything else that it says; errors are said and never traced."""
        rest = [line.decode().strip() for line in self._said]
        _, complaint = self._process.communicate(timeout=240)
        assert b"Traceback" not in complaint, complaint.decode()
        return rest


def children(parent: int) -> set[int]:
    found = Path(f"/proc/{parent}/task").glob("*/children")
    return {int(pid) for path in found for pid in path.read_text().split()}


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def assert_done(place: Workplace, expected: Tables) -> None:
    assert stored(place.database) == expected
    assert not place.shards.exists()


def test_a_worker_that_is_killed_half_way_changes_nothing(
    mine: Workplace, expected: Tables
) -> None:
    run = Run(mine, "2")
    run.until(BATCH)
    first = run.workers()
    assert len(first) == 2
    os.kill(min(first), signal.SIGKILL)
    wait_for(lambda: len(run.workers() - first) == 1, "nobody took the dead worker's place")
    assert run.finish()[-1] == str(TEXTS)
    assert_done(mine, expected)


def test_when_all_is_killed_half_way_nothing_is_left_and_what_was_read_is_not_read_again(
    mine: Workplace, expected: Tables
) -> None:
    run = Run(mine, "2")
    run.until(BATCH)
    workers = run.workers()
    run.kill()
    run.finish()
    wait_for(lambda: not any(map(command_of, workers)), "workers outlived the run")
    marked = mark_a_finished_shard(mine)
    assert Run(mine, "1").finish()[-1].isdigit()
    assert not mine.shards.exists()
    found = stored(mine.database)
    assert [row[0] for row in found["embedding"] if row[2] == MARK] == [marked.text_hash]
    unmarked = [(*row[:2], marked.tokens if row[2] == MARK else row[2], *row[3:])
                for row in found["embedding"]]  # fmt: skip
    assert found | {"embedding": unmarked} == expected


def test_stopped_while_its_workers_start_it_ends_without_a_traceback(mine: Workplace) -> None:
    run = Run(mine, "2")
    wait_for(run.workers, "no worker was started")
    run.interrupt()
    assert run.finish() == ["stopped"]


def mark_a_finished_shard(place: Workplace) -> Reading:
    """Finish a shard as a worker would have, one reading of it with a mark; the one without it."""
    done = {row[0] for row in stored(place.database)["labelling"]}
    for path in sorted(place.shards.glob("s1-*.texts.parquet")):
        if (shard := kept_texts(path))[0].text_hash not in done:
            first, *others = sorted(read(shard, Model.load()), key=lambda r: -r.tokens)
            answer = path.with_name(path.name.replace("texts", "read"))
            keep_readings(answer, [replace(first, tokens=MARK), *others])
            return first
    raise AssertionError("the killed run had no shard under way")


@contextmanager
def dask(command: str, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A scheduler or worker as somebody would start it by hand."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{command}", *arguments, "--no-dashboard"],
        env=ENVIRONMENT | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def scheduler() -> Iterator[str]:
    """Its address, as ``--workers`` takes it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with dask("scheduler", "--host", "127.0.0.1", "--port", str(port)):
        wait_for(lambda: answers(port), "the scheduler did not start")
        yield f"dask://127.0.0.1:{port}"


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextmanager
def worker(address: str, **environment: str) -> Iterator[None]:
    options = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1")
    with dask("worker", address.replace("dask", "tcp"), *options, **environment):
        yield


def test_on_a_cluster_that_runs_already(mine: Workplace, expected: Tables) -> None:
    with scheduler() as address:
        tcp = address.replace("dask", "tcp")
        (said,) = Run(mine, address, patience=0.5).finish()
        assert said == (
            f"ClusterError: the scheduler at {tcp} has no workers: start some (dask worker {tcp}) "
            "and run again, nothing is lost"
        )
        with worker(address):
            assert Run(mine, address).finish()[-1] == str(TEXTS)
    assert_done(mine, expected)


OLDER = {"ONEDNN_MAX_CPU_ISA": "AVX2"}  # as if the processor were one
FINGERPRINT = """
from digest.classify.model import Model
from digest.classify.shards import fingerprint
print(fingerprint(Model.load()))
"""


def test_a_worker_that_computes_other_numbers_is_refused(mine: Workplace) -> None:
    theirs = subprocess.run(
        [sys.executable, "-c", FINGERPRINT],
        env=ENVIRONMENT | OLDER, capture_output=True, text=True, check=True,
    )  # fmt: skip
    if theirs.stdout.strip() == fingerprint(Model.load()):
        pytest.skip("this processor computes what an older one computes")
    with scheduler() as address, worker(address, **OLDER):
        (said,) = Run(mine, address).finish()
    assert said.startswith("ClusterError: the worker tcp://127.0.0.1:")
    assert "would read texts otherwise than the process that asks it" in said
    assert stored(mine.database)["labelling"] == []


@pytest.mark.parametrize(
    ("workers", "expected"),
    [
        pytest.param("many", "'many' names no workers: give a number", id="neither"),
        pytest.param("0", "'0' names no workers", id="none"),
        pytest.param("dask://nowhere", "'dask://nowhere' names no workers", id="no-port"),
    ],
)
def test_what_names_no_workers_is_refused_at_once(workers: str, expected: str) -> None:
    here = ["--snapshot", str(REPOSITORY / "README.md")]
    assert sentence(digest("run", "2026Q1", *here, "--workers", workers)).startswith(expected)


def test_where_no_scheduler_answers_it_is_said(mine: Workplace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (said,) = Run(mine, f"dask://127.0.0.1:{port}").finish()
    assert said.startswith(
        f"ClusterError: no Dask scheduler answers at tcp://127.0.0.1:{port}: start one"
    )


def test_a_run_with_workers_comes_to_the_manifest_of_a_run_without(
    prefect_server: None, tmp_path: Path
) -> None:
    from prefect.settings import PREFECT_API_URL

    server = {"PREFECT_API_URL": str(PREFECT_API_URL.value())}
    local = ["--snapshot", str(write_snapshot(tmp_path / "papers.jsonl.gz", 40))]
    for name, workers in (("one", ""), ("two", "2")):
        place = tmp_path / name
        ran = digest("run", "2026Q1", *local, "--workers", workers, "--var", place,
                     env=server)  # fmt: skip
        assert (ran.returncode, ran.stderr) == (0, b"")
    one, two = (tmp_path / name / "editions" / "2026Q1" / "draft.json" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
