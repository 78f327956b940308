"""Which goals are under-served: each goal's share of public-interest AI work, with its interval.

Public-interest AI work are the items about AI with at least one goal. The share of a goal is the
number of items that concern it, divided by that of items that concern any; an item of two goals
counts for both, so the shares add up to somewhat more than 1. Both numbers are corrected as in
``prevalence``. A goal is *under-served* only if the whole interval of its share lies below the
reference: the share that the panel set for it, or else an equal share, which is what each goal
would have if all had the same: a seventeenth of the goals that a paper with any has on average, by
what was read or tested. (The shares that are shown, medians, add up to less than that, since a rare
goal's share has a long upper tail.) Of fewer items than are needed to
find one with that share (at a seventeenth and 95 %, 50) nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from digest.edition.prevalence import (
    HIGH,
    LEVEL,
    LOW,
    MIDDLE,
    MINIMUM,
    VAGUE,
    Basis,
    ModelTest,
    Sample,
    basis_of,
    distribution,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

Verdict = Literal["under-served", "not under-served", "not distinguishable", "too little data"]

STEPS = 24  # halvings of 0 to 1: shares to seven digits


@dataclass(frozen=True, slots=True)
class Share:
    """A goal's share of public-interest AI work, beside its reference.

    ``raw`` is the share in the machine's own counts, None where those are 0. ``share`` (the
    median), ``low`` and ``high`` are corrected, 0 to 1, and None when ``basis`` is ``none``: then,
    and of too few items, there is ``too little data``.
    """

    goal: str
    raw: float | None
    share: float | None
    low: float | None
    high: float | None
    reference: float
    verdict: Verdict
    basis: Basis
    level: float = LEVEL

    @property
    def is_vague(self) -> bool:
        """Whether the interval spans so much that its middle would say more than is known."""
        return self.low is not None and self.high is not None and self.high > VAGUE * self.low


def shares(
    goals: Sequence[str],
    given: Bools,
    sample: Sample | None = None,
    tested: ModelTest | None = None,
    reference: Mapping[str, float] | None = None,
) -> tuple[Share, ...]:
    """The share of every goal, in the order of ``goals``; ``reference`` has those that are set.

    ``given`` (items, goals) is true where the machine says that the item is about AI *and* has the
    goal; so are the decisions in ``sample`` and ``tested``: false throughout for an item that is
    not about AI. Everybody who read an item of the sample must have decided on all goals.
    """
    basis, wanted = basis_of(sample, tested), reference or {}
    any_goal = int(given.any(axis=1).sum())
    counts = given.sum(axis=0)
    equal = round(_goals_of_an_item(given, sample, tested) / len(goals), 6)
    raw = [round(float(n / any_goal), 6) if any_goal else None for n in counts]
    if basis == "none":
        return tuple(
            Share(goal, one, None, None, None, wanted.get(goal, equal), "too little data", basis)
            for goal, one in zip(goals, raw, strict=True)
        )
    told = [_corrected(column, given, (sample, tested)) for column in range(len(goals))]
    held_against = [wanted.get(goal, equal) for goal in goals]
    return tuple(
        Share(
            goal, one, middle, low, high, against,
            verdict(low, high, against) if is_enough(any_goal, against) else "too little data",
            basis,
        )
        for goal, one, (low, middle, high), against
        in zip(goals, raw, told, held_against, strict=True)
    )  # fmt: skip


def _goals_of_an_item(given: Bools, sample: Sample | None, tested: ModelTest | None) -> float:
    """How many goals an item with any has on average: as people or the test's readers decided.

    Where they found too few items with a goal, as the machine labelled; 1 where there are none.
    """
    cells, weight = given, np.ones(len(given))
    if basis_of(sample, tested) == "panel sample" and sample is not None:
        decided = sample.concerns[sample.drawn], 1 / sample.inclusion[sample.drawn]
    elif tested is not None:
        decided = tested.concerns, np.ones(len(tested.concerns))
    else:
        decided = cells, weight
    if decided[0].any(axis=1).sum() >= MINIMUM:
        cells, weight = decided
    items = float(weight @ cells.any(axis=1))
    return float(weight @ cells.sum(axis=1)) / items if items else 1.0


def _corrected(
    column: int, given: Bools, told: tuple[Sample | None, ModelTest | None]
) -> tuple[float, float, float]:
    """A goal's share: the lower end of its interval, the median, the upper end."""
    of_goal = distribution(given[:, column], *_decided(told, column, of_others=False))
    of_others = distribution(_others(given, column), *_decided(told, column, of_others=True))
    low, middle, high = (share_at(of_goal, of_others, at) for at in (LOW, MIDDLE, HIGH))
    return low, middle, high


def is_enough(items: int, reference: float) -> bool:
    """Whether among so many items a goal with this share would hardly be missing by chance."""
    return bool((1 - reference) ** items <= LOW)


def verdict(low: float, high: float, reference: float) -> Verdict:
    """What an interval says beside a reference."""
    if high < reference:
        return "under-served"
    return "not under-served" if low >= reference else "not distinguishable"


def share_at(of_goal: Floats, of_others: Floats, probability: float) -> float:
    """The share that is not exceeded with this probability.

    The arguments are the chances of 0, 1, 2 … items with the goal, and of items with other goals
    only, taken as independent: which item is which was decided item by item.
    """
    below = np.cumsum(of_goal)
    others = np.arange(len(of_others))
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        share = (low + high) / 2
        # As many items with the goal as keep its share at this or below.
        most = np.floor(share / (1 - share) * others).astype(np.int64)
        if of_others @ below[np.minimum(most, len(below) - 1)] < probability:
            low = share
        else:
            high = share
    return round(high, 6)


def _others(cells: Bools, column: int) -> Bools:
    """Where there is a goal, but not this one."""
    return np.asarray(cells.any(axis=1) & ~cells[:, column])


def _decided(
    told: tuple[Sample | None, ModelTest | None], column: int, *, of_others: bool
) -> tuple[Sample | None, ModelTest | None]:
    """Sample and test for one goal, or for the items of other goals only."""

    def pick(cells: Bools) -> Bools:
        return _others(cells, column) if of_others else np.asarray(cells[:, column])

    sample, tested = told
    return (
        sample and Sample(sample.rows, pick(sample.concerns), sample.inclusion),
        tested and ModelTest(pick(tested.given), pick(tested.concerns)),
    )
