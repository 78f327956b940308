"""The list of a queue: each item with how far one is, and the panel."""

from __future__ import annotations

from dataclasses import dataclass

from digest.review.persons import Person
from digest.review.web.review import Review


@dataclass(frozen=True, slots=True)
class Line:
    """An item of a queue: how many of its ``asked`` labels are ``mine`` and ``settled``."""

    id: str
    title: str
    kind: str
    asked: int
    mine: int
    settled: int
    conflict: bool


def queue_lines(review: Review, person: Person, queue: str) -> list[Line]:
    """The items of a queue in its order."""
    own, out, settled = review.ledger.own(person.id), review.out(person), review.settled()
    return [
        Line(
            id=item,
            title=brief.title,
            kind=brief.kind,
            asked=len(keys),
            mine=sum(key in own for key in keys),
            settled=sum(key in settled for key in keys),
            conflict=item in out,
        )
        for item, keys in review.tasks(queue, person)
        if (brief := review.packet.briefs.get(item))
    ]
