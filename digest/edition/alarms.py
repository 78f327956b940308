"""Alarms: a week with unusually much of a risk category, and incidents that many outlets report.

Pure, from an edition's items and stories. Each whole week of the quarter is held against the weeks
before it, so an alarm stays what it was when the quarter goes on, and one that a run missed is
found by the next. Papers and news are apart, or the many papers would hide the few reports; papers
are held against those of their field, or more of a field in which a risk is frequent would look
like a rise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from digest.edition.manifest import EditionItem, EditionStory, Manifest
from digest.edition.rates import Ratio, unusual_rise
from digest.edition.select import is_showable

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTLETS = 5  # distinct publishers of one incident
RISK = "risk"
KINDS = {"paper": "papers", "news": "news items"}
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from Monday ``start`` on: ``count`` of ``exposure`` items."""

    start: date
    count: int
    exposure: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """What was seen: ``signal`` is its id (``risk/<label>/<kind>/<Monday>``, ``incident/<story>``).

    ``label`` is the risk category, ``""`` for an incident; ``weeks`` end with the week of the rise;
    ``items`` are behind it, the newest first; the few in a field that the weeks before lack are not
    among the number in the ``sentence``.
    """

    signal: str
    label: str
    sentence: str
    items: tuple[str, ...]
    weeks: tuple[Week, ...] = ()
    ratio: Ratio | None = None


def alarms(manifest: Manifest) -> list[Alarm]:
    """All alarms of a quarter, those of categories first, oldest week first."""
    labels = sorted({a.label for item in manifest.items for a in item.labels if a.scheme == RISK})
    by_kind = {k: [i for i in manifest.items if i.kind == k and not i.withdrawn] for k in KINDS}
    rises = [a for kind, items in by_kind.items() for a in _rises(items, kind, labels)]
    rises.sort(key=lambda alarm: (alarm.weeks[-1].start, alarm.signal))
    return rises + list(_incidents(manifest.items, manifest.stories))


def _rises(items: Sequence[EditionItem], kind: str, labels: Iterable[str]) -> Iterator[Alarm]:
    if not items:
        return
    days = [date.fromisoformat(item.date) for item in items]
    first = min(days) + timedelta(days=-min(days).weekday() % 7)
    # A week that has not ended yet would look like a decline, and its successor like a rise.
    number = max((max(days) + timedelta(days=1) - first) // WEEK, 0)
    week_of = [(day - first) // WEEK for day in days]
    fields = {name: n for n, name in enumerate(sorted({item.field for item in items}))}
    place = [(week, fields[item.field]) for week, item in zip(week_of, items, strict=True)]

    def table(rows: Iterable[int]) -> NDArray[np.int64]:
        counts = np.zeros((number, len(fields)), np.int64)
        for row in rows:
            if 0 <= week_of[row] < number:
                counts[place[row]] += 1
        return counts

    exposure = table(range(len(items)))
    for label in labels:
        carrying = [
            row for row, item in enumerate(items)
            if is_showable(item) and any((a.scheme, a.label) == (RISK, label) for a in item.labels)
        ]  # fmt: skip
        counts = table(carrying)
        for week in range(number):
            found = unusual_rise(counts[: week + 1], exposure[: week + 1])
            if found.status == "unusual rise":
                start = first + week * WEEK
                yield Alarm(
                    f"{RISK}/{label}/{kind}/{start}",
                    label,
                    f"{found.count} {KINDS[kind]} in the week from {start}, where the weeks before "
                    f"let expect {found.expected:.0f}",
                    _newest(items[row] for row in carrying if week_of[row] == week),
                    tuple(
                        Week(first + n * WEEK, int(counts[n].sum()), int(exposure[n].sum()))
                        for n in range(week + 1)
                    ),
                    found.ratio,
                )


def _newest(items: Iterable[EditionItem]) -> tuple[str, ...]:
    by_id = sorted(items, key=lambda item: item.id)
    return tuple(item.id for item in sorted(by_id, key=lambda item: item.date, reverse=True))


def _incidents(items: Sequence[EditionItem], stories: Iterable[EditionStory]) -> Iterator[Alarm]:
    by_id = {item.id: item for item in items}
    for story in stories:
        told = [by_id[i] for i in story.items if not by_id[i].withdrawn]
        risky = any(is_showable(i) and any(a.scheme == RISK for a in i.labels) for i in told)
        if len(story.outlets) >= OUTLETS and risky:
            sentence = f"{len(story.outlets)} outlets report: {by_id[story.representative].title}"
            yield Alarm(f"incident/{story.id}", "", sentence, _newest(told))
