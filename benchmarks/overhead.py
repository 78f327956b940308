"""What orchestration adds: the same quarter by the steps alone, and by the flows with Prefect.

    python benchmarks/overhead.py --snapshot papers.jsonl.gz [--feeds feeds/] [--papers 2000]

Each way runs in a process and a folder of its own, ``--rounds`` times, in turn. *Work* is the time
from the harvest's beginning to the site; *start* is everything before and after it in the life of
the process: imports, and with Prefect its server and database. Prints the least of each (what else
the machine does can only add), what the flows add to the work in percent, and what to the start in
seconds; exit status 1 when the manifests differ.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from digest.config import Inputs, Workplace, utc_now
from digest.quarter import Quarter
from digest.store.archive import open_plain

QUARTER = Quarter(2026, 1)
WAYS = ("steps", "flows")


@dataclass(frozen=True)
class Ran:
    """Seconds of the work and of the rest, and the SHA-256 of what was published."""

    work: float
    start: float
    sha256: str


def main() -> int:
    """Run both ways in turn, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--snapshot", type=Path, required=True)
    parser.add_argument("--feeds", type=Path, action="append", default=[])
    parser.add_argument("--papers", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    inputs = Inputs(sources=None, snapshots=(given.snapshot,), feeds=tuple(given.feeds))
    if given.way:
        by_steps(given.folder, inputs) if given.way == "steps" else by_flows(given.folder, inputs)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        papers = Path(scratch) / "papers.jsonl.gz"
        with open_plain(given.snapshot) as lines:
            papers.write_bytes(gzip.compress(b"".join(islice(lines, given.papers)), 1))
        arguments = ["--snapshot", str(papers)]
        for feeds in given.feeds:
            arguments += ["--feeds", str(feeds)]
        return compare(Path(scratch), arguments, given.rounds)


def compare(scratch: Path, arguments: list[str], rounds: int) -> int:
    """Print a line for each run, then what the flows add."""
    ran: dict[str, list[Ran]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in WAYS:
            done = run(way, scratch / f"{way}-{number}", arguments)
            ran[way].append(done)
            print(f"{way}: work {done.work:7.2f} s   start {done.start:6.2f} s", flush=True)
    work, start = ({way: min(getattr(r, what) for r in ran[way]) for way in WAYS}
                   for what in ("work", "start"))  # fmt: skip
    added = work["flows"] - work["steps"]
    print(f"the flows add {added:.2f} s, {added / work['steps']:.1%}, to {work['steps']:.1f} s of "
          f"work, and {start['flows'] - start['steps']:.1f} s to the start")  # fmt: skip
    same = len({r.sha256 for runs in ran.values() for r in runs}) == 1
    print("all manifests are the same" if same else "WRONG: the manifests differ")
    return int(not same)


def run(way: str, folder: Path, arguments: list[str]) -> Ran:
    """One process from beginning to end."""
    began = time.perf_counter()
    command = [sys.executable, __file__, *arguments, "--way", way, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    whole = time.perf_counter() - began
    said = json.loads(done.stdout.splitlines()[-1])
    return Ran(said["work"], whole - said["work"], said["sha256"])


def by_steps(folder: Path, inputs: Inputs) -> None:
    """The quarter without Prefect: the same steps that the flows call."""
    from digest.classify.model import Model
    from digest.steps.classify import classify
    from digest.steps.draft import Drafting, draft, since_published
    from digest.steps.harvest import harvest, known_sources
    from digest.steps.publish import build_draft, publish
    from digest.store.database import snapshot, writing
    from digest.taxonomy import load

    place = Workplace(folder)
    began = time.perf_counter()
    with writing(place.database) as connection:
        list(harvest(connection, place, QUARTER, inputs, utc_now))
        connection.execute("CHECKPOINT")
    with writing(place.database) as connection:
        list(classify(connection, QUARTER, Model.load(), utc_now))
        connection.execute("CHECKPOINT")
    codebook = load()
    with writing(place.database) as connection:
        using = Drafting(Model.load(), codebook, known_sources(inputs), sample=False)
        manifest = draft(connection, place, QUARTER, using)
        snapshot(connection, place.database)
    build_draft(place, manifest, codebook)
    since_published(place, manifest)
    published = publish(place, QUARTER, codebook, utc_now)
    tell(time.perf_counter() - began, published.edition.sha256)


def by_flows(folder: Path, inputs: Inputs) -> None:
    """The quarter as ``digest run`` runs it."""
    from flows.settings import prepare

    prepare(Workplace(folder))
    from flows.quarter import run_quarter
    from flows.server import serving

    with serving():
        began = time.perf_counter()
        result = run_quarter(str(QUARTER), folder, inputs, sign_off="A. Editor")
        seconds = time.perf_counter() - began
    assert result.published is not None
    tell(seconds, result.published.edition.sha256)


def tell(seconds: float, sha256: str) -> None:
    """The last line of standard output, for the process that compares."""
    print(json.dumps({"work": seconds, "sha256": sha256}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
