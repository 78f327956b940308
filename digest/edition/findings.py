"""What an edition says beyond its items: corrected counts, shares, signals, and the past.

Pure: from the items with their labels, the model's test and the manifests of earlier quarters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from digest.edition.features import Noted, index
from digest.edition.manifest import (
    EditionItem,
    EditionSignal,
    EditionStory,
    LabelCount,
    Manifest,
    Past,
    Signals,
)
from digest.edition.prevalence import ModelTest, estimate
from digest.edition.readings import Readings
from digest.edition.select import SHOWN_SCHEMES, is_showable
from digest.edition.shares import Share, shares
from digest.edition.signals import Signal, Window, signals
from digest.edition.totals import KINDS, totals
from digest.items import LABELLED
from digest.quarter import Quarter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]

TESTED = "paper"  # the model was tested on real abstracts; of news there is no test
NAMED = 12  # of the items behind a signal
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """What people read of a draft, and its items as they are ``after`` what was decided, by id."""

    readings: Readings
    after: Mapping[str, EditionItem]


def label_counts(
    items: Sequence[EditionItem],
    labels: Sequence[Pair],
    tested: Mapping[Pair, ModelTest],
    read: Read | None = None,
) -> Iterator[LabelCount]:
    """How many papers, and how many news items, concern each label.

    ``items`` are as the machine labelled them.
    """
    for kind in KINDS:
        of_kind = [item for item in items if item.kind == kind]
        given = _given(of_kind, labels)
        for column, pair in enumerate(labels):
            test = tested.get(pair) if kind == TESTED else None
            sample = read.readings.sample(of_kind, read.after, pair) if read else None
            yield LabelCount(*pair, kind, estimate(given[:, column], sample, test))


def goal_shares(
    items: Sequence[EditionItem],
    goals: Sequence[str],
    tested: ModelTest | None,
    read: Read | None = None,
    reference: Mapping[str, float] | None = None,
) -> tuple[Share, ...]:
    """Each goal's share of the papers about AI that have a goal, and whether it is under-served.

    ``reference`` are the shares against which the panel holds goals, where it set any.
    """
    papers = [item for item in items if item.kind == TESTED]
    pairs = [("sdg", goal) for goal in goals]
    sample = read.readings.sample_of_all(papers, read.after, pairs) if read else None
    return shares(goals, _given(papers, pairs), sample, tested, reference)


def _given(items: Sequence[EditionItem], labels: Sequence[Pair]) -> Bools:
    """Which items may be shown under which labels, (items, labels)."""
    column = {pair: n for n, pair in enumerate(labels)}
    given = np.zeros((len(items), len(labels)), bool)
    for row, item in enumerate(items):
        if is_showable(item):
            for label in item.labels:
                if (label.scheme, label.label) in column:
                    given[row, column[label.scheme, label.label]] = True
    return given


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter's items with their stories, what labelled them, and the sources that answered."""

    quarter: Quarter
    items: Sequence[EditionItem]
    stories: Sequence[EditionStory]
    maker: tuple[str, str]
    answered: frozenset[str]

    @classmethod
    def of(cls, manifest: Manifest) -> Period:
        """The period of an edition."""
        answered = frozenset(s.id for s in manifest.sources if s.outcome == "answered")
        maker = manifest.model, manifest.codebook
        quarter = Quarter.parse(manifest.quarter)
        return cls(quarter, manifest.items, manifest.stories, maker, answered)


def changed_rates(
    now: Period, before: Period | None, taught: frozenset[str] = frozenset()
) -> dict[str, Signals]:
    """What rose, fell or appeared since the quarter before, for papers and news apart.

    Items that were read and found not to be about AI are left out: what an archive holds of other
    fields shifts from quarter to quarter, and is no news here. An item counts if a source that has
    it answered in both quarters, or a new source would look like a rise of all that it writes
    about, and one that failed like a decline. Labels are compared if the same model and codebook
    gave them, among the items that they could label; items from whose texts the model learnt
    (``taught``, text hashes) count only against a change of a label. Papers are compared within
    their fields, unless one of the quarters was drafted before editions told fields apart.
    """
    window, window_before = _window(now), _window(before) if before else None
    periods = [now, before] if before else [now]
    both = frozenset.intersection(*(period.answered for period in periods))
    comparable = len({period.maker for period in periods}) == 1
    by_field = all(any(item.field for item in period.items) for period in periods)
    learnt = {i.id for period in periods for i in period.items if i.text_hash in taught}
    found = {}
    for kind in KINDS:
        noted = [
            replace(one, taught=one.id in learnt)
            for period in periods
            for one in _noted(period, kind, both, labels=comparable)
        ]
        if not by_field:
            noted = [replace(one, field="") for one in noted]
        compared = signals(index(noted), window, window_before)
        by_id = {one.id: one for one in noted}
        found[kind] = Signals(
            compared.status, compared.tested, compared.wobble,
            tuple(_signal(one, by_id) for one in compared.signals), compared.fields,
        )  # fmt: skip
    return found


def _signal(found: Signal, noted: Mapping[str, Noted]) -> EditionSignal:
    declined = found.direction == "decline"
    behind = found.items_before if declined else found.items
    newest = sorted(sorted(behind), key=lambda item_id: noted[item_id].date, reverse=True)[:NAMED]
    return EditionSignal(
        kind=found.kind, name=found.name, direction=found.direction,
        count=len(found.items), exposure=found.exposure,
        count_before=len(found.items_before), exposure_before=found.exposure_before,
        voices=found.sources, ratio=found.ratio, q=found.q, items=tuple(newest),
        titles=tuple(noted[item_id].title for item_id in newest) if declined else (),
    )  # fmt: skip


def _window(period: Period) -> Window:
    return Window(period.quarter.start.date(), period.quarter.end.date())


def _may_be_about_ai(item: EditionItem) -> bool:
    """Whether an item counts for signals; one in a language that no model reads does."""
    return is_showable(item) or (not item.withdrawn and item.status != LABELLED)


def _noted(period: Period, kind: str, both: frozenset[str], *, labels: bool) -> Iterator[Noted]:
    story_of = {item_id: story.id for story in period.stories for item_id in story.items}
    for item in period.items:
        if item.kind == kind and both & {*item.sources} and _may_be_about_ai(item):
            carried = tuple(
                f"{label.scheme}/{label.label}"
                for label in item.labels
                if label.scheme in SHOWN_SCHEMES
            )
            could_carry = labels and item.status == LABELLED
            voice = (item.voice or item.id,)
            when = date.fromisoformat(item.date)
            story = story_of.get(item.id, "")
            labelled = carried if could_carry else None
            yield Noted(item.id, when, item.title, labelled, voice, story, item.field)


def past(manifest: Manifest, version: str) -> Past:
    """What a published edition counted, for the trends of later ones."""
    counts = tuple(
        (section.scheme, section.label, kind, number)
        for section in manifest.sections
        for kind, number in (("paper", section.papers), ("news", section.news))
    )
    maker = manifest.model, manifest.codebook
    return Past(manifest.quarter, version, *maker, counts, totals(manifest.items))
