from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from digest.classify.heads import NONE, Heads

LABELS = (("sdg", "1"), ("sdg", "6"), ("mit", "1.1"), ("mit", "7.6"), ("mit", NONE), ("ai", "yes"))
SIZE = 4


def heads(weights: NDArray[np.float32] | None = None, threshold: float = 0.36) -> Heads:
    full = np.full(len(LABELS), 1, np.float32)
    return Heads(
        labels=LABELS,
        exclusive=frozenset({"mit"}),
        weights=np.eye(len(LABELS), SIZE, dtype=np.float32) if weights is None else weights,
        bias=0 * full,
        threshold=threshold * full,
        unsure_low=np.float32(0.21) * full,
        unsure_high=np.float32(0.51) * full,
    )


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    saved = heads(np.random.default_rng(1).normal(size=(len(LABELS), SIZE)).astype(np.float32))
    saved.save(tmp_path / "heads.npz")
    loaded = Heads.load(tmp_path / "heads.npz")
    assert loaded.labels == saved.labels
    assert loaded.exclusive == saved.exclusive
    for name in ("weights", "bias", "threshold", "unsure_low", "unsure_high"):
        ours, theirs = getattr(saved, name), getattr(loaded, name)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


@given(
    st.lists(
        st.lists(st.floats(-60, 60, width=32), min_size=SIZE, max_size=SIZE), min_size=1, max_size=5
    )
)
def test_probabilities_are_probabilities(rows: list[list[float]]) -> None:
    vectors = np.array(rows, np.float32)
    weights = np.random.default_rng(2).normal(size=(len(LABELS), SIZE)).astype(np.float32)
    judge = heads(weights)
    found = judge.probabilities(vectors)
    assert found.shape == (len(rows), len(LABELS))
    assert ((found >= 0) & (found <= 1)).all()
    exclusive = found[:, judge.rows("mit")]
    np.testing.assert_allclose(exclusive.sum(axis=1), 1, atol=3e-4)
    assigned = judge.assigned(found)
    assert (assigned[:, judge.rows("mit")].sum(axis=1) <= 1).all()
    for row in (*judge.rows("sdg"), *judge.rows("ai")):
        np.testing.assert_array_equal(assigned[:, row], found[:, row] >= 0.36)


@given(
    st.lists(
        st.lists(st.floats(-8, 8, width=32), min_size=SIZE, max_size=SIZE), min_size=1, max_size=3
    )
)
def test_log_odds_are_those_of_the_probabilities(rows: list[list[float]]) -> None:
    vectors = np.array(rows, np.float32)
    weights = np.random.default_rng(2).normal(size=(len(LABELS), SIZE)).astype(np.float32)
    judge = heads(weights)
    from_odds = 1 / (1 + np.exp(-judge.log_odds(vectors)))
    np.testing.assert_allclose(from_odds, judge.probabilities(vectors), atol=6e-5)


def test_log_odds_differ_where_every_probability_is_one() -> None:
    vectors = np.array([[40, 40, 40, 0], [45, 45, 45, 0]], np.float32)
    assert (heads().probabilities(vectors)[:, :3] == 1).all()
    odds = heads().log_odds(vectors)[:, :3]
    assert (odds[1] > odds[0] + 4).all()


@pytest.mark.parametrize(
    ("probability", "is_assigned", "is_unsure"),
    [(0.2099, False, False), (0.21, False, True), (0.3599, False, True), (0.36, True, True),
     (0.51, True, True), (0.5101, True, False)],
)  # fmt: skip
def test_a_threshold_means_what_is_printed(
    probability: float, is_assigned: bool, is_unsure: bool
) -> None:
    """As 32-bit numbers the limits lie a little above or below what every answer shows."""
    found = np.full((1, len(LABELS)), probability)
    assert heads().assigned(found)[0, 0] == is_assigned
    assert heads().unsure(found)[0, 0] == is_unsure


def test_of_an_exclusive_scheme_only_the_most_probable_is_assigned() -> None:
    found = np.array([[0.9, 0.9, 0.45, 0.4, 0.15, 0.9], [0.9, 0.9, 0.4, 0.1, 0.5, 0.9]])
    assert heads().assigned(found).tolist() == [
        [True, True, True, False, False, True],
        [True, True, False, False, True, True],
    ]


def test_the_rows_of_a_scheme() -> None:
    assert heads().rows("mit").tolist() == [2, 3, 4]
    assert heads().rows("unheard-of").tolist() == []
