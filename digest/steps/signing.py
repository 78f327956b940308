"""Signing: whether a draft may be signed off, that it is, and whether it may be published.

    with a panel      a chair signs the draft that the packet shows, with nothing missing
    without a panel   whoever answers for it signs the draft as it is

A sign-off is for one manifest: it never publishes another one. A version in the place of a
published one needs its reason as well, and nothing is published before an embargo's end.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from digest.classify.model import Model
from digest.config import Clock, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Correction, Shelf
from digest.errors import InputError
from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.conditions import (
    Stage,
    State,
    embargo,
    missing,
    shown_in,
    signature,
    stage,
    waiting,
)
from digest.review.events import New, Signed, not_undone
from digest.review.papers import read_check
from digest.review.standing import declared_by, has_conflict, voters
from digest.steps import announce
from digest.steps.decisions import Desk, desk, people_of
from digest.steps.taking import take_in
from digest.steps.unfinished import require_finished
from digest.store.database import reading, writing
from digest.store.signoffs import SignOff, signoffs

if TYPE_CHECKING:
    import duckdb

    from digest.review.persons import Person


RUN_AGAIN = "the quarter was run again, with what its sources have brought since"


def sign_off(place: Workplace, quarter: Quarter, by: str, note: str, clock: Clock) -> Manifest:
    """Sign the quarter's draft off as it is now; returns its manifest. The caller has the turn.

    Raises:
        InputError: there is no name or draft, the panel's conditions are not met, or there is a
            panel and the name is no chair's.
    """
    if not by.strip():
        raise InputError("a sign-off needs the name of who answers for it: give --by NAME")
    draft = _draft(place, quarter)
    require_finished(draft)
    require_reason(place, quarter, draft)
    people = people_of(place)
    if people:
        return _sign_for_panel(place, quarter, _chair(people, by), note, clock)
    signed = SignOff(quarter, draft.sha256, by.strip(), note.strip(), clock())
    with writing(place.database) as connection:
        announce.signed_off(connection, signed, cause=f"{signed.sha256} {signed.by}")
    return draft


def sign_alone(place: Workplace, quarter: Quarter, by: str, clock: Clock) -> None:
    """Sign a draft off that its editor alone answers for; nothing, if it is published as it is.

    Raises:
        InputError: there is a panel, which reviews it first.
    """
    require_no_panel(place, quarter)
    shelf, draft = Shelf(place.editions), _draft(place, quarter)
    editions = shelf.editions(quarter)
    if editions and draft.sha256 == editions[-1].sha256:
        return
    if editions and shelf.proposal(quarter) is None:
        shelf.propose(quarter, Correction("update", RUN_AGAIN, by.strip()))
    sign_off(place, quarter, by, "", clock)


def require_no_panel(place: Workplace, quarter: Quarter) -> None:
    """Raises InputError where there is a panel: then nobody signs for it."""
    if people_of(place):
        raise InputError(
            f"there is a panel, which reviews {quarter} before it is signed off: leave --sign-off "
            f"out, and open the review (digest review open {quarter})"
        )


def next_step(place: Workplace, quarter: Quarter) -> str:
    """What an editor does with a draft, in a sentence."""
    if not people_of(place):
        return (
            f"no panel reviews it: read it, and sign it off (digest sign-off {quarter} --by NAME "
            "--publish)"
        )
    if place.packet(quarter).exists():
        return f"the panel reviews it: digest review status {quarter}"
    return f"have the panel review it: digest review open {quarter}"


def _sign_for_panel(
    place: Workplace, quarter: Quarter, chair: Person, note: str, clock: Clock
) -> Manifest:
    model = Model.load(place.model_in_use)
    with writing(place.database) as connection:
        manifest = take_in(connection, place, quarter, model, clock)
        with desk(place, quarter) as on:
            lacks = missing(state_of(place, quarter, on), clock())
            if lacks:
                listed = "; ".join(map(str, lacks))
                raise InputError(f"{quarter} cannot be signed off yet: {listed}")
            if signature(on.outcome.events, on.outcome.people, manifest.sha256) is None:
                with closing(Book(place.book, clock)) as book:
                    signed = Signed(manifest.sha256, note.strip(), "chair")
                    book.append(New(uuid4().hex, quarter, chair.id, signed))
        with desk(place, quarter) as on:
            accept(connection, quarter, on, manifest)
    return manifest


def accept(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, on: Desk, manifest: Manifest
) -> None:
    """Have a chair's sign-off, of which the book knows, start the publication."""
    found = signature(on.outcome.events, on.outcome.people, manifest.sha256)
    assert found is not None
    event, signed = found
    name = on.outcome.people[event.person].name
    said = SignOff(quarter, manifest.sha256, name, signed.note, event.at)
    announce.signed_off(connection, said, cause=event.event_id)


