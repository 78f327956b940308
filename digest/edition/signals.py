"""Emerging signals: terms, labels and stories whose rate rose or fell beyond chance.

    items -> index -> signals(index, now, before)

Tested are all terms of titles (``terms``), labels and story clusters that have at least
``FEWEST_TESTED`` items in both periods together and ``FEWEST_SOURCES`` distinct sources; each
against its own earlier rate (``rates``). Terms and stories are judged together, and labels by
themselves: a few dozen labels among thousands of terms, which wobble more, would hardly ever be
called. Either is held against its own wobble and has its own false discovery rate, so that of the
signals called at most one in ten is chance on average. Of rising terms that contain each other, or
stand for nearly the same items, the one that rose most is called.

Compare like with like: pass papers and news apart, and only items of sources that answered in
both periods, or a new source will look like a rise of all that it writes about. The rate of a label
is one among the items that could carry it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np

from digest.edition.chance import false_discovery
from digest.edition.features import (
    FEWEST_SOURCES,
    FEWEST_TESTED,
    Feature,
    Index,
    Kind,
    voices,
)
from digest.edition.rates import LEAST_WOBBLE, Ratio, Setting, can_differ, p_values, ratio, wobble
from digest.edition.terms import as_written, folded_as, parts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Dates = NDArray[np.datetime64]

Direction = Literal["first appearance", "rise", "decline"]

FEWEST_ITEMS = 5  # in the period that has more
JUDGED_TOGETHER: tuple[tuple[Kind, ...], ...] = (("term", "story"), ("label",))
FALSE_DISCOVERIES = 0.1  # among those that are judged together
BLOCK = 30  # days: the parts of the earlier period whose rates show the wobble
SAME_ITEMS = 0.5  # of the items of two terms together: then they are one signal


@dataclass(frozen=True, slots=True)
class Window:
    """A period of whole days, UTC: from ``start`` to before ``end``."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """Its length."""
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Signal:
    """A rate that changed. ``items`` and ``items_before`` are ids, by date.

    ``sources`` counts the distinct sources in the period that has more. ``q`` is the false
    discovery rate at which it is called.
    """

    kind: Kind
    name: str
    direction: Direction
    items: tuple[str, ...]
    items_before: tuple[str, ...]
    exposure: int
    exposure_before: int
    sources: int
    ratio: Ratio
    q: float


@dataclass(frozen=True, slots=True)
class Signals:
    """All signals of a period, those that changed most first, and what they were taken from.

    With ``status`` other than ``compared`` nothing could be compared, which is not the same as
    nothing having changed. ``tested`` counts features; ``wobble`` is how much the rates of terms
    vary.
    """

    status: Literal["compared", "no earlier period", "no items"]
    signals: tuple[Signal, ...] = ()
    tested: int = 0
    wobble: float | None = None


def signals(index: Index, now: Window, before: Window | None) -> Signals:
    """What changed from ``before`` to ``now``: quarters, or a week and the weeks before it."""
    within = _within(index.dates, now)
    if not within.any():
        return Signals("no items")
    earlier = np.zeros_like(within) if before is None else _within(index.dates, before)
    if before is None or not earlier.any():
        return Signals("no earlier period")
    blocks = max(before.days // min(BLOCK, now.days), 1)
    together = blocks * (1 + now.days / before.days)
    called: list[Signal] = []
    tested, spreads = 0, []
    for kinds in JUDGED_TOGETHER:
        looked_at = index.looked_at(kinds[0])
        periods = within & looked_at, earlier & looked_at
        features = [
            feature
            for feature, rows in index.rows.items()
            if feature[0] in kinds and _is_tested(rows, within | earlier)
        ]
        spreads.append(_spread(index, features, looked_at, before, blocks))
        exposure, exposure_before = (int(period.sum()) for period in periods)
        setting = Setting(exposure, exposure_before, together, spreads[-1])
        able, found = _called(index, features, periods, setting) if features else (0, [])
        called += found
        tested += able
    return Signals("compared", tuple(_one_a_family(called)), tested, round(spreads[0], 4))


def _called(
    index: Index,
    features: list[Feature],
    periods: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    setting: Setting,
) -> tuple[int, list[Signal]]:
    """How many of the features could be called, and the signals among them."""
    counts = np.array([[p[index.rows[f]].sum() for p in periods] for f in features])
    counts = counts.reshape(-1, 2).astype(np.int64)
    able = can_differ(setting, counts.sum(axis=1), FALSE_DISCOVERIES)
    features, counts = [features[n] for n in np.flatnonzero(able)], counts[able]
    q = false_discovery(p_values(setting, counts[:, 0], counts[:, 1]))
    called = (
        _signal(index, features[n], periods, setting, float(q[n]))
        for n in np.flatnonzero(q <= FALSE_DISCOVERIES)
    )
    return len(features), [signal for signal in called if _has_support(signal)]


def _within(dates: Dates, window: Window) -> NDArray[np.bool_]:
    start, end = np.datetime64(window.start, "D"), np.datetime64(window.end, "D")
    return np.asarray((dates >= start) & (dates < end))


def _is_tested(rows: Rows, either: NDArray[np.bool_]) -> bool:
    return bool(either[rows].sum() >= FEWEST_TESTED)


def _spread(
    index: Index, features: list[Feature], looked_at: NDArray[np.bool_], before: Window, blocks: int
) -> float:
    """How much rates vary between blocks of the earlier period, at least ``LEAST_WOBBLE``.

    Stories are bursts by nature and are left out.
    """
    day = (index.dates - np.datetime64(before.start, "D")).astype(np.int64)
    inside = (day >= 0) & (day < before.days) & looked_at
    block = np.where(inside, day * blocks // before.days, blocks)
    exposure = np.bincount(block, minlength=blocks + 1)[:blocks]
    rows = [index.rows[feature] for feature in features if feature[0] != "story"]
    counts = [np.bincount(block[one], minlength=blocks + 1)[:blocks] for one in rows]
    filled = exposure > 0
    table = np.array(counts).reshape(-1, blocks)[:, filled]
    return max(wobble(table, exposure[filled]), LEAST_WOBBLE)


def _signal(
    index: Index,
    feature: Feature,
    periods: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    setting: Setting,
    q: float,
) -> Signal:
    rows, (within, earlier) = index.rows[feature], periods
    now, before = rows[within[rows]], rows[earlier[rows]]
    change = ratio(setting, len(now), len(before))
    rose = change.value is None or change.value > 1
    kind, name = feature
    return Signal(
        kind,
        as_written(name, (index.items[row].title for row in rows)) if kind == "term" else name,
        "decline" if not rose else "rise" if len(before) else "first appearance",
        tuple(index.items[row].id for row in now),
        tuple(index.items[row].id for row in before),
        int(within.sum()),
        int(earlier.sum()),
        voices(index.items, now if rose else before),
        change,
        q,
    )


def _has_support(signal: Signal) -> bool:
    more = max(len(signal.items), len(signal.items_before))
    return more >= FEWEST_ITEMS and signal.sources >= FEWEST_SOURCES


def _one_a_family(called: list[Signal]) -> Iterable[Signal]:
    """Those that changed most first, without terms that say what another one said."""
    kept: list[Signal] = []
    for signal in sorted(called, key=_by_change):
        if signal.kind != "term" or not any(_is_same(signal, other) for other in kept):
            kept.append(signal)
    return kept


def _by_change(signal: Signal) -> tuple[float, float, str]:
    """By the end of the interval that is nearer to no change, then by certainty."""
    low, high = signal.ratio.low, signal.ratio.high
    least = 1 / max(high or 1, 1e-9) if signal.direction == "decline" else low
    return (-least, signal.q, signal.name)


def _is_same(one: Signal, other: Signal) -> bool:
    if other.kind != "term" or (one.direction == "decline") != (other.direction == "decline"):
        return False
    names = [folded_as(signal.name) for signal in (one, other)]
    if names[0] in parts_of(names[1]) or names[1] in parts_of(names[0]):
        return True
    own, others = ({*s.items, *s.items_before} for s in (one, other))
    return len(own & others) >= SAME_ITEMS * len(own | others)
