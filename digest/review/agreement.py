"""How far the reviewers agree: per label, and over all labels.

Two figures. *Percentage agreement* is the share of pairs of reviewers of the same label of the
same item who said the same. *Krippendorff's alpha* takes off what chance alone would give: 1 is
perfect, 0 is chance, below 0 is worse than chance. Accept and reject are the two values; unsure
and the votes of persons with a conflict of interest are missing, which alpha allows for.

K. Krippendorff, *Content Analysis* (4th ed., 2018), chapter 12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.edition.readings import Pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.review.standing import Standing


@dataclass(frozen=True, slots=True)
class Agreement:
    """``items`` were judged by two or more, which makes ``pairs`` of judgements.

    ``share`` of the pairs are equal, 0 to 1; ``alpha`` is at most 1. None where there is nothing
    to compare; alpha also where all say the same throughout, since chance is then unknown.
    """

    items: int
    pairs: int
    share: float | None
    alpha: float | None


def agreement(standings: Iterable[Standing]) -> tuple[Agreement, dict[Pair, Agreement]]:
    """Agreement over all labels, and per label by scheme and label, sorted."""
    by_label: dict[Pair, list[tuple[int, int]]] = defaultdict(list)
    for one in standings:
        counts = len(one.accepts), len(one.rejects)
        by_label[one.scheme, one.label].append(counts)
    whole = [counts for of_label in by_label.values() for counts in of_label]
    return _agreement(whole), {pair: _agreement(by_label[pair]) for pair in sorted(by_label)}


def _agreement(units: list[tuple[int, int]]) -> Agreement:
    counts = np.array(units, dtype=np.int64).reshape(-1, 2)
    judged = counts[counts.sum(axis=1) >= 2]
    pairs, equal = _pairs(judged.sum(axis=1)), _pairs(judged)
    share = equal / pairs if pairs else None
    return Agreement(len(judged), pairs, share, krippendorff_alpha(counts))


def _pairs(numbers: NDArray[np.int64]) -> int:
    return int((numbers * (numbers - 1) // 2).sum())


def krippendorff_alpha(counts: NDArray[Any]) -> float | None:
    """Alpha for nominal values; None when it is not defined.

    ``counts`` has a row for each unit and a column for each value: how many gave it. A missing
    judgement is simply not counted; a unit with fewer than two tells nothing.
    """
    judged = counts[counts.sum(axis=1) >= 2].astype(np.float64)
    if not len(judged):
        return None
    each = judged.sum(axis=1)
    values = judged.sum(axis=0)
    total = values.sum()
    # A unit of m judgements has m (m - 1) ordered pairs and weighs m: hence the division.
    observed = ((each**2 - (judged**2).sum(axis=1)) / (each - 1)).sum() / total
    expected = (total**2 - (values**2).sum()) / (total * (total - 1))
    return float(1 - observed / expected) if expected else None
