"""Whether an edition may be signed off, and how far it is. Pure.

    draft -> in review -> signed off -> embargoed -> published

A chair's sign-off counts when the draft that it names shows no item that is not decided on every
page that shows it, when every finding is approved or withdrawn, when nothing was decided that the
draft does not hold, and when the cited papers were looked up again within a week.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from digest.errors import some_of
from digest.review.consensus import PageFinding
from digest.review.events import (
    Decision,
    Declared,
    Embargoed,
    Finding,
    FindingVoice,
    Question,
    ReviewEvent,
    Signed,
    StoryRuling,
    Undone,
    not_undone,
    of_kind,
)
from digest.review.papers import PapersCheck
from digest.review.queues import SELECTED
from digest.review.standing import Key, Rule, Standing, voters

if TYPE_CHECKING:
    from digest.review.packet import About, Packet
    from digest.review.persons import Person

Stage = Literal["draft", "in review", "signed off", "embargoed", "published"]
LackKind = Literal["people", "decisions", "conflicts", "findings", "taking in", "papers"]
FRESH = timedelta(days=7)  # for which a look-up of the papers counts
ARXIV = "arxiv:"
# What changes a draft; the rest (comments, reports, sign-offs) does not.
DECIDING = (Decision, Declared, Undone, Finding, FindingVoice, Question, StoryRuling)


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that a sign-off lacks: what kind, how many of them, a sentence, and the items that
    somebody must know by name."""

    kind: LackKind
    number: int
    sentence: str
    items: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class State:
    """A review as far as a sign-off depends on it.

    ``shown`` are the labels under which the draft shows items; ``waiting`` counts what was done
    since the draft was made that may change it; ``out`` has, by person, the items on which they
    have a conflict of interest.
    """

    shown: Sequence[Key]
    standings: Mapping[Key, Standing]
    findings: Sequence[PageFinding]
    people: Mapping[str, Person]
    waiting: int
    papers: PapersCheck | None
    rule: Rule
    out: Mapping[str, frozenset[str]] = field(default_factory=dict)


def shown_in(packet: Packet) -> list[Key]:
    """The labels under which a packet's draft shows items, in the order of the pages."""
    items = packet.items(packet.queue(SELECTED))
    return [(item.id, *page) for item in items for page in item.pages]


def waiting(
    events: Iterable[ReviewEvent], changes: Iterable[tuple[int, datetime]], about: About
) -> int:
    """How many events and changes of persons, which are numbered, a packet's draft does not hold
    though they may change it."""
    since = math.inf if about.people is None else about.people
    return sum(
        event.number > about.taken and isinstance(event.payload, DECIDING) for event in events
    ) + sum(number > since for number, _ in changes)


def missing(state: State, now: datetime) -> list[Lack]:
    """What is missing for the sign-off; nothing, when a chair may sign."""
    return [
        *_people(state), *_decisions(state), *_conflicts(state), *_findings(state),
        *_papers(state, now),
    ]  # fmt: skip


def _people(state: State) -> Iterator[Lack]:
    able = voters(state.people)
    short = state.rule.quorum - len(able)
    if short > 0:
        yield Lack("people", short, (
            f"the quorum is {state.rule.quorum}, and there are {len(able)} members: add some "
            "(digest review people add)"
        ))  # fmt: skip
    if not any(one.role == "chair" for one in able):
        yield Lack("people", 1, "there is no chair, who could sign (digest review people add)")


def _decisions(state: State) -> Iterator[Lack]:
    undecided = [key for key in state.shown if not _is_decided(state.standings.get(key))]
    if undecided:
        items = dict.fromkeys(item for item, _, _ in undecided)
        yield Lack("decisions", len(undecided), (
            f"{len(undecided):,} labels under which {len(items):,} items are shown are not "
            f"decided{_named(items)}"
        ))  # fmt: skip
    against = [key for key in state.shown if _is_rejected(state.standings.get(key))]
    if against and not state.waiting:  # by an amendment, that is, which the panel does not want
        yield Lack("decisions", len(against), (
            f"{len(against):,} labels are shown that the panel rejects"
            f"{_named(dict.fromkeys(item for item, _, _ in against))}: an amendment that sets them "
            "needs another one"
        ))  # fmt: skip
    if state.waiting:
        yield Lack("taking in", state.waiting, (
            f"the draft does not hold {state.waiting:,} later decisions yet: it takes them in "
            "within minutes while digest serve runs, or with digest review open"
        ))  # fmt: skip


