"""The quarter: every instant has exactly one, and what is not a quarter is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import InputError, QuarterError
from digest.quarter import FIRST_YEAR, Quarter

quarters = st.builds(Quarter, st.integers(FIRST_YEAR, 2100), st.integers(1, 4))
moments = st.datetimes(
    datetime(FIRST_YEAR, 1, 2),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.timezones(),
)


@given(moments)
def test_an_instant_lies_in_its_quarter_and_in_neither_neighbour(moment: datetime) -> None:
    quarter = Quarter.of(moment)
    assert moment in quarter
    assert moment not in quarter.next()
    assert moment not in quarter.previous()


@given(moments)
def test_the_zone_in_which_an_instant_is_written_changes_nothing(moment: datetime) -> None:
    assert Quarter.of(moment) == Quarter.of(moment.astimezone(UTC))


@given(quarters)
def test_quarters_meet_without_gap_or_overlap(quarter: Quarter) -> None:
    assert quarter.end == quarter.next().start
    assert quarter.start in quarter
    assert quarter.end not in quarter
    assert quarter.end - timedelta(microseconds=1) in quarter
    assert timedelta(days=90) <= quarter.end - quarter.start <= timedelta(days=92)


@given(quarters)
def test_next_and_previous_are_each_others_way_back(quarter: Quarter) -> None:
    assert quarter.next().previous() == quarter == quarter.previous().next()
    assert quarter.previous() < quarter < quarter.next()


@given(quarters)
def test_a_quarter_reads_back_what_it_writes(quarter: Quarter) -> None:
    assert Quarter.parse(str(quarter)) == quarter
    assert Quarter.parse(f" {quarter.year}-q{quarter.number}\n") == quarter


@given(quarters, quarters)
def test_quarters_sort_as_their_days_do_and_as_they_are_written(a: Quarter, b: Quarter) -> None:
    assert (a < b) == (a.start < b.start) == (str(a) < str(b))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(datetime(2026, 1, 1, tzinfo=UTC), "2026Q1", id="first-instant"),
        pytest.param(datetime(2026, 3, 31, 23, 59, 59, 999999, UTC), "2026Q1", id="last-instant"),
        pytest.param(
            datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=3))), "2025Q4", id="Moscow-at-2"
        ),
        pytest.param(
            datetime(2025, 12, 31, 20, tzinfo=timezone(timedelta(hours=-5))),
            "2026Q1",
            id="New-York-at-20",
        ),
    ],
)  # fmt: skip
def test_the_quarter_is_judged_in_utc(moment: datetime, expected: str) -> None:
    assert str(Quarter.of(moment)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026Q0", "2026Q5", "Q1 2026", "2026Q11", "26Q1", "1990Q4", "2026Q1; drop",
     "2026/Q1", "٢٠٢٦Q5", "2026Q1\x00", "-2026Q1"],
)  # fmt: skip
def test_what_is_no_quarter_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QuarterError, match="such as 2026Q1") as refusal:
        Quarter.parse(text)
    assert text in str(refusal.value)
    assert isinstance(refusal.value, InputError)
    assert refusal.value.exit_code == 2


def test_an_instant_without_a_zone_has_no_quarter() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Quarter.of(datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_future_quarter_is_refused_and_the_current_one_named() -> None:
    now = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
    Quarter(2026, 1).require_begun(now)
    with pytest.raises(QuarterError, match=r"2026Q2 begins on 2026-04-01.*current.*2026Q1"):
        Quarter(2026, 2).require_begun(now)


def test_a_quarter_has_begun_at_its_first_instant() -> None:
    Quarter(2026, 2).require_begun(datetime(2026, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "quarter"),
    [
        ("2026Q1", Quarter(2026, 1)), ("2026q1", None), ("2026-Q1", None), ("2026Q1-old", None),
        (" 2026Q1", None), ("1990Q4", None), ("", None),
    ],
)  # fmt: skip
def test_only_a_quarters_own_name_names_it(name: str, quarter: Quarter | None) -> None:
    assert Quarter.named(name) == quarter
