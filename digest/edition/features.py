"""What a signal can rest on: items, and the rows of each term, label and story among them.

    items -> index(items) -> Index, for ``signals``

Whether a feature has enough items and sources is asked without regard to dates, so that it does not
favour what changed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np

from digest.edition.terms import (
    is_noun_like,
    of_the_same_letters,
    one_of_each_family,
    phrases,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Dates = NDArray[np.datetime64]

Kind = Literal["term", "label", "story"]
Feature = tuple[Kind, str]

FEWEST_TESTED = 8  # items in both periods: fewer cannot differ beyond chance
FEWEST_SOURCES = 3


@dataclass(frozen=True, slots=True)
class Noted:
    """What a signal can rest on. ``labels`` as ``scheme/label``; ``story`` is a cluster's id.

    ``labels`` is None where nothing could give a label, as to a text in a language that no model
    reads: among such items no label is looked for.
    ``sources`` tells voices apart: publishers for news; for papers the group, such as the last
    author, because one group's series is no trend, and all papers come from one archive.
    ``field`` is what the item is about, such as an archive's category: rates are compared within.
    ``taught`` says that what gave the labels learnt them from this item.
    """

    id: str
    date: date
    title: str
    labels: tuple[str, ...] | None = ()
    sources: tuple[str, ...] = ()
    story: str = ""
    field: str = ""
    taught: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """Items and their dates, and for each feature that can be tested the rows of its items.

    ``labelled`` (items,) says which could carry a label, ``taught`` (items,) from which such labels
    were learnt; ``fields`` (items,) numbers their fields.
    """

    items: tuple[Noted, ...]
    dates: Dates
    labelled: NDArray[np.bool_]
    taught: NDArray[np.bool_]
    fields: Rows
    rows: dict[Feature, Rows]

    def looked_at(self, kind: Kind) -> NDArray[np.bool_]:
        """The items among which a kind of feature is looked for, (items,)."""
        return self.labelled if kind == "label" else np.ones_like(self.labelled)

    def only_against(self, kind: Kind) -> NDArray[np.bool_]:
        """The items that count only against a change of a kind of feature, (items,)."""
        return self.taught if kind == "label" else np.zeros_like(self.taught)


def index(items: Iterable[Noted]) -> Index:
    """Find what can be tested, without regard to dates. Takes seconds for 70,000 titles."""
    kept = tuple(sorted(items, key=lambda item: (item.date, item.id)))
    dates = np.array([item.date for item in kept], "datetime64[D]")
    labelled = np.array([item.labels is not None for item in kept], bool)
    taught = np.array([item.taught for item in kept], bool)
    _, fields = np.unique([item.field for item in kept], return_inverse=True)
    rows = dict(_supported(kept, _term_rows(kept) | _given_rows(kept)))
    return Index(kept, dates, labelled, taught, fields, rows)


def _term_rows(items: Sequence[Noted]) -> dict[Feature, list[int]]:
    found = [phrases(item.title) for item in items]
    spelling = of_the_same_letters(Counter(phrase for one in found for phrase in one))
    found = [{spelling[phrase] for phrase in one} for one in found]
    counts = Counter(phrase for one in found for phrase in one)
    frequent = {p: n for p, n in counts.items() if n >= FEWEST_TESTED and is_noun_like(p)}
    kept = one_of_each_family(frequent)
    rows: dict[Feature, list[int]] = defaultdict(list)
    for row, one in enumerate(found):
        for term in one & kept:
            rows["term", term].append(row)
    return rows


def _given_rows(items: Sequence[Noted]) -> dict[Feature, list[int]]:
    rows: dict[Feature, list[int]] = defaultdict(list)
    for row, item in enumerate(items):
        for label in set(item.labels or ()):
            rows["label", label].append(row)
        if item.story:
            rows["story", item.story].append(row)
    return rows


def _supported(
    items: Sequence[Noted], found: dict[Feature, list[int]]
) -> Iterable[tuple[Feature, Rows]]:
    for feature, rows in sorted(found.items()):
        if len(rows) >= FEWEST_TESTED and voices(items, rows) >= FEWEST_SOURCES:
            yield feature, np.array(rows)


def voices(items: Sequence[Noted], rows: Iterable[int]) -> int:
    """How many distinct sources some of the items have."""
    return len({source for row in rows for source in items[row].sources})
