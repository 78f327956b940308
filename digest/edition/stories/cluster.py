"""Stories from pairs: average linkage within what hangs together, under the panel's rulings.

Two groups are joined while the average score of all pairs between them reaches the threshold, best
first; a pair that is no candidate counts as 0. So a chain of likenesses, each with the next, makes
no story. What the panel merged begins as one group, what it split stays apart; of two rulings that
contradict each other the later holds.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from digest.edition.stories.story import Pair, Ruling, Story, StoryItem, story_id

THRESHOLD = 0.5


def clusters(
    items: Iterable[StoryItem],
    pairs: Iterable[Pair],
    rulings: Sequence[Ruling] = (),
    threshold: float = THRESHOLD,
) -> list[Story]:
    """The stories of ``items``, sorted by id; every item is in exactly one.

    ``rulings`` are in the order in which they were made; those that name items which are not here
    hold for the rest. The order of items and pairs makes no difference.
    """
    by_id = {item.item_id: item for item in items}
    known = sorted(pair for pair in pairs if pair.one in by_id and pair.other in by_id)
    groups = _Groups(sorted(by_id))
    reasons = _obey(groups, _present(rulings, by_id))
    groups.join(known, threshold)
    joined = defaultdict(set, reasons)
    for pair in known:
        group = groups.of[pair.one]
        if group == groups.of[pair.other] and pair.score >= threshold:
            joined[group].update(pair.reasons)
    stories = (
        _story([by_id[i] for i in members], joined[group])
        for group, members in groups.members.items()
    )
    return sorted(stories, key=lambda story: story.id)


class _Groups:
    """Disjoint groups of items; each is called by its smallest id."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.of = {item_id: item_id for item_id in ids}
        self.members = {item_id: [item_id] for item_id in self.of}
        self.apart: defaultdict[str, set[str]] = defaultdict(set)

    def separate(self, one: str, other: str) -> None:
        """Keep two items' groups apart, if they are not one already."""
        a, b = self.of[one], self.of[other]
        if a != b:
            self.apart[a].add(b)
            self.apart[b].add(a)

    def unite(self, one: str, other: str) -> str:
        """Make one group of two items' groups, unless they are kept apart; its name, or ``""``."""
        keep, gone = sorted((self.of[one], self.of[other]))
        if gone in self.apart[keep]:
            return ""
        if keep != gone:
            for member in self.members[gone]:
                self.of[member] = keep
            self.members[keep] += self.members.pop(gone)
            for third in self.apart.pop(gone, set()):
                self.apart[third] = self.apart[third] - {gone} | {keep}
                self.apart[keep].add(third)
        return keep

    def join(self, pairs: Iterable[Pair], threshold: float) -> None:
        """Average linkage: unite the two groups with the best average, again and again."""
        sums: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for pair in pairs:
            a, b = self.of[pair.one], self.of[pair.other]
            if a != b:
                sums[a][b] = sums[b][a] = sums[a].get(b, 0.0) + pair.score
        queue = [self._entry(a, b, s) for a in sums for b, s in sums[a].items() if a < b]
        heapq.heapify(queue)
        while queue:
            cost, a, b, size = heapq.heappop(queue)
            # An entry from before one of the groups grew is out of date: a newer one is queued.
            current = a in self.members and b in self.members and size == self._size(a, b)
            if not current or -cost < threshold or not self.unite(a, b):
                continue
            for third, total in sums.pop(b).items():
                del sums[third][b]
                if third != a:
                    sums[a][third] = sums[third][a] = sums[a].get(third, 0.0) + total
            for third, total in sums[a].items():
                heapq.heappush(queue, self._entry(min(a, third), max(a, third), total))

    def _size(self, a: str, b: str) -> int:
        return len(self.members[a]) * len(self.members[b])

    def _entry(self, a: str, b: str, total: float) -> tuple[float, str, str, int]:
        size = self._size(a, b)
        return -round(total / size, 9), a, b, size


def _present(rulings: Iterable[Ruling], by_id: Mapping[str, StoryItem]) -> list[Ruling]:
    """The rulings on items that are here, by the ids that they have now."""
    now = {key: item_id for item_id in sorted(by_id) for key in by_id[item_id].keys}
    now |= {item_id: item_id for item_id in by_id}
    here = []
    for ruling in rulings:
        named = sorted({now[key] for key in ruling.items if key in now})
        if len(named) > 1:
            here.append(Ruling(ruling.kind, tuple(named), ruling.by, ruling.reason))
    return here


def _obey(groups: _Groups, rulings: Sequence[Ruling]) -> dict[str, set[str]]:
    """Merge and separate as ruled, the latest ruling first; says for each group who merged it."""
    reasons: defaultdict[str, set[str]] = defaultdict(set)
    for ruling in reversed(rulings):
        for one, other in combinations(ruling.items, 2):
            if ruling.kind == "split":
                groups.separate(one, other)
            elif groups.unite(one, other):
                reasons[one].add(f"merged by {ruling.by}: {ruling.reason}")
    told: defaultdict[str, set[str]] = defaultdict(set)
    for item_id, said in reasons.items():
        told[groups.of[item_id]] |= said
    return told


def _story(members: Iterable[StoryItem], reasons: Iterable[str]) -> Story:
    """A story; it is founded by its earliest item, and the paper itself speaks for it.

    What was withdrawn speaks only where nothing stands.
    """
    items = sorted(members, key=lambda item: (item.date_inferred, item.published, item.item_id))
    speaker = min(items, key=lambda item: (item.withdrawn, item.kind != "paper"))
    standing = [item for item in items if not item.withdrawn]
    return Story(
        id=story_id(items[0].item_id),
        item_ids=tuple(item.item_id for item in items),
        representative=speaker.item_id,
        outlets=tuple(dict.fromkeys(outlet for item in standing for outlet in item.outlets)),
        reasons=tuple(sorted(reasons)),
    )
