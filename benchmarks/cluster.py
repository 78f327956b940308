"""Label the same abstracts in one process, in several, and with one of them killed half-way.

    python benchmarks/cluster.py SNAPSHOT.jsonl.gz [--texts 2000] [--workers 2]

Each of the three starts with a folder of its own that has the texts and no labels. Prints texts per
second over everything, the start of processes and loading of models included, and when the first
batch was stored; and compares all that was stored: vectors to the bit, labels, languages. Linux
only: it looks for the workers in /proc. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from digest.classify.model import Model
from digest.config import Workers, Workplace, utc_now
from digest.quarter import Quarter
from digest.sources import snapshot
from digest.steps.classify import BATCH, classify
from digest.store.archive import Archived, open_plain
from digest.store.database import reading, writing
from digest.store.ingest import ingest
from flows.cluster import reading_texts

QUARTER = Quarter(2026, 1)
TABLES = {
    "embedding": "text_hash, encoder, tokens, vector",
    "labelling": "*",
    "label": "* EXCLUDE made_at",
}


@dataclass(frozen=True)
class Labelled:
    """One labelling: seconds until the first batch was stored and in all; a hash of its result."""

    texts: int
    first: float
    seconds: float
    stored: str
    killed: bool = False

    def __str__(self) -> str:
        rate = self.texts / self.seconds
        return (
            f"{self.seconds:7.1f} s, {rate:6.1f} texts/s, first batch after {self.first:5.1f} s, "
            f"{self.stored[:12]}"
        )


def main() -> int:
    """Run the three and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        harvested = Workplace(Path(scratch) / "harvested")
        number = prepare(harvested, given.snapshot, given.texts)
        print(f"{number:,} texts, batches of {BATCH}, {os.cpu_count()} cores")
        several = Workers(given.workers)

        def run(name: str, workers: Workers, *, kill: bool = False) -> Labelled:
            folder = shutil.copytree(harvested.folder, Path(scratch) / name)
            done = label(Workplace(folder), workers, number, kill=kill)
            print(f"{name:24} {done}{', one worker killed' if done.killed else ''}", flush=True)
            return done

        alone = run("one process", Workers())
        together = run(f"{given.workers} workers", several)
        killed = run("a worker killed", several, kill=True)
    same = len({alone.stored, together.stored, killed.stored}) == 1
    print("all three stored the same" if same and killed.killed else "WRONG: they differ")
    return int(not (same and killed.killed))


def prepare(place: Workplace, papers: Path, number: int) -> int:
    """Store the first papers of a snapshot; how many texts wait for labels."""
    from digest.store.labels import pending

    answer = Archived(
        "d1-benchmark", "benchmark", "arxiv-snapshot", str(QUARTER), "", papers.name, utc_now(),
        200, {}, "", 0,
    )  # fmt: skip
    with open_plain(papers) as body, writing(place.database) as connection:
        first = islice(snapshot.parse(body, "benchmark"), number)
        ingest(connection, answer, "benchmark/1", frozenset({QUARTER}), first)
        return len(pending(connection, QUARTER, "", ""))


def label(place: Workplace, workers: Workers, number: int, *, kill: bool) -> Labelled:
    """Label everything; with ``kill``, a worker dies when half of it is stored."""
    model, began = Model.load(), time.perf_counter()
    times: list[float] = []
    killed = False
    with (
        writing(place.database) as connection,
        reading_texts(workers, place, model) as executor,
    ):
        for progress in classify(connection, QUARTER, model, utc_now, executor):
            times.append(time.perf_counter() - began)
            if kill and not killed and progress.done >= number / 2:
                os.kill(min(worker_processes()), signal.SIGKILL)
                killed = True
    return Labelled(number, times[0], times[-1], hash_of(place), killed)


def worker_processes() -> Iterator[int]:
    """This process's children that are Dask's workers."""
    for path in Path("/proc/self/task").glob("*/children"):
        for pid in path.read_text().split():
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                yield int(pid)


def hash_of(place: Workplace) -> str:
    """Of everything that labelling stores but the time."""
    hasher = hashlib.sha256()
    with reading(place.database) as connection:
        for table, columns in TABLES.items():
            rows = connection.execute(f"SELECT {columns} FROM {table} ORDER BY ALL")
            while row := rows.fetchone():
                hasher.update(repr(row).encode())
    return hasher.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
