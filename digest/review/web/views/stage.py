"""How far an edition is on its way to being published, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from digest.review.conditions import (
    Lack,
    Stage,
    State,
    embargo,
    is_sign_off,
    missing,
    signature,
    stage,
    waiting,
)
from digest.review.consensus import findings
from digest.review.events import ReviewEvent, Signed, not_undone, of_kind
from digest.review.papers import PapersCheck
from digest.review.persons import Person
from digest.review.queues import SELECTED
from digest.review.standing import voters
from digest.review.web.review import Review
from digest.review.web.tongue import Tongue
from digest.review.web.views.item import name_of
from digest.tongue import N_

STAGES: dict[Stage, str] = {
    "draft": N_("Draft"),
    "in review": N_("In review"),
    "signed off": N_("Signed off"),
    "embargoed": N_("Signed off, under embargo"),
    "published": N_("Published"),
}
LACKS = {
    "people": N_("The panel is not complete: there are too few members for a quorum, or no chair."),
    "decisions": N_(
        "Labels under which items are shown and on which the panel has not decided: %(n)s."
    ),
    "conflicts": N_(
        "Labels on which no quorum is possible, because too many have a conflict of interest: "
        "%(n)s. An editor can add a member who has none."
    ),
    "taking in": N_(
        "Decisions that the draft does not hold yet: %(n)s. It takes them in within minutes."
    ),
    "findings": N_("Findings that are neither approved nor withdrawn: %(n)s."),
    "papers": N_(
        "Cited papers that must be looked up again at their source, or were withdrawn: %(n)s."
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed this draft, or supports it; ``chair`` tells the one from the other."""

    name: str
    note: str
    event: ReviewEvent
    chair: bool


@dataclass(frozen=True, slots=True)
class StageView:
    """An edition's stage in words, and all that a chair has to know before signing.

    Each of ``lacks`` is what the page says, the sentence, and the items that it names; ``decide``
    is the item of the first label that is shown and open, ``""`` where none is left to this person.
    """

    stage: Stage
    word: str
    lacks: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    signatures: tuple[Signature, ...]
    until: datetime | None
    sha256: str
    mine: tuple[ReviewEvent, ...]
    decide: str


def stage_view(
    review: Review,
    person: Person,
    tongue: Tongue,
    now: datetime,
    papers: PapersCheck | None,
    published: frozenset[str],
) -> StageView:
    """The stage of the draft that the packet was made of; ``published`` are manifests' hashes."""
    sha256, said = review.packet.packet.sha256, review.ledger.said()
    held = embargo(said)
    until = held[1] if held else None
    is_signed = signature(said, review.people, sha256) is not None
    found = stage(now, in_review=True, signed=is_signed, until=until, published=sha256 in published)
    lacks = missing(_state(review, papers), now)
    signed = [(e, s) for e, s in of_kind(not_undone(said), Signed) if s.sha256 == sha256]
    return StageView(
        stage=found,
        word=tongue.gettext(STAGES[found]),
        lacks=tuple(
            (_said(lack, tongue), lack.sentence, tuple(_titles(review, lack))) for lack in lacks
        ),
        signatures=tuple(_signature(review, event, s) for event, s in signed),
        until=until,
        sha256=sha256,
        mine=tuple(event for event, _ in signed if event.person == person.id),
        decide=review.first_open(person, SELECTED),
    )


def _said(lack: Lack, tongue: Tongue) -> str:
    return tongue.gettext(LACKS[lack.kind]) % {"n": tongue.number(lack.number)}


def _titles(review: Review, lack: Lack) -> Iterator[tuple[str, str]]:
    return ((item, review.packet.briefs[item].title) for item in lack.items)


def _signature(review: Review, event: ReviewEvent, signed: Signed) -> Signature:
    is_chair = is_sign_off(review.people.get(event.person), signed)
    return Signature(name_of(review.people, event.person), signed.note, event, is_chair)


def _state(review: Review, papers: PapersCheck | None) -> State:
    about = review.packet.packet.about
    return State(
        shown=[key for _, keys in review.packet.tasks(SELECTED) for key in keys],
        standings=dict(review.all_standing()),
        findings=findings(review.ledger.said(), review.people, review.ledger.rule),
        people=review.people,
        waiting=waiting(review.ledger.since(about.taken), review.changes, about),
        papers=papers,
        rule=review.ledger.rule,
        out={one.id: review.out(one) for one in voters(review.people)},
    )
