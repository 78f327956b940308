"""The queues of a review: which items people look at, in what order, and the random sample.

    selected    what the pages show, or would if a person confirmed it, in the order of the pages:
                all of it must be decided
    late        what came after the review was opened, or after the quarter was published
    unsure      labels near their threshold, the nearest first: where a person helps most
    sample      drawn at random from all items: how often the machine is wrong
    goal/<n>, risk/<category>   one page: what it shows, what would take its place, what is near

Pure; one place says who stands where, so that a queue's number is the same for everybody.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digest.edition.manifest import EditionItem, Manifest
from digest.edition.readings import ABOUT_AI, JUDGED, Pair
from digest.edition.select import PLACES, SHOWN_SCHEMES, candidates, is_showable

SELECTED, UNSURE, SAMPLE, LATE = "selected", "unsure", "sample", "late"
MOST_UNSURE = 300  # items of the unsure queue: some evenings' work of a panel
RESERVE = PLACES  # as many again as a page shows
PAPERS_DRAWN = 50
NEWS_FOR_PAPERS = 0.4  # 20 news for 50 papers: the machine reads papers, which are most
PREFIX = {"sdg": "goal", "risk": "risk"}
_SCHEME = {prefix: scheme for scheme, prefix in PREFIX.items()}


@dataclass(frozen=True, slots=True)
class Near:
    """What the machine says of one label of an item: given, or near the threshold, or both."""

    scheme: str
    label: str
    probability: float
    threshold: float
    assigned: bool
    unsure: bool

    @property
    def distance(self) -> float:
        """From the threshold: 0 is the most uncertain."""
        return abs(self.probability - self.threshold)


Labels = Mapping[str, Sequence[Near]]  # by item


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues by name, in the order in which they are offered, and how many found no room."""

    ids: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, int]

    @property
    def items(self) -> frozenset[str]:
        """Every item of some queue."""
        return frozenset(item_id for ids in self.ids.values() for item_id in ids)


def queue_of(scheme: str, label: str) -> str:
    """The name of a page's queue: ``goal/7``, ``risk/security``."""
    return f"{PREFIX[scheme]}/{label}"


def pair_of(queue: str) -> Pair:
    """The label of a page's queue: ``("sdg", "7")`` of ``goal/7``."""
    prefix, _, label = queue.partition("/")
    return _SCHEME[prefix], label


def asked(
    queue: str, pages: tuple[Pair, ...], assigned: tuple[Pair, ...], unsure: tuple[Pair, ...]
) -> tuple[Pair, ...]:
    """The labels about which a queue asks people for an item.

    ``pages`` are those under which the draft shows it, or would if it were confirmed;
    ``assigned`` those that the machine gives it, ``unsure`` those near their threshold, as far as
    people judge them.
    """
    if queue == SELECTED:
        return pages
    if queue == UNSURE:
        return unsure
    if queue == SAMPLE:
        return tuple(dict.fromkeys((ABOUT_AI, *assigned, *unsure)))
    if queue == LATE:
        return tuple(pair for pair in assigned if pair != ABOUT_AI) or unsure
    return (pair_of(queue),)


def queues(manifest: Manifest, labels: Labels, drawn: Iterable[str], late: Iterable[str]) -> Queues:
    """Who stands in which queue.

    ``labels`` are the machine's for every item of the draft, ``drawn`` the sample in the order of
    drawing, ``late`` what came after the review was opened.
    """
    by_id = {item.id: item for item in manifest.items}
    selected = tuple(dict.fromkeys(i for one in manifest.sections for i in candidates(one)))
    late_ids = {*late} | {item.id for item in manifest.items if item.late}
    came_late = tuple(
        item.id for item in manifest.items if item.id in late_ids and _concerns(item, labels)
    )
    unsure = [i for i in _unsure(manifest.items, labels) if i not in {*selected}]
    sample = tuple(i for i in drawn if i in by_id and not by_id[i].withdrawn)
    common = {
        SELECTED: selected, LATE: came_late, UNSURE: tuple(unsure[:MOST_UNSURE]), SAMPLE: sample,
    }  # fmt: skip
    near = dict.fromkeys(i for ids in common.values() for i in ids)
    pages = _pages(manifest, labels, near)
    left = {UNSURE: len(unsure) - MOST_UNSURE} if len(unsure) > MOST_UNSURE else {}
    return Queues(common | pages, left)