def _conflicts(state: State) -> Iterator[Lack]:
    """Labels that stay open whatever anybody decides."""
    able = voters(state.people)
    if len(able) < state.rule.quorum:  # which is said already
        return
    stuck = []
    for key in state.shown:
        found = state.standings.get(key)
        may = {one.id for one in able if key[0] not in state.out.get(one.id, ())}
        said = {*found.accepts, *found.rejects} if found else set()
        if not _is_decided(found) and len(may | said) < state.rule.quorum:
            stuck.append(key)
    if stuck:
        items = tuple(dict.fromkeys(item for item, _, _ in stuck))
        yield Lack("conflicts", len(stuck), (
            f"no quorum is possible on {len(stuck):,} labels, for too many have a conflict of "
            f"interest{_named(items)}: add a member who has none (digest review people add)"
        ), items)  # fmt: skip


def _is_decided(standing: Standing | None) -> bool:
    return standing is not None and standing.outcome != "open"


def _is_rejected(standing: Standing | None) -> bool:
    return standing is not None and standing.outcome == "rejected"


def _findings(state: State) -> Iterator[Lack]:
    pages = [one.page for one in state.findings if not one.approved]
    if pages:
        yield Lack("findings", len(pages), (
            f"{len(pages):,} findings are neither approved nor withdrawn"
            f"{_named(dict.fromkeys(pages))}"
        ))  # fmt: skip


def _papers(state: State, now: datetime) -> Iterator[Lack]:
    cited = dict.fromkeys(item for item, _, _ in state.shown if item.startswith(ARXIV))
    check = state.papers
    if not cited:
        return
    if check is None or check.outcome == "failed":
        why = f": it failed ({check.detail})" if check else ""
        yield Lack("papers", len(cited), f"the cited papers were not looked up again{why}")
    elif now - check.at > FRESH:
        day = f"{check.at:%Y-%m-%d}"
        yield Lack("papers", len(cited), f"the cited papers were looked up on {day}, too long ago")
    elif gone := [item for item in check.withdrawn if item in cited]:
        yield Lack("papers", len(gone), (
            f"{len(gone):,} cited papers were withdrawn{_named(gone)}: refresh the draft (digest "
            "review open --refresh)"
        ))  # fmt: skip
    elif check.outcome == "checked" and (new := [i for i in cited if i not in check.asked]):
        yield Lack("papers", len(new), f"{len(new):,} cited papers were not looked up again")


def _named(names: Iterable[str]) -> str:
    return f" ({some_of(list(names))})"


def signature(
    events: Iterable[ReviewEvent], people: Mapping[str, Person], sha256: str
) -> tuple[ReviewEvent, Signed] | None:
    """The first sign-off of a manifest by a chair that was not taken back."""
    for event, signed in of_kind(not_undone(events), Signed):
        if signed.sha256 == sha256 and is_sign_off(people.get(event.person), signed):
            return event, signed
    return None


def is_sign_off(person: Person | None, signed: Signed) -> bool:
    """Whether a signature is a chair's, given as chair; else it is a member's support."""
    return person is not None and person.role == "chair" and signed.role != "member"


def embargo(events: Iterable[ReviewEvent]) -> tuple[ReviewEvent, datetime] | None:
    """Until when nothing may be published, and who set it; None where there is no embargo."""
    last = [(e, p) for e, p in of_kind(not_undone(events), Embargoed)][-1:]
    return next(((e, datetime.fromisoformat(p.until)) for e, p in last if p.until), None)


def stage(
    now: datetime, *, in_review: bool, signed: bool, until: datetime | None, published: bool
) -> Stage:
    """How far a draft is; ``until`` is the embargo's end, ``published`` that it is public."""
    if published:
        return "published"
    if signed:
        return "embargoed" if until and until > now else "signed off"
    return "in review" if in_review else "draft"
