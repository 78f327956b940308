"""What people decided about a quarter, from the book and the shelf, ready for its draft."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from digest.config import Workplace, utc_now
from digest.edition.manifest import EditionItem, EditionStory
from digest.edition.readings import Key, Readings
from digest.edition.reviewed import Decided
from digest.edition.shelf import Correction, Shelf
from digest.quarter import Quarter
from digest.review import outcome as found
from digest.review.book import Book
from digest.review.events import ReviewEvent
from digest.review.outcome import Outcome
from digest.review.packet import Packet
from digest.review.people import People
from digest.review.standing import Rule
from digest.steps.findings import reference
from digest.store.labels import cached_vectors

if TYPE_CHECKING:
    import duckdb

    from digest.classify.model import Model
    from digest.review.persons import Person

Near = dict[Key, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What people left on the desk of a quarter: what stands, and what was corrected.

    ``packet`` is None where no review was opened. ``reference`` are the shares that goals are held
    against. ``changes`` are those of persons, each with its number and when it was.
    """

    outcome: Outcome
    packet: Packet | None
    corrections: Sequence[Correction]
    reference: Mapping[str, float]
    changes: Sequence[tuple[int, datetime]]

    @property
    def is_empty(self) -> bool:
        """Whether nobody did anything that could change a draft."""
        return not (self.outcome.events or self.corrections)

    @property
    def removed(self) -> frozenset[str]:
        """The items that corrections took out."""
        return frozenset(item for one in self.corrections for item in one.removed)

    def verdicts(self) -> tuple[dict[Key, bool], dict[Key, str]]:
        """The labels that stand decided, and who set those that a correction set, the last one."""
        verdicts, makers = self.outcome.verdicts, {}
        for one in self.corrections:
            for item, scheme, label, holds in one.labels:
                verdicts[item, scheme, label] = holds
                makers[item, scheme, label] = one.by
        return verdicts, makers


def people_of(place: Workplace) -> dict[str, Person]:
    """Everybody in the book by id; nobody, where there is no book."""
    with closing(People(place.book, utc_now)) as people:
        return people.persons()


@contextmanager
def desk(place: Workplace, quarter: Quarter, until: ReviewEvent | None = None) -> Iterator[Desk]:
    """Everything that people did about a quarter so far, or ``until`` an event.

    Raises:
        StoreCorrupt: the book, the packet or the shelf cannot be read.
        InputError: as ``findings.reference``.
    """
    with closing(Book(place.book, utc_now)) as book:
        events = [e for e in book.events(quarter) if until is None or e.number <= until.number]
    with closing(People(place.book, utc_now)) as people:
        persons = people.persons(until.at if until else None)
        changes = [one for one in people.changes() if until is None or one[1] <= until.at]
    path = place.packet(quarter)
    packet = Packet(path) if path.exists() else None
    corrections = Shelf(place.editions).amendments(quarter)
    try:
        involved = cache(packet.involved) if packet else _nobody
        stands = found.outcome(events, persons, involved, Rule())
        yield Desk(stands, packet, corrections, reference(place.reference), changes)
    finally:
        if packet:
            packet.close()


def _nobody(_: str) -> frozenset[str]:
    return frozenset()


def decided(
    connection: duckdb.DuckDBPyConnection,
    on: Desk,
    items: Mapping[str, EditionItem],
    model: Model | None,
    stories: tuple[EditionStory, ...] | None,
) -> Decided:
    """What people decided, in the edition's terms; ``items`` are the machine's, by id.

    ``model`` is the one that labelled them, None where it is not at hand: another one's probability
    would be taken for its.
    """
    verdicts, makers = on.verdicts()
    drawn = {i: p for i, p in on.packet.about.inclusion.items() if i in items} if on.packet else {}
    said = found.said_of(on.packet, drawn) if on.packet else {}
    given = [key for key, accepted in verdicts.items() if accepted and key[0] in items]
    near = near_of(connection, given, items, model) if model else {}
    readings = Readings(verdicts, drawn, said)
    return Decided(readings, near, makers, on.removed, stories, on.reference)


def near_of(
    connection: duckdb.DuckDBPyConnection,
    keys: Iterable[Key],
    items: Mapping[str, EditionItem],
    model: Model,
) -> Near:
    """The machine's probability and threshold for labels that it did not give."""
    row_of = {pair: row for row, pair in enumerate(model.heads.labels)}
    wanted = [
        key for key in keys
        if key[1:] in row_of and key[1:] not in {(a.scheme, a.label) for a in items[key[0]].labels}
    ]  # fmt: skip
    texts = sorted({items[item].text_hash for item, _, _ in wanted})
    vectors = cached_vectors(connection, texts, model.encoder_id) if texts else {}
    near: Near = {}
    for item, *pair in wanted:
        vector = vectors.get(items[item].text_hash)
        if vector is not None:  # what the model cannot read has no probability
            row = row_of[pair[0], pair[1]]
            probability = float(model.heads.probabilities(vector[None])[0, row])
            near[item, pair[0], pair[1]] = probability, round(float(model.heads.threshold[row]), 4)
    return near
