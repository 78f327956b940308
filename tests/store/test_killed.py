"""A process that is killed in the middle of ingesting, and run again, leaves the same tables."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from digest.items import Record, Rejection
from digest.store.archive import Archived
from digest.store.database import reading, snapshot, writing
from digest.store.ingest import BATCH, ingest
from tests.examples import NOON, Q1, Q4, archived, news, paper, tables

PAPERS = BATCH + 500  # of the large document: two transactions


def main(path: Path) -> None:
    """What the killed process does: it says when it begins, and ends by itself if it is let."""
    with writing(path) as connection:
        print("begun", flush=True)  # noqa: T201
        for document, entries in documents():
            ingest(connection, document, "test/1", frozenset({Q4, Q1}), entries)
        snapshot(connection, path)


def documents() -> Iterator[tuple[Archived, Iterator[Record | Rejection]]]:
    for n in range(4):
        yield archived(f"feed-{n}", hours=n), stories(n)
    yield archived("oai", hours=5, source="arxiv-cs-ai", kind="arxiv-oai"), papers()
    for n in range(4, 8):
        yield archived(f"feed-{n}", hours=n + 2), stories(n)


def stories(n: int) -> Iterator[Record | Rejection]:
    """Each document repeats half of the last one, and one story comes under two addresses."""
    for name in range(20 * n, 20 * n + 40):
        yield news(str(name), date_inferred=name % 3 == 0)
    yield news(f"same-{n}", text="The same release. " * 20, title="Same", source=f"source-{n}")
    yield Rejection("un-news", 41, f"bad-{n}", "the entry has no title and no text")


def papers() -> Iterator[Record]:
    """First all papers, then their second versions, so that both batches touch the same items."""
    for number in range(PAPERS):
        if number == BATCH + 1:
            print("second batch", flush=True)  # noqa: T201
        version, n = divmod(number, PAPERS // 2)
        yield paper(n, version=version + 1, published=NOON.replace(month=1 + n % 4))


def run(path: Path, kill: float | bytes | None = None) -> bool:
    """Run the process; whether it came to its end before it was killed.

    It is killed so many seconds after it has begun, or as soon as it prints a line.
    """
    process = subprocess.Popen(
        [sys.executable, __file__, str(path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    with process:
        assert process.stdout.readline() == b"begun\n"
        if isinstance(kill, bytes):
            assert process.stdout.readline().strip() == kill
        elif kill is not None:
            time.sleep(kill)
        if kill is not None:
            process.kill()
        _, complaint = process.communicate()
    assert b"Traceback" not in complaint, complaint.decode()
    return process.returncode == 0


def test_killed_at_several_moments_and_run_again(tmp_path: Path) -> None:
    undisturbed, path = tmp_path / "undisturbed.duckdb", tmp_path / "digest.duckdb"
    started = time.monotonic()
    assert run(undisturbed)
    whole = time.monotonic() - started
    moments = random.Random(2026)
    assert not run(path, b"second batch")
    for _ in range(2):
        run(path, moments.uniform(0.0, 0.6 * whole))
    assert run(path)
    with reading(undisturbed) as connection:
        expected = tables(connection)
    with reading(path) as connection:
        found = tables(connection)
    for name, rows in expected.items():
        assert found[name] == rows, name


if __name__ == "__main__":
    main(Path(sys.argv[1]))
