"""Rates that changed beyond chance: the test, its interval, and the weekly alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from digest.edition.rates import (
    Ratio,
    Rise,
    Setting,
    can_differ,
    p_values,
    ratio,
    unusual_rise,
    wobble,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


def setting(now: list[int], before: list[int], blocks: float = 6, wobble: float = 0.0) -> Setting:
    """The exposures of two periods by field."""
    return Setting(np.array(now), np.array(before), blocks, wobble)


EVEN = setting([1_000], [1_000])
USUAL = [10, 12, 9, 11, 8, 10, 13, 9]


def p(among: Setting, now: int | list[int], before: int | list[int]) -> float:
    counts = (np.array(one).reshape(1, -1) for one in (now, before))
    return float(p_values(among, *counts)[0])


def times(among: Setting, now: int | list[int], before: int | list[int]) -> Ratio:
    return ratio(among, np.array(now).reshape(-1), np.array(before).reshape(-1))


def rise(counts: list[int], exposure: list[int]) -> Rise:
    """Of weeks with one field."""
    return unusual_rise(*(np.array(one, np.int64).reshape(-1, 1) for one in (counts, exposure)))


def even_wobble(counts: NDArray[np.int64], exposure: NDArray[np.int64]) -> float:
    """Of blocks with one field."""
    return wobble(counts, counts.sum(axis=1, keepdims=True), exposure[None])


def test_without_wobble_it_is_the_exact_binomial_test() -> None:
    assert p(EVEN, 10, 0) == pytest.approx(2 / 2**10, rel=1e-6)
    assert p(EVEN, 0, 10) == pytest.approx(2 / 2**10, rel=1e-6)
    assert p(EVEN, 5, 5) == 1


def test_exposure_counts() -> None:
    assert p(setting([2_000], [1_000]), 40, 20) == 1
    assert p(setting([2_000], [1_000]), 20, 40) < 1e-5


def test_wobble_makes_large_counts_less_sure() -> None:
    assert p(EVEN, 600, 400) < 1e-9
    assert p(setting([1_000], [1_000], wobble=0.3), 600, 400) > 0.01


def test_the_test_keeps_its_level_when_rates_wobble() -> None:
    random = np.random.default_rng(5)
    spread, blocks = 0.3, 3
    rates = random.gamma(1 / spread**2, spread**2, (4_000, 2, blocks)).mean(axis=2)
    counts = random.poisson(60 * rates)
    wobbling = setting([1_000], [1_000], 2 * blocks, spread)
    found = p_values(wobbling, counts[:, :1], counts[:, 1:])
    assert 0.03 < np.mean(found <= 0.05) < 0.065
    ignored = p_values(EVEN, counts[:, :1], counts[:, 1:])
    assert np.mean(ignored <= 0.05) > 0.2


def test_counts_that_can_never_be_called_are_left_out() -> None:
    totals = np.array([4] * 900 + [12] * 50 + [40] * 10)[:, None]
    able = can_differ(EVEN, totals, 0.1)
    assert able.tolist() == [False] * 900 + [True] * 60
    assert not can_differ(EVEN, np.array([[2]]), 0.1).any()
    assert len(can_differ(EVEN, np.zeros((0, 1), np.int64), 0.1)) == 0
    uneven = setting([100], [900])  # three of three in a tenth of the items can be called
    assert can_differ(uneven, np.array([[3]]), 0.1).all()


def test_wobble_is_found_again() -> None:
    random = np.random.default_rng(2)
    exposure = np.array([900, 1_000, 1_100, 1_000])
    for spread in (0.0, 0.2, 0.5):
        rates = np.ones((3_000, 4))
        if spread:
            rates = random.gamma(1 / spread**2, spread**2, (3_000, 4))
        counts = random.poisson(0.02 * exposure * rates)
        assert even_wobble(counts, exposure) == pytest.approx(spread, abs=0.06)


def test_wobble_of_too_little() -> None:
    assert even_wobble(np.array([[5], [7]]), np.array([100])) == 0
    assert even_wobble(np.zeros((3, 4), np.int64), np.array([1, 1, 1, 1])) == 0


def test_the_interval_holds_the_ratio_and_agrees_with_the_test() -> None:
    found = times(EVEN, 30, 10)
    assert found.value == 3
    assert found.high is not None
    assert 1 < found.low < 3 < found.high
    assert p(EVEN, 30, 10) < 0.1
    unsure = times(setting([1_000], [1_000], wobble=0.6), 30, 10)
    assert unsure.low < found.low


def test_ratios_from_and_to_nothing() -> None:
    appeared, gone = times(EVEN, 20, 0), times(EVEN, 0, 20)
    assert (appeared.value, appeared.high) == (None, None)
    assert appeared.low > 5
    assert (gone.value, gone.low) == (0, 0)
    assert gone.high is not None
    assert gone.high < 0.2


def test_the_ratio_is_of_rates_and_not_of_counts() -> None:
    assert times(setting([500], [1_000]), 10, 10).value == 2


def test_a_field_of_which_less_was_harvested_is_no_change_of_rates() -> None:
    """A tenth of one field and as much of the other: a term of each, and one of both."""
    among = setting([100, 1_000], [1_000, 1_000])
    assert p(among, [10, 0], [100, 0]) == 1
    assert p(among, [0, 50], [0, 50]) == 1
    assert p(among, [10, 50], [100, 50]) > 0.9
    assert p(setting([1_100], [2_000]), 10, 100) < 1e-7  # what it was without fields
    assert times(among, [10, 50], [100, 50]).value == pytest.approx(1, abs=0.01)


def test_the_ratio_is_the_one_of_each_field() -> None:
    """Not drawn towards 1 where the fields' exposures differ: twice the rate in both."""
    among = setting([100, 2_000], [2_000, 1_000])
    found = times(among, [20, 400], [200, 100])
    assert found.value == 2
    assert found.high is not None
    assert found.low < 2 < found.high


