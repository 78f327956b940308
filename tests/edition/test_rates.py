"""Rates that changed beyond chance: the test, its interval, and the weekly alarm."""

from __future__ import annotations

import numpy as np
import pytest

from digest.edition.rates import (
    Setting,
    can_differ,
    p_values,
    ratio,
    unusual_rise,
    wobble,
)

EVEN = Setting(1_000, 1_000, 6, 0.0)
USUAL = [10, 12, 9, 11, 8, 10, 13, 9]


def p(setting: Setting, now: int, before: int) -> float:
    return float(p_values(setting, np.array([now]), np.array([before]))[0])


def test_without_wobble_it_is_the_exact_binomial_test() -> None:
    assert p(EVEN, 10, 0) == pytest.approx(2 / 2**10, rel=1e-6)
    assert p(EVEN, 0, 10) == pytest.approx(2 / 2**10, rel=1e-6)
    assert p(EVEN, 5, 5) == 1


def test_exposure_counts() -> None:
    assert p(Setting(2_000, 1_000, 6, 0.0), 40, 20) == 1
    assert p(Setting(2_000, 1_000, 6, 0.0), 20, 40) < 1e-5


def test_wobble_makes_large_counts_less_sure() -> None:
    assert p(EVEN, 600, 400) < 1e-9
    assert p(Setting(1_000, 1_000, 6, 0.3), 600, 400) > 0.01


def test_the_test_keeps_its_level_when_rates_wobble() -> None:
    random = np.random.default_rng(5)
    spread, blocks = 0.3, 3
    rates = random.gamma(1 / spread**2, spread**2, (4_000, 2, blocks)).mean(axis=2)
    counts = random.poisson(60 * rates)
    found = p_values(Setting(1_000, 1_000, 2 * blocks, spread), counts[:, 0], counts[:, 1])
    assert 0.03 < np.mean(found <= 0.05) < 0.065
    ignored = p_values(EVEN, counts[:, 0], counts[:, 1])
    assert np.mean(ignored <= 0.05) > 0.2


def test_counts_that_can_never_be_called_are_left_out() -> None:
    totals = np.array([4] * 900 + [12] * 50 + [40] * 10)
    able = can_differ(EVEN, totals, 0.1)
    assert able.tolist() == [False] * 900 + [True] * 60
    assert not can_differ(EVEN, np.array([2]), 0.1).any()
    assert len(can_differ(EVEN, np.array([], np.int64), 0.1)) == 0
    uneven = Setting(100, 900, 6, 0.0)  # three of three in a tenth of the items can be called
    assert can_differ(uneven, np.array([3]), 0.1).all()


def test_wobble_is_found_again() -> None:
    random = np.random.default_rng(2)
    exposure = np.array([900, 1_000, 1_100, 1_000])
    for spread in (0.0, 0.2, 0.5):
        rates = np.ones((3_000, 4))
        if spread:
            rates = random.gamma(1 / spread**2, spread**2, (3_000, 4))
        counts = random.poisson(0.02 * exposure * rates)
        assert wobble(counts, exposure) == pytest.approx(spread, abs=0.06)


def test_wobble_of_too_little() -> None:
    assert wobble(np.array([[5], [7]]), np.array([100])) == 0
    assert wobble(np.zeros((3, 4), np.int64), np.array([1, 1, 1, 1])) == 0


def test_the_interval_holds_the_ratio_and_agrees_with_the_test() -> None:
    found = ratio(EVEN, 30, 10)
    assert found.value == 3
    assert found.high is not None
    assert 1 < found.low < 3 < found.high
    assert p(EVEN, 30, 10) < 0.1
    unsure = ratio(Setting(1_000, 1_000, 6, 0.6), 30, 10)
    assert unsure.low < found.low


def test_ratios_from_and_to_nothing() -> None:
    appeared, gone = ratio(EVEN, 20, 0), ratio(EVEN, 0, 20)
    assert (appeared.value, appeared.high) == (None, None)
    assert appeared.low > 5
    assert (gone.value, gone.low) == (0, 0)
    assert gone.high is not None
    assert gone.high < 0.2


def test_the_ratio_is_of_rates_and_not_of_counts() -> None:
    assert ratio(Setting(500, 1_000, 6, 0.0), 10, 10).value == 2


def test_a_sudden_rise_raises_an_alarm() -> None:
    found = unusual_rise([*USUAL, 60], [500] * 9)
    assert found.status == "unusual rise"
    assert found.expected == pytest.approx(np.mean(USUAL), abs=0.01)
    assert found.ratio is not None
    assert found.ratio.low > 2
    assert found.p is not None
    assert found.p < 0.001


def test_more_items_of_everything_are_no_rise() -> None:
    assert unusual_rise([*USUAL, 60], [500] * 8 + [3_000]).status == "usual"


def test_a_week_like_the_others_is_usual() -> None:
    assert unusual_rise([*USUAL, 12], [500] * 9).status == "usual"


def test_a_category_that_jumps_about_needs_more_for_an_alarm() -> None:
    assert unusual_rise([2, 30, 1, 25, 3, 28, 2, 30, 50], [500] * 9).status == "usual"


def test_a_handful_is_no_alarm() -> None:
    assert unusual_rise([0] * 40 + [4], [1_000] * 41).status == "usual"
    assert unusual_rise([0] * 40 + [8], [1_000] * 41).status == "unusual rise"


@pytest.mark.parametrize(
    ("counts", "exposure"),
    [
        ([], []),
        ([40], [100]),
        ([1, 1, 1, 40], [100] * 4),
        ([1, 0, 0, 0, 1, 40], [100, 0, 0, 0, 100, 100]),
        ([*USUAL, 0], [500] * 8 + [0]),
    ],
    ids=["nothing", "one week", "three before", "weeks that failed", "this week failed"],
)
def test_too_few_weeks_are_too_little_data(counts: list[int], exposure: list[int]) -> None:
    found = unusual_rise(counts, exposure)
    assert (found.status, found.ratio, found.p) == ("too little data", None, None)


def test_false_alarms_are_rare() -> None:
    random = np.random.default_rng(4)
    weeks = random.poisson(10 * random.gamma(25, 1 / 25, (600, 11)))
    alarms = sum(unusual_rise(w.tolist(), [500] * 11).status == "unusual rise" for w in weeks)
    assert alarms <= 4
