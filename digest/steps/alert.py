"""Alert: what waits to be told goes to every channel, to each once.

    open events -> what each channel has not heard -> one message a channel -> what went, what not

A channel that fails keeps its events open, so it is tried again with the next delivery, and stops
neither the other channels nor the pipeline. Nothing is sent while the database is held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from digest.alerts.channels import Send
from digest.alerts.message import Message, message_of
from digest.config import Clock, Workplace
from digest.errors import AlertError
from digest.events import ALERT
from digest.store import alerts
from digest.store.alerts import Attempt
from digest.store.database import transaction, writing
from digest.store.outbox import note_handled, unhandled


def alert(place: Workplace, channels: Mapping[str, Send], clock: Clock) -> list[Attempt]:
    """Tell every channel what it has not heard yet; what came of it. The caller has the turn.

    An event is handled when every channel has it; without any channel nobody wants to know.
    """
    with writing(place.database) as connection:
        waiting = unhandled(connection, ALERT)
        heard = _heard(alerts.attempts(connection))
    tried: list[Attempt] = []
    for channel, send in channels.items():
        if news := [e for e in waiting if (e.event_id, channel) not in heard]:
            names = [e.event_id for e in news]
            tried += _attempt(place, names, channel, send, message_of(news), clock())
    heard |= _heard(tried)
    told = [e.event_id for e in waiting if all((e.event_id, name) in heard for name in channels)]
    with writing(place.database) as connection, transaction(connection):
        note_handled(connection, ALERT, told, clock())
    return tried


def tell_once(
    place: Workplace,
    name: str,
    message: Message,
    channels: Mapping[str, Send],
    clock: Clock,
) -> list[Attempt]:
    """Send a message that is no event to every channel that has not had it under this name."""
    with writing(place.database) as connection:
        heard = _heard(alerts.attempts(connection))
    missing = [channel for channel in channels if (name, channel) not in heard]
    return [_attempt(place, [name], to, channels[to], message, clock())[0] for to in missing]


def _heard(attempts: Iterable[Attempt]) -> set[tuple[str, str]]:
    return {(a.event_id, a.channel) for a in attempts if not a.problem}


def _attempt(
    place: Workplace,
    names: Sequence[str],
    channel: str,
    send: Send,
    message: Message,
    now: datetime,
) -> list[Attempt]:
    """Try one channel, and note at once what came of it, so that no other's trouble undoes it."""
    problem = ""
    try:
        send(message)
    except AlertError as error:
        problem = str(error)
    made = [Attempt(name, channel, now, problem) for name in names]
    with writing(place.database) as connection, transaction(connection):
        alerts.note_attempts(connection, made)
    return made
