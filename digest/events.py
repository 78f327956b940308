"""What can happen, in one catalogue: each event's name, when it comes, its payload, who listens.

    a step's result -> the event that it causes, in one transaction -> its listeners, until handled

An event says "look"; what there is to do is derived from the store. So an event that comes twice,
late or out of order changes nothing. Prefect is not known here: the catalogue is data, ``outbox``
keeps events with the data that caused them, and ``flows.deliver`` posts them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

from digest.quarter import Quarter

HARVEST, CLASSIFY, DRAFT, PUBLISH = "harvest", "classify", "draft", "publish"
ALERT, BRIEF, REVIEW = "alert", "brief", "review"


@dataclass(frozen=True, slots=True)
class HarvestDue:
    """Why the harvest begins: ``schedule``, ``hand``, ``freeze`` or an outside system's name."""

    because: str


@dataclass(frozen=True, slots=True)
class HarvestCompleted:
    """How many records came new, and the ids of the sources that failed or came back empty."""

    stored: int
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelsCompleted:
    """How many texts were labelled this time, and by which model and codebook."""

    labelled: int
    model: str
    codebook: str


@dataclass(frozen=True, slots=True)
class DraftReady:
    """The draft's identity, and how many items it has."""

    sha256: str
    items: int


@dataclass(frozen=True, slots=True)
class DraftFrozen:
    """The identity of the draft that waits for review as it is."""

    sha256: str


@dataclass(frozen=True, slots=True)
class ReviewOpened:
    """The machine's draft that the panel reviews, its items drawn and late, and who opened it."""

    sha256: str
    drawn: int
    late: int
    by: str


@dataclass(frozen=True, slots=True)
class ReviewChanged:
    """The number of the last event in the book of the review."""

    last: int


@dataclass(frozen=True, slots=True)
class PapersLookedUp:
    """How many cited papers were looked up, and how many are withdrawn or have a newer version.

    ``outcome``: ``checked``, ``nobody to ask`` or ``failed``, with the reason in ``detail``.
    """

    outcome: str
    asked: int
    withdrawn: int
    newer: int
    detail: str


@dataclass(frozen=True, slots=True)
class SignedOff:
    """Who signed which manifest off, and with what remark."""

    sha256: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class UnderEmbargo:
    """Which signed manifest is not published before a moment (ISO, with its zone), by whom."""

    sha256: str
    until: str
    by: str


@dataclass(frozen=True, slots=True)
class EmbargoEnded:
    """The signed manifest that may be published now."""

    sha256: str


@dataclass(frozen=True, slots=True)
class CorrectionOpened:
    """A new version is proposed in the place of one: ``amendment`` or ``update``, why, by whom."""

    kind: str
    reason: str
    by: str
    replaces: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Published:
    """The version that the public site shows now, and its identity."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """The source, whether it ``failed`` or was ``empty``, and why, in a sentence."""

    source: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class SourceSilent:
    """The source, the day of its last new item (ISO), its usual gap in days."""

    source: str
    last_item: str
    usual_gap_days: float


@dataclass(frozen=True, slots=True)
class SignalRaised:
    """What was seen (``risk/<label>/<kind>/<Monday>``, ``incident/<story>``), and a sentence."""

    signal: str
    sentence: str


@dataclass(frozen=True, slots=True)
class BriefReady:
    """The signal that a brief is about, and the brief's identity."""

    signal: str
    sha256: str


Payload = (
    HarvestDue | HarvestCompleted | LabelsCompleted | DraftReady | DraftFrozen | ReviewOpened
    | ReviewChanged | PapersLookedUp | SignedOff | UnderEmbargo | EmbargoEnded | CorrectionOpened
    | Published | SourceFailed | SourceSilent | SignalRaised | BriefReady
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """An entry of the catalogue; ``listeners`` are names of deployments."""

    name: str
    when: str
    payload: type[Payload]
    listeners: tuple[str, ...] = ()


CATALOGUE = (
    Kind("digest.harvest.due", "a harvest is asked for: by the schedule, by hand, from outside, or "
         "before a draft is frozen that lacks the quarter's end", HarvestDue, (HARVEST,)),
    Kind("digest.harvest.completed", "a harvest changed what is stored of a quarter",
         HarvestCompleted, (CLASSIFY,)),
    Kind("digest.labels.completed", "every text of a changed quarter has its labels",
         LabelsCompleted, (DRAFT,)),
    Kind("digest.draft.ready", "the draft says something new and its site is built", DraftReady),
    Kind("digest.draft.frozen", "the look-back after the quarter is over: the draft waits for "
         "review and takes no more items", DraftFrozen, (ALERT,)),
    Kind("digest.review.opened", "the panel's review of a draft begins, or its draft was "
         "refreshed", ReviewOpened, (ALERT,)),
    Kind("digest.review.changed", "people did something in a review, or an embargo's time has "
         "come", ReviewChanged, (REVIEW,)),
    Kind("digest.papers.looked-up", "the cited papers were looked up again before a sign-off",
         PapersLookedUp),
    Kind("digest.edition.signed-off", "somebody signed a manifest off, with nothing missing",
         SignedOff, (PUBLISH,)),
    Kind("digest.edition.embargoed", "what is signed off waits for a moment", UnderEmbargo,
         (ALERT,)),
    Kind("digest.edition.embargo-ended", "the moment has come, or the embargo was lifted",
         EmbargoEnded, (PUBLISH,)),
    Kind("digest.correction.opened", "a new version of a published edition is proposed",
         CorrectionOpened, (ALERT,)),
    Kind("digest.edition.published", "the public site shows a new version", Published, (ALERT,)),
    Kind("digest.source.failed", "a source that had answered fails, or comes back empty",
         SourceFailed, (ALERT,)),
    Kind("digest.source.silent", "a source has brought nothing new for much longer than usual",
         SourceSilent, (ALERT,)),
    Kind("digest.signal.raised", "a risk category rose unusually, or many outlets report one "
         "incident", SignalRaised, (BRIEF, ALERT)),
    Kind("digest.brief.ready", "a brief on an emerging issue is drafted", BriefReady, (ALERT,)),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in CATALOGUE}
_BY_PAYLOAD = {kind.payload: kind for kind in CATALOGUE}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a quarter.

    ``cause`` is a fingerprint of what caused it: as long as the cause stays the same, the event
    is the same and is raised once. ``subject`` tells events of one name and quarter apart that have
    causes of their own, such as two sources.
    """

    quarter: Quarter
    payload: Payload
    cause: str
    subject: str = ""

    @property
    def kind(self) -> Kind:
        """Its entry in the catalogue."""
        return _BY_PAYLOAD[type(self.payload)]

    @property
    def data(self) -> dict[str, Any]:
        """The payload as JSON has it."""
        return asdict(self.payload)


def heard_by(listener: str) -> tuple[str, ...]:
    """The names of the events to which a deployment listens."""
    return tuple(kind.name for kind in CATALOGUE if listener in kind.listeners)


def resource_of(quarter: Quarter) -> str:
    """The id under which outside systems and automations know a quarter."""
    return f"digest.quarter.{quarter}"


def table() -> Iterator[str]:
    """The catalogue as the lines of a Markdown table; docs/events.md holds it."""
    yield "| event | when | payload | who listens |"
    yield "|---|---|---|---|"
    for kind in CATALOGUE:
        payload = ", ".join(f"`{field.name}`" for field in fields(kind.payload))
        listeners = ", ".join(kind.listeners) or "nobody yet"
        yield f"| `{kind.name}` | {kind.when} | {payload} | {listeners} |"