def _chair(people: dict[str, Person], by: str) -> Person:
    named = by.strip().casefold()
    for person in people.values():
        is_meant = named in {person.id, person.name.casefold()}
        if is_meant and person.role == "chair" and not person.revoked:
            return person
    chairs = ", ".join(p.name for p in people.values() if p.role == "chair" and not p.revoked)
    raise InputError(
        f"a chair of the panel signs, and {by.strip()} is none: "
        + (f"{chairs} can" if chairs else "make somebody chair (digest review people add)")
    )


def state_of(place: Workplace, quarter: Quarter, on: Desk) -> State:
    """The review as far as a sign-off depends on it.

    Raises:
        InputError: no review of the quarter was opened.
    """
    if on.packet is None:
        raise InputError(
            f"the panel was not asked about {quarter}: open its review (digest review open "
            f"{quarter})"
        )
    found, packet = on.outcome, on.packet
    shown, declared = shown_in(packet), declared_by(not_undone(found.events))
    involved = {item: packet.involved(item) for item in {key[0] for key in shown}}
    out = {
        person.id: frozenset(
            item for item, names in involved.items()
            if item in declared[person.id] or has_conflict(person.conflicts, names)
        )
        for person in voters(found.people)
    }  # fmt: skip
    return State(
        shown, found.standings, found.findings, found.people,
        waiting(found.events, on.changes, packet.about), read_check(place.papers(quarter)),
        found.rule, out,
    )  # fmt: skip


def accepted(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, on: Desk, sha256: str
) -> SignOff | None:
    """The sign-off of a manifest that counted when it was made and was not taken back since."""
    known = [s for s in signoffs(connection, quarter) if s.sha256 == sha256]
    if not on.outcome.people:
        return known[0] if known else None
    found = signature(on.outcome.events, on.outcome.people, sha256)
    return next((s for s in known if found and s.at == found[0].at), None)


def missing_for_publication(place: Workplace, quarter: Quarter, now: datetime) -> str:
    """What the quarter's draft lacks to be published, in a sentence; ``""`` when nothing."""
    shelf = Shelf(place.editions)
    draft = shelf.draft(quarter)
    if draft is None:
        return f"{quarter} has no draft"
    sha256, sign = draft.sha256, f"(digest sign-off {quarter} --by NAME)"
    with desk(place, quarter) as on, writing(place.database) as connection:
        signed = accepted(connection, quarter, on, sha256)
        earlier = signoffs(connection, quarter)
        held = embargo(on.outcome.events)
    if signed is None:
        others = [s for s in earlier if s.sha256 != sha256]
        if not earlier:
            return f"nobody has signed the draft of {quarter} off {sign}"
        if not others:
            return f"{earlier[-1].by} took the sign-off of {quarter} back"
        return (
            f"the draft of {quarter} is {sha256} now, and what {others[-1].by} signed off was "
            f"{others[-1].sha256}: review it again {sign}"
        )
    if held and held[1] > now:
        return f"{quarter} is under embargo until {held[1]:%Y-%m-%d %H:%M %Z}"
    return _reason_missing(shelf, quarter, sha256)


def require_reason(place: Workplace, quarter: Quarter, draft: Manifest) -> None:
    """A new version says why it replaces another one.

    Raises:
        InputError: the quarter is published otherwise, and nobody said why.
    """
    if problem := _reason_missing(Shelf(place.editions), quarter, draft.sha256):
        raise InputError(problem)


def _reason_missing(shelf: Shelf, quarter: Quarter, sha256: str) -> str:
    editions = shelf.editions(quarter)
    # Only the newest counts: to go back to what an older version said is a new version, too.
    if not editions or sha256 == editions[-1].sha256 or shelf.proposal(quarter):
        return ""
    return (
        f"{quarter} is published as {editions[-1].version}: a new version needs its reason (digest "
        f"correct {quarter} --kind update --reason … --by …)"
    )


def stage_of(place: Workplace, quarter: Quarter, now: datetime) -> Stage:
    """How far the quarter's draft is.

    Raises:
        InputError: it has none.
    """
    shelf, draft = Shelf(place.editions), _draft(place, quarter)
    with desk(place, quarter) as on, reading(place.database) as connection:
        signed = accepted(connection, quarter, on, draft.sha256)
        held = embargo(on.outcome.events)
    return stage(
        now,
        in_review=on.packet is not None,
        signed=signed is not None,
        until=held[1] if held else None,
        published=draft.sha256 in {e.sha256 for e in shelf.editions(quarter)},
    )


def _draft(place: Workplace, quarter: Quarter) -> Manifest:
    manifest = Shelf(place.editions).draft(quarter)
    if manifest is None:
        raise InputError(
            f"{quarter} has no draft to sign off: make one first (digest run {quarter}, or digest "
            "serve)"
        )
    return manifest
