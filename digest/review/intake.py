"""A member's decisions in from a spreadsheet, for those who prefer one.

Each row becomes a decision whose event id is made from its content and from the imported decision
that it replaces: a table that is imported twice is imported once, and a later one may return to an
earlier verdict. What was decided in the application, or taken back there, no table overrules that
says what was imported before. Nothing is taken while one row is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.config import Clock, Workplace
from digest.errors import InputError
from digest.items import digest_of
from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.events import Decision, New, not_undone, of_kind, read_payload
from digest.review.packet import Packet
from digest.review.people import People
from digest.review.persons import Person
from digest.review.sheets import Row, read_sheet
from digest.review.standing import Key, is_voter

if TYPE_CHECKING:
    from digest.taxonomy import Codebook

NEEDED = ("item", "scheme", "label", "verdict")
FREE = ("reason", "note")
NAMED = 10  # wrong rows that are named, the others counted
_PREFIX = "x1-"  # of the ids that are made here
Numbered = tuple[int, Decision]  # a decision and the row that it stands in


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be decided: the codebook's labels, by scheme and label, and the items."""

    labels: frozenset[tuple[str, str]]
    is_item: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Imported:
    """How many decisions were new, how many the member had made already.

    ``overtaken`` are the rows that were imported before, and that the member decided otherwise or
    took back since: they stay as the member left them.
    """

    saved: int
    known: int
    overtaken: tuple[int, ...]


def import_from(
    place: Workplace,
    path: Path,
    quarter: Quarter,
    member: str,
    codebook: Codebook,
    clock: Clock,
) -> Imported:
    """Take a member's decisions on a quarter's items from a table into the working folder's book.

    Raises:
        InputError: as ``import_decisions``; or there is no such member, or no review is open.
    """
    with closing(People(place.book, clock)) as people, closing(Book(place.book, clock)) as book:
        person = people.persons().get(member)
        if person is None:
            raise InputError(f"there is no person {member} (digest review people list)")
        if not place.packet(quarter).exists():
            raise InputError(f"{quarter} is not under review (digest review open {quarter})")
        with closing(Packet(place.packet(quarter))) as packet:
            labels = frozenset((label.scheme, label.id) for label in codebook.labels)
            scope = Scope(labels, frozenset(packet.ids()).__contains__)
        done = import_decisions(path, book, person, quarter, scope)
        people.log(member, "command line", f"import {path.name}", 0)
    return done


def import_decisions(
    path: Path, book: Book, person: Person, quarter: Quarter, scope: Scope
) -> Imported:
    """Take a member's decisions from a .csv or .xlsx table; rows without a verdict are left out.

    Raises:
        InputError: names the rows that are wrong; or the person has no vote.
        StoreError: the book cannot be written.
    """
    if not is_voter(person) or person.revoked:
        raise InputError(f"{person.id} is no member or chair of the panel, and decides nothing")
    decided = decisions_of(path, read_sheet(path), person.id, scope)
    events = book.events(quarter)
    counts = {_key(one): event for event, one in of_kind(not_undone(events), Decision)
              if event.person == person.id}  # fmt: skip
    imported = {event.event_id: event.payload for event in events
                if event.person == person.id and event.event_id.startswith(_PREFIX)}  # fmt: skip
    before = set(imported.values())
    fresh: list[New] = []
    overtaken: list[int] = []
    for number, one in decided:
        stands = counts.get(_key(one))
        if stands is not None and stands.payload == one:
            continue
        replaces = stands.event_id if stands is not None and stands.event_id in imported else ""
        event = _event(quarter, person.id, one, replaces)
        if event.event_id in imported or (one in before and not replaces):
            overtaken.append(number)
        else:
            fresh.append(event)
    book.append(*fresh)
    known = len(decided) - len(fresh) - len(overtaken)
    return Imported(len(fresh), known, tuple(overtaken))


def decisions_of(path: Path, rows: Sequence[Row], person: str, scope: Scope) -> list[Numbered]:
    """The decisions of a table's rows, each once.

    Raises:
        InputError: a column is missing, or names the rows that are wrong and why.
    """
    if missing := [name for name in NEEDED if rows and name not in rows[0][1]]:
        raise InputError(f"{path} has no column {', '.join(missing)}: they are in its first row")
    found: dict[Key, Numbered] = {}
    wrong: list[str] = []
    for number, cells in rows:
        if not cells["verdict"].strip():
            continue
        try:
            _put(found, number, _decision(cells, person, scope))
        except InputError as error:
            wrong.append(f"row {number}: {error}")
    if wrong:
        raise InputError(f"{path}: nothing was imported; {'; '.join(_named(wrong))}")
    return list(found.values())


def _put(found: dict[Key, Numbered], number: int, one: Decision) -> None:
    earlier = found.setdefault(_key(one), (number, one))
    if earlier[1] != one:
        raise InputError(f"says otherwise than row {earlier[0]}")


def _named(wrong: Sequence[str]) -> Iterator[str]:
    yield from wrong[:NAMED]
    if len(wrong) > NAMED:
        yield f"and {len(wrong) - NAMED} more"


def _decision(cells: dict[str, str], person: str, scope: Scope) -> Decision:
    if (whose := cells.get("person", "").strip() or person) != person:
        raise InputError(f"is a decision of {whose[:40]}")
    data: dict[str, Any] = {name: cells.get(name, "").strip() for name in (*NEEDED, *FREE)}
    data["verdict"] = data["verdict"].casefold()
    decision = read_payload("decision", data)
    assert isinstance(decision, Decision)
    if (decision.scheme, decision.label) not in scope.labels:
        raise InputError(f"the codebook has no label {decision.scheme}/{decision.label}")
    if not scope.is_item(decision.item):
        raise InputError(f"no item {decision.item} is under review")
    return decision


def _key(one: Decision) -> Key:
    return one.item, one.scheme, one.label


def _event(quarter: Quarter, person: str, one: Decision, replaces: str) -> New:
    content = (str(quarter), person, *asdict(one).values(), *filter(None, (replaces,)))
    return New(digest_of(*content, prefix=_PREFIX, length=40), quarter, person, one)
