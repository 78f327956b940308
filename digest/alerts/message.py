"""Events in words: the subject and the plain text of an alert. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from digest.store.outbox import Raised
from digest.text import one_line

SUBJECT = 150  # characters; longer ones are cut by many readers


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel passes on: a subject of one line, plain text, and the events as data."""

    subject: str
    text: str
    events: tuple[dict[str, Any], ...] = ()


def message_of(events: Sequence[Raised]) -> Message:
    """One message about one or several events, in their order."""
    told = [f"{event.quarter}: {_sentence(event)}" for event in events]
    subject = told[0] if len(told) == 1 else f"{len(told)} alerts, the first: {told[0]}"
    parts = [
        f"{sentence}\n{_ADVICE[event.name](event)}\n({event.name}, {_moment(event)})"
        for sentence, event in zip(told, events, strict=True)
    ]
    return Message(_clipped(subject), "\n\n".join(parts) + "\n", tuple(map(_data, events)))


def _moment(event: Raised) -> str:
    return f"{event.caused_at:%Y-%m-%d %H:%M} UTC"


def _clipped(subject: str) -> str:
    line = one_line(subject)
    return line if len(line) <= SUBJECT else line[: SUBJECT - 1] + "…"


def _data(event: Raised) -> dict[str, Any]:
    return {
        "id": event.event_id,
        "name": event.name,
        "quarter": str(event.quarter),
        "caused_at": event.caused_at.isoformat(),
        "payload": event.data,
    }


def _sentence(event: Raised) -> str:
    return one_line(_SENTENCES[event.name](event.data))


def _failed(data: dict[str, Any]) -> str:
    what = "came back empty" if data["outcome"] == "empty" else "failed"
    detail = data["detail"].removeprefix(f"{data['source']}: ")
    return f"the source {data['source']} {what}: {detail}"


def _silent(data: dict[str, Any]) -> str:
    gap = data["usual_gap_days"]
    return (
        f"the source {data['source']} has brought nothing new since {data['last_item']}; usual is "
        f"every {gap:g} days"
    )


def _signal(data: dict[str, Any]) -> str:
    # Of an incident the sentence says all: its name is a story's id, and it did not rise.
    sentence: str = data["sentence"]
    is_incident = data["signal"].startswith("incident/")
    return sentence if is_incident else f"{data['signal']} rose: {sentence}"


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "digest.source.failed": _failed,
    "digest.source.silent": _silent,
    "digest.draft.frozen": lambda d: f"the draft is frozen for review, sha256 {d['sha256']}",
    "digest.review.opened": lambda d: (
        f"{d['by']} opened the review of the draft, sha256 {d['sha256']}: {d['drawn']:,} items "
        f"drawn at random, {d['late']:,} late"
    ),
    "digest.edition.embargoed": lambda d: (
        f"what is signed off, sha256 {d['sha256']}, is under embargo until {d['until']}, set by "
        f"{d['by']}"
    ),
    "digest.correction.opened": lambda d: (
        f"{d['by']} proposes an {d['kind']} of {d['replaces']}: {d['reason']}"
    ),
    "digest.edition.published": lambda d: f"{d['version']} is published, sha256 {d['sha256']}",
    "digest.signal.raised": _signal,
    "digest.brief.ready": lambda d: f"a brief on {d['signal']} is drafted, sha256 {d['sha256']}",
}

_CHECK = (
    "To look at it: digest sources check --source {0}. When its entry in the source list is "
    "mended: start rerun on the page of digest serve with quarter {1} and source {0}, or digest "
    "rerun {1} --source {0}. For a list of your own give both commands --sources."
)
_ADVICE: dict[str, Callable[[Raised], str]] = {
    "digest.source.failed": lambda e: _CHECK.format(e.data["source"], e.quarter),
    "digest.source.silent": lambda e: _CHECK.format(e.data["source"], e.quarter),
    "digest.draft.frozen": lambda e: f"To sign it off: digest sign-off {e.quarter} --by NAME",
    "digest.review.opened": lambda e: f"How far it is: digest review status {e.quarter}",
    "digest.edition.embargoed": lambda _: "It is published by itself then.",
    "digest.correction.opened": lambda e: f"How far it is: digest review status {e.quarter}",
    "digest.edition.published": lambda _: "There is nothing to do.",
    "digest.signal.raised": lambda _: "A brief on it is being drafted.",
    "digest.brief.ready": lambda _: "It is a draft of a machine: read it before you pass it on.",
}
