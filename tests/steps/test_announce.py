"""Steps raise events with what they store: once for what is new, never for what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from digest.events import HARVEST
from digest.steps import announce
from digest.store import history
from digest.store.history import ANSWERED, EMPTY, FAILED, Outcome
from digest.store.ingest import Counts
from digest.store.outbox import Raised, events, unhandled
from tests.examples import Q1, Q4

if TYPE_CHECKING:
    import duckdb

DAY = datetime(2026, 4, 1, 5, tzinfo=UTC)


def harvest(connection: duckdb.DuckDBPyConnection, day: int, **outcomes: str) -> None:
    """A harvest on a day, of which nothing is known but what became of each source."""
    now = DAY + timedelta(days=day)
    asked = announce.asked_of(connection, HARVEST, Q1)
    found = [Outcome(name, what, "", Counts()) for name, what in outcomes.items()]
    for outcome in found:
        history.note_outcome(connection, Q1, outcome, now)
    announce.harvested(connection, Q1, {Q1}, found, asked, now)


def told(connection: duckdb.DuckDBPyConnection, name: str) -> list[Raised]:
    return events(connection, Q1, name)


def test_a_harvest_that_changes_nothing_is_no_event(connection: duckdb.DuckDBPyConnection) -> None:
    for day in range(3):
        harvest(connection, day, a=ANSWERED, b=ANSWERED)
    assert len(told(connection, "digest.harvest.completed")) == 1
    harvest(connection, 3, a=ANSWERED, b=FAILED)
    harvest(connection, 4, a=ANSWERED, b=ANSWERED)
    completed = told(connection, "digest.harvest.completed")
    assert [event.data["failed"] for event in completed] == [[], ["b"], []]


def test_a_source_that_goes_on_failing_is_told_once(connection: duckdb.DuckDBPyConnection) -> None:
    days = [ANSWERED, FAILED, FAILED, FAILED, ANSWERED, FAILED, EMPTY, EMPTY]
    for day, outcome in enumerate(days):
        harvest(connection, day, a=ANSWERED, b=outcome)
    failed = told(connection, "digest.source.failed")
    assert [(e.subject, e.data["outcome"]) for e in failed] == [
        ("b", FAILED), ("b", FAILED), ("b", EMPTY)
    ]  # fmt: skip


def test_a_day_without_a_network_is_news_about_the_sources_only(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    harvest(connection, 0, a=FAILED, b=FAILED)
    assert told(connection, "digest.harvest.completed") == []
    assert len(told(connection, "digest.source.failed")) == 2


def test_a_harvest_that_is_due_is_due_until_it_is_done(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for _ in range(2):
        announce.due(connection, Q1, "schedule", DAY)
        announce.due(connection, Q4, "hand", DAY)
    assert [event.quarter for event in unhandled(connection, HARVEST)] == [Q1, Q4]
    harvest(connection, 0, a=ANSWERED)
    assert [event.quarter for event in unhandled(connection, HARVEST)] == [Q4]
    announce.due(connection, Q1, "schedule", DAY + timedelta(days=1))
    assert len(unhandled(connection, HARVEST, Q1)) == 1


def test_a_state_is_its_content(connection: duckdb.DuckDBPyConnection) -> None:
    empty = history.state_of(connection, Q1)
    outcome = Outcome("a", ANSWERED, "", Counts())
    history.note_outcome(connection, Q1, outcome, DAY)
    once = history.state_of(connection, Q1)
    history.note_outcome(connection, Q1, outcome, DAY + timedelta(days=1))
    assert history.state_of(connection, Q1) == once != empty
    history.note_outcome(connection, Q1, replace(outcome, outcome=FAILED), DAY + timedelta(days=2))
    assert history.state_of(connection, Q1) not in {once, empty}
    assert history.state_of(connection, Q4) == empty
