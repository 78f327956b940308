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
both periods, or a new source will look like a rise of all that it writes about. What a source has
of a field of research differs between periods, too, so rates are compared within fields; a field
that one of the periods lacks tells nothing and is left out. The rate of a label is one among the
items that could carry it.

Of items from which a model learnt it finds the labels better than of others, and such items were
often chosen because they carry a label. They count only against a change of a label: it rose, or
fell, if it did so without those that would say so.
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
    Bools = NDArray[np.bool_]
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
    """A rate that changed. ``items`` and ``items_before`` are ids, by date, of what was compared.

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
    vary; ``fields`` are how many fields of research the periods have in common.
    """

    status: Literal["compared", "no earlier period", "no items"]
    signals: tuple[Signal, ...] = ()
    tested: int = 0
    wobble: float | None = None
    fields: int = 0


def signals(index: Index, now: Window, before: Window | None) -> Signals:
    """What changed from ``before`` to ``now``: quarters, or a week and the weeks before it."""
    within = _within(index.dates, now)
    if not within.any():
        return Signals("no items")
    earlier = np.zeros_like(within) if before is None else _within(index.dates, before)
    shared = _shared(index, within, earlier)
    if before is None or not shared.any():
        return Signals("no earlier period")
    blocks = max(before.days // min(BLOCK, now.days), 1)
    together = blocks * (1 + now.days / before.days)
    called: list[Signal] = []
    tested, spreads = 0, []
    for kinds in JUDGED_TOGETHER:
        looked_at = index.looked_at(kinds[0])
        looked_at = looked_at & _shared(index, within & looked_at, earlier & looked_at)
        periods = within & looked_at, earlier & looked_at
        features = [
            feature
            for feature, rows in index.rows.items()
            if feature[0] in kinds and _is_tested(rows, periods[0] | periods[1])
        ]
        spreads.append(_spread(index, features, periods[1], before, blocks))
        exposure, exposure_before = (_by_field(index, np.flatnonzero(one)) for one in periods)
        setting = Setting(exposure, exposure_before, together, spreads[-1])
        able, found = _called(index, features, periods, setting) if features else (0, [])
        called += found
        tested += able
    fields = len({index.items[row].field for row in np.flatnonzero(shared)} - {""})
    return Signals("compared", tuple(_one_a_family(called)), tested, round(spreads[0], 4), fields)


def _shared(index: Index, within: Bools, earlier: Bools) -> Bools:
    """The items in fields that both periods have, (items,)."""
    return np.isin(index.fields, np.intersect1d(index.fields[within], index.fields[earlier]))


def _by_field(index: Index, rows: Rows) -> Rows:
    """How many of some items are in each field, (fields,)."""
    return np.bincount(index.fields[rows], minlength=index.fields.max() + 1)


def _called(
    index: Index, features: list[Feature], periods: tuple[Bools, Bools], setting: Setting
) -> tuple[int, list[Signal]]:
    """How many of the features could be called, and the signals among them."""
    own = [index.rows[feature] for feature in features]
    now, before = ([rows[one[rows]] for rows in own] for one in periods)
    counts = _counts(index, now), _counts(index, before)
    able = np.flatnonzero(can_differ(setting, counts[0] + counts[1], FALSE_DISCOVERIES))
    rose = _rose(setting, *counts)
    # What counts only against a change is left out of the period that has more.
    speaks = ~index.only_against(features[0][0])
    now = [rows[speaks[rows]] if up else rows for rows, up in zip(now, rose, strict=True)]
    before = [rows if up else rows[speaks[rows]] for rows, up in zip(before, rose, strict=True)]
    counts = _counts(index, now), _counts(index, before)
    able = able[(counts[0] + counts[1])[able].any(axis=1)]
    p = p_values(setting, counts[0][able], counts[1][able])
    p[_rose(setting, *counts)[able] != rose[able]] = 1  # it would have changed the other way
    q = false_discovery(p)
    exposed = int(periods[0].sum()), int(periods[1].sum())
    called = (
        _signal(
            index, features[n], (now[n], before[n]), exposed,
            ratio(setting, counts[0][n], counts[1][n]), float(value),
        )
        for n, value in zip(able, q, strict=True)
        if value <= FALSE_DISCOVERIES
    )  # fmt: skip
    return len(able), [signal for signal in called if _has_support(signal)]


def _counts(index: Index, rows: list[Rows]) -> Rows:
    """How many items each feature has in each field, (features, fields)."""
    return np.array([_by_field(index, one) for one in rows])


def _rose(setting: Setting, now: Rows, before: Rows) -> Bools:
    """Whether there are more items of now than the earlier rates let expect, (features,)."""
    totals = now + before
    with np.errstate(invalid="ignore"):  # of what has no items neither is so
        return np.asarray(now.sum(axis=1) > totals.sum(axis=1) * setting.shares(totals))


def _within(dates: Dates, window: Window) -> Bools:
    start, end = np.datetime64(window.start, "D"), np.datetime64(window.end, "D")
    return np.asarray((dates >= start) & (dates < end))


def _is_tested(rows: Rows, either: Bools) -> bool:
    return bool(either[rows].sum() >= FEWEST_TESTED)


def _spread(
    index: Index, features: list[Feature], earlier: Bools, before: Window, blocks: int
) -> float:
    """How much rates vary between blocks of the earlier period, at least ``LEAST_WOBBLE``.

    Stories are bursts by nature and are left out.
    """
    day = (index.dates - np.datetime64(before.start, "D")).astype(np.int64)
    block = day * blocks // before.days
    exposure = [_by_field(index, np.flatnonzero(earlier & (block == n))) for n in range(blocks)]
    own = [index.rows[feature] for feature in features if feature[0] != "story"]
    own = [rows[earlier[rows]] for rows in own]
    if not own:
        return LEAST_WOBBLE
    counts = np.array([np.bincount(block[rows], minlength=blocks) for rows in own])
    by_field = np.array([_by_field(index, rows) for rows in own])
    return max(wobble(counts, by_field, np.array(exposure).T), LEAST_WOBBLE)


def _signal(
    index: Index, feature: Feature, rows: tuple[Rows, Rows], exposed: tuple[int, int],
    change: Ratio, q: float,
) -> Signal:  # fmt: skip
    now, before = rows
    rose = change.value is None or change.value > 1
    kind, name = feature
    titles = (index.items[row].title for row in index.rows[feature])
    return Signal(
        kind,
        as_written(name, titles) if kind == "term" else name,
        "decline" if not rose else "rise" if len(before) else "first appearance",
        tuple(index.items[row].id for row in now),
        tuple(index.items[row].id for row in before),
        *exposed,
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
