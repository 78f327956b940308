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

from collections.abc import Iterable, Mapping
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
    wordings: dict[str, tuple[ReviewEvent, Finding]] = {}
    voices: dict[str, dict[str, FindingVoice]] = {}  # by finding and person, the last
    for event in not_undone(events):
        voice = event.payload
        if event.person not in people:
            continue
        if isinstance(voice, Finding):
            wordings[voice.finding] = (event, voice)
            voice = FindingVoice(voice.finding, event.event_id, "approve")
        if isinstance(voice, FindingVoice):
            voices.setdefault(voice.finding, {})[event.person] = voice
    return [
        _finding(*worded, voices[finding], people, rule)
        for finding, worded in wordings.items()
        if worded[1].statement
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
    voices: Mapping[str, FindingVoice],
    people: Mapping[str, Person],
    rule: Rule,
) -> PageFinding:
    voting = [(who, voices[who]) for who in sorted(voices) if is_voter(people[who])]
    approvals = tuple(
        who for who, voice in voting
        if voice.voice == "approve" and voice.wording == event.event_id
    )  # fmt: skip
    dissents = tuple(
        Dissent(who, people[who].name, voice.text, earlier=voice.wording != event.event_id)
        for who, voice in voting if voice.voice == "dissent"
    )  # fmt: skip
    return PageFinding(
        wording.finding, wording.page, event.event_id, wording.statement, wording.evidence,
        wording.agreement, wording.items, event.person, approvals, dissents,
        approved=len(approvals) >= rule.quorum and len(approvals) > len(dissents),
    )  # fmt: skip
