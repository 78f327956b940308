"""How many items a quarter has, and how many of them count under its labels.

The counts of labels are of the items about AI that were not withdrawn: those are what pages show,
what charts count, and what shares are shares of.
"""

from __future__ import annotations

from collections.abc import Iterable

from digest.edition.manifest import EditionItem, Totals
from digest.edition.select import SHOWN_SCHEMES, is_showable
from digest.items import LABELLED

KINDS = ("paper", "news")


def totals(items: Iterable[EditionItem]) -> Totals:
    """Count the items of an edition; what there is none of is 0."""
    kinds, about_ai = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
    carrying, labelled = dict.fromkeys(SHOWN_SCHEMES, 0), 0
    for item in items:
        kinds[item.kind] += 1
        counts = is_showable(item)
        labelled += counts or (item.status == LABELLED and not item.withdrawn)
        if counts:
            about_ai[item.kind] += 1
            for scheme in {label.scheme for label in item.labels} & carrying.keys():
                carrying[scheme] += 1
    return Totals(kinds, labelled, about_ai, carrying)
