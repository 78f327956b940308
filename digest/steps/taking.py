"""Taking in: what people decided since goes into the draft, which keeps the items it had."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.config import Clock, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Shelf
from digest.errors import InputError
from digest.quarter import Quarter
from digest.review.packet import Packet
from digest.review.queues import LATE
from digest.steps.decisions import desk
from digest.steps.draft import with_decisions
from digest.steps.packet import Paperwork, put_packet

if TYPE_CHECKING:
    import duckdb

    from digest.classify.model import Model


def take_in(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    model: Model,
    clock: Clock,
) -> Manifest:
    """Make the reviewed draft of what the machine said and what stands by now, and its packet.

    The same decisions give the same draft. The caller has the turn.

    Raises:
        InputError: no review of the quarter was opened.
    """
    shelf = Shelf(place.editions)
    machine = shelf.machine(quarter)
    with desk(place, quarter) as on:
        if machine is None or on.packet is None:
            raise InputError(
                f"the panel does not review {quarter}: open it (digest review open {quarter})"
            )
        manifest = with_decisions(connection, place, machine, on, model)
        if on.packet.about.opened != machine.sha256:
            raise InputError(
                f"the draft of {quarter} was made anew since its review was opened: take its "
                f"items into the review (digest review open {quarter} --refresh)"
            )
        people = on.changes[-1][0] if on.changes else 0
        about = replace(on.packet.about, taken=on.outcome.last, people=people)
        late, events = on.packet.queue(LATE), on.outcome.events
    shelf.put_draft(manifest, machine)
    shelf.freeze(manifest, clock())
    put_packet(connection, place, Paperwork(machine, manifest, about, late, events, model), clock)
    return manifest


def in_review(place: Workplace, quarter: Quarter) -> bool:
    """Whether the quarter's draft is before the panel: it takes no more items by itself."""
    path, shelf = place.packet(quarter), Shelf(place.editions)
    draft = shelf.draft(quarter)
    if draft is None or not path.exists():
        return False
    machine, published = shelf.machine(quarter), {e.sha256 for e in shelf.editions(quarter)}
    with closing(Packet(path)) as packet:
        opened = packet.about.opened
    assert machine is not None
    return machine.sha256 == opened and draft.sha256 not in published


def why_kept(place: Workplace, quarter: Quarter) -> str:
    """Why the draft must not be made anew by whoever comes along, in a sentence; ``""`` if it may.

    People look at it: at a panel's draft, or at a correction that waits for its sign-off.
    """
    if in_review(place, quarter):
        return (
            f"the panel reviews the draft of {quarter}, which keeps its items: take what is new "
            f"into the review (digest review open {quarter} --refresh)"
        )
    shelf = Shelf(place.editions)
    proposed = shelf.proposal(quarter)
    # An amendment is of what is published: a draft of all that is stored would say more than that.
    if proposed and (proposed.kind == "amendment" or shelf.is_frozen(quarter)):
        return (
            f"the draft of {quarter} is the {proposed.kind} that {proposed.by} proposed: sign it "
            f"off, or make it anew (digest correct {quarter} --refresh …)"
        )
    return ""
