"""A packet as the pages need it: opened once, opened anew when another one took its place.

What progress and conflicts need of every item (its labels, its pages, who is involved) is kept in
memory; texts are read from the file, item by item.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from digest.config import Workplace
from digest.edition.readings import Pair
from digest.quarter import Quarter
from digest.review.packet import Packet, PacketItem
from digest.review.queues import asked, pair_of, queue_of
from digest.review.standing import Key, folded, has_conflict

CHUNK = 200  # items read in one go
Task = tuple[str, tuple[Key, ...]]  # an item, and the labels that are asked about


@dataclass(frozen=True, slots=True)
class Brief:
    """What is kept in memory of an item.

    ``names`` are its authors and outlets; ``folded`` is all of them as one text, to see fast that a
    word is in none of them.
    """

    title: str
    kind: str
    story: str
    names: frozenset[str]
    folded: str
    pages: tuple[Pair, ...]
    assigned: tuple[Pair, ...]
    unsure: tuple[Pair, ...]


class Indexed:
    """A packet with its briefs; it stays as it is."""

    def __init__(self, packet: Packet, briefs: Mapping[str, Brief]) -> None:
        self.packet, self.briefs = packet, briefs
        self.quarter = packet.quarter
        self._tasks: dict[str, list[Task]] = {}
        self._conflicts: dict[tuple[str, ...], frozenset[str]] = {}

    def tasks(self, queue: str) -> list[Task]:
        """The items of a queue in its order, each with the labels that it asks about."""
        if queue not in self._tasks:
            self._tasks[queue] = [self.task(item, queue) for item in self.packet.queue(queue)]
        return self._tasks[queue]

    def task(self, item: str, queue: str) -> Task:
        """An item with the labels that a queue asks about."""
        brief = self.briefs[item]
        pairs = asked(queue, brief.pages, brief.assigned, brief.unsure)
        return item, tuple((item, *pair) for pair in pairs)

    def in_conflict(self, conflicts: tuple[str, ...]) -> frozenset[str]:
        """The items in which one of these names is involved."""
        if not conflicts:
            return frozenset()
        if conflicts not in self._conflicts:
            words = [folded(name).split() for name in conflicts]
            self._conflicts[conflicts] = frozenset(
                item for item, brief in self.briefs.items()
                if any(all(word in brief.folded for word in name) for name in words)
                and has_conflict(conflicts, brief.names)
            )  # fmt: skip
        return self._conflicts[conflicts]

    def involved(self, item: str) -> frozenset[str]:
        """The names of an item's authors and outlets."""
        brief = self.briefs.get(item)
        return brief.names if brief else frozenset()

    def chosen(self, pair: Pair) -> list[str]:
        """The items that the page of a label shows, in its order."""
        queue = self.packet.queue(queue_of(*pair))
        return [item for item in queue if pair in self.briefs[item].pages]

    def pages(self) -> list[Pair]:
        """The labels that have a page, in the order of their queues."""
        return [pair_of(name) for name, _ in self.packet.queues() if "/" in name]


def _brief(item: PacketItem) -> Brief:
    names = frozenset((*item.authors, *item.outlets))
    return Brief(
        item.title,
        item.kind,
        item.story,
        names,
        folded("\n".join(names)),
        item.pages,
        item.assigned,
        item.unsure,
    )


def _briefs(packet: Packet) -> Iterator[tuple[str, Brief]]:
    ids = packet.ids()
    for start in range(0, len(ids), CHUNK):
        for item in packet.items(ids[start : start + CHUNK]):
            yield item.id, _brief(item)


class Packets:
    """The packets of a working folder; threads may share it."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self._turn = threading.Lock()
        self._open: dict[Quarter, tuple[tuple[int, int], Indexed]] = {}

    def quarters(self) -> list[Quarter]:
        """The quarters that are open for review, newest first."""
        return self.place.under_review()[::-1]

    def of(self, quarter: Quarter) -> Indexed | None:
        """The quarter's packet as it is now; None when there is none.

        While one thread reads a packet that took another's place, the others go on with the old.
        """
        path = self.place.packet(quarter)
        try:
            stat = os.stat(path)  # noqa: PTH116 - one call, on each request
        except FileNotFoundError:
            return None
        mark = stat.st_ino, stat.st_mtime_ns
        known = self._open.get(quarter)
        if known and known[0] == mark:
            return known[1]
        if not self._turn.acquire(blocking=known is None):
            return known[1] if known else None
        try:
            known = self._open.get(quarter)
            if known is None or known[0] != mark:
                packet = Packet(path)
                known = mark, Indexed(packet, dict(_briefs(packet)))
                self._open[quarter] = known
            return known[1]
        finally:
            self._turn.release()
