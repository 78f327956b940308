"""Do the intervals of corrected counts hold the truth? On quarters made up with known truth.

    python benchmarks/prevalence.py [--trials N]

Prints how often the 90 % intervals of ``digest.edition.prevalence`` hold the true number of items,
beside those of the usual normal approximation (difference estimator, "prediction-powered"), by how
rare the label is, how good the classifier, how many items were read and how they were drawn; the
same with the model's test in place of a panel's sample; and how often "under-served" is right.

A made-up quarter has 35,000 items. Each item has a score, normal with standard deviation 1, higher
by ``apart`` where the label is true; the label is given above the threshold with the best F1, moved
by ``stricter`` (in log-odds). All three vary a little from trial to trial, the prevalence much.
Then again with what a panel reads beside the sample, since it is chosen by the score: the items
that a page shows, and those of which the machine is least sure.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from math import erfc

import numpy as np
from numpy.typing import NDArray

from digest.edition.prevalence import Estimate, ModelTest, Sample, estimate
from digest.edition.shares import Share, shares

Bools = NDArray[np.bool_]
ITEMS = 35_000
TEST = 300  # judged texts of the model's test
READ = (50, 150, 300)
SHOWN, UNSURE = 24, 20  # items that a panel reads for a page, and for the queue of unsure labels
LABELS = {"rare, 0.2-1 %": (0.002, 0.01), "common, 1-5 %": (0.01, 0.05)}
CLASSIFIERS = {
    "good": (4.2, 0.0),
    "fair": (3.2, 0.0),
    "misses many": (3.2, 1.5),
    "misses most": (3.2, 3.2),
    "labels too much": (3.2, -1.2),
    "bad": (2.2, 0.0),
}
GOALS = tuple(str(number) for number in range(1, 18))


@dataclass(frozen=True)
class Trial:
    """What one made-up quarter gave."""

    label: str
    classifier: str
    held: bool
    width: float
    recall: float
    precision: float
    normal_held: bool = False


def classified(
    random: np.random.Generator, concerns: Bools, prevalence: float, apart: float, stricter: float
) -> NDArray[np.float64]:
    """By how much each item's log-odds exceed the threshold: it gets the label from 0 on."""
    score = random.standard_normal(len(concerns)) + apart * concerns
    log_odds = apart * score - apart**2 / 2 + np.log(prevalence / (1 - prevalence))
    return np.asarray(log_odds - _best_threshold(prevalence, apart) - stricter)


def _best_threshold(prevalence: float, apart: float) -> float:
    """The log-odds from which on F1 is best, for very many items."""
    score = np.linspace(-1, apart + 3, 200)
    found, wrong = (np.array([erfc(x / 2**0.5) / 2 for x in score - by]) for by in (apart, 0.0))
    said = prevalence * found + (1 - prevalence) * wrong
    best = score[np.argmax(2 * prevalence * found / (said + prevalence))]
    return float(apart * best - apart**2 / 2 + np.log(prevalence / (1 - prevalence)))


