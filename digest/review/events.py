"""What people can do in a review, in one catalogue: the payloads, and the event that carries one.

An event is never altered. What a person takes back is taken back by another event, ``Undone``;
``not_undone`` says what is left. Texts are tidied and bounded when a payload is checked, which
``Book.append`` does for every event: no control characters, no endless notes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from digest.errors import InputError
from digest.quarter import Quarter
from digest.text import one_line

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# What was saved once must be read for ever: these may be raised, never lowered.
LONGEST_NAME = 300  # characters: an item's id, a page, the id of another event
LONGEST_TEXT = 4_000  # characters: two pages, typed
MOST_ITEMS = 200  # that a finding rests on


def tidy(text: object) -> object:
    """Text as it is kept: its lines in NFC, without control or invisible characters.

    Anything but a string is passed on, for the type to refuse.
    """
    if not isinstance(text, str):
        return text
    return "\n".join(one_line(line) for line in text.splitlines()).strip()


def _moment(text: str) -> str:
    if text and datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a time needs its zone, such as 2026-04-30T12:00:00+00:00")
    return text


Name = Annotated[
    str, BeforeValidator(tidy), StringConstraints(min_length=1, max_length=LONGEST_NAME)
]
Words = Annotated[str, BeforeValidator(tidy), StringConstraints(max_length=LONGEST_TEXT)]
Said = Annotated[
    str, BeforeValidator(tidy), StringConstraints(min_length=1, max_length=LONGEST_TEXT)
]
Moment = Annotated[str, AfterValidator(_moment)]
Items = Annotated[tuple[Name, ...], Field(max_length=MOST_ITEMS)]
Several = Annotated[tuple[Name, ...], Field(min_length=2, max_length=MOST_ITEMS)]

Verdict = Literal["accept", "reject", "unsure"]
Voice = Literal["approve", "dissent"]
Evidence = Literal["limited", "medium", "robust"]
Agreement = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on one label of one item; another label instead is a reject and an accept."""

    item: Name
    scheme: Name
    label: Name
    verdict: Verdict
    reason: Words = ""
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """A conflict of interest with one item, which the person themself declares."""

    item: Name
    reason: Words


@dataclass(frozen=True, slots=True)
class Undone:
    """Takes back an event of one's own; taking back an ``Undone`` brings its event back."""

    event_id: Name


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark on ``edition``, ``page:sdg/7`` or ``item:<id>``."""

    subject: Name
    text: Said


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement of a page, with its two-part confidence and the items that it rests on.

    ``finding`` is its id: a later event with the same is its next wording. An empty statement
    withdraws it.
    """

    finding: Name
    page: Name
    statement: Words
    evidence: Evidence
    agreement: Agreement
    items: Items


@dataclass(frozen=True, slots=True)
class FindingVoice:
    """For or against a finding; ``wording`` is the id of the event that holds the wording.

    A dissent has a text and is shown with the person's name.
    """

    finding: Name
    wording: Name
    voice: Voice
    text: Words = ""

    def __post_init__(self) -> None:
        if self.voice == "dissent" and not self.text.strip():
            raise InputError("a dissent needs words: say what you hold instead, and why")


@dataclass(frozen=True, slots=True)
class Question:
    """An open question of a page; a later text replaces it, an empty one withdraws it."""

    question: Name
    page: Name
    text: Words


@dataclass(frozen=True, slots=True)
class StoryRuling:
    """That items are one story, or are not."""

    kind: Literal["split", "merge"]
    items: Several
    reason: Words


@dataclass(frozen=True, slots=True)
class Opened:
    """The review of the draft with this manifest begins, or the draft was refreshed.

    ``sample`` is how many items its random sample has, drawn with ``seed``.
    """

    sha256: Name
    sample: int
    seed: Words


@dataclass(frozen=True, slots=True)
class Signed:
    """A chair signs the manifest off, or a member supports it, which it stays whatever they become.

    ``role`` is what they were when they did; ``""`` where it was not kept.
    """

    sha256: Name
    note: Words
    role: Literal["member", "chair", ""] = ""


@dataclass(frozen=True, slots=True)
class Embargoed:
    """Nothing is published before ``until``, ISO with its zone; ``""`` lifts the embargo."""

    until: Moment


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader reported about a page, entered by an editor."""

    page: Name
    text: Said
    contact: Words


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a report; ``report`` is the id of its event."""

    report: Name
    outcome: Said


@dataclass(frozen=True, slots=True)
class Corrected:
    """A new version of a published edition: its number, its manifest, and why."""

    kind: Literal["amendment", "update"]
    reason: Said
    version: Name
    sha256: Name


Payload = (
    Decision | Declared | Undone | Comment | Finding | FindingVoice | Question | StoryRuling
    | Opened | Signed | Embargoed | Report | Handled | Corrected
)  # fmt: skip
# By the name in the book, which stays for ever.
KINDS: dict[str, type[Payload]] = {
    "decision": Decision, "declared": Declared, "undone": Undone, "comment": Comment,
    "finding": Finding, "finding-voice": FindingVoice, "question": Question,
    "story-ruling": StoryRuling, "opened": Opened, "signed": Signed, "embargoed": Embargoed,
    "report": Report, "handled": Handled, "corrected": Corrected,
}  # fmt: skip
_NAMES = {payload: name for name, payload in KINDS.items()}


@dataclass(frozen=True, slots=True)
class New:
    """What a person does, before it is in the book.

    ``event_id`` is made where the person acts (a browser, a form), 8 to 64 letters, digits, ``-``
    and ``_``: what is sent twice under one id is one event.
    """

    event_id: str
    quarter: Quarter
    person: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class ReviewEvent(New):
    """What a person did: ``number`` counts the book's events from 1, ``at`` is in UTC."""

    number: int
    at: datetime


def kind_of(payload: Payload) -> str:
    """The payload's name in the catalogue."""
    return _NAMES[type(payload)]


def checked(payload: Payload) -> Payload:
    """The payload with its texts tidied.

    Raises:
        InputError: a word that the catalogue does not have, a missing or an overlong text.
    """
    return read_payload(kind_of(payload), dataclasses.asdict(payload))


def read_payload(kind: str, data: object) -> Payload:
    """The payload of that kind from a mapping, such as JSON gives.

    Raises:
        InputError: as ``checked``, or there is no such kind.
    """
    from pydantic import ValidationError

    if kind not in KINDS:
        raise InputError(f"a review has no event called '{kind[:40]}': update digest")
    try:
        payload: Payload = _adapter(kind).validate_python(data)
    except ValidationError as error:
        first: Any = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{kind}, {field or 'its fields'}: {message}") from None
    return payload


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(KINDS[kind])


def not_undone(events: Iterable[ReviewEvent]) -> list[ReviewEvent]:
    """The events that nobody took back, oldest first, without the ``Undone`` themselves.

    Only one's own events can be taken back: an ``Undone`` of another's does nothing.
    """
    undone: set[tuple[str, str]] = set()
    kept = []
    for event in sorted(events, key=lambda event: event.number, reverse=True):
        if (event.person, event.event_id) in undone:
            continue
        if isinstance(event.payload, Undone):
            undone.add((event.person, event.payload.event_id))
        else:
            kept.append(event)
    return kept[::-1]


Act = TypeVar("Act")


def of_kind(events: Iterable[ReviewEvent], kind: type[Act]) -> list[tuple[ReviewEvent, Act]]:
    """The events that carry a payload of one kind, each beside its payload."""
    return [(event, event.payload) for event in events if isinstance(event.payload, kind)]
