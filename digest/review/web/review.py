"""One quarter's review as the pages ask about it: its packet, its ledger, and who takes part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from digest.quarter import Quarter
from digest.review.events import Decision
from digest.review.packet import PacketItem
from digest.review.persons import Person
from digest.review.standing import Key, Standing
from digest.review.web.ledger import Ledger
from digest.review.web.packets import Indexed, Task

DISAGREE, PROPOSED, DOUBTS = "disagree", "proposed", "doubts"


@dataclass(frozen=True, slots=True)
class Progress:
    """Of a queue: all its items, those that ``mine`` are done, that are ``settled`` by the panel,
    and how many labels still need this person: not dealt with, and not settled."""

    name: str
    items: int
    mine: int
    settled: int
    left: int


class Review:
    """A quarter's review at one moment; made for each request, cheap."""

    def __init__(
        self,
        packet: Indexed,
        ledger: Ledger,
        people: Mapping[str, Person],
        changes: Sequence[tuple[int, datetime]],
    ) -> None:
        self.packet, self.ledger, self.people, self.changes = packet, ledger, people, changes

    @property
    def quarter(self) -> Quarter:
        """Which one."""
        return self.packet.quarter

    def standing(self, item: str) -> dict[Key, Standing]:
        """What stands of an item's labels."""
        return self.ledger.of_item(item, self.packet.involved)

    def settled(self) -> frozenset[Key]:
        """The labels on which the panel has decided."""
        return frozenset(key for key, found in self.all_standing() if found.outcome != "open")

    def all_standing(self) -> Iterable[tuple[Key, Standing]]:
        """What stands of every label that somebody decided."""
        for item in self.ledger.touched():
            yield from self.standing(item).items()

    def tasks(self, queue: str, person: Person) -> list[Task]:
        """The items of a queue with what it asks; also of the queues that follow from decisions:
        ``disagree``, at which a quorum looked and found no majority, ``proposed``, labels that a
        reviewer gave and the machine did not, and ``doubts``, those on which this person said
        unsure."""
        if queue == DISAGREE:
            return self._where(lambda _, found: self._is_stuck(found))
        if queue == PROPOSED:
            return self._where(
                lambda key, found: found.outcome == "open" and bool(found.accepts)
                and self._is_new(key)
            )  # fmt: skip
        if queue == DOUBTS:
            own, dealt = self.ledger.own(person.id), self._dealt(person, queue)
            return self._of(key for key in own if key not in dealt and self._is_here(key))
        return self.packet.tasks(queue)

    def _where(self, holds: Callable[[Key, Standing], bool]) -> list[Task]:
        found = self.all_standing()
        return self._of(key for key, stands in found if self._is_here(key) and holds(key, stands))

    def _is_here(self, key: Key) -> bool:
        return key[0] in self.packet.briefs

    @staticmethod
    def _of(keys: Iterable[Key]) -> list[Task]:
        found: dict[str, list[Key]] = {}
        for key in keys:
            found.setdefault(key[0], []).append(key)
        return [(item, tuple(asked)) for item, asked in sorted(found.items())]

    def _dealt(self, person: Person, queue: str) -> Set[Key]:
        """The labels that a queue need not ask a person about: their own decisions. Who goes
        through what they doubted is asked again what they said unsure to."""
        own = self.ledger.own(person.id)
        if queue != DOUBTS:
            return own.keys()
        return {
            key for key, event in own.items() if cast(Decision, event.payload).verdict != "unsure"
        }

    def _is_stuck(self, found: Standing) -> bool:
        looked = len(found.accepts) + len(found.rejects) + len(found.unsure)
        return found.outcome == "open" and looked >= self.ledger.rule.quorum

    def _is_new(self, key: Key) -> bool:
        brief = self.packet.briefs[key[0]]
        return key[1:] not in brief.assigned and key[1:] not in brief.unsure

    def queues(self) -> list[str]:
        """The queues in the order in which they are offered."""
        return [*(name for name, _ in self.packet.packet.queues()), DISAGREE, PROPOSED, DOUBTS]

    def task(self, item: str, queue: str, person: Person) -> Task:
        """What a queue asks a person about one item. The queues that follow from decisions do not
        forget the labels on which the person has decided: that may be what settled them."""
        if queue not in (DISAGREE, PROPOSED, DOUBTS):
            return self.packet.task(item, queue)
        asked = next((keys for other, keys in self.tasks(queue, person) if other == item), ())
        own = (key for key in self.ledger.own(person.id) if key[0] == item)
        return item, tuple(dict.fromkeys((*asked, *own)))

    def out(self, person: Person) -> frozenset[str]:
        """The items on which a person has a conflict of interest."""
        named = self.packet.in_conflict(person.conflicts)
        return named | self.ledger.declared(person.id)

    def progress(self, person: Person, queues: Iterable[str]) -> list[Progress]:
        """How far a person, and the panel, are in some queues."""
        out, settled = self.out(person), self.settled()
        return [self._progress(person, queue, out, settled) for queue in queues]

    def _progress(
        self, person: Person, queue: str, out: frozenset[str], settled: frozenset[Key]
    ) -> Progress:
        tasks, dealt = self.tasks(queue, person), self._dealt(person, queue)
        return Progress(
            name=queue,
            items=len(tasks),
            mine=sum(item in out or dealt >= {*keys} for item, keys in tasks),
            settled=sum(settled >= {*keys} for _, keys in tasks),
            left=sum(
                key not in dealt and key not in settled
                for item, keys in tasks if item not in out for key in keys
            ),
        )  # fmt: skip

    def done(self, person: Person, queue: str) -> int:
        """How many items of a queue are done by a person."""
        dealt, out = self._dealt(person, queue), self.out(person)
        return sum(item in out or dealt >= {*keys} for item, keys in self.tasks(queue, person))

    def next_open(self, person: Person, queue: str, after: str = "") -> str | None:
        """The next item of a queue that this person has not done, after one and then from the
        beginning, that one last; what the panel has settled comes after all else. None when all is
        done."""
        tasks, dealt, out = self.tasks(queue, person), self._dealt(person, queue), self.out(person)
        place = next((n for n, (item, _) in enumerate(tasks) if item == after), -1)
        order = [task for task in (*tasks[place + 1 :], *tasks[: place + 1]) if task[0] not in out]
        for dealt_with in (dealt | self.settled(), dealt):
            for item, keys in order:
                if not dealt_with >= {*keys}:
                    return item
        return None

    def first_open(self, person: Person, queue: str) -> str:
        """The item of the first label of a queue that the panel has not settled, of those on which
        this person has decided only when there is no other; ``""`` where nothing is open."""
        own, out, settled = self.ledger.own(person.id), self.out(person), self.settled()
        asked = (key for item, keys in self.tasks(queue, person) if item not in out for key in keys)
        left = sorted((key for key in asked if key not in settled), key=own.__contains__)
        return left[0][0] if left else ""

    def stuck(self, person: Person, queue: str) -> list[Key]:
        """The labels of a queue on which this person decided, a quorum looked, and there is no
        majority."""
        own = self.ledger.own(person.id)
        mine = [key for _, keys in self.tasks(queue, person) for key in keys if key in own]
        found = {key: self.standing(key[0]).get(key) for key in mine}
        return [key for key, stands in found.items() if stands and self._is_stuck(stands)]

    def peers(self, item: PacketItem) -> list[PacketItem]:
        """The other items of its story."""
        ids = self.packet.packet.story(item.story) if item.story else []
        return self.packet.packet.items(other for other in ids if other != item.id)
