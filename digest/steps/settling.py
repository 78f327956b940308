"""Settling: what a review left behind is acted upon: taken in, accepted, held back, or let go.

the book has something new -> was the draft signed, with nothing missing? -> signed off
                           -> else take in, and ask the same of the new draft
                              is it under embargo? -> embargoed, later ended
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.config import Clock, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Shelf
from digest.events import UnderEmbargo
from digest.quarter import Quarter
from digest.review.conditions import Lack, embargo, missing, signature
from digest.review.events import ReviewEvent
from digest.steps import announce
from digest.steps.decisions import desk
from digest.steps.signing import accept, accepted, state_of
from digest.steps.taking import in_review, take_in

if TYPE_CHECKING:
    import duckdb

    from digest.classify.model import Model

LookUp = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of it: the draft, what a sign-off still lacks, and whether it is signed off."""

    manifest: Manifest
    lacks: Sequence[Lack]
    is_signed: bool


def settle(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    model: Model,
    look_up: LookUp,
    clock: Clock,
) -> Settled | None:
    """Act on what people did in a review; None where none is open. The caller has the turn.

    ``look_up`` looks the cited papers up again: it is called when nothing else is missing. A draft
    that is signed off stays as it is, until the sign-off is taken back: what came into the book
    after the signature stays out of it.
    """
    if not in_review(place, quarter):
        return None
    shelf = Shelf(place.editions)
    before = shelf.draft(quarter)
    assert before is not None
    with desk(place, quarter) as on:
        is_signed = accepted(connection, quarter, on, before.sha256) is not None
        found = signature(on.outcome.events, on.outcome.people, before.sha256)
        of_packet = on.packet is not None and on.packet.sha256 == before.sha256
    if is_signed:
        _hold(connection, place, quarter, before, clock)
        return Settled(before, (), True)
    if found and of_packet and not _lacks(place, quarter, look_up, clock, until=found[0]):
        manifest, lacks = before, []
    else:
        manifest = take_in(connection, place, quarter, model, clock)
        lacks = _lacks(place, quarter, look_up, clock)
    with desk(place, quarter) as on:
        signed = signature(on.outcome.events, on.outcome.people, manifest.sha256) is not None
        if signed and not lacks:
            accept(connection, quarter, on, manifest)
    if signed and not lacks:
        _hold(connection, place, quarter, manifest, clock)
    return Settled(manifest, lacks, signed and not lacks)


def _lacks(
    place: Workplace,
    quarter: Quarter,
    look_up: LookUp,
    clock: Clock,
    until: ReviewEvent | None = None,
) -> list[Lack]:
    """What a sign-off lacks now, or lacked when it was given; the papers are looked up for it."""
    lacks = _missing(place, quarter, clock, until)
    if lacks and all(lack.kind == "papers" for lack in lacks):
        look_up()
        lacks = _missing(place, quarter, clock, until)
    return lacks


def _missing(
    place: Workplace, quarter: Quarter, clock: Clock, until: ReviewEvent | None
) -> list[Lack]:
    with desk(place, quarter, until) as on:
        return missing(state_of(place, quarter, on), clock())


def _hold(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    manifest: Manifest,
    clock: Clock,
) -> None:
    """Say that a signed draft waits for a moment, or that it has waited."""
    now = clock()
    with desk(place, quarter) as on:
        held = embargo(on.outcome.events)
        if held and held[1] > now:
            event, until = held
            person = on.outcome.people.get(event.person)
            by = person.name if person else event.person
            said = UnderEmbargo(manifest.sha256, until.isoformat(), by)
            announce.embargoed(connection, quarter, said, event.event_id, now)
        else:
            announce.embargo_ended(connection, quarter, manifest.sha256, now)
