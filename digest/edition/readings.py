"""What people read, as the samples from which counts are corrected (see ``prevalence``). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digest.edition.manifest import EditionItem
from digest.edition.prevalence import Sample
from digest.edition.select import SHOWN_SCHEMES, is_showable

Pair = tuple[str, str]  # scheme and label
Key = tuple[str, str, str]  # item, scheme and label
ABOUT_AI = ("ai", "relevant")
JUDGED = (ABOUT_AI[0], *SHOWN_SCHEMES)  # schemes that people judge; the others are for research


@dataclass(frozen=True, slots=True)
class Readings:
    """What stands of what people read.

    ``verdicts``: whether a label stands accepted, where one of both stands. ``drawn``: the items
    of the random sample, each with the probability with which it was drawn. ``said``: the labels
    that the machine gives or nearly gives to a drawn item: they must be decided before the item
    counts as read.
    """

    verdicts: Mapping[Key, bool]
    drawn: Mapping[str, float]
    said: Mapping[str, Sequence[Pair]]

    def is_read(self, item: EditionItem) -> bool:
        """Whether a drawn item was read to the end: labels that nobody named do not concern it."""
        relevant = self.verdicts.get((item.id, *ABOUT_AI))
        if item.withdrawn or relevant is False:
            return True
        said = self.said.get(item.id, ())
        return bool(relevant) and all((item.id, *pair) in self.verdicts for pair in said)

    def read(self, items: Sequence[EditionItem]) -> frozenset[str]:
        """The drawn items among these that were read to the end."""
        return frozenset(i.id for i in items if i.id in self.drawn and self.is_read(i))

    def sample(
        self, items: Sequence[EditionItem], after: Mapping[str, EditionItem], pair: Pair
    ) -> Sample | None:
        """The items of one kind that were read for a label; ``after`` is what was decided."""
        read = self.read(items)
        looked_at = {item_id for item_id, _, _ in self.verdicts} | read
        rows, concerns, inclusion = [], [], []
        for row, item in enumerate(items):
            if item.id not in looked_at:
                continue
            decided = self._concerns(item, after[item.id], pair, is_read=item.id in read)
            if decided is not None:
                rows.append(row)
                concerns.append(decided)
                inclusion.append(self.drawn[item.id] if item.id in read else np.nan)
        return _sample(rows, concerns, inclusion)

    def sample_of_all(
        self, items: Sequence[EditionItem], after: Mapping[str, EditionItem], pairs: Sequence[Pair]
    ) -> Sample | None:
        """The drawn items that were read to the end, decided for every label at once."""
        read = self.read(items)
        rows = [row for row, item in enumerate(items) if item.id in read]
        concerns = [[p in _labels(after[items[row].id]) for p in pairs] for row in rows]
        return _sample(rows, concerns, [self.drawn[items[row].id] for row in rows])

    def _concerns(
        self, item: EditionItem, after: EditionItem, pair: Pair, *, is_read: bool
    ) -> bool | None:
        """Whether an item concerns a label; None where nobody can say."""
        if self.verdicts.get((item.id, *ABOUT_AI)) is False:
            return False
        verdict = self.verdicts.get((item.id, *pair))
        if verdict is not None and (is_showable(after) or not verdict):
            return verdict
        return False if is_read else None


def _labels(item: EditionItem) -> set[Pair]:
    """The labels under which an item may be shown."""
    return {(a.scheme, a.label) for a in item.labels} if is_showable(item) else set()


def _sample(
    rows: Sequence[int], concerns: Sequence[object], inclusion: Sequence[float]
) -> Sample | None:
    if not rows:
        return None
    return Sample(np.array(rows), np.array(concerns, bool), np.array(inclusion, np.float64))
