"""What rose from one real quarter to the next, and how often chance alone looks like a signal.

    python benchmarks/signals.py EARLIER.jsonl.gz LATER.jsonl.gz [--shuffles N]

The files are arXiv metadata snapshots; a paper's source is its last author, its field its primary
category, its labels, which are judged by themselves, are all its categories. Seconds are of
processor time. Prints the signals of the later quarter; those of quarters among which the papers
were dealt out at random within each field; those that there are when nine of ten papers of a field
are missing from the later quarter, with and without comparing within fields; whether terms that
become twice or three times as frequent in a field are found; and how often ``unusual_rise`` raises
an alarm on made-up weeks in which nothing happened, or something did.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digest.edition.features import Index, Noted, index
from digest.edition.rates import unusual_rise
from digest.edition.signals import Signals, Window, signals
from digest.quarter import Quarter

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHOWN = 40
THINNED = ("cs.RO", "cs.CL", "cs.CV", "cs.LG", "cs.CR", "cs.IR")
TERMS = 20  # made-up ones, that rise


def papers(path: Path) -> Iterator[Noted]:
    """The papers of a snapshot."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            categories = entry["categories"].split()
            day = parsedate_to_datetime(entry["versions"][0]["created"]).date()
            group = " ".join(entry["authors_parsed"][-1]).strip()
            labels = tuple(f"arxiv/{category}" for category in categories)
            yield Noted(entry["id"], day, entry["title"], labels, (group,), field=categories[0])


def shuffled(found: Index, random: np.random.Generator) -> Index:
    """The same papers, their dates dealt out anew within each field."""
    order, dealt = np.argsort(found.fields, kind="stable"), random.random(len(found.items))
    dates = np.empty_like(found.dates)
    dates[order] = found.dates[np.lexsort((dealt, found.fields))]
    return replace(found, dates=dates)


def without(found: Index, gone: NDArray[np.bool_]) -> Index:
    """The papers but for some, which go to a day that nobody looks at."""
    return replace(found, dates=np.where(gone, np.datetime64("1970-01-01", "D"), found.dates))


def as_one_field(found: Index) -> Index:
    """The same papers, their fields not told apart."""
    return replace(found, fields=np.zeros_like(found.fields))


def thinned(
    found: Index, periods: tuple[Window, Window], random: np.random.Generator
) -> Iterator[str]:
    """Signals of papers dealt out at random, of which one field lacks nine of ten now."""
    names = np.array([item.field for item in found.items])
    dealt = shuffled(found, random)
    now = dealt.dates >= np.datetime64(periods[0].start, "D")
    for field in THINNED:
        gone = (names == field) & now & (random.random(len(names)) < 0.9)
        left = without(dealt, gone)
        within, together = (signals(x, *periods).signals for x in (left, as_one_field(left)))
        some = ", ".join(s.name for s in together[:4])
        numbers = f"{len(within)} signals, {len(together)} as one field"
        yield f"{field:6} {gone.sum():6,} gone: {numbers}: {some}"


def raised(
    items: Sequence[Noted], periods: tuple[Window, Window], random: np.random.Generator
) -> Iterator[str]:
    """How many of ``TERMS`` made-up terms are called that become so many times as frequent."""
    for field in ("cs.LG", "cs.RO"):
        own = [[i for i, item in enumerate(items) if item.field == field and _is_in(item, window)]
               for window in periods]  # fmt: skip
        for times in (1, 2, 3, 5):
            told = list(items)
            for n in range(TERMS):
                rate = 40 / len(own[1])
                for rows, chance in zip(own, (rate * times, rate), strict=True):
                    for row in np.array(rows)[random.random(len(rows)) < chance]:
                        title = f"{told[row].title} of zq{chr(97 + n)}term"
                        told[row] = replace(told[row], title=title)
            names = [s.name for s in signals(index(told), *periods).signals]
            called = sum(name.startswith("zq") for name in names)
            yield f"{field:6} 40 before, {times} times as frequent: {called} of {TERMS} called"


def _is_in(item: Noted, window: Window) -> bool:
    return window.start <= item.date < window.end


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
    return unusual_rise(counts[:, None], exposure[:, None]).status == "unusual rise"


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
    together = signals(as_one_field(found), later, earlier).signals
    print(f"as one field: {len(together)} signals: {', '.join(s.name for s in together)}")
    random = np.random.default_rng(1)
    false = [signals(shuffled(found, random), later, earlier) for _ in range(asked.shuffles)]
    numbers = np.array([len(one.signals) for one in false])
    print(
        f"\n{asked.shuffles} shuffles: {np.mean(numbers > 0):.1%} with any signal, "
        f"{numbers.mean():.2f} signals a shuffle, beside {len(real.signals)} real ones"
    )
    print("\nnine of ten papers of a field missing now, the others dealt out at random:")
    for line in thinned(found, (later, earlier), random):
        print(line)
    print("\nmade-up terms:")
    for line in raised(items, (later, earlier), random):
        print(line)
    print("\nweeks: alarms (of 1) when the rate is the same, twice, three times")
    for line in alarms(random):
        print(line)


if __name__ == "__main__":
    main()
