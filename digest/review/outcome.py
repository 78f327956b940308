"""The outcome of a review in the edition's own terms: verdicts, rulings, the panel. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.edition.manifest import EditionItem
from digest.edition.panel import (
    Dissent,
    LabelAgreement,
    OpenQuestion,
    Panel,
    PanelFinding,
    Reviewer,
)
from digest.edition.readings import ABOUT_AI, JUDGED, Key, Pair
from digest.edition.reviewed import Decided, overruled
from digest.edition.stories import Ruling
from digest.review import consensus
from digest.review.agreement import agreement
from digest.review.consensus import PageFinding
from digest.review.events import Decision, ReviewEvent, StoryRuling, not_undone, of_kind
from digest.review.standing import (
    Involved,
    Rule,
    Standing,
    declared_by,
    has_conflict,
    is_voter,
    standing,
)

if TYPE_CHECKING:
    from digest.review.packet import Packet
    from digest.review.persons import Person


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands of a review at a moment; ``last`` is the number of its last event."""

    events: Sequence[ReviewEvent]
    people: Mapping[str, Person]
    rule: Rule
    standings: Mapping[Key, Standing]
    findings: Sequence[PageFinding]
    questions: Sequence[consensus.OpenQuestion]
    rulings: Sequence[Ruling] = ()

    @property
    def last(self) -> int:
        """The number of the last event that counts."""
        return max((event.number for event in self.events), default=0)

    @property
    def verdicts(self) -> dict[Key, bool]:
        """The labels that stand decided, and whether they are accepted."""
        return {
            key: one.outcome == "accepted"
            for key, one in self.standings.items() if one.outcome != "open"
        }  # fmt: skip


def outcome(
    events: Sequence[ReviewEvent], people: Mapping[str, Person], involved: Involved, rule: Rule
) -> Outcome:
    """What stands of a quarter's events."""
    return Outcome(
        events, people, rule, standing(events, people, involved, rule),
        consensus.findings(events, people, rule), consensus.questions(events, people),
        tuple(rulings(events, people, involved)),
    )  # fmt: skip


def rulings(
    events: Sequence[ReviewEvent], people: Mapping[str, Person], involved: Involved
) -> Iterator[Ruling]:
    """What those who vote ruled about stories, in the order in which they did.

    One person's word is enough, and is given with the name; nobody rules on an item in which they
    have an interest, whether that was said before or since.
    """
    kept = not_undone(events)
    declared = declared_by(kept)
    for event, ruled in of_kind(kept, StoryRuling):
        person = people.get(event.person)
        if person is None or not is_voter(person) or len(set(ruled.items)) < 2:
            continue
        own = declared[person.id]
        if any(i in own or has_conflict(person.conflicts, involved(i)) for i in ruled.items):
            continue
        reason = ruled.reason or f"so {person.name} ruled"
        yield Ruling(ruled.kind, ruled.items, person.name, reason)


def said_of(packet: Packet, ids: Iterable[str]) -> dict[str, tuple[Pair, ...]]:
    """The labels that the machine gives or nearly gives to items, as far as people judge them."""
    return {
        item.id: tuple(
            pair for one in item.labels
            if (pair := (one.scheme, one.label)) != ABOUT_AI and one.scheme in JUDGED
            and (one.assigned or one.unsure)
        )
        for item in packet.items(ids)
    }  # fmt: skip


def panel_of(
    found: Outcome, opened: str, items: Sequence[EditionItem], decided: Decided
) -> Panel | None:
    """What the edition says of the panel; None when nobody decided or worded anything.

    ``items`` are as the machine labelled them.
    """
    reviewers = tuple(_reviewers(found))
    if not reviewers and not found.findings:
        return None
    whole, by_label = agreement(found.standings.values())
    # What an editor's amendment took out or set is not the panel's doing.
    items = [item for item in items if item.id not in decided.removed]
    here = {item.id for item in items}
    verdicts = [
        key for key in decided.readings.verdicts if key[0] in here and key not in decided.makers
    ]
    rejected, added = (
        tuple(one for one in some if (one.item, one.scheme, one.label) not in decided.makers)
        for some in overruled(items, decided)
    )
    return Panel(
        opened=opened,
        quorum=found.rule.quorum,
        reviewers=reviewers,
        items=len({item for item, _, _ in verdicts}),
        labels=len(verdicts),
        drawn=len(decided.readings.drawn.keys() & here),
        read=len(decided.readings.read(items)),
        agreement=whole.share,
        alpha=whole.alpha,
        agreements=tuple(
            LabelAgreement(*pair, one.items, one.share, one.alpha)
            for pair, one in by_label.items() if one.items
        ),
        findings=tuple(_finding(one, found.people, decided.removed) for one in found.findings),
        questions=tuple(OpenQuestion(one.page, one.text) for one in found.questions),
        rejected=rejected,
        added=added,
    )  # fmt: skip


def _reviewers(found: Outcome) -> Iterator[Reviewer]:
    """Who decided on something, by name."""
    items: dict[str, set[str]] = {}
    for event, decision in of_kind(not_undone(found.events), Decision):
        items.setdefault(event.person, set()).add(decision.item)
    known = [(found.people[i], own) for i, own in items.items() if is_voter(found.people.get(i))]
    for person, own in sorted(known, key=lambda pair: (pair[0].name.casefold(), pair[0].id)):
        yield Reviewer(person.name, person.affiliation, len(own))


def _finding(
    one: PageFinding, people: Mapping[str, Person], removed: frozenset[str]
) -> PanelFinding:
    return PanelFinding(
        one.page, one.statement, one.evidence, one.agreement,
        tuple(item for item in one.items if item not in removed),
        tuple(people[person].name for person in one.approvals),
        tuple(Dissent(dissent.name, dissent.text) for dissent in one.dissents),
    )  # fmt: skip


def in_words(panel: Panel | None, otherwise: str) -> str:
    """The review in a sentence, ``otherwise`` where nobody decided."""
    if panel is None:
        return otherwise
    members = "1 member" if len(panel.reviewers) == 1 else f"{len(panel.reviewers):,} members"
    items = "1 item" if panel.items == 1 else f"{panel.items:,} items"
    return f"reviewed by the panel: {members} decided on {items}"