def _concerns(item: EditionItem, labels: Labels) -> bool:
    """Whether an item may come to stand on a page: all others need nobody's time."""
    given = labels.get(item.id, ())
    return (
        not item.withdrawn
        and any(near.scheme == "ai" for near in given)
        and any(near.scheme in SHOWN_SCHEMES for near in given)
    )


def _unsure(items: Iterable[EditionItem], labels: Labels) -> list[str]:
    """The items with a label near its threshold, the most uncertain first."""
    found = []
    for item in items:
        if _concerns(item, labels):
            doubts = [
                near.distance for near in labels[item.id]
                if near.unsure and near.scheme in JUDGED
            ]  # fmt: skip
            if doubts:
                found.append((min(doubts), item.id))
    return [item_id for _, item_id in sorted(found)]


def _pages(manifest: Manifest, labels: Labels, near: Iterable[str]) -> dict[str, tuple[str, ...]]:
    carrying: dict[Pair, list[tuple[float, str, str]]] = {}
    for item in manifest.items:
        if is_showable(item):
            for one in item.labels:
                place = (-one.probability, item.id, item.kind)
                carrying.setdefault((one.scheme, one.label), []).append(place)
    about: dict[Pair, list[str]] = {}
    for item_id in near:
        for said in labels.get(item_id, ()):
            about.setdefault((said.scheme, said.label), []).append(item_id)
    pages = {}
    for section in manifest.sections:
        pair = section.scheme, section.label
        asked_of = candidates(section)
        reserve = _reserve(sorted(carrying.get(pair, [])), {*asked_of})
        ids = dict.fromkeys((*asked_of, *reserve, *about.get(pair, [])))
        pages[queue_of(*pair)] = tuple(ids)
    return pages


def _reserve(ranked: Iterable[tuple[float, str, str]], before: set[str]) -> Iterator[str]:
    """What would take the place of an item that is rejected."""
    taken: Counter[str] = Counter()
    for _, item_id, kind in ranked:
        if item_id not in before and taken[kind] < RESERVE[kind]:
            taken[kind] += 1
            yield item_id


@dataclass(frozen=True, slots=True)
class Draw:
    """A random sample: its items in the order of drawing, and how probable it was to draw each."""

    ids: tuple[str, ...]
    inclusion: Mapping[str, float]


def draw(items: Sequence[EditionItem], papers: int, key: str) -> Draw:
    """Draw so many papers, and two news for five papers, each kind evenly; all if there are fewer.

    ``key`` decides the draw: the same key and items give the same sample.
    """
    wanted = {"paper": papers, "news": round(papers * NEWS_FOR_PAPERS)}
    ids: list[str] = []
    inclusion: dict[str, float] = {}
    for kind, number in wanted.items():
        population = [item.id for item in items if item.kind == kind]
        size = min(number, len(population))
        chosen = _generator(key, kind).choice(len(population), size, replace=False)
        ids += [population[n] for n in chosen]
        inclusion |= {population[n]: size / len(population) for n in chosen}
    return Draw(tuple(ids), inclusion)


def draw_more(items: Sequence[EditionItem], rates: Mapping[str, float], key: str) -> Draw:
    """Draw from items that came later, each with the probability of its kind in the first draw."""
    ids = tuple(
        item.id
        for kind, rate in rates.items()
        for item, chance in _with_chances([i for i in items if i.kind == kind], key, kind)
        if chance < rate
    )
    kind_of = {item.id: item.kind for item in items}
    return Draw(ids, {item_id: rates[kind_of[item_id]] for item_id in ids})


def _with_chances(
    items: Sequence[EditionItem], key: str, kind: str
) -> Iterator[tuple[EditionItem, float]]:
    yield from zip(items, _generator(key, kind).random(len(items)).tolist(), strict=True)


def _generator(key: str, kind: str) -> np.random.Generator:
    digest = hashlib.sha256(f"{key} {kind}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))
