"""What the panel says in words: the findings of each page, dissents, open questions. The rules:

- A finding stands in its latest wording that was not taken back; an empty one withdraws it.
- Whoever words a finding approves that wording, unless they say otherwise. Another wording has to
  be approved anew: who approved the one before is not taken to approve this one.
- A dissent stays, through every wording, until its author approves one or takes it back: nobody
  rewords another's dissent away.
- A finding is approved when a quorum approves its wording and more approve than dissent.
- Only members and chairs have a voice. Findings may be worded by editors, too, who then have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.review.events import (
    Agreement,
    Evidence,
    Finding,
    FindingVoice,
    Question,
    ReviewEvent,
    not_undone,
    of_kind,
)
from digest.review.standing import Rule, is_voter

if TYPE_CHECKING:
    from digest.review.persons import Person

# The two parts of the confidence, each word as it is defined for readers.
EVIDENCE: dict[Evidence, str] = {
    "limited": "one or two studies or reports, or several that share data or authors",
    "medium": "several independent studies or reports, of mixed kind, quality or setting",
    "robust": "many independent studies or reports of good quality, by different methods",
}
AGREEMENT: dict[Agreement, str] = {
    "low": "they contradict each other, or each is alone with what it finds",
    "medium": "most of them point the same way, with exceptions that matter",
    "high": "nearly all of them find the same",
}


@dataclass(frozen=True, slots=True)
class Dissent:
    """Who does not hold a finding, and what they hold instead; signed by name.

    ``earlier``: it was said of an earlier wording.
    """

    person: str
    name: str
    text: str
    earlier: bool


@dataclass(frozen=True, slots=True)
class PageFinding:
    """A finding as it stands. ``wording`` is the id of its event; ``by`` and others are persons."""

    finding: str
    page: str
    wording: str
    statement: str
    evidence: Evidence
    agreement: Agreement
    items: tuple[str, ...]
    by: str
    approvals: tuple[str, ...]
    dissents: tuple[Dissent, ...]
    approved: bool


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that the panel leaves open."""

    question: str
    page: str
    text: str
    by: str


def findings(
    events: Iterable[ReviewEvent], people: Mapping[str, Person], rule: Rule
) -> list[PageFinding]:
    """The findings that stand, not yet approved ones too, in the order in which they came up.

    ``events`` are those of one quarter, ``people`` persons by id.
    """
    kept = not_undone(events)
    wordings: dict[str, list[tuple[ReviewEvent, Finding]]] = {}
    for event, wording in of_kind(kept, Finding):
        if event.person in people:
            wordings.setdefault(wording.finding, []).append((event, wording))
    voices = of_kind(kept, FindingVoice)
    return [
        _finding(*worded[-1], [v for v in voices if v[1].finding == finding], people, rule)
        for finding, worded in wordings.items()
        if worded[-1][1].statement
    ]


def questions(events: Iterable[ReviewEvent], people: Mapping[str, Person]) -> list[OpenQuestion]:
    """The questions that stand, in the order in which they came up, each in its last wording."""
    last: dict[str, OpenQuestion] = {}
    for event, asked in of_kind(not_undone(events), Question):
        if event.person in people:
            last[asked.question] = OpenQuestion(
                asked.question, asked.page, asked.text, event.person
            )
    return [question for question in last.values() if question.text]


def _finding(
    event: ReviewEvent,
    wording: Finding,
    voices: Sequence[tuple[ReviewEvent, FindingVoice]],
    people: Mapping[str, Person],
    rule: Rule,
) -> PageFinding:
    approvals, dissents = _voices(event, voices, people)
    return PageFinding(
        wording.finding, wording.page, event.event_id, wording.statement, wording.evidence,
        wording.agreement, wording.items, event.person, approvals, dissents,
        approved=len(approvals) >= rule.quorum and len(approvals) > len(dissents),
    )  # fmt: skip


def _voices(
    worded: ReviewEvent,
    voices: Sequence[tuple[ReviewEvent, FindingVoice]],
    people: Mapping[str, Person],
) -> tuple[tuple[str, ...], tuple[Dissent, ...]]:
    """Who approves the wording, and who dissents: of each person the last voice on the finding.

    To word it is to approve it; a voice from before counts as said of an earlier wording.
    """
    last: dict[str, FindingVoice | None] = {
        event.person: voice for event, voice in voices if event.number < worded.number
    }
    last[worded.person] = None  # their own wording is their last word, until they say another
    last |= {event.person: voice for event, voice in voices if event.number > worded.number}
    approvals, dissents = [], []
    for person_id, voice in sorted(last.items()):
        person = people.get(person_id)
        if person is None or not is_voter(person):
            continue
        earlier = voice is not None and voice.wording != worded.event_id
        if voice is not None and voice.voice == "dissent":
            dissents.append(Dissent(person_id, person.name, voice.text, earlier))
        elif not earlier:
            approvals.append(person_id)
    return tuple(approvals), tuple(dissents)
