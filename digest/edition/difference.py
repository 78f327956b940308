"""What one manifest changes against another, item by item and page by page, and how to say it.

Pure: everything is in the two manifests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.edition.manifest import Changes, EditionItem, Manifest, Section, compare

NAMED = 20  # items that are named of each kind of change; the rest is counted
_FIELDS = {
    "model": "the model",
    "codebook": "the codebook",
    "thresholds": "the thresholds",
    "shown": "what the pages show of an item",
    "sections": "the items chosen for a page, or its counts",
    "review": "the outcome of the review",
    "records": "the number of records",
    "rejections": "the rejected entries",
    "sources": "what is said of a source",
    "sample": "whether the texts are invented",
    "stories": "which items are one story",
    "counts": "the corrected counts",
    "shares": "the goals' shares",
    "signals": "the signals",
    "past": "the counts of earlier quarters",
    "panel": "what the panel says",
}


@dataclass(frozen=True, slots=True)
class Relabelled:
    """An item whose labels changed; labels as ``scheme/label``."""

    id: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageChange:
    """What a label's page shows that it did not show before, and no longer shows; item ids."""

    section: str
    appear: tuple[str, ...]
    vanish: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that a new manifest changes; false when both are the same edition.

    ``otherwise`` are items that changed in something else than their labels; ``titles`` are those
    of all items that are spoken of, by id.
    """

    changes: Changes
    relabelled: tuple[Relabelled, ...]
    otherwise: tuple[str, ...]
    pages: tuple[PageChange, ...]
    titles: dict[str, str]

    def __bool__(self) -> bool:
        return bool(self.changes)


def difference(old: Manifest, new: Manifest) -> Difference:
    """What ``new`` changes against ``old``."""
    changes = compare(old, new)
    before, after = ({i.id: i for i in manifest.items} for manifest in (old, new))
    moved = [_relabelled(before[i], after[i]) for i in changes.changed]
    relabelled = tuple(item for item in moved if item.gained or item.lost)
    told = {item.id for item in relabelled}
    pages = tuple(_pages(old.sections, new.sections))
    on_pages = (i for page in pages for i in (*page.appear, *page.vanish))
    named = {*changes.entered, *changes.left, *changes.changed, *on_pages}
    return Difference(
        changes=changes,
        relabelled=relabelled,
        otherwise=tuple(i for i in changes.changed if i not in told),
        pages=pages,
        titles={i: (after.get(i) or before[i]).title for i in sorted(named)},
    )


def _relabelled(old: EditionItem, new: EditionItem) -> Relabelled:
    before, after = ([f"{a.scheme}/{a.label}" for a in item.labels] for item in (old, new))
    return Relabelled(
        new.id,
        gained=tuple(label for label in after if label not in before),
        lost=tuple(label for label in before if label not in after),
    )


def _pages(old: Iterable[Section], new: Iterable[Section]) -> Iterator[PageChange]:
    before, after = ({(s.scheme, s.label): s.chosen for s in several} for several in (old, new))
    for pair in dict.fromkeys((*before, *after)):
        was, now = before.get(pair, ()), after.get(pair, ())
        appear = tuple(i for i in now if i not in was)
        vanish = tuple(i for i in was if i not in now)
        if appear or vanish:
            yield PageChange("/".join(pair), appear, vanish)


def lines(difference: Difference) -> Iterator[str]:
    """The difference in words: counts, and of each kind ``NAMED`` items by title."""
    changes, titles = difference.changes, difference.titles

    def named(ids: Sequence[str]) -> list[str]:
        return [f"{item_id}  {titles.get(item_id, '')}".rstrip() for item_id in ids]

    yield from _listed("entered", named(changes.entered))
    yield from _listed("left", named(changes.left))
    relabelled = [f"{name}  ({_signed(item)})" for item, name in zip(
        difference.relabelled, named([item.id for item in difference.relabelled]), strict=True
    )]  # fmt: skip
    whose = "its" if len(relabelled) == 1 else "their"
    yield from _listed(f"changed {whose} labels", relabelled)
    yield from _listed("changed otherwise", named(difference.otherwise))
    for page in difference.pages:
        appear = "appears" if len(page.appear) == 1 else "appear"
        vanish = "vanishes" if len(page.vanish) == 1 else "vanish"
        yield f"  page {page.section}: {len(page.appear):,} {appear}, {len(page.vanish):,} {vanish}"
        yield from (f"    + {name}" for name in named(page.appear))
        yield from (f"    - {name}" for name in named(page.vanish))
    yield from (f"  source {source}" for source in changes.sources)
    if changes.other:
        yield f"  also changed: {', '.join(other_changes(changes))}"


def other_changes(changes: Changes) -> tuple[str, ...]:
    """The names of what else changed, in words."""
    return tuple(_FIELDS.get(name, name) for name in changes.other)


def _listed(what: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        more = f", {NAMED:,} of them:" if len(entries) > NAMED else ":"
        yield f"  {len(entries):,} {what}{more}"
        yield from (f"    {entry}" for entry in entries[:NAMED])


def _signed(item: Relabelled) -> str:
    return ", ".join([*(f"+{label}" for label in item.gained), *(f"-{n}" for n in item.lost)])
