"""How many items a quarter has, and how many of them count under its labels.

Every count of an edition is of the items about AI that were not withdrawn: those are what its pages
show, what its charts count, and what shares are shares of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from digest.edition.manifest import LABELLED, EditionItem, Totals
from digest.edition.select import SHOWN_SCHEMES, is_showable


def totals(items: Iterable[EditionItem]) -> Totals:
    """Count the items of an edition."""
    kinds, about_ai, carrying, labelled = Counter[str](), Counter[str](), Counter[str](), 0
    for item in items:
        kinds[item.kind] += 1
        labelled += item.status == LABELLED
        if is_showable(item):
            about_ai[item.kind] += 1
            carrying.update({label.scheme for label in item.labels} & {*SHOWN_SCHEMES})
    return Totals(dict(kinds), labelled, dict(about_ai), dict(carrying))
