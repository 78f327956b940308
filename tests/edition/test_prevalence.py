"""Corrected counts: the truth lies in the intervals, and little reading makes them wide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.prevalence import CLASSIFIERS, LABELS, trial
from digest.edition.prevalence import MINIMUM, Estimate, ModelTest, Sample, distribution, estimate

GIVEN = np.arange(1_000) < 100  # the machine labels the first hundred of a thousand items


def sample(rows: Any, concerns: Any, inclusion: float = 0.1) -> Sample:
    rows = np.asarray(rows)
    return Sample(rows, np.asarray(concerns, bool), np.full(len(rows), inclusion))


def half_and_half(n: int, right: float = 0.8, step: int = 100) -> Sample:
    """``n`` items, half of them labelled; every ``step``-th of the others was missed."""
    half = n // 2
    concerns = np.r_[np.arange(half) < right * half, np.arange(half) % step == step - 1]
    inclusion = np.r_[np.full(half, half / 100), np.full(half, half / 900)]
    return Sample(np.r_[np.arange(half), 100 + np.arange(half)], concerns, inclusion)


def width(found: Estimate) -> int:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def test_with_nothing_read_there_is_the_raw_count_alone() -> None:
    assert estimate(GIVEN) == Estimate(100, None, None, None, 0, "none")


def test_a_few_readings_are_too_little_data() -> None:
    few = sample(range(MINIMUM - 1), np.ones(MINIMUM - 1))
    assert estimate(GIVEN, few) == Estimate(100, None, None, None, MINIMUM - 1, "none")
    assert estimate(GIVEN, sample(range(MINIMUM), np.ones(MINIMUM))).basis == "panel sample"


def test_items_chosen_by_hand_make_no_sample_but_count() -> None:
    chosen = Sample(np.arange(60), np.ones(60, bool), np.full(60, np.nan))
    assert estimate(GIVEN, chosen).basis == "none"
    tested = ModelTest(np.arange(300) < 30, np.arange(300) < 30)
    found = estimate(GIVEN, chosen, tested)
    assert (found.basis, found.read) == ("model's test", 60)
    assert found.low is not None
    assert found.low >= 60


def test_hand_picked_items_bound_the_number_and_give_no_rate() -> None:
    drawn = half_and_half(60)

    def with_picked(rows: Any, concerns: bool) -> Sample:
        return Sample(
            np.r_[drawn.rows, rows],
            np.r_[drawn.concerns, np.full(len(rows), concerns)],
            np.r_[drawn.inclusion, np.full(len(rows), np.nan)],
        )

    without = estimate(GIVEN, drawn)
    assert without.estimate is not None
    # Those that are known to be right are the ones that were expected to be.
    best = estimate(GIVEN, with_picked(np.arange(40, 60), concerns=True))
    assert best.estimate == pytest.approx(without.estimate, abs=2)
    # Fifty of seventy that are wrong are more than were expected: no more than twenty can be right.
    wrong = estimate(GIVEN, with_picked(np.arange(40, 90), concerns=False))
    assert wrong.estimate == pytest.approx(without.estimate - 70 * 0.8 + 20, abs=4)


def test_what_everybody_read_is_certain() -> None:
    concerns = np.arange(1_000) % 7 == 0
    found = estimate(GIVEN, sample(range(1_000), concerns, 1.0))
    assert (found.low, found.estimate, found.high) == (143, 143, 143)
    assert found.raw == 100


def test_intervals_narrow_as_more_is_read() -> None:
    widths = [width(estimate(GIVEN, half_and_half(n))) for n in (20, 60, 200)]
    assert widths[0] > 1.3 * widths[1] > 1.5 * widths[2]


def test_wrong_labels_bring_the_estimate_down_and_missed_items_bring_it_up() -> None:
    fewer, more = estimate(GIVEN, half_and_half(200, 0.2)), estimate(GIVEN, half_and_half(200, 1))
    missed = estimate(GIVEN, half_and_half(200, 1, step=5))
    assert fewer.high is not None
    assert fewer.high < 100
    assert more.estimate is not None
    assert missed.low is not None
    assert more.estimate < 130 < missed.low


def test_a_label_that_is_never_given_may_still_be_missed() -> None:
    none = np.zeros(20_000, bool)
    found = estimate(none, sample(range(100), np.zeros(100)))
    assert found.raw == 0
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 1
    assert found.high > 10


def test_a_reading_counts_for_the_items_that_it_stands_for() -> None:
    """Half the sample from a tenth of the items, where all is found: no sign that all are so."""
    given = np.zeros(10_000, bool)
    rows = np.r_[np.arange(50), 1_000 + np.arange(50)]
    concerns = np.arange(100) < 50
    inclusion = np.r_[np.full(50, 0.05), np.full(50, 50 / 9_000)]
    found = estimate(given, Sample(rows, concerns, inclusion))
    evenly = estimate(given, Sample(rows, concerns, np.full(100, 0.01)))
    assert found.estimate is not None
    assert evenly.estimate is not None
    assert evenly.estimate > 4 * found.estimate


def test_the_models_test_counts_half() -> None:
    tested = ModelTest(np.arange(400) < 40, np.r_[np.arange(40) < 30, np.zeros(360)].astype(bool))
    found = estimate(GIVEN, None, tested)
    twice = estimate(GIVEN, None, ModelTest(np.tile(tested.given, 2), np.tile(tested.concerns, 2)))
    assert found.basis == "model's test"
    assert found.read == 0
    assert width(twice) < width(found)


def test_a_sample_goes_before_the_models_test() -> None:
    blind = ModelTest(np.zeros(300, bool), np.ones(300, bool))
    assert estimate(GIVEN, half_and_half(60), blind) == estimate(GIVEN, half_and_half(60))


def test_the_distribution_is_one() -> None:
    chance = distribution(GIVEN, half_and_half(60), None)
    assert chance.sum() == pytest.approx(1)
    assert len(chance) <= 1_001


@pytest.mark.parametrize(
    ("rows", "inclusion", "says"),
    [([1, 1], [0.5, 0.5], "twice"), ([1, 2], [0.5, 0], "inclusion"), ([1, 2], [0.5, 2], "incl")],
)
def test_a_sample_that_cannot_be(rows: list[int], inclusion: list[float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Sample(np.array(rows), np.array([True, False]), np.array(inclusion))


@pytest.mark.parametrize("chosen", ["", ", and chosen"])
@pytest.mark.parametrize("way", ["by label", "any label", "test"])
def test_nine_of_ten_intervals_hold_the_truth(way: str, chosen: str) -> None:
    """Over rare and common labels and six classifiers; the large run is the benchmark's."""
    random = np.random.default_rng(7)
    held = [
        trial(random, label, classifier, n, way + chosen, items=12_000).held
        for label in LABELS
        for classifier in CLASSIFIERS
        for n in (150, 300)
        for _ in range(12)
    ]
    assert 0.88 <= np.mean(held) <= 0.97
