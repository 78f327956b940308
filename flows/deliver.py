"""Delivery: open events are posted to Prefect, which starts whoever listens.

    outbox -> POST /api/events -> automation -> run of a deployment -> handled

A flow posts the events that it has raised; the relay posts again what stays open. A post that
fails is no error: the event stays open.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from digest.config import Workplace

if TYPE_CHECKING:
    from digest.store.outbox import Raised

SECONDS = 5.0  # for a post
FIRST = 10.0  # seconds that a listener has to start before an event is posted again
LONGEST = 3600.0  # seconds between two posts of the same event


def open_events(place: Workplace) -> list[Raised]:
    """What waits to be handled; the caller has the turn."""
    from digest.store.database import writing
    from digest.store.outbox import unhandled

    if not place.database.exists():
        return []
    with writing(place.database) as connection:
        return unhandled(connection)


def post(
    events: Iterable[Raised], attempt: int = 0, environment: Mapping[str, str] = os.environ
) -> str:
    """Post events to the server that ``environment`` names; why it failed, ``""`` if it did not.

    The server drops what it has seen by id in the last minutes, so each ``attempt`` has ids of its
    own; within one, the same event has the same id.
    """
    import httpx

    body = [_body(event, attempt, datetime.now(UTC)) for event in events]
    if not body:
        return ""
    url = f"{environment.get('PREFECT_API_URL', '')}/events"
    try:
        answer = httpx.post(url, json=body, timeout=SECONDS, headers=_credentials(environment))
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"Prefect's server takes no events ({error or type(error).__name__})"
    return ""


def _credentials(environment: Mapping[str, str]) -> dict[str, str]:
    secret = environment.get("PREFECT_API_AUTH_STRING")
    if not secret:
        return {}
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}


def _body(event: Raised, attempt: int, now: datetime) -> dict[str, Any]:
    from digest.events import resource_of

    return {
        "id": str(uuid5(NAMESPACE_URL, f"{event.event_id}/{attempt}")),
        "occurred": now.isoformat(),
        "event": event.name,
        "resource": {"prefect.resource.id": resource_of(event.quarter)},
        "payload": event.data | {
            "event_id": event.event_id, "caused_at": event.caused_at.isoformat(),
        },
    }  # fmt: skip


@dataclass
class Patience:
    """When to post an open event again: soon at first, then ever more rarely.

    Whenever something new has happened, all are due soon again: what made an event fail may be
    over. Times are in seconds, of a clock that only goes forward.
    """

    _posts: dict[str, int] = field(default_factory=dict)
    _waits: dict[str, float] = field(default_factory=dict)
    _next: dict[str, float] = field(default_factory=dict)

    def again(self, now: float) -> None:
        """All that waits is due soon: who should have heard of it may have been away."""
        self._waits = dict.fromkeys(self._waits, FIRST)
        self._next = {event_id: min(at, now + FIRST) for event_id, at in self._next.items()}

    def due(self, events: Sequence[Raised], now: float) -> list[tuple[Raised, int]]:
        """The events to post now, each with the number of the attempt.

        0 is the attempt of whoever raised the event: when that succeeded, this one is dropped.
        """
        ids = [event.event_id for event in events]
        fresh = {event_id for event_id in ids if event_id not in self._posts}
        if fresh:
            self._posts = {event_id: self._posts.get(event_id, 0) for event_id in ids}
            self._waits = dict.fromkeys(ids, FIRST)
            self._next = dict.fromkeys(ids, now + FIRST)
        again = {event_id for event_id in ids if self._next[event_id] <= now}
        for event_id in again:
            self._posts[event_id] += 1
            self._waits[event_id] = min(2 * self._waits[event_id], LONGEST)
            self._next[event_id] = now + self._waits[event_id]
        return [(e, self._posts[e.event_id]) for e in events if e.event_id in fresh | again]
