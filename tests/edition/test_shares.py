"""Under-served: said only with the whole interval below the reference, and rightly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.prevalence import quarter_of_goals
from digest.edition.prevalence import ModelTest, Sample
from digest.edition.shares import share_at, shares, verdict

GOALS = ("1", "2", "3")
# 900 of 3,000 items have a goal: 600, 290 and 10.
GIVEN = np.arange(3_000)[:, None] < np.array([600, 890, 900])
GIVEN &= np.arange(3_000)[:, None] >= np.array([0, 600, 890])


def read(n: int, given: np.ndarray = GIVEN) -> Sample:
    """A sample in which the machine is always right."""
    rows = np.arange(0, len(given), len(given) // n)
    return Sample(rows, given[rows], np.full(len(rows), n / len(given)))


def test_every_goal_has_its_verdict() -> None:
    most, equal, least = shares(GOALS, GIVEN, read(300))
    assert [most.verdict, least.verdict] == ["not under-served", "under-served"]
    assert equal.verdict == "not distinguishable"
    assert most.raw == pytest.approx(600 / 900, abs=1e-6)
    for found in (most, equal, least):
        assert found.low is not None
        assert found.share is not None
        assert found.high is not None
        assert 0 <= found.low <= found.share <= found.high <= 1
        assert found.reference == pytest.approx(1 / 3, abs=0.002)


def test_with_nothing_read_it_is_too_little_data() -> None:
    for found in shares(GOALS, GIVEN):
        assert (found.verdict, found.basis) == ("too little data", "none")
        assert (found.share, found.low, found.high) == (None, None, None)
        assert found.raw is not None


@pytest.mark.parametrize(("items", "verdict"), [(49, "too little data"), (50, "under-served")])
def test_of_few_items_nothing_is_said(items: int, verdict: str) -> None:
    """A goal with a seventeenth of the work is missing by chance among 49 in 51 cases of 1,000."""
    goals = tuple(str(number) for number in range(1, 18))
    given = np.zeros((items, 17), bool)
    given[:, 0] = True
    everything = Sample(np.arange(items), given, np.ones(items))
    assert shares(goals, given, everything)[2].verdict == verdict


@pytest.mark.parametrize("tested", [None, ModelTest(GIVEN[::10], GIVEN[::10])])
@pytest.mark.parametrize("items", [0, 50])
def test_a_quarter_without_any_goal_has_no_shares(items: int, tested: ModelTest | None) -> None:
    for found in shares(GOALS, np.zeros((items, 3), bool), tested=tested):
        assert (found.raw, found.verdict) == (None, "too little data")
        assert found.reference > 0


def test_an_equal_share_is_what_each_goal_would_have_of_papers_with_two() -> None:
    """Every goal with as many papers as the next, and two goals a paper: none is favoured."""
    given = np.zeros((300, 3), bool)
    given[np.arange(300), np.arange(300) % 3] = True
    given[np.arange(300), (np.arange(300) + 1) % 3] = True
    found = shares(GOALS, given, Sample(np.arange(300), given, np.ones(300)))
    for one in found:
        assert one.reference == one.share == pytest.approx(2 / 3, abs=1e-5)
    drawn = np.arange(0, 300, 4)
    unsure = shares(GOALS, given, Sample(drawn, given[drawn], np.full(75, 1 / 4)))
    assert {one.verdict for one in unsure} == {"not distinguishable"}


def test_a_goal_is_held_against_the_share_that_the_panel_set_for_it() -> None:
    found = shares(GOALS, GIVEN, read(300), reference={"1": 0.95})
    assert [one.verdict for one in found] == [
        "under-served", "not distinguishable", "under-served",
    ]  # fmt: skip
    assert [one.reference for one in found] == [0.95, *[pytest.approx(1 / 3, abs=0.002)] * 2]


def test_the_models_test_can_serve_and_is_named() -> None:
    rows = np.arange(0, 3_000, 10)
    found = shares(GOALS, GIVEN, tested=ModelTest(GIVEN[rows], GIVEN[rows]))
    assert {one.basis for one in found} == {"model's test"}
    assert found[2].verdict == "under-served"


def test_what_everybody_read_has_an_exact_share() -> None:
    rows = np.arange(3_000)
    found = shares(GOALS, ~GIVEN, Sample(rows, GIVEN, np.ones(3_000)))
    for one, number in zip(found, (600, 290, 10), strict=True):
        assert (one.low, one.high) == pytest.approx((number / 900, number / 900), abs=1e-5)


def test_a_share_of_counts_that_are_not_sure() -> None:
    even = np.array([0, 0.5, 0.5])  # one or two items with the goal
    three = np.array([0, 0, 0, 1.0])  # and three with others
    assert share_at(even, three, 0.4) == pytest.approx(1 / 4, abs=1e-5)
    assert share_at(even, three, 0.6) == pytest.approx(2 / 5, abs=1e-5)


def test_an_equal_share_is_by_what_was_decided_and_not_by_the_sum_of_the_medians() -> None:
    """Each paper has one goal by the machine, and every fourth a second one by its test."""
    goals = tuple(str(number) for number in range(1, 18))
    given = np.zeros((3_000, 17), bool)
    given[np.arange(600), np.arange(600) % 3] = True
    rows = np.arange(0, 3_000, 10)
    judged = given[rows]
    judged[:60:4, 9] = True
    tested = ModelTest(given[rows], judged)
    found = shares(goals, given, tested=tested)
    assert found[0].reference == pytest.approx(1.25 / 17, abs=1e-6)
    assert sum(one.share or 0 for one in found) != pytest.approx(1.25, abs=0.01)
    few = ModelTest(given[rows[50:]], judged[50:])  # 10 with a goal
    assert shares(goals, given, tested=few)[0].reference == pytest.approx(1 / 17, abs=1e-6)


def test_items_that_were_likelier_to_be_read_do_not_count_more() -> None:
    given = np.zeros((200, 3), bool)
    given[:, 0] = True
    two = given.copy()
    two[:, 1] = True
    concerns = np.concatenate([two[:40], given[:20]])
    inclusion = np.r_[np.full(40, 1.0), np.full(20, 0.125)]
    found = shares(GOALS, given, Sample(np.arange(60), concerns, inclusion))
    assert found[0].reference == pytest.approx((40 * 2 + 160) / 200 / 3, abs=1e-6)


def test_a_share_whose_interval_spans_too_much_has_no_middle_to_name() -> None:
    rows = np.arange(0, 3_000, 10)
    most, _, least = shares(GOALS, GIVEN, tested=ModelTest(GIVEN[rows], GIVEN[rows]))
    assert not most.is_vague
    assert replace(least, low=0.0, high=0.03).is_vague
    assert not replace(least, low=0.0, high=0.0).is_vague
    assert not replace(least, low=None, high=None).is_vague


def test_verdicts_at_the_reference_itself() -> None:
    assert verdict(0.1, 0.2, 0.2) == "not distinguishable"
    assert verdict(0.2, 0.3, 0.2) == "not under-served"
    assert verdict(0.1, 0.19, 0.2) == "under-served"


def test_the_flag_is_right_on_quarters_with_known_truth() -> None:
    random = np.random.default_rng(3)
    flagged = right = held = every = 0
    for n in (100, 300) * 3:
        true, found = quarter_of_goals(random, n, close=False, items=8_000)
        for one, share in zip(found, true, strict=True):
            assert one.low is not None
            assert one.high is not None
            every, held = every + 1, held + (one.low - 1e-6 <= share <= one.high + 1e-6)
            if one.verdict == "under-served":
                flagged, right = flagged + 1, right + (share < true.mean())
    assert flagged > 20
    assert right / flagged >= 0.95
    assert held / every >= 0.85
