"""Measures of labels against the truth, with their intervals: arrays in, arrays out.

Every measure is computed from weights of the texts, so a resample of the texts is one row of
counts, all resamples are a few matrix products, and two models are compared on the same resamples.

*None* is a class of its own in precision, recall and F1, true where a text has no label and given
where the model assigns none, if the data have any text without a label; so "17 goals or none" has
18 classes. Macro F1 is the mean over the classes that are true of a text or given to one; in
weighted F1 each class counts by the number of texts it is true of. The other measures are over the
labels alone.

Intervals of measures over all labels are plain percentiles of the resampled values. With a handful
of texts a label, resamples give macro F1 a little too low and calibration error too high, and the
intervals lean that way. Of a single label resamples tell nothing where no error was made: six texts
out of six would be "1.00, surely". Its precision and recall are shares of a few texts and have
Wilson's interval; its F1 is 2 J / (1 + J) of the Jaccard index J, the share of the texts given the
label rightly among those that carry it or were given it, and has the image of J's interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

PER_CLASS = ("precision", "recall", "f1")
BINS = 10
_BLOCK = 2_000_000  # weights in memory at a time


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is true of the texts in one scheme, and what a model says.

    ``truth``, ``given`` (bool) and ``probability`` (float) have one row a text and one column a
    label. ``exclusive``: the model's probabilities of a text sum to 1 less that of *none*.
    """

    labels: tuple[str, ...]
    truth: Bools
    given: Bools
    probability: Floats
    exclusive: bool = False

    @property
    def counts_none(self) -> bool:
        """Whether some text has no label, so that *none* is a class."""
        return bool((~self.truth.any(axis=1)).any())

    def at(self, rows: NDArray[np.int64] | list[int]) -> Outcome:
        """The same for some of the texts."""
        return Outcome(
            self.labels, self.truth[rows], self.given[rows], self.probability[rows], self.exclusive
        )


@dataclass(frozen=True, slots=True)
class Sampling:
    """How intervals are made: resamples of the texts, and the probability that they hold."""

    resamples: int = 1_000
    seed: int = 1
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure with its interval; arrays of one shape, NaN where undefined (0 / 0)."""

    value: Floats
    low: Floats
    high: Floats

    @property
    def excludes_zero(self) -> Bools:
        """Whether 0 lies outside the interval: for differences."""
        return np.asarray((self.low > 0) | (self.high < 0))


def estimates(outcome: Outcome, sampling: Sampling) -> dict[str, Estimate]:
    """Every measure of ``measure`` with its interval."""
    values, samples = measure(outcome, _once(outcome)), _resampled(outcome, sampling)
    truth, given = with_none(outcome)
    hit, said, real = (cells.sum(axis=0).astype(float) for cells in (truth & given, given, truth))
    return per_class(hit, said, real, sampling.level) | {
        name: _estimate(values[name][0], samples[name], sampling.level)
        for name in values
        if name not in PER_CLASS
    }


def per_class(hit: Floats, said: Floats, real: Floats, level: float) -> dict[str, Estimate]:
    """Precision, recall and F1 of each class, from its numbers of texts, all (classes,).

    ``said`` were given the class, it is true of ``real``, and ``hit`` are both.
    """
    jaccard = _wilson(hit, said + real - hit, level)
    f1 = (2 * part / (1 + part) for part in (jaccard.value, jaccard.low, jaccard.high))
    return {
        "precision": _wilson(hit, said, level),
        "recall": _wilson(hit, real, level),
        "f1": Estimate(*f1),
    }


def _wilson(part: Floats, whole: Floats, level: float) -> Estimate:
    """A share of independent texts with Wilson's score interval."""
    share = _ratio(part, whole)
    square = NormalDist().inv_cdf((1 + level) / 2) ** 2
    middle = (part + square / 2) / (whole + square)
    half = np.sqrt(square * (share * (whole - part) + square / 4)) / (whole + square)
    return Estimate(share, np.clip(middle - half, 0, share), np.clip(middle + half, share, 1))


