"""When a source is silent: by its own rhythm, and never for less than a week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from digest.config import Workplace
from digest.events import ALERT
from digest.steps.health import LEAST, check_health, health_of, line, report
from digest.store import history
from digest.store.database import writing
from digest.store.health import Heard
from digest.store.history import ANSWERED, FAILED, NOT_ASKED, Outcome
from digest.store.ingest import Counts, ingest
from digest.store.outbox import unhandled
from tests.examples import NOON, Q1, archived, news

TODAY = date(2026, 3, 1)


def source(*ago: int, outcome: str = ANSWERED) -> Heard:
    """A source whose items are of so many days ago."""
    days = tuple(TODAY - timedelta(days=n) for n in sorted(ago, reverse=True))
    return Heard("s", outcome, NOON if outcome == ANSWERED else None, days)


@pytest.mark.parametrize(
    ("ago", "gap", "is_silent"),
    [
        pytest.param((0, 1, 2, 3), 1, False, id="daily, today"),
        pytest.param((7, 8, 9, 10), 1, False, id="daily, a week ago"),
        pytest.param((8, 9, 10, 11), 1, True, id="daily, more than a week ago"),
        pytest.param((28, 35, 42, 49), 7, False, id="weekly, four weeks ago"),
        pytest.param((29, 36, 43, 50), 7, True, id="weekly, more than four weeks ago"),
        pytest.param((40, 41, 90, 140, 141, 190), 49, False, id="in bursts"),
        pytest.param((90, 91), None, False, id="too few to have a rhythm"),
        pytest.param((), None, False, id="nothing yet"),
    ],
)
def test_silence_is_four_usual_gaps_and_at_least_a_week(
    ago: tuple[int, ...], gap: float | None, is_silent: bool
) -> None:
    state = health_of(source(*ago), TODAY)
    assert state.is_silent is is_silent
    assert state.usual_gap == gap
    assert state.quiet_days == (min(ago) if ago else 0)


def test_the_rhythm_is_that_of_late() -> None:
    """Weekly for years, daily of late: ten quiet days are a silence."""
    years = [100 + 7 * n for n in range(200)]
    assert health_of(source(*range(10, 90), *years), TODAY).is_silent
    assert health_of(source(*range(10, 90), *years), TODAY).usual_gap == 1


@pytest.mark.parametrize("outcome", [FAILED, NOT_ASKED])
def test_who_does_not_answer_is_not_silent(outcome: str) -> None:
    assert not health_of(source(50, 51, 52, outcome=outcome), TODAY).is_silent


@pytest.fixture
def quiet(place: Workplace) -> Workplace:
    """A folder with a source that brought something daily until the third of February."""
    records = [
        news(str(n), published=NOON - timedelta(days=n), text="Long enough. " * n)
        for n in range(5)
    ]  # fmt: skip
    with writing(place.database) as connection:
        ingest(connection, archived(), "feed/1", frozenset({Q1}), records)
        for name, outcome in (("un-news", ANSWERED), ("gone", FAILED)):
            history.note_outcome(connection, Q1, Outcome(name, outcome, "", Counts()), NOON)
    return place


def test_a_silence_is_told_once_and_again_when_it_is_another(quiet: Workplace) -> None:
    def after(days: int) -> list[bool]:
        clock = lambda: NOON + timedelta(days=days)  # noqa: E731
        return [s.is_silent for s in check_health(quiet, ["un-news", "gone"], clock)]

    assert after(LEAST) == [False, False]
    assert after(LEAST + 1) == after(LEAST + 2) == [False, True]
    with writing(quiet.database) as connection:
        (event,) = unhandled(connection, ALERT)
        assert event.data == {
            "source": "un-news", "last_item": "2026-02-03", "usual_gap_days": 1.0
        }  # fmt: skip
        later = news("new", published=NOON + timedelta(days=10))
        ingest(connection, archived("b", 300), "feed/1", frozenset({Q1}), [later])
    assert after(12) == [False, False]
    assert after(20) == [False, True]
    with writing(quiet.database) as connection:
        assert [e.data["last_item"] for e in unhandled(connection, ALERT)] == [
            "2026-02-03", "2026-02-13",
        ]  # fmt: skip


def test_the_report_names_what_needs_a_look_first(quiet: Workplace) -> None:
    states = check_health(quiet, ["un-news", "gone"], lambda: NOON + timedelta(days=9))
    said = report(states, date(2026, 2, 12))
    assert said.subject == "Sources on 2026-02-12: 0 of 2 well, 1 failed, 1 silent"
    assert said.text == (
        "Failed (1)\n"
        "  gone: failed; last answer never; newest item none; usual unknown\n\n"
        "Silent (1)\n"
        "  un-news: answered; last answer 2026-02-03 12:00; newest item 2026-02-03, 9 days ago; "
        "usual every 1 days\n"
    )
    assert line(states[0]) in said.text


def test_items_of_the_future_tell_nothing(quiet: Workplace) -> None:
    ahead = news("ahead", published=datetime(2026, 3, 20, tzinfo=UTC))
    with writing(quiet.database) as connection:
        ingest(connection, archived("c"), "feed/1", frozenset({Q1}), [ahead])
    (_, state) = check_health(quiet, ["un-news", "gone"], lambda: NOON + timedelta(days=9))
    assert state.last_item == date(2026, 2, 3)


def test_only_sources_of_the_list_are_judged(quiet: Workplace) -> None:
    assert [s.heard.source for s in check_health(quiet, ["gone"], lambda: NOON)] == ["gone"]
