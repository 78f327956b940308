"""Did a rate change beyond chance? Counts with their exposure, two periods, exact.

A count of ``now`` items among ``exposure_now`` is held against ``before`` among
``exposure_before``. Were the rate the same, ``now`` of the ``now + before`` items would be a
binomial draw; but rates wobble without any news (conferences, holidays, one busy group), so the
draw is beta-binomial: from one block of time (a month, a week) to another each rate varies with a
coefficient of variation, the ``wobble``, which is measured on the blocks before. Without wobble
this is the exact test of two Poisson rates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from digest.edition.chance import beta_binomial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.9  # of the ratio's interval
LEAST_WOBBLE = 0.1  # no two months have the same rates, whatever a short past shows
# Of weeks. With 21 categories, an alarm at one in a thousand is about one false alarm a year.
LEAST_WEEKLY_WOBBLE = 0.2
ALARM = 0.001
FEWEST_WEEKS = 4
FEWEST_ITEMS = 5
STEPS = 24  # halvings in search of an interval's end


@dataclass(frozen=True, slots=True)
class Setting:
    """What two periods have in common for all that is counted in them.

    Exposures are items looked at; ``wobble`` is the coefficient of variation of a rate from one
    block of time to another, ``blocks`` how many such blocks the two periods have together.
    """

    exposure_now: float
    exposure_before: float
    blocks: float
    wobble: float

    @property
    def share(self) -> float:
        """The part of all items that would be of now, were the rate the same."""
        return self.exposure_now / (self.exposure_now + self.exposure_before)

    def chances(self, total: int, share: float | None = None) -> Floats:
        """The chances that 0 … ``total`` of ``total`` items are of now."""
        expected = self.share if share is None else share
        firmness = self.blocks / max(self.wobble, 1e-6) ** 2
        return beta_binomial(total, expected * firmness, (1 - expected) * firmness)


def p_values(setting: Setting, now: NDArray[np.int64], before: NDArray[np.int64]) -> Floats:
    """Two-sided p-values of many counts: that a rate which did not change looks as if it had."""
    total, result = now + before, np.ones(len(now))
    for number in np.unique(total):
        chances = setting.chances(int(number))
        at_most = np.cumsum(chances)
        at_least = np.cumsum(chances[::-1])[::-1]
        here = total == number
        result[here] = 2 * np.minimum(at_most[now[here]], at_least[now[here]])
    return np.minimum(result, 1)


def can_differ(setting: Setting, totals: NDArray[np.int64], rate: float) -> NDArray[np.bool_]:
    """Which counts could be called at a false discovery rate at all, however they fall.

    Eight items in two like periods cannot differ beyond chance among thousands of tests; left in,
    they only make the others' calls harder. It is decided by the totals alone, so it does not
    favour what changed (Tarone's and Gilbert's way).
    """
    numbers, place = np.unique(totals, return_inverse=True)
    ends = [setting.chances(int(number))[[0, -1]].min() for number in numbers]
    least = 2 * np.array(ends, np.float64)[place]
    tests = 1
    while (least <= rate / tests).sum() > tests:
        tests += 1
    return np.asarray(least <= rate / tests)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the earlier rate the rate is; ``value`` and ``high`` are None for "without
    end": nothing was there before."""

    value: float | None
    low: float
    high: float | None


def ratio(setting: Setting, now: int, before: int) -> Ratio:
    """The ratio of two rates with its interval, which is the test turned round."""
    total, tail = now + before, (1 - LEVEL) / 2

    def at_least(share: float) -> bool:
        return float(setting.chances(total, share)[now:].sum()) < tail

    def at_most(share: float) -> bool:
        return float(setting.chances(total, share)[: now + 1].sum()) >= tail

    def times(share: float) -> float:
        return round(share / (1 - share) * setting.exposure_before / setting.exposure_now, 4)

    return Ratio(
        times(now / total) if before else None,
        times(_last(at_least)) if now else 0.0,
        times(_last(at_most)) if before else None,
    )


def _last(holds: Callable[[float], bool]) -> float:
    """The greatest share for which something holds that holds up to a point."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return min(max(low, 1e-7), 1 - 1e-7)


def wobble(counts: NDArray[np.int64], exposure: NDArray[np.int64]) -> float:
    """The coefficient of variation of rates, pooled over all that is counted.

    ``counts`` is (features, blocks), ``exposure`` (blocks,), none of it 0. What the counts vary
    more than by chance, by the method of moments; 0 if they vary no more, or there is one block.
    """
    blocks = counts.shape[1]
    if blocks < 2:
        return 0.0
    expected = counts.sum(axis=1, keepdims=True) * exposure / exposure.sum()
    seen = expected[:, 0] > 0
    if not seen.any():
        return 0.0
    chi2 = ((counts[seen] - expected[seen]) ** 2 / expected[seen]).sum()
    degrees = (blocks - 1) * seen.sum()
    return float(
        np.sqrt(max(chi2 - degrees, 0) / ((blocks - 1) * expected[seen].mean(axis=1).sum()))
    )


Status = Literal["unusual rise", "usual", "too little data"]


@dataclass(frozen=True, slots=True)
class Rise:
    """A week beside the weeks before it. ``p`` is one-sided; ``expected`` is a number of items."""

    status: Status
    count: int
    expected: float | None
    ratio: Ratio | None
    p: float | None


def unusual_rise(counts_by_week: Sequence[int], exposure_by_week: Sequence[int]) -> Rise:
    """Whether the last week has unusually many items of a category, for an alert.

    ``counts_by_week`` are the items of the category, oldest week first; ``exposure_by_week`` all
    items of the same sources, so that a week in which twice as much was harvested raises no alarm.
    Weeks without any item (a failed harvest) are left out. An alarm needs ``FEWEST_ITEMS`` items,
    and ``FEWEST_WEEKS`` weeks before; it is false once in a thousand weeks (``ALARM``).
    """
    counts = np.array(counts_by_week[:-1], np.int64)
    exposure = np.array(exposure_by_week[:-1], np.int64)
    counts, exposure = counts[exposure > 0], exposure[exposure > 0]
    now = int(counts_by_week[-1]) if counts_by_week else 0
    if len(counts) < FEWEST_WEEKS or not exposure_by_week[-1]:
        return Rise("too little data", now, None, None, None)
    before, spread = int(counts.sum()), wobble(counts[None], exposure)
    setting = Setting(
        exposure_by_week[-1],
        int(exposure.sum()),
        len(counts) + 1,
        max(spread, LEAST_WEEKLY_WOBBLE),
    )
    p = float(setting.chances(now + before)[now:].sum())
    expected = round(before * setting.exposure_now / setting.exposure_before, 2)
    status: Status = "unusual rise" if now >= FEWEST_ITEMS and p < ALARM else "usual"
    return Rise(status, now, expected, ratio(setting, now, before) if now + before else None, p)
