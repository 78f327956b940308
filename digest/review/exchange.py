"""Everything out of the review, as files.

events.jsonl      every event, whole: what the book has, for ever and for others
decisions.csv     every decision, with what became of it
standing.csv      what stands of each label, and who said what
persons.csv       who they are, without secrets
decisions.jsonl   the labels that stand, as ``digest train --decisions`` reads them
<quarter>.csv     what a quarter's pages show, a row a label, to fill in and import (``intake``)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from digest.config import Clock, Workplace
from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.events import Decision, ReviewEvent, kind_of, not_undone, of_kind
from digest.review.intake import FREE, NEEDED
from digest.review.packet import Packet
from digest.review.people import People
from digest.review.persons import Person
from digest.review.queues import SELECTED
from digest.review.sheets import write_csv
from digest.review.standing import Involved, Key, Rule, Standing, standing
from digest.store.archive import storage_errors

_DECISION = ("number", "at", "quarter", "person", "name", *NEEDED, *FREE, "state")
_STANDING = (
    "quarter", "item", "scheme", "label", "outcome", "by", "accepts", "rejects", "unsure",
    "excluded", "disagree",
)  # fmt: skip
_PERSON = (
    "since",
    "id",
    "name",
    "affiliation",
    "role",
    "goals",
    "conflicts",
    "language",
    "revoked",
)
_TO_FILL = (*NEEDED, *FREE, "title", "date", "url", "probability", "sentence")
State = tuple[datetime, Person]
Standings = Mapping[Quarter, Mapping[Key, Standing]]


def export_all(place: Workplace, folder: Path, rule: Rule, clock: Clock) -> list[Path]:
    """Write the files of every quarter in the working folder's book, and give their paths.

    Raises:
        StoreError: the book or a packet cannot be read, or the files not be written.
    """
    with closing(Book(place.book, clock)) as book, closing(People(place.book, clock)) as people:
        events, states = book.events(), people.history()
    with ExitStack() as stack:
        packets = {
            quarter: stack.enter_context(closing(Packet(place.packet(quarter))))
            for quarter in sorted({event.quarter for event in events})
            if place.packet(quarter).exists()
        }
        persons = {person.id: person for _, person in states}
        standings = {
            quarter: standing(own, persons, _involved(packets.get(quarter)), rule)
            for quarter, own in _by_quarter(events).items()
        }
        return write_all(folder, events, states, standings, packets.values())


def _by_quarter(events: Iterable[ReviewEvent]) -> dict[Quarter, list[ReviewEvent]]:
    found: dict[Quarter, list[ReviewEvent]] = {}
    for event in events:
        found.setdefault(event.quarter, []).append(event)
    return found


def _involved(packet: Packet | None) -> Involved:
    """Who is behind an item, as its packet says; nobody, where there is none any more."""
    return packet.involved if packet else lambda _: frozenset()


def write_all(
    folder: Path,
    events: Sequence[ReviewEvent],
    states: Sequence[State],
    standings: Standings,
    packets: Iterable[Packet],
) -> list[Path]:
    """Write the files into ``folder``, over those of an earlier time, and give their paths.

    ``states`` are the persons as they were and are, oldest first.

    Raises:
        StorageFull: they cannot be written.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    stands = [(quarter, one) for quarter, by_key in standings.items() for one in by_key.values()]
    _write_lines(folder / "events.jsonl", map(_as_json, events))
    _write_lines(folder / "decisions.jsonl", training_lines(one for _, one in stands))
    tables = {
        "decisions.csv": (
            _DECISION,
            _decisions(events, {person.id: person.name for _, person in states}),
        ),
        "standing.csv": (_STANDING, (_standing_row(*one) for one in stands)),
        "persons.csv": (_PERSON, (_person_row(*state) for state in states)),
    } | {f"{packet.quarter}.csv": (_TO_FILL, _to_fill(packet)) for packet in packets}
    for name, (header, rows) in tables.items():
        write_csv(folder / name, header, rows)
    return [folder / "events.jsonl", folder / "decisions.jsonl", *map(folder.joinpath, tables)]


def training_lines(standings: Iterable[Standing]) -> Iterator[dict[str, Any]]:
    """The labels that stand, accepted or rejected, as training takes them."""
    for one in standings:
        if one.outcome != "open":
            yield {
                "item": one.item, "scheme": one.scheme, "label": one.label,
                "accept": one.outcome == "accepted",
            }  # fmt: skip


def _write_lines(path: Path, values: Iterable[dict[str, Any]]) -> None:
    with storage_errors(path), path.open("wb") as file:
        file.writelines(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE) for value in values)


def _as_json(event: ReviewEvent) -> dict[str, Any]:
    return {
        "number": event.number, "event_id": event.event_id, "quarter": str(event.quarter),
        "person": event.person, "at": event.at.isoformat(), "kind": kind_of(event.payload),
        "payload": asdict(event.payload),
    }  # fmt: skip


def _decisions(events: Sequence[ReviewEvent], names: Mapping[str, str]) -> Iterator[list[object]]:
    kept = of_kind(not_undone(events), Decision)
    state = {event.event_id: "replaced" for event, _ in kept}
    state |= dict.fromkeys({_subject(*one): one[0].event_id for one in kept}.values(), "counts")
    for event, one in of_kind(events, Decision):
        yield [
            event.number, event.at.isoformat(), event.quarter, event.person,
            names.get(event.person, ""), one.item, one.scheme, one.label, one.verdict, one.reason,
            one.note, state.get(event.event_id, "taken back"),
        ]  # fmt: skip


def _subject(event: ReviewEvent, decision: Decision) -> tuple[object, ...]:
    return event.quarter, event.person, decision.item, decision.scheme, decision.label


def _standing_row(quarter: Quarter, one: Standing) -> list[object]:
    said = (" ".join(ids) for ids in (one.accepts, one.rejects, one.unsure, one.excluded))
    return [
        quarter, one.item, one.scheme, one.label, one.outcome, one.by, *said,
        "yes" if one.disagree else "no",
    ]  # fmt: skip


def _person_row(since: datetime, person: Person) -> list[object]:
    return [
        since.isoformat(), person.id, person.name, person.affiliation, person.role,
        " ".join(person.goals), "; ".join(person.conflicts), person.language,
        "yes" if person.revoked else "no",
    ]  # fmt: skip


def _to_fill(packet: Packet) -> Iterator[list[object]]:
    """What the pages show, in the order of the queue: the verdicts are left to the member."""
    for item in packet.items(packet.queue(SELECTED)):
        by_label = {(label.scheme, label.label): label for label in item.labels}
        for scheme, label in item.pages:
            given = by_label.get((scheme, label))
            yield [
                item.id, scheme, label, "", "", "", item.title, item.date, item.url,
                f"{given.probability:.2f}" if given else "", given.sentence if given else "",
            ]  # fmt: skip