def draw(random: np.random.Generator, first: Bools, n: int) -> tuple[NDArray[np.int64], NDArray]:
    """Half of the sample among the items marked ``first``, half among the others."""
    parts = []
    for part in (np.flatnonzero(first), np.flatnonzero(~first)):
        size = min(len(part), n // 2)
        parts.append((random.choice(part, size, replace=False), size / len(part)))
    rows = np.concatenate([rows for rows, _ in parts])
    return rows, np.concatenate([np.full(len(rows), share) for rows, share in parts])


def with_chosen(sample: Sample | None, surplus: NDArray[np.float64], concerns: Bools) -> Sample:
    """The sample with what a panel reads besides: what a page shows, and what is unsure."""
    by_score = np.argsort(-surplus)
    unsure = np.argsort(np.abs(surplus))[:UNSURE]
    picked = np.union1d(by_score[:SHOWN][surplus[by_score[:SHOWN]] >= 0], unsure)
    rows, inclusion = (sample.rows, sample.inclusion) if sample else (picked[:0], np.empty(0))
    more = np.setdiff1d(picked, rows)
    rows = np.r_[rows, more]
    return Sample(rows, concerns[rows], np.r_[inclusion, np.full(len(more), np.nan)])


def trial(
    random: np.random.Generator, label: str, classifier: str, n: int, way: str, items: int = ITEMS
) -> Trial:
    """One quarter. ``way``: drawn "by label", by "any label" (as a sample for all labels at once
    is), or "test": nothing read, the model's test instead, from a quarter with other numbers. With
    ", and chosen" a panel read its pages and the unsure items besides."""
    low, high = np.log(LABELS[label])
    prevalence = float(np.exp(random.uniform(low, high)))
    apart, stricter = np.array(CLASSIFIERS[classifier]) + random.uniform(-0.3, 0.3, 2)
    concerns = random.random(items) < prevalence
    surplus = classified(random, concerns, prevalence, apart, stricter)
    given = surplus >= 0
    sample = tested = None
    if way.startswith("test"):
        was = prevalence * float(np.exp(random.normal(0, 0.3)))
        judged = random.random(TEST) < was
        tested = ModelTest(classified(random, judged, prevalence, apart, stricter) >= 0, judged)
    else:
        first = given if way.startswith("by label") else given | (random.random(items) < 0.15)
        rows, inclusion = draw(random, first, n)
        sample = Sample(rows, concerns[rows], inclusion)
    drawn = sample
    if way.endswith("chosen"):
        sample = with_chosen(sample, surplus, concerns)
    found, true, both = estimate(given, sample, tested), concerns.sum(), (concerns & given).sum()
    return Trial(
        label,
        classifier,
        _holds(found, int(true)),
        (found.high - found.low) / 2 / max(true, 1),
        both / max(true, 1),
        both / max(given.sum(), 1),
        drawn is not None and _normal_holds(given, drawn, int(true)),
    )


def _holds(found: Estimate, true: int) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low <= true <= found.high


def _normal_holds(given: Bools, sample: Sample, true: int) -> bool:
    """Whether the machine's count, corrected by its mean error in each part, holds the truth."""
    error = sample.concerns.astype(float) - given[sample.rows]
    number, variance = float(given.sum()), 0.0
    for share in np.unique(sample.inclusion):
        part = error[sample.inclusion == share]
        number += part.sum() / share
        variance += len(part) * part.var(ddof=1) * (1 - share) / share**2 if len(part) > 1 else 0
    return bool(abs(number - true) <= 1.645 * variance**0.5)


def quarter_of_goals(
    random: np.random.Generator, n: int, *, close: bool, items: int = 28_000
) -> tuple[NDArray[np.float64], tuple[Share, ...]]:
    """The true shares of 17 goals, and what ``shares`` finds after ``n`` readings.

    ``close``: all goals near an equal share, where a wrong verdict is easiest.
    """
    wanted = random.dirichlet(np.full(17, 40 if close else 0.8))
    public = random.random(items) < 0.15
    concerns = np.zeros((items, 17), bool)
    for times in (1.0, 0.12):  # some items have two goals
        has = public & (random.random(items) < times)
        concerns[has, random.choice(17, has.sum(), p=wanted)] = True
    given = np.zeros_like(concerns)
    for goal in range(17):
        apart, stricter = random.uniform(2.8, 4.5), random.uniform(-0.5, 1.5)
        prevalence = max(float(concerns[:, goal].mean()), 1e-4)
        given[:, goal] = classified(random, concerns[:, goal], prevalence, apart, stricter) >= 0
    rows, inclusion = draw(random, given.any(axis=1), n)
    true = concerns.sum(axis=0) / concerns.any(axis=1).sum()
    return true, shares(GOALS, given, Sample(rows, concerns[rows], inclusion))


def coverage(seed: int, trials: int, way: str) -> Iterator[str]:
    """A table: one line for each label and classifier, one column for each number read."""
    random = np.random.default_rng(seed)
    columns = (0,) if way.startswith("test") else READ
    yield f"{'label':15}{'classifier':17}recall prec." + "".join(
        f"{n:>7} read      " for n in columns
    )
    every: dict[int, list[Trial]] = {n: [] for n in columns}
    for label in LABELS:
        for classifier in CLASSIFIERS:
            cells, last = [], []
            for n in columns:
                last = [trial(random, label, classifier, n, way) for _ in range(trials)]
                every[n] += last
                cells.append(_cell(last))
            recall, precision = np.mean([[t.recall, t.precision] for t in last], axis=0)
            yield f"{label:15}{classifier:17}{recall:5.2f} {precision:5.2f} " + "".join(cells)
        for n in columns:
            part = [t for t in every[n] if t.label == label]
            yield f"{label:15}all, {n:3} read {_cell(part)} normal approximation {_normal(part)}"
    yield "".join(f"all labels, {n} read: {_cell(every[n]).strip()}; " for n in columns)


def _cell(trials: list[Trial]) -> str:
    held, width = np.mean([t.held for t in trials]), np.median([t.width for t in trials])
    return f"{held:7.1%} ±{width:5.0%}  "


def _normal(trials: list[Trial]) -> str:
    return f"{np.mean([t.normal_held for t in trials]):.1%}"


def under_served(seed: int, quarters: int) -> Iterator[str]:
    """How often the flag is right, and how many under-served goals it finds."""
    random = np.random.default_rng(seed)
    for close in (False, True):
        for n in READ:
            found = [quarter_of_goals(random, n, close=close) for _ in range(quarters)]
            true = np.concatenate([true for true, _ in found])
            told = [share for _, part in found for share in part]
            below = np.concatenate([shares < shares.mean() for shares, _ in found])
            flagged = np.array([share.verdict == "under-served" for share in told])
            above = np.array([share.verdict == "not under-served" for share in told])
            held = np.mean([s.low <= t <= s.high for s, t in zip(told, true, strict=True)])
            yield (
                f"{'all near equal' if close else 'very unequal':15}{n:4} read: shares held "
                f"{held:.1%}; under-served said {flagged.sum()}, right {_of(below, flagged)}; "
                f"of those under-served found {_of(flagged, below)}; "
                f"not under-served said {above.sum()}, right {_of(~below, above)}"
            )


def _of(part: Bools, whole: Bools) -> str:
    return f"{(part & whole).sum() / whole.sum():.1%}" if whole.any() else "-"


def main() -> None:
    """Run all, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--quarters", type=int, default=20)
    asked = parser.parse_args()
    for way in [a + b for b in ("", ", and chosen") for a in ("by label", "any label", "test")]:
        print(f"\n90 % intervals, drawn {way}: held the truth, half width of the true number")
        for line in coverage(1, asked.trials, way):
            print(line, flush=True)
    print("\nunder-served: reference an equal share")
    for line in under_served(1, asked.quarters):
        print(line, flush=True)


if __name__ == "__main__":
    main()
