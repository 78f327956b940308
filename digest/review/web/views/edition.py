"""What the pages of an edition show: its items as they stand, findings, questions, comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.edition.readings import Pair
from digest.review.consensus import OpenQuestion, PageFinding, findings, questions
from digest.review.events import Comment, ReviewEvent, not_undone, of_kind
from digest.review.persons import Person
from digest.review.queues import queue_of
from digest.review.standing import is_voter
from digest.review.web.review import Review
from digest.review.web.tongue import Tongue
from digest.review.web.views.home import label_name
from digest.review.web.views.item import name_of
from digest.taxonomy import Codebook

EDITION = "edition"


@dataclass(frozen=True, slots=True)
class Said:
    """A comment."""

    name: str
    text: str
    event: ReviewEvent


@dataclass(frozen=True, slots=True)
class Chosen:
    """An item that a page shows. ``outcome`` is ``""`` where this person may not see it yet."""

    id: str
    title: str
    kind: str
    outcome: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with names instead of ids; ``mine`` is ``approve``, ``dissent`` or ``""``."""

    finding: PageFinding
    by: str
    approvals: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
    mine: str


@dataclass(frozen=True, slots=True)
class PageView:
    """A page of the edition."""

    name: str
    queue: str
    items: tuple[Chosen, ...]
    findings: tuple[FindingView, ...]
    questions: tuple[tuple[OpenQuestion, str], ...]
    comments: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class PageLine:
    """A page in the list of pages: how much of it the panel has dealt with."""

    key: str
    name: str
    items: int
    settled: int
    findings: int
    approved: int
    questions: int


def comments_on(review: Review, subject: str) -> tuple[Said, ...]:
    """The comments on the edition or a page, oldest first."""
    kept = of_kind(not_undone(review.ledger.said()), Comment)
    return tuple(
        Said(name_of(review.people, event.person), comment.text, event)
        for event, comment in kept
        if comment.subject == subject
    )


def page_view(
    review: Review, person: Person, pair: Pair, tongue: Tongue, codebook: Codebook
) -> PageView:
    """One page, as a person may see it."""
    key, said = "/".join(pair), review.ledger.said()
    found = [one for one in findings(said, review.people, review.ledger.rule) if one.page == key]
    return PageView(
        name=label_name(pair, tongue, codebook),
        queue=queue_of(*pair),
        items=tuple(_chosen(review, person, pair)),
        findings=tuple(_finding(one, review, person) for one in found),
        questions=tuple(
            (one, name_of(review.people, one.by))
            for one in questions(said, review.people) if one.page == key
        ),
        comments=comments_on(review, f"page:{key}"),
    )  # fmt: skip


def _chosen(review: Review, person: Person, pair: Pair) -> Iterable[Chosen]:
    own = review.ledger.own(person.id)
    for item in review.packet.chosen(pair):
        brief, key = review.packet.briefs[item], (item, *pair)
        sees = key in own or not is_voter(person)
        found = review.standing(item).get(key)
        outcome = (found.outcome if found else "open") if sees else ""
        yield Chosen(item, brief.title, brief.kind, outcome)


def _finding(found: PageFinding, review: Review, person: Person) -> FindingView:
    dissenters = {dissent.person for dissent in found.dissents}
    briefs = review.packet.briefs
    return FindingView(
        finding=found,
        by=name_of(review.people, found.by),
        approvals=_names(review.people, found.approvals),
        items=tuple((item, briefs[item].title) for item in found.items if item in briefs),
        mine="dissent" if person.id in dissenters
        else "approve" if person.id in found.approvals else "",
    )  # fmt: skip


def _names(people: Mapping[str, Person], ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(name_of(people, person) for person in ids)


def page_lines(review: Review, tongue: Tongue, codebook: Codebook) -> list[PageLine]:
    """All pages that show items."""
    said, settled = review.ledger.said(), review.settled()
    found = findings(said, review.people, review.ledger.rule)
    asked = questions(said, review.people)
    lines = []
    for pair in review.packet.pages():
        key, items = "/".join(pair), review.packet.chosen(pair)
        own = [one for one in found if one.page == key]
        lines.append(
            PageLine(
                key=key,
                name=label_name(pair, tongue, codebook),
                items=len(items),
                settled=sum((item, *pair) in settled for item in items),
                findings=len(own),
                approved=sum(one.approved for one in own),
                questions=sum(one.page == key for one in asked),
            )
        )
    return lines
