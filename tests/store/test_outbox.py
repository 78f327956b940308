"""Events go in once for each cause, and stay open until every listener has handled them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from digest.events import (
    ALERT,
    CLASSIFY,
    DraftReady,
    Event,
    HarvestCompleted,
    Published,
    SourceFailed,
)
from digest.quarter import Quarter
from digest.store.database import transaction
from digest.store.outbox import events, note_handled, raise_event, unhandled
from tests.examples import Q1

if TYPE_CHECKING:
    import duckdb

NOW = datetime(2026, 4, 1, 5, tzinfo=UTC)
Q2 = Quarter(2026, 2)


def harvested(cause: str, quarter: Quarter = Q1) -> Event:
    return Event(quarter, HarvestCompleted(3, ("a", "b")), cause)


def test_the_same_cause_is_one_event(connection: duckdb.DuckDBPyConnection) -> None:
    first = raise_event(connection, harvested("x"), NOW)
    assert first is not None
    assert [raise_event(connection, harvested("x"), NOW) for _ in range(100)] == [None] * 100
    (event,) = unhandled(connection)
    assert (event.event_id, event.quarter, event.caused_at) == (first, Q1, NOW)
    assert event.data == {"stored": 3, "failed": ["a", "b"]}
    assert event.waiting_for == (CLASSIFY,)


def test_a_cause_that_comes_back_is_news(connection: duckdb.DuckDBPyConnection) -> None:
    ids = [raise_event(connection, harvested(cause), NOW) for cause in "xyxy"]
    assert None not in ids
    assert len(set(ids)) == 4
    assert [event.event_id for event in events(connection, Q1)] == ids


def test_subjects_and_quarters_have_causes_of_their_own(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for source in ("a", "b", "a"):
        failed = SourceFailed(source, "failed", "HTTP 500")
        raise_event(connection, Event(Q1, failed, "HTTP 500", source), NOW)
    raise_event(connection, harvested("x", Q2), NOW)
    assert [(e.subject, e.quarter) for e in unhandled(connection)] == [
        ("a", Q1), ("b", Q1), ("", Q2)
    ]  # fmt: skip
    assert [e.subject for e in unhandled(connection, ALERT, Q1)] == ["a", "b"]
    assert unhandled(connection, CLASSIFY, Q1) == []


def test_what_came_after_the_look_stays_open(connection: duckdb.DuckDBPyConnection) -> None:
    raise_event(connection, harvested("x"), NOW)
    seen = [event.event_id for event in unhandled(connection, CLASSIFY, Q1)]
    later = raise_event(connection, harvested("y"), NOW)
    for _ in range(2):
        note_handled(connection, CLASSIFY, seen, NOW + timedelta(seconds=1))
    assert [event.event_id for event in unhandled(connection)] == [later]
    assert [event.waiting_for for event in events(connection, Q1)] == [(), (CLASSIFY,)]


def test_an_event_nobody_listens_to_is_not_open(connection: duckdb.DuckDBPyConnection) -> None:
    raise_event(connection, Event(Q1, DraftReady("abc", 2), "abc"), NOW)
    raise_event(connection, Event(Q1, Published("v1.0", "abc"), "abc"), NOW)
    assert [event.name for event in unhandled(connection)] == ["digest.edition.published"]


def test_an_event_and_its_cause_are_stored_together_or_not_at_all(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(ZeroDivisionError), transaction(connection):
        raise_event(connection, harvested("x"), NOW)
        raise ZeroDivisionError
    assert unhandled(connection) == []
