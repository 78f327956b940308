"""Source health: which sources answer, and which have fallen silent though they answer.

    days of a source's items -> its usual gap -> is it quiet for much longer than that?

A feed that moved often goes on answering with old entries: only its rhythm tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from digest.alerts.message import Message
from digest.config import Clock, Workplace
from digest.events import Event, SourceSilent
from digest.quarter import Quarter
from digest.store.database import transaction, writing
from digest.store.health import Heard, heard
from digest.store.history import ANSWERED, NOT_ASKED
from digest.store.outbox import raise_event

if TYPE_CHECKING:
    import duckdb

TIMES = 4  # so many usual gaps without anything new are a silence
LEAST = 7  # days that are no silence, however busy the source is
RECENT = 60  # days with items that make the rhythm: what a source did years ago says little


@dataclass(frozen=True, slots=True)
class Health:
    """A source's state. ``usual_gap`` is in days, None when too few items tell."""

    heard: Heard
    last_item: date | None
    usual_gap: float | None
    quiet_days: int
    is_silent: bool


def health_of(source: Heard, today: date) -> Health:
    """Judge a source: silent when nothing came for ``TIMES`` its usual gap, and ``LEAST`` days.

    The usual gap is the median number of days between days with items, of the last ``RECENT`` such
    days. With fewer than three of them there is no rhythm, and no silence. A source that does not
    answer has failed, which is told apart from silence.
    """
    days = source.days[-RECENT:]
    last = days[-1] if days else None
    gap = float(median((b - a).days for a, b in pairwise(days))) if len(days) > 2 else None
    quiet = (today - last).days if last else 0
    is_silent = source.outcome == ANSWERED and gap is not None and quiet > max(LEAST, TIMES * gap)
    return Health(source, last, gap, quiet, is_silent)


def health(
    connection: duckdb.DuckDBPyConnection, sources: Iterable[str], now: datetime
) -> list[Health]:
    """The state of those sources that were asked at all, by id."""
    asked = frozenset(sources)
    return [health_of(h, now.date()) for h in heard(connection, now) if h.source in asked]


def check_health(place: Workplace, sources: Iterable[str], clock: Clock) -> list[Health]:
    """Judge the sources, and raise an event for each silence, once. The caller has the turn."""
    now = clock()
    with writing(place.database) as connection:
        states = health(connection, sources, now)
        with transaction(connection):
            for event in _events(states):
                raise_event(connection, event, now)
    return states


def _events(states: Iterable[Health]) -> Iterator[Event]:
    for state in states:
        if state.is_silent:
            assert state.last_item is not None
            assert state.usual_gap is not None
            source, day = state.heard.source, state.last_item.isoformat()
            # Its last item's quarter: in the next one it is still the same silence.
            quarter = Quarter.of(datetime.combine(state.last_item, datetime.min.time(), UTC))
            yield Event(quarter, SourceSilent(source, day, state.usual_gap), day, source)


def report(states: Sequence[Health], today: date) -> Message:
    """The daily message to editors: what needs a look first, then every source in one line."""
    failed = [s for s in states if s.heard.outcome not in {ANSWERED, NOT_ASKED}]
    silent = [s for s in states if s.is_silent]
    well = [s for s in states if s not in failed and s not in silent]
    parts = [
        f"{heading} ({len(group)})\n" + "\n".join(f"  {line(state)}" for state in group)
        for heading, group in (("Failed", failed), ("Silent", silent), ("Well", well))
        if group
    ]
    subject = (
        f"Sources on {today}: {len(well)} of {len(states)} well, {len(failed)} failed, "
        f"{len(silent)} silent"
    )
    return Message(subject, "\n\n".join(parts) + "\n")


def line(state: Health) -> str:
    """A source in one line: what it said last, its newest item, its rhythm."""
    source = state.heard
    answered = f"{source.answered_at:%Y-%m-%d %H:%M}" if source.answered_at else "never"
    newest = f"{state.last_item}, {state.quiet_days} days ago" if state.last_item else "none"
    gap = "unknown" if state.usual_gap is None else f"every {state.usual_gap:g} days"
    return (
        f"{source.source}: {source.outcome}; last answer {answered}; newest item {newest}; usual "
        f"{gap}"
    )
