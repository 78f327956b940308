"""A draft with what people decided: the machine's draft, verdicts and corrections in, one out.

Pure. The machine's draft stays as it is: taking a verdict back gives the draft without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.edition.findings import Read, goal_shares, label_counts
from digest.edition.manifest import (
    Assigned,
    EditionItem,
    EditionSignal,
    EditionStory,
    Manifest,
    Signals,
)
from digest.edition.panel import PANEL, Overruled, Panel
from digest.edition.prevalence import ModelTest
from digest.edition.readings import Key, Pair, Readings
from digest.edition.select import SHOWN_SCHEMES, sections, speaker


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided about a draft's items.

    ``readings`` hold the verdicts; ``near`` the machine's probability and threshold for labels
    that it did not give, as far as they are known; ``makers`` name who decided, where it was not
    the panel; ``removed`` items are taken out of the edition; ``stories`` are those after the
    panel's rulings, None if there are none; ``reference`` the shares that goals are held against.
    """

    readings: Readings
    near: Mapping[Key, tuple[float, float]] = field(default_factory=dict)
    makers: Mapping[Key, str] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    stories: tuple[EditionStory, ...] | None = None
    reference: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelTests:
    """The model's test: by label, and for the goals together."""

    labels: Mapping[Pair, ModelTest] = field(default_factory=dict)
    goals: ModelTest | None = None


def with_verdicts(items: Iterable[EditionItem], decided: Decided) -> Iterator[EditionItem]:
    """The items with the labels that stand: what is rejected is gone, what is accepted is there."""
    own: dict[str, dict[Pair, bool]] = {}
    for (item_id, scheme, label), accepted in sorted(decided.readings.verdicts.items()):
        own.setdefault(item_id, {})[scheme, label] = accepted
    for item in items:
        verdicts = own.get(item.id)
        yield replace(item, labels=tuple(_labels(item, verdicts, decided))) if verdicts else item


def _labels(
    item: EditionItem, verdicts: Mapping[Pair, bool], decided: Decided
) -> Iterator[Assigned]:
    given = {(one.scheme, one.label) for one in item.labels}
    for one in item.labels:
        key = (item.id, one.scheme, one.label)
        verdict = verdicts.get((one.scheme, one.label))
        if verdict is None:
            yield one
        elif verdict:
            yield replace(one, maker=decided.makers.get(key, PANEL), unsure=False)
    for pair, accepted in verdicts.items():
        if accepted and pair not in given:
            key = (item.id, *pair)
            near = decided.near.get(key, (0.0, 0.0))
            yield Assigned(*pair, *near, maker=decided.makers.get(key, PANEL))


def overruled(
    items: Sequence[EditionItem], decided: Decided
) -> tuple[tuple[Overruled, ...], tuple[Overruled, ...]]:
    """Where the panel and the machine differ: labels rejected, and labels added."""
    verdicts, near = sorted(decided.readings.verdicts.items()), decided.near
    given = {
        (item.id, one.scheme, one.label): (one.probability, one.threshold)
        for item in items for one in item.labels
    }  # fmt: skip
    here = {item.id for item in items}
    rejected = [k for k, accepted in verdicts if not accepted and k in given]
    added = [k for k, accepted in verdicts if accepted and k not in given and k[0] in here]
    return (
        tuple(Overruled(*key, *given[key]) for key in rejected),
        tuple(Overruled(*key, *near.get(key, (0.0, 0.0))) for key in added),
    )


def reviewed(
    machine: Manifest, decided: Decided, tests: ModelTests | None, panel: Panel | None, review: str
) -> Manifest:
    """The draft with what people decided, but for what the pages show of newly chosen items.

    ``machine`` is the draft as the machine made it. ``tests`` is None where they are of another
    model than the draft: then what the panel's sample alone does not tell stays as the machine's
    draft has it. Signals stay, too: they compare what one machine counted in two quarters.
    """
    items = [item for item in machine.items if item.id not in decided.removed]
    after = list(with_verdicts(items, decided))
    pairs = [(section.scheme, section.label) for section in machine.sections]
    told = machine.stories if decided.stories is None else decided.stories
    told = tuple(_without(told, {item.id: item for item in items}))
    read, own = Read(decided.readings, {item.id: item for item in after}), tests or ModelTests()
    counts = tuple(label_counts(items, pairs, own.labels, read))
    goals = [n for s, n in pairs if s == "sdg"]
    shares = goal_shares(items, goals, own.goals, read, decided.reference)
    if tests is None:
        before = {(one.scheme, one.label, one.kind): one for one in machine.counts}
        counts = tuple(
            one if one.count.basis != "none" else before.get((one.scheme, one.label, one.kind), one)
            for one in counts
        )
        shares = shares if any(one.basis != "none" for one in shares) else machine.shares
    return replace(
        machine,
        items=tuple(after),
        shown=tuple(one for one in machine.shown if one.id not in decided.removed),
        sections=tuple(sections(after, pairs, told)),
        stories=told,
        counts=counts,
        shares=shares,
        signals={k: _signals(one, decided.removed) for k, one in machine.signals.items()},
        panel=panel,
        review=review,
    )


def _without(
    stories: Iterable[EditionStory], items: Mapping[str, EditionItem]
) -> Iterator[EditionStory]:
    """The stories of two ``items`` or more; what was taken out may have spoken for its story."""
    for story in stories:
        left = tuple(item for item in story.items if item in items)
        if len(left) == len(story.items):
            yield story
        elif len(left) > 1:
            shorter = replace(story, items=left)
            yield replace(shorter, representative=speaker(shorter, items))


def _signals(found: Signals, removed: frozenset[str]) -> Signals:
    """The signals, none of which names an item that is taken out."""
    return replace(found, signals=tuple(_naming(one, removed) for one in found.signals))


def _naming(one: EditionSignal, removed: frozenset[str]) -> EditionSignal:
    left = [n for n, item in enumerate(one.items) if item not in removed]
    titles = tuple(one.titles[n] for n in left) if one.titles else ()
    return replace(one, items=tuple(one.items[n] for n in left), titles=titles)


def listed(manifest: Manifest) -> frozenset[str]:
    """The items that pages show or list: their titles, with late and withdrawn ones."""
    aside = (item.id for item in manifest.items if item.late or item.withdrawn)
    return frozenset((*manifest.chosen, *aside))


def shown_labels(items: Sequence[EditionItem], ids: Iterable[str]) -> dict[str, tuple[Pair, ...]]:
    """The labels of some items whose evidence the pages show, by item."""
    wanted = frozenset(ids)
    return {
        item.id: tuple((a.scheme, a.label) for a in item.labels if a.scheme in SHOWN_SCHEMES)
        for item in items if item.id in wanted
    }  # fmt: skip
