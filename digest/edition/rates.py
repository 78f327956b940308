"""Did a rate change beyond chance? Counts with their exposure, by field, two periods, exact.

Items of a field (of research, such as an archive's category) are held against items of the same
field: how much of a field the sources have differs between periods, and is no change of rates.
Were the rates in each field the same, an item of ``now`` or ``before`` would be of now with the
share that now has of all items of its field. Their number would be a sum of binomial draws; the
binomial with their mean share stands for it, which never varies less. But rates wobble without any
news (conferences, holidays, one busy group), so the draw is beta-binomial: from one block of time
(a month, a week) to another each rate varies with a coefficient of variation, the ``wobble``,
which is measured on the blocks before, within fields too. With one field and without wobble this is
the exact test of two Poisson rates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from digest.edition.chance import beta_binomial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

LEVEL = 0.9  # of the ratio's interval
LEAST_WOBBLE = 0.1  # no two months have the same rates, whatever a short past shows
# Of weeks. With 21 categories, an alarm at one in a thousand is about one false alarm a year.
LEAST_WEEKLY_WOBBLE = 0.2
ALARM = 0.001
FEWEST_WEEKS = 4
FEWEST_ITEMS = 5
STEPS = 32  # halvings in search of an interval's end


@dataclass(frozen=True, slots=True)
class Setting:
    """What two periods have in common for all that is counted in them.

    Exposures are items looked at, (fields,): in each field there are some in both periods, or none
    in either. ``wobble`` is the coefficient of variation of a rate from one block of time to
    another, ``blocks`` how many such blocks the two periods have together.
    """

    exposure_now: Ints
    exposure_before: Ints
    blocks: float
    wobble: float

    def shares(self, totals: Ints, times: float = 1) -> Floats:
        """The part of counts that would be of now, were every rate so many times what it was.

        ``totals`` are the counts of both periods together, (features, fields).
        """
        of_now = times * self.exposure_now
        parts = of_now / np.where(self.exposure_before, of_now + self.exposure_before, 1)
        # Never all of them and never none: a beta distribution has both.
        return np.asarray(np.clip(totals @ parts / totals.sum(axis=1), 1e-9, 1 - 1e-9))

    def chances(self, total: int, share: float) -> Floats:
        """The chances that 0 … ``total`` of ``total`` items are of now, where ``share`` should."""
        firmness = self.blocks / max(self.wobble, 1e-6) ** 2
        return beta_binomial(total, share * firmness, (1 - share) * firmness)

    def each(self, totals: Ints) -> Iterator[Floats]:
        """The chances of each row of ``totals`` (features, fields), were the rates the same."""
        for total, share in zip(totals.sum(axis=1), self.shares(totals), strict=True):
            yield self.chances(int(total), float(share))


def p_values(setting: Setting, now: Ints, before: Ints) -> Floats:
    """Two-sided p-values of counts (features, fields): that rates which did not change look so."""
    tails = [
        min(chances[: seen + 1].sum(), chances[seen:].sum())
        for seen, chances in zip(now.sum(axis=1), setting.each(now + before), strict=True)
    ]
    return np.minimum(2 * np.array(tails, np.float64), 1)


def can_differ(setting: Setting, totals: Ints, rate: float) -> NDArray[np.bool_]:
    """Which counts could be called at a false discovery rate at all, however they fall.

    Eight items in two like periods cannot differ beyond chance among thousands of tests; left in,
    they only make the others' calls harder. It is decided by the ``totals`` (features, fields)
    alone, so it does not favour what changed (Tarone's and Gilbert's way).
    """
    least = 2 * np.array([chances[[0, -1]].min() for chances in setting.each(totals)], np.float64)
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


def ratio(setting: Setting, now: Ints, before: Ints) -> Ratio:
    """How many times the earlier rates, in every field, the rates are; counts are (fields,).

    It is the ratio that lets expect as many items of now as there are; its interval is the test
    turned round.
    """
    totals, tail = (now + before)[None], (1 - LEVEL) / 2
    total, seen = int(totals.sum()), int(now.sum())

    def share(times: float) -> float:
        return float(setting.shares(totals, times)[0])

    def at_least(times: float) -> bool:
        return float(setting.chances(total, share(times))[seen:].sum()) < tail

    def at_most(times: float) -> bool:
        return float(setting.chances(total, share(times))[: seen + 1].sum()) >= tail

    return Ratio(
        _last(lambda times: total * share(times) <= seen) if before.any() else None,
        _last(at_least) if seen else 0.0,
        _last(at_most) if before.any() else None,
    )


def _last(holds: Callable[[float], bool]) -> float:
    """The greatest ratio at which something holds that holds up to a point."""
    low, high = 0.0, 1.0  # of now's part in two like exposures
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle / (1 - middle)) else (low, middle)
    return round(low / (1 - low), 4)


def wobble(counts: Ints, by_field: Ints, exposure: Ints) -> float:
    """The coefficient of variation of rates, pooled over all that is counted.

    ``counts`` are by block, (features, blocks), and ``by_field``, (features, fields);
    ``exposure`` is (fields, blocks). What the counts vary more than by chance within the fields, by
    the method of moments; 0 if they vary no more, or there is one block.
    """
    parts = exposure / np.maximum(exposure.sum(axis=1, keepdims=True), 1)
    expected = by_field @ parts
    able = expected > 0
    counts, expected, fixed = counts[able], expected[able], (by_field @ parts**2)[able]
    varying = float((expected - fixed).sum())
    if varying < 1e-9:  # of an item that is alone in its field the block is known
        return 0.0
    excess = ((counts - expected) ** 2 - (expected - fixed)) / expected
    return float(np.sqrt(max(excess.sum(), 0) / varying))


Status = Literal["unusual rise", "usual", "too little data"]


@dataclass(frozen=True, slots=True)
class Rise:
    """A week beside the weeks before it. ``p`` is one-sided; ``expected`` is a number of items."""

    status: Status
    count: int
    expected: float | None
    ratio: Ratio | None
    p: float | None


def unusual_rise(counts: Ints, exposure: Ints) -> Rise:
    """Whether the last week has unusually many items of a category, for an alert.

    Both are (weeks, fields), oldest week first: ``counts`` the items of the category, ``exposure``
    all items of the same sources, so that a week in which twice as much was harvested, or much of
    another field, raises no alarm. Left out are weeks without any item (a failed harvest), and
    fields that the last week or the weeks before it lack. An alarm needs ``FEWEST_ITEMS`` items,
    and ``FEWEST_WEEKS`` weeks before; it is false once in a thousand weeks (``ALARM``).
    """
    kept = exposure[:-1].any(axis=0) & exposure[-1:].any(axis=0)
    counts, exposure = counts[:, kept], exposure[:, kept]
    harvested = exposure[:-1].any(axis=1)
    weeks, exposed = counts[:-1][harvested], exposure[:-1][harvested]
    last, before = counts[-1:].sum(axis=0), weeks.sum(axis=0)
    now = int(last.sum())
    if len(weeks) < FEWEST_WEEKS:
        return Rise("too little data", now, None, None, None)
    spread = wobble(weeks.sum(axis=1)[None], before[None], exposed.T)
    setting = Setting(
        exposure[-1], exposed.sum(axis=0), len(weeks) + 1, max(spread, LEAST_WEEKLY_WOBBLE)
    )
    if not (last + before).any():
        return Rise("usual", now, 0.0, None, 1.0)
    (chances,) = setting.each((last + before)[None])
    p = float(chances[now:].sum())
    expected = round(float(before @ (setting.exposure_now / setting.exposure_before)), 2)
    status: Status = "unusual rise" if now >= FEWEST_ITEMS and p < ALARM else "usual"
    return Rise(status, now, expected, ratio(setting, last, before), p)
