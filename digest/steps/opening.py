"""Opening a review: the draft on the shelf becomes a packet, with a random sample; or a fresh one.

A review that is open already takes in what was decided. A refresh drafts the quarter anew from the
store: what came meanwhile is late, and the sample is drawn from it at the same rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest import taxonomy
from digest.classify.model import Model
from digest.config import Clock, Inputs, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Correction, Shelf
from digest.errors import InputError
from digest.events import ReviewOpened
from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.conditions import signature
from digest.review.events import New, Opened
from digest.review.packet import About, Packet
from digest.review.queues import LATE, PAPERS_DRAWN, Draw, draw, draw_more
from digest.steps import announce
from digest.steps.decisions import desk, people_of
from digest.steps.draft import machine_draft
from digest.steps.drafting import Drafting, drafting
from digest.steps.packet import Paperwork, put_packet
from digest.steps.publish import build_draft
from digest.steps.taking import take_in
from digest.steps.unfinished import require_finished
from digest.store.database import writing

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Opening:
    """A review that is open: its draft, queues with their sizes, and what they had no room for."""

    manifest: Manifest
    queues: Sequence[tuple[str, int]]
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class Wish:
    """How a review is to be opened: by whom, with how many papers drawn at random.

    ``refresh``: draft the quarter anew, with what came meanwhile. ``correction``: why the draft is
    to replace what is published, if nobody proposed that yet.
    """

    by: str
    papers: int = PAPERS_DRAWN
    refresh: bool = False
    correction: Correction | None = None


def open_now(
    place: Workplace, quarter: Quarter, wish: Wish, inputs: Inputs, clock: Clock
) -> Opening:
    """``open_review`` with the model in use and today's codebook, and the draft's site after it.

    Raises: as ``open_review``.
    """
    codebook = taxonomy.load()
    before = Shelf(place.editions).draft(quarter)
    using = drafting(inputs, before, Model.load(place.model_in_use), codebook)
    with writing(place.database) as connection:
        opened = open_review(connection, place, quarter, wish, using, clock)
    build_draft(place, opened.manifest, codebook)
    return opened


def open_review(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    wish: Wish,
    using: Drafting,
    clock: Clock,
) -> Opening:
    """Open the review of the quarter's draft, or bring an open one up to date.

    The caller has the turn.

    Raises:
        InputError: there is no draft, nobody to review it, it is signed off or published, or the
            harvest behind it was stopped before its end.
    """
    machine = _reviewable(place, quarter)
    if not wish.refresh:
        _require_unsigned(place, quarter)
    if wish.refresh and place.packet(quarter).exists():
        machine = machine_draft(connection, place, quarter, using)
    require_finished(machine)
    manifest = put_before_panel(connection, place, machine, using, wish, clock)
    with closing(Packet(place.packet(quarter))) as packet:
        return Opening(manifest, packet.queues(), dict(packet.about.left_out))


def put_before_panel(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    machine: Manifest,
    using: Drafting,
    wish: Wish,
    clock: Clock,
) -> Manifest:
    """Make the packet of what the machine says, note who did, and take in what was decided."""
    quarter = Quarter.parse(machine.quarter)
    drawn, late = _population(place, machine, wish)
    with desk(place, quarter) as on:
        events = on.outcome.events
    about, shelf = About(machine.sha256, 0, drawn.inclusion), Shelf(place.editions)
    shelf.put_draft(machine)
    if wish.correction:  # what people decide, and what is corrected, is taken in below
        shelf.propose(quarter, wish.correction)
    made_of = Paperwork(machine, machine, about, late, events, using.model)
    put_packet(connection, place, made_of, clock)
    opened = ReviewOpened(machine.sha256, len(drawn.inclusion), len(late), wish.by)
    _note(connection, place, quarter, opened, clock)
    return take_in(connection, place, quarter, using.model, clock)


def _population(place: Workplace, machine: Manifest, wish: Wish) -> tuple[Draw, Sequence[str]]:
    """The random sample of the items, and those that came late.

    A review that is open keeps its sample, and draws from what came since at the same rate.
    """
    path, quarter = place.packet(machine.quarter), Quarter.parse(machine.quarter)
    if not path.exists():
        return draw(machine.items, wish.papers, _key(machine, quarter)), []
    with closing(Packet(path)) as packet:
        late, inclusion = packet.queue(LATE), packet.about.inclusion
        # The shelf may hold a newer draft by now, of which nothing was drawn.
        known = packet.population() or _on_the_shelf(place, quarter)
    return _with_late(known, machine, Draw(tuple(inclusion), inclusion), late)


def _on_the_shelf(place: Workplace, quarter: Quarter) -> dict[str, str]:
    """What a packet was drawn from that does not say so itself."""
    before = Shelf(place.editions).machine(quarter)
    assert before is not None
    return {item.id: item.kind for item in before.items}


def _reviewable(place: Workplace, quarter: Quarter) -> Manifest:
    """What the machine says in the draft that is to be reviewed."""
    shelf = Shelf(place.editions)
    draft, machine = shelf.draft(quarter), shelf.machine(quarter)
    if draft is None or machine is None:
        raise InputError(
            f"{quarter} has no draft to review: make one first (digest run {quarter}, or digest "
            "serve)"
        )
    if shelf.editions(quarter) and shelf.proposal(quarter) is None:
        raise InputError(
            f"{quarter} is published: to change it, propose a new version and say why (digest "
            f"correct {quarter})"
        )
    if not people_of(place):
        raise InputError("nobody takes part in the review: add members (digest review people add)")
    return machine


def _require_unsigned(place: Workplace, quarter: Quarter) -> None:
    # The book knows of a signature before the pipeline has acted on it.
    draft = Shelf(place.editions).draft(quarter)
    with desk(place, quarter) as on:
        people = on.outcome.people
        signed = signature(on.outcome.events, people, draft.sha256) if draft else None
    if signed:
        raise InputError(
            f"{people[signed[0].person].name} signed the draft of {quarter} off: it stays as it "
            "is, unless it is made anew with --refresh"
        )


def _key(machine: Manifest, quarter: Quarter) -> str:
    """What decides the draw: it is known before, and nobody can choose it."""
    return f"{machine.sha256} {quarter}"


def _with_late(
    known: Mapping[str, str], fresh: Manifest, drawn: Draw, late: Sequence[str]
) -> tuple[Draw, list[str]]:
    """The sample and the late items of a fresh draft: those that came, beside those before.

    ``known`` has the kind of each item from which the sample was drawn.
    """
    rates = {known[item_id]: rate for item_id, rate in drawn.inclusion.items() if item_id in known}
    here = {item.id for item in fresh.items}
    came = [item for item in fresh.items if item.id not in known]
    more = draw_more(came, rates, _key(fresh, Quarter.parse(fresh.quarter)))
    inclusion = {i: p for i, p in drawn.inclusion.items() if i in here} | dict(more.inclusion)
    return Draw(tuple(inclusion), inclusion), [*late, *(item.id for item in came)]


def _note(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    opened: ReviewOpened,
    clock: Clock,
) -> None:
    """In the book and in the outbox: who opened what."""
    payload = Opened(opened.sha256, opened.drawn, str(quarter))
    event_id = f"opened-{quarter}-{opened.sha256[:32]}-{opened.drawn}"
    with closing(Book(place.book, clock)) as book:
        if event_id not in {event.event_id for event in book.events(quarter)}:
            book.append(New(event_id, quarter, opened.by, payload))
    announce.review_opened(connection, quarter, opened, clock())
