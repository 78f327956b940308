"""The measures of an evaluation: against counts by hand, plain loops and theory."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.classify.evaluate.metrics import (
    Outcome,
    Sampling,
    differences,
    estimates,
    per_class,
)
from tests.classify.outcomes import FEW, outcome, values

SHARES = ("macro_f1", "weighted_f1", "average_accuracy", "exact_match", "ece", "brier")


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    texts, labels = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    bits = st.lists(
        st.lists(st.integers(0, 1), min_size=labels, max_size=labels),
        min_size=texts, max_size=texts,
    )  # fmt: skip
    some = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
    stated = st.lists(
        st.lists(some, min_size=labels, max_size=labels),
        min_size=texts, max_size=texts,
    )  # fmt: skip
    return outcome(draw(bits), draw(bits), draw(stated))


def test_a_small_case_counted_by_hand() -> None:
    # Texts: a | a, b | none | b. Given: a | a | none | none.
    found = values(outcome([[1, 0], [1, 1], [0, 0], [0, 1]], [[1, 0], [1, 0], [0, 0], [0, 0]]))
    assert found["precision"][0] == 1
    assert math.isnan(found["precision"][1])  # b is never given
    assert found["precision"][2] == 0.5  # none is given twice, once rightly
    assert found["recall"].tolist() == [1, 0, 1]
    assert found["f1"] == pytest.approx([1, 0, 2 / 3])
    assert found["macro_f1"] == pytest.approx(5 / 9)
    assert found["weighted_f1"] == pytest.approx((2 * 1 + 2 * 0 + 1 * 2 / 3) / 5)
    assert found["average_accuracy"] == pytest.approx((1 + 2 / 4) / 2)
    assert found["exact_match"] == 0.5


def test_none_is_a_class_only_where_a_text_has_no_label() -> None:
    assert len(values(outcome([[1, 0], [0, 1]], [[0, 0], [0, 1]]))["f1"]) == 2
    assert len(values(outcome([[1, 0], [0, 0]], [[0, 0], [0, 1]]))["f1"]) == 3


def test_a_label_that_no_text_has_counts_in_macro_f1_only_when_it_is_given() -> None:
    unseen_label = outcome([[1, 0], [1, 0]], [[1, 0], [1, 0]])
    assert values(unseen_label)["macro_f1"] == 1
    assert values(outcome([[1, 0], [1, 0]], [[1, 0], [1, 1]]))["macro_f1"] == 0.5


@pytest.mark.parametrize(
    ("probability", "best"),
    [
        pytest.param([0.5, 0.3], True, id="the true label leads"),
        pytest.param([0.3, 0.5], False, id="another label leads"),
        pytest.param([0.3, 0.2], False, id="none leads"),
    ],
)
def test_the_most_probable_of_an_exclusive_scheme(probability: list[float], best: bool) -> None:
    found = values(outcome([[1, 0]], [[0, 0]], [probability], exclusive=True))
    assert found["most_probable"] == best
    assert "most_probable" not in values(outcome([[1, 0]], [[0, 0]]))


def test_none_leads_where_no_label_is_likely_and_is_right_where_none_is_true() -> None:
    assert values(outcome([[0, 0]], [[0, 0]], [[0.2, 0.2]], exclusive=True))["most_probable"] == 1


@given(outcomes())
def test_every_measure_is_a_share(any_outcome: Outcome) -> None:
    found = estimates(any_outcome, Sampling(resamples=20))
    for name, estimate in found.items():
        for part in (estimate.value, estimate.low, estimate.high):
            known = part[np.isfinite(part)]
            assert ((known >= 0) & (known <= 1 + 1e-12)).all(), name
        defined = np.isfinite(estimate.value)
        assert (estimate.low <= estimate.value)[defined].all()
        assert (estimate.value <= estimate.high)[defined].all()
    assert all(np.isfinite(found[name].value) for name in SHARES)


@given(outcomes())
def test_measures_agree_with_plain_loops(any_outcome: Outcome) -> None:
    found = values(any_outcome)
    true = [{k for k, x in enumerate(row) if x} or {"none"} for row in any_outcome.truth]
    said = [{k for k, x in enumerate(row) if x} or {"none"} for row in any_outcome.given]
    classes: list[Any] = list(range(len(any_outcome.labels)))
    classes += ["none"] if {"none"} in true else []
    f1, support = [], []
    for one in classes:
        hits = sum(one in t and one in s for t, s in zip(true, said, strict=True))
        real, given_ = sum(one in t for t in true), sum(one in s for s in said)
        f1.append(2 * hits / (real + given_) if real + given_ else None)
        support.append(real)
    kept = [x for x in f1 if x is not None]
    assert found["macro_f1"] == pytest.approx(sum(kept) / len(kept))
    assert found["weighted_f1"] == pytest.approx(
        sum(n * x for n, x in zip(support, f1, strict=True) if x is not None) / sum(support)
    )
    assert found["exact_match"] == pytest.approx(
        sum(t == s for t, s in zip(true, said, strict=True)) / len(true)
    )


@given(outcomes(), st.randoms(use_true_random=False))
def test_the_order_of_the_texts_makes_no_difference(any_outcome: Outcome, random: Any) -> None:
    order = list(range(len(any_outcome.truth)))
    random.shuffle(order)
    there, here = values(any_outcome), values(any_outcome.at(order))
    for name, value in there.items():
        assert here[name] == pytest.approx(value, nan_ok=True), name


@given(outcomes())
def test_a_perfect_model_has_1_everywhere_and_no_error(any_outcome: Outcome) -> None:
    perfect = replace(
        any_outcome, given=any_outcome.truth, probability=any_outcome.truth.astype(float)
    )
    found = estimates(perfect, Sampling(resamples=20))
    for name in ("macro_f1", "weighted_f1", "average_accuracy", "exact_match"):
        assert (found[name].value, found[name].low, found[name].high) == (1, 1, 1)
    assert found["ece"].high == found["brier"].high == 0


@given(outcomes(), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_models_that_always_say_the_same_have_known_values(
    any_outcome: Outcome, probability: float
) -> None:
    truth = any_outcome.truth
    same = np.full(truth.shape, probability)
    nothing = values(replace(any_outcome, given=np.zeros_like(truth), probability=same))
    everything = values(replace(any_outcome, given=np.ones_like(truth), probability=same))
    rate, none = truth.mean(), (~truth.any(axis=1)).mean()
    assert nothing["average_accuracy"] == pytest.approx(1 - rate)
    assert everything["average_accuracy"] == pytest.approx(rate)
    assert nothing["exact_match"] == pytest.approx(none)
    if none:
        assert nothing["f1"][-1] == pytest.approx(2 * none / (1 + none))
    assert everything["precision"][: truth.shape[1]] == pytest.approx(truth.mean(axis=0))
    assert nothing["ece"] == pytest.approx(abs(probability - rate))
    assert nothing["brier"] == pytest.approx(
        rate * (1 - probability) ** 2 + (1 - rate) * probability**2
    )


def test_calibration_bins_hold_equally_many_decisions() -> None:
    # 20 decisions, two a bin: of each pair, at 0.05 … 0.95, one is true.
    stated = [[0.05 + 0.1 * (i // 2) + 0.001 * (i % 2)] for i in range(20)]
    found = values(outcome([[i % 2] for i in range(20)], [[0]] * 20, stated))
    assert found["ece"] == pytest.approx(np.mean([abs(0.1 * i + 0.0505 - 0.5) for i in range(10)]))


def test_an_interval_is_as_wide_as_theory_says() -> None:
    # So many texts that the resamples come in several blocks.
    half = outcome([[1]] * 4_000, [[i % 2] for i in range(4_000)])
    found = estimates(half, Sampling(resamples=1_500))["exact_match"]
    expected = 1.96 * math.sqrt(0.25 / 4_000)
    assert found.value == 0.5
    assert found.high - found.value == pytest.approx(expected, rel=0.12)
    assert found.value - found.low == pytest.approx(expected, rel=0.12)


def test_a_label_without_an_error_in_six_texts_is_not_sure() -> None:
    found = estimates(outcome([[1]] * 6 + [[0]] * 90, [[1]] * 6 + [[0]] * 90), Sampling())
    for name in ("precision", "recall"):
        assert (found[name].value[0], found[name].high[0]) == (1, 1)
        assert found[name].low[0] == pytest.approx(6 / (6 + 1.96**2), abs=1e-3)
    jaccard = 6 / (6 + 1.96**2)
    assert found["f1"].low[0] == pytest.approx(2 * jaccard / (1 + jaccard), abs=1e-3)
    assert found["macro_f1"].low == 1  # over all labels the texts are drawn again


def test_a_label_s_intervals_are_wilson_s() -> None:
    """As they stand in tables: 8 of 10 is 0.490 to 0.943, 0 of 10 up to 0.278."""
    found = per_class(np.array([8.0, 0.0]), np.array([10.0, 10.0]), np.array([16.0, 0.0]), 0.95)
    assert found["precision"].low == pytest.approx([0.490, 0], abs=1e-3)
    assert found["precision"].high == pytest.approx([0.943, 0.278], abs=1e-3)
    assert found["recall"].value[0] == 0.5
    assert np.isnan([found["recall"].low[1], found["recall"].high[1]]).all()
    assert found["f1"].value == pytest.approx([2 * 8 / (10 + 16), 0])


@pytest.mark.parametrize("rates", [(0.6, 0.1, 0.2), (0.8, 0.1, 0.05)])
def test_a_label_s_intervals_hold_the_truth_in_19_of_20_cases(rates: tuple[float, ...]) -> None:
    """Texts that have the label and are given it, are given it wrongly, or are missed."""
    hit, wrong, missed = (
        np.random.default_rng(5).multinomial(25, (*rates, 1 - sum(rates)), 4_000).T[:3] * 1.0
    )
    found = per_class(hit, hit + wrong, hit + missed, 0.95)
    truth = {
        "precision": rates[0] / (rates[0] + rates[1]),
        "recall": rates[0] / (rates[0] + rates[2]),
        "f1": 2 * rates[0] / (2 * rates[0] + rates[1] + rates[2]),
    }
    for name, one in found.items():
        assert 0.93 < ((one.low <= truth[name]) & (truth[name] <= one.high)).mean() < 0.98, name


def test_the_same_seed_gives_the_same_intervals() -> None:
    some = outcome([[1, 0], [0, 1], [0, 0]] * 9, [[1, 0], [0, 0], [1, 0]] * 9)
    once, again, other = (estimates(some, s) for s in (FEW, FEW, replace(FEW, seed=4)))
    for name, estimate in once.items():
        assert np.array_equal(estimate.low, again[name].low, equal_nan=True)
    assert any(not np.array_equal(once[n].low, other[n].low, equal_nan=True) for n in once)


def test_differences_are_paired() -> None:
    truth = [[i % 2] for i in range(60)]
    worse = outcome(truth, [[1 - i % 2] if i < 12 else [i % 2] for i in range(60)])
    better = outcome(truth, [[1 - i % 2] if i < 4 else [i % 2] for i in range(60)])
    gain = differences(better, worse, FEW)["exact_match"]
    assert gain.value == pytest.approx(8 / 60)
    assert gain.excludes_zero
    # Unpaired, the two intervals overlap.
    assert estimates(worse, FEW)["exact_match"].high > estimates(better, FEW)["exact_match"].low
    loss = differences(worse, better, FEW)["exact_match"]
    assert (loss.value, loss.low) == (-gain.value, pytest.approx(-gain.high))
    assert not any(d.excludes_zero for d in differences(better, better, FEW).values())
