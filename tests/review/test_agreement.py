"""Agreement among reviewers: alpha as its author computes it, pairs counted by hand."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.review.agreement import Agreement, agreement, krippendorff_alpha
from digest.review.standing import Standing

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), examples A, B and C; and
# the example with three coders in Wikipedia's article. A row an observer, "." is missing.
BINARY = ("0100000010", "1110010000"), 0.095
NOMINAL = ("aabbdcccedda", "babbbccceddd"), 0.692
MISSING = ("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743
CODERS = (".....34121133.3", "1.213343.......", "..21344.21133.4"), 0.691


def counts(rows: tuple[str, ...]) -> np.ndarray[Any, Any]:
    values = sorted({*"".join(rows)} - {"."})
    return np.array(
        [[Counter(unit)[value] for value in values] for unit in zip(*rows, strict=True)]
    )


@pytest.mark.parametrize(("rows", "alpha"), [BINARY, NOMINAL, MISSING, CODERS])
def test_alpha_is_that_of_the_published_examples(rows: tuple[str, ...], alpha: float) -> None:
    found = krippendorff_alpha(counts(rows))
    assert found == pytest.approx(alpha, abs=0.0005)


@pytest.mark.parametrize(
    "units", [[], [(1, 0)], [(2, 0), (3, 0)]], ids=["nothing", "one reviewer", "one value"]
)
def test_where_chance_is_unknown_there_is_no_alpha(units: list[tuple[int, int]]) -> None:
    assert krippendorff_alpha(np.array(units, dtype=np.int64).reshape(-1, 2)) is None


def stood(label: str, item: int, accepts: int, rejects: int, unsure: int = 0) -> Standing:
    names = [f"p{n}" for n in range(accepts + rejects + unsure)]
    return Standing(
        f"item:{item}", "sdg", label, "open", tuple(names[:accepts]),
        tuple(names[accepts : accepts + rejects]), tuple(names[accepts + rejects :]), ("x",),
        "nobody",
    )  # fmt: skip


def test_pairs_are_counted_per_label_and_over_all() -> None:
    whole, by_label = agreement(
        [stood("7", 1, 2, 0), stood("3", 1, 3, 0), stood("3", 2, 2, 1), stood("3", 3, 1, 0, 4)]
    )
    # Three reviewers are three pairs: all equal for the first item, one of three for the second.
    assert list(by_label) == [("sdg", "3"), ("sdg", "7")]
    health = by_label["sdg", "3"]
    assert (health.items, health.pairs) == (2, 6)
    assert health.share == pytest.approx(4 / 6)
    assert by_label["sdg", "7"] == Agreement(1, 1, 1.0, None)
    assert (whole.items, whole.pairs) == (3, 7)
    assert whole.share == pytest.approx(5 / 7)
    # By hand: observed 2/8 (two of three in one unit), expected 2 * 7 * 1 / (8 * 7).
    assert whole.alpha == pytest.approx(1 - (2 / 8) / (14 / 56))


def test_nobody_decided_anything() -> None:
    assert agreement([]) == (Agreement(0, 0, None, None), {})


UNITS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20)


@given(UNITS)
def test_alpha_is_at_most_one_and_one_only_without_contradiction(
    units: list[tuple[int, int]],
) -> None:
    alpha = krippendorff_alpha(np.array(units, dtype=np.int64).reshape(-1, 2))
    if alpha is not None:
        assert -1 <= alpha <= 1
        assert (alpha == 1) == all(min(unit) == 0 for unit in units if sum(unit) >= 2)


@given(UNITS, st.randoms(use_true_random=False))
def test_it_makes_no_difference_which_is_called_accept(
    units: list[tuple[int, int]], random: Random
) -> None:
    swapped = [(b, a) for a, b in units]
    random.shuffle(swapped)
    first, second = (
        krippendorff_alpha(np.array(some, dtype=np.int64).reshape(-1, 2))
        for some in (units, swapped)
    )
    assert first == (None if second is None else pytest.approx(second))