def test_within_fields_the_test_keeps_its_level() -> None:
    random = np.random.default_rng(7)
    among = setting([300, 1_000, 50], [1_000, 600, 700])
    rates = np.array([0.05, 0.02, 0.04])
    now, before = (
        random.binomial(exposure, rates, (4_000, 3))
        for exposure in (among.exposure_now, among.exposure_before)
    )
    assert 0.01 < np.mean(p_values(among, now, before) <= 0.05) <= 0.055


def test_a_field_that_was_absent_for_a_month_is_no_wobble() -> None:
    random = np.random.default_rng(3)
    exposure = np.array([[1_000, 1_000, 1_000], [900, 800, 0]])  # (fields, blocks)
    counts = random.poisson(0.03 * exposure, (2_000, 2, 3))
    by_block, by_field = counts.sum(axis=1), counts.sum(axis=2)
    assert wobble(by_block, by_field, exposure) < 0.05
    assert even_wobble(counts[:, 1, :], exposure.sum(axis=0)) > 0.5  # what it was without fields
    rates = random.gamma(1 / 0.3**2, 0.3**2, (2_000, 1, 3))
    counts = random.poisson(0.03 * exposure * rates)
    by_block, by_field = counts.sum(axis=1), counts.sum(axis=2)
    assert wobble(by_block, by_field, exposure) == pytest.approx(0.3, abs=0.05)


def test_a_sudden_rise_raises_an_alarm() -> None:
    found = rise([*USUAL, 60], [500] * 9)
    assert found.status == "unusual rise"
    assert found.expected == pytest.approx(np.mean(USUAL), abs=0.01)
    assert found.ratio is not None
    assert found.ratio.low > 2
    assert found.p is not None
    assert found.p < 0.001


def test_more_items_of_everything_are_no_rise() -> None:
    assert rise([*USUAL, 60], [500] * 8 + [3_000]).status == "usual"


def test_a_field_that_is_back_is_no_rise() -> None:
    """Where a risk is frequent in a field of which little was harvested for weeks."""
    counts = np.array([[10, 1]] * 8 + [[10, 40]])
    exposure = np.array([[500, 5]] * 8 + [[500, 200]])
    assert unusual_rise(counts, exposure).status == "usual"
    assert rise([11] * 8 + [50], [505] * 8 + [700]).status == "unusual rise"  # without fields
    more = np.array([[10, 1]] * 8 + [[40, 40]])
    assert unusual_rise(more, exposure).status == "unusual rise"


def test_a_field_that_the_weeks_before_lack_tells_nothing() -> None:
    counts = np.array([[10, 0]] * 8 + [[10, 40]])
    exposure = np.array([[500, 0]] * 8 + [[500, 200]])
    found = unusual_rise(counts, exposure)
    assert (found.status, found.count, found.expected) == ("usual", 10, 10)


def test_a_week_like_the_others_is_usual() -> None:
    assert rise([*USUAL, 12], [500] * 9).status == "usual"


def test_a_category_that_jumps_about_needs_more_for_an_alarm() -> None:
    assert rise([2, 30, 1, 25, 3, 28, 2, 30, 50], [500] * 9).status == "usual"


def test_a_handful_is_no_alarm() -> None:
    assert rise([0] * 40 + [4], [1_000] * 41).status == "usual"
    assert rise([0] * 40 + [8], [1_000] * 41).status == "unusual rise"


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
    found = rise(counts, exposure)
    assert (found.status, found.ratio, found.p) == ("too little data", None, None)


def test_false_alarms_are_rare() -> None:
    random = np.random.default_rng(4)
    weeks = random.poisson(10 * random.gamma(25, 1 / 25, (600, 11)))
    alarms = sum(rise(w.tolist(), [500] * 11).status == "unusual rise" for w in weeks)
    assert alarms <= 4
