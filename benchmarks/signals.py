"""What rose from one real quarter to the next, and how often chance alone looks like a signal.

    python benchmarks/signals.py EARLIER.jsonl.gz LATER.jsonl.gz [--shuffles N]

The files are arXiv metadata snapshots, of which the papers in ``CATEGORIES`` are taken (the others
are not equally complete in both); a paper's source is its last author, its labels, which are judged
by themselves, are its categories. Seconds are of processor time. Prints the signals of the later
quarter, then those of quarters among which the papers were dealt out at random, and how often
``unusual_rise`` raises an alarm on made-up weeks in which nothing happened, or something did.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import numpy as np

from digest.edition.features import Index, Noted, index
from digest.edition.rates import unusual_rise
from digest.edition.signals import Signals, Window, signals
from digest.quarter import Quarter

CATEGORIES = {"cs.AI", "cs.CL", "cs.IR"}
SHOWN = 40


def papers(path: Path) -> Iterator[Noted]:
    """The papers of a snapshot."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            categories = entry["categories"].split()
            if CATEGORIES.isdisjoint(categories):
                continue
            day = parsedate_to_datetime(entry["versions"][0]["created"]).date()
            group = " ".join(entry["authors_parsed"][-1]).strip()
            labels = tuple(f"arxiv/{category}" for category in categories)
            yield Noted(entry["id"], day, entry["title"], labels, (group,))


def shuffled(found: Index, random: np.random.Generator) -> Index:
    """The same papers, their dates dealt out anew."""
    return replace(found, dates=random.permutation(found.dates))


def window(quarter: Quarter) -> Window:
    """The quarter's days."""
    return Window(quarter.start.date(), quarter.end.date())


def listed(found: Signals) -> Iterator[str]:
    """The first signals of each direction, one a line."""
    for direction in ("first appearance", "rise", "decline"):
        part = [s for s in found.signals if s.direction == direction]
        yield f"{direction}: {len(part)}"
        for s in part[:SHOWN]:
            numbers = f"{len(s.items_before):5} -> {len(s.items):5}  {s.sources:5} sources"
            high = f"{s.ratio.high:.2f}" if s.ratio.high else "..."
            yield f"  {s.kind:5} {s.name:38} {numbers}  x {s.ratio.low:.2f}-{high}  q {s.q:.1e}"


def alarms(random: np.random.Generator, weeks: int = 12, trials: int = 1_000) -> Iterator[str]:
    """How often ``unusual_rise`` speaks up, by usual number a week and by how much rates vary."""
    for mean in (2, 10, 50):
        for spread in (0.0, 0.2, 0.4):
            cells = []
            for times in (1, 2, 3):
                hits = sum(_alarm(random, mean, spread, weeks, times) for _ in range(trials))
                cells.append(f"{hits / trials:.3f}")
            yield f"{mean:3} a week, variation {spread:.1f}: alarm {', '.join(cells)}"


def _alarm(random: np.random.Generator, mean: float, spread: float, weeks: int, times: int) -> bool:
    exposure = random.integers(800, 1_200, weeks + 1)
    rates = np.full(weeks + 1, 1.0)
    if spread:
        rates = random.gamma(1 / spread**2, spread**2, weeks + 1)
    rates[-1] *= times
    counts = random.poisson(mean * rates * exposure / 1_000)
    return unusual_rise(counts.tolist(), exposure.tolist()).status == "unusual rise"


def main() -> None:
    """Run all, print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("snapshots", type=Path, nargs=2)
    parser.add_argument("--shuffles", type=int, default=100)
    asked = parser.parse_args()
    items = [paper for path in asked.snapshots for paper in papers(path)]
    earlier, later = (window(Quarter.parse(path.name[:6])) for path in asked.snapshots)
    start = time.process_time()
    found = index(items)
    indexed = time.process_time()
    real = signals(found, later, earlier)
    compared = time.process_time()
    print(f"{len(items):,} titles: index {indexed - start:.1f} s, {len(found.rows):,} features")
    print(f"compared in {compared - indexed:.1f} s: {real.tested:,} tested, wobble {real.wobble}")
    for line in listed(real):
        print(line)
    random = np.random.default_rng(1)
    false = [signals(shuffled(found, random), later, earlier) for _ in range(asked.shuffles)]
    numbers = np.array([len(one.signals) for one in false])
    print(
        f"\n{asked.shuffles} shuffles: {np.mean(numbers > 0):.1%} with any signal, "
        f"{numbers.mean():.2f} signals a shuffle, beside {len(real.signals)} real ones"
    )
    print("\nweeks: alarms (of 1) when the rate is the same, twice, three times")
    for line in alarms(random):
        print(line)


if __name__ == "__main__":
    main()