def differences(new: Outcome, old: Outcome, sampling: Sampling) -> dict[str, Estimate]:
    """New less old, for the measures of the whole; paired: both see the same resamples."""
    values = measure(new, _once(new)), measure(old, _once(old))
    samples = _resampled(new, sampling), _resampled(old, sampling)
    return {
        name: _estimate(
            values[0][name][0] - values[1][name][0],
            samples[0][name] - samples[1][name],
            sampling.level,
        )
        for name in values[0]
        if name in values[1] and name not in PER_CLASS
    }


def measure(outcome: Outcome, weights: Floats) -> dict[str, Floats]:
    """All measures for each row of ``weights`` (rows, texts): how often each text counts.

    ``precision``, ``recall`` and ``f1`` are (rows, classes), the others (rows,).
    """
    truth, given = with_none(outcome)
    hit, said, real = (weights @ cells for cells in (truth & given, given, truth))
    f1 = _ratio(2 * hit, said + real)
    right = outcome.truth == outcome.given
    error = outcome.probability - outcome.truth
    per_text = {
        "average_accuracy": right.mean(axis=1),
        "exact_match": right.all(axis=1),
        "brier": (error**2).mean(axis=1),
    }
    if outcome.exclusive:
        per_text["most_probable"] = _most_probable(outcome)
    total = weights.sum(axis=1)
    return {
        "precision": _ratio(hit, said),
        "recall": _ratio(hit, real),
        "f1": f1,
        "macro_f1": np.nansum(f1, axis=1) / np.isfinite(f1).sum(axis=1),
        "weighted_f1": np.nansum(f1 * real, axis=1) / real.sum(axis=1),
        **{name: weights @ values / total for name, values in per_text.items()},
        "ece": np.abs(weights @ _gaps(outcome)).sum(axis=1) / (total * len(outcome.labels)),
    }


def with_none(outcome: Outcome) -> tuple[Bools, Bools]:
    """Truth and given with a last column for *none*, if it is a class."""
    if not outcome.counts_none:
        return outcome.truth, outcome.given
    return _and_none(outcome.truth), _and_none(outcome.given)


def _and_none(cells: Bools) -> Bools:
    return np.column_stack([cells, ~cells.any(axis=1)])


def _most_probable(outcome: Outcome) -> Bools:
    """Whether the most probable of the labels and *none* is true."""
    none = 1 - outcome.probability.sum(axis=1)
    best = np.column_stack([outcome.probability, none]).argmax(axis=1)
    return np.asarray(_and_none(outcome.truth)[np.arange(len(best)), best])


def _gaps(outcome: Outcome) -> Floats:
    """Per text and calibration bin the sum of probability less truth: (texts, ``BINS``).

    The bins hold equally many decisions (a text and a label each), but for equal probabilities,
    which share a bin, so that the order of the texts makes no difference.
    """
    _, place, count = np.unique(outcome.probability, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - count / 2
    in_bin = (BINS * middle / outcome.probability.size).astype(np.int64)[place]
    gaps = np.zeros((len(outcome.truth), BINS))
    text = np.arange(len(gaps))[:, None]
    np.add.at(
        gaps,
        (text, in_bin.reshape(outcome.probability.shape)),
        outcome.probability - outcome.truth,
    )
    return gaps


def _resampled(outcome: Outcome, sampling: Sampling) -> dict[str, Floats]:
    parts = [measure(outcome, weights) for weights in _weights(len(outcome.truth), sampling)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _weights(texts: int, sampling: Sampling) -> Iterator[Floats]:
    """Blocks of rows, each saying how often every text was drawn; the same for the same seed."""
    random = np.random.default_rng(sampling.seed)
    step = max(1, _BLOCK // texts)
    for done in range(0, sampling.resamples, step):
        rows = min(step, sampling.resamples - done)
        drawn = random.multinomial(texts, np.full(texts, 1 / texts), size=rows)
        yield drawn.astype(np.float64)


def _once(outcome: Outcome) -> Floats:
    return np.ones((1, len(outcome.truth)))


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _estimate(value: Any, samples: Floats, level: float) -> Estimate:
    """``samples`` are (resamples,)."""
    low, high = _ends(samples[np.isfinite(samples)], level)
    # An interval holds its value, even where resampling moves a measure further than chance did.
    return Estimate(np.asarray(value), np.fmin(low, value), np.fmax(high, value))


def _ends(samples: Floats, level: float) -> tuple[float, float]:
    if not len(samples):
        return np.nan, np.nan
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
