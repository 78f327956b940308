"""What the steps tell the rest of the house: events, in the transaction of their cause.

Each function notes in the same transaction that its step has done what the events ``asked`` of
it, so that an event is either open or its result is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from digest.edition.alarms import alarms
from digest.edition.manifest import Manifest
from digest.edition.shelf import Edition
from digest.events import (
    CLASSIFY,
    DRAFT,
    HARVEST,
    PUBLISH,
    CorrectionOpened,
    DraftFrozen,
    DraftReady,
    EmbargoEnded,
    Event,
    HarvestCompleted,
    HarvestDue,
    LabelsCompleted,
    PapersLookedUp,
    Published,
    ReviewChanged,
    ReviewOpened,
    SignalRaised,
    SignedOff,
    SourceFailed,
    UnderEmbargo,
)
from digest.items import digest_of
from digest.quarter import Quarter
from digest.store import history
from digest.store.database import transaction
from digest.store.history import Outcome
from digest.store.labels import MadeBy
from digest.store.outbox import events, note_handled, raise_event, unhandled
from digest.store.signoffs import SignOff, note_signoff

if TYPE_CHECKING:
    import duckdb


def asked_of(
    connection: duckdb.DuckDBPyConnection, listener: str, quarter: Quarter
) -> tuple[str, ...]:
    """The ids of the open events that ask a step to look at a quarter. Read before looking."""
    return tuple(event.event_id for event in unhandled(connection, listener, quarter))


def due(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, because: str, now: datetime
) -> None:
    """A harvest is asked for; one that is killed is then asked for again."""
    if not asked_of(connection, HARVEST, quarter):
        event = Event(quarter, HarvestDue(because), cause=now.isoformat())
        with transaction(connection):
            raise_event(connection, event, now)


def harvested(
    connection: duckdb.DuckDBPyConnection,
    quarter: Quarter,
    touched: Iterable[Quarter],
    outcomes: Sequence[Outcome],
    asked: Iterable[str],
    now: datetime,
) -> None:
    """A harvest of a quarter is done, which may have brought items of the ``touched`` ones, too.

    When not one source answers, that is no news about a quarter, only about the sources.
    """
    failed = tuple(sorted(o.source for o in outcomes if not o.is_complete))
    stored = sum(outcome.counts.stored for outcome in outcomes)
    with transaction(connection):
        for outcome in outcomes:
            if not outcome.is_complete:
                raise_event(connection, _failure(connection, quarter, outcome), now)
        if len(failed) < len(outcomes):
            for each in sorted(touched):
                state = history.state_of(connection, each)
                raise_event(connection, Event(each, HarvestCompleted(stored, failed), state), now)
        note_handled(connection, HARVEST, asked, now)


def _failure(connection: duckdb.DuckDBPyConnection, quarter: Quarter, outcome: Outcome) -> Event:
    since = history.failing_since(connection, quarter, outcome.source)
    payload = SourceFailed(outcome.source, outcome.outcome, outcome.detail)
    return Event(quarter, payload, f"{outcome.outcome} since {since.isoformat()}", outcome.source)


def labelled(
    connection: duckdb.DuckDBPyConnection,
    quarter: Quarter,
    by: MadeBy,
    number: int,
    asked: Iterable[str],
) -> None:
    """Every text of the quarter has its labels; ``number`` of them got them this time."""
    cause = digest_of(history.state_of(connection, quarter), by.model, by.codebook, prefix="l1-")
    payload = LabelsCompleted(number, by.model, by.codebook)
    with transaction(connection):
        raise_event(connection, Event(quarter, payload, cause), by.at)
        note_handled(connection, CLASSIFY, asked, by.at)


def drafted(
    connection: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    asked: Iterable[str],
    now: datetime,
) -> None:
    """The draft is on the shelf and its site is built; what it gives alarm about is told, too."""
    payload = DraftReady(manifest.sha256, len(manifest.items))
    event = Event(Quarter.parse(manifest.quarter), payload, manifest.sha256)
    with transaction(connection):
        raise_event(connection, event, now)
        raise_signals(connection, manifest, now)
        note_handled(connection, DRAFT, asked, now)


def raise_signals(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, now: datetime
) -> list[str]:
    """Raise an event for every alarm about a draft; the ids of those that are new.

    Call it in a transaction. An alarm that was raised once is not raised again.
    """
    quarter = Quarter.parse(manifest.quarter)
    return [
        event_id
        for alarm in alarms(manifest)
        if (
            event_id := raise_event(
                connection,
                Event(quarter, SignalRaised(alarm.signal, alarm.sentence), "seen", alarm.signal),
                now,
            )
        )
    ]


def frozen(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, sha256: str, now: datetime
) -> None:
    """The draft waits for review."""
    with transaction(connection):
        raise_event(connection, Event(quarter, DraftFrozen(sha256), sha256), now)


def review_opened(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, opened: ReviewOpened, now: datetime
) -> None:
    """People can review the draft."""
    with transaction(connection):
        raise_event(connection, Event(quarter, opened, opened.sha256), now)


def review_changed(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, last: int, why: str, now: datetime
) -> None:
    """The book has something new; ``why`` tells an embargo's end, and persons that changed, from
    the same events before."""
    with transaction(connection):
        event = Event(quarter, ReviewChanged(last), f"{last} {why}".strip())
        raise_event(connection, event, now)


def papers_looked_up(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, said: PapersLookedUp, now: datetime
) -> None:
    """arXiv was asked about the cited papers, or could not be."""
    with transaction(connection):
        raise_event(connection, Event(quarter, said, now.isoformat()), now)


def signed_off(connection: duckdb.DuckDBPyConnection, signed: SignOff, cause: str) -> None:
    """Somebody answers for a manifest; ``cause`` tells the same again from signing anew."""
    event = Event(signed.quarter, SignedOff(signed.sha256, signed.by, signed.note), cause)
    with transaction(connection):
        note_signoff(connection, signed)
        raise_event(connection, event, signed.at)


def embargoed(
    connection: duckdb.DuckDBPyConnection,
    quarter: Quarter,
    held: UnderEmbargo,
    cause: str,
    now: datetime,
) -> None:
    """What is signed off waits; ``cause`` is the event of the book by which it does."""
    with transaction(connection):
        raise_event(connection, Event(quarter, held, f"{held.sha256} {cause}"), now)


def embargo_ended(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, sha256: str, now: datetime
) -> None:
    """What waited may be published; nothing is said of a manifest that never had to wait."""
    waited = [
        event.event_id for event in events(connection, quarter, "digest.edition.embargoed")
        if event.data["sha256"] == sha256
    ]  # fmt: skip
    if waited:  # another embargo of the same manifest, to the same moment even, has its own end
        ended = Event(quarter, EmbargoEnded(sha256), f"{sha256} {waited[-1]}")
        with transaction(connection):
            raise_event(connection, ended, now)


def correction_opened(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, said: CorrectionOpened, now: datetime
) -> None:
    """A new version waits for its sign-off."""
    with transaction(connection):
        raise_event(connection, Event(quarter, said, said.sha256), now)


def published(
    connection: duckdb.DuckDBPyConnection, edition: Edition, asked: Iterable[str], now: datetime
) -> None:
    """The public site shows an edition."""
    payload = Published(edition.version, edition.sha256)
    with transaction(connection):
        raise_event(connection, Event(edition.quarter, payload, edition.version), now)
        note_handled(connection, PUBLISH, asked, now)
