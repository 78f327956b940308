"""What the page "Explore" reads: every item of an edition that carries a goal or a risk.

The file is compact, because a quarter has thousands of such items: lists instead of objects, and
places in lists instead of names. ``assets/explore.js`` reads it and must be changed with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from digest.edition.manifest import EditionItem, Manifest
from digest.edition.select import SHOWN_SCHEMES, is_showable
from digest.publish import views, words
from digest.text import web_address

FORMAT = "explore/1"
ARXIV = "https://arxiv.org/abs/"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen in the filters, each with its name, in the order of the list."""

    kinds: Mapping[str, str]
    regions: Mapping[str, str]
    languages: Mapping[str, str]


def explorable(manifest: Manifest) -> tuple[EditionItem, ...]:
    """The items that can be explored, newest first."""
    found = [item for item in manifest.items if is_showable(item) and _given(item)]
    found.sort(key=lambda item: item.id)
    return tuple(sorted(found, key=lambda item: item.date, reverse=True))


def _given(item: EditionItem) -> list[Any]:
    return [a for a in item.labels if a.scheme in SHOWN_SCHEMES]


def choices(manifest: Manifest) -> Choices:
    """The values that the edition's items have."""
    items = explorable(manifest)
    regions = _regions(manifest)
    languages = {item.language for item in items if item.language}
    named = {tag: words.language(tag) for tag in languages}
    return Choices(
        kinds={"paper": "Paper", "news": "News"},
        regions={r: region_name(r) for r in sorted({_region(i, regions) for i in items})},
        languages=dict(sorted(named.items(), key=lambda pair: pair[1])),
    )


def region_name(region: str) -> str:
    """A region as the catalogue of sources writes it, for people."""
    return region.replace("-", " ").capitalize()


def _regions(manifest: Manifest) -> dict[str, str]:
    return {source.id: source.region or UNKNOWN for source in manifest.sources}


def _region(item: EditionItem, regions: Mapping[str, str]) -> str:
    """The region of an item's first source."""
    return regions.get(item.sources[0], UNKNOWN) if item.sources else UNKNOWN


def data(manifest: Manifest) -> bytes:
    """The file: ``items`` are lists of title, address, day, kind, region, language and labels.

    A label is its place in ``labels``, the probability in per cent, and its place in ``makers``,
    who are as in the manifest: the page has the words for the panel, in its language.
    The address of an arXiv paper is its number alone.
    """
    items, regions = explorable(manifest), _regions(manifest)
    labels, makers, places, tongues = _Index(), _Index([views.MACHINE]), _Index(), _Index()
    rows = [
        [
            words.clip(item.title, views.TITLE) or item.id,
            web_address(item.url).removeprefix(ARXIV),
            item.date,
            int(item.kind == "news"),
            places[_region(item, regions)],
            tongues[words.lang_attribute(item.language)],
            [
                [
                    labels[f"{a.scheme}/{a.label}"],
                    # Never 0 or 100 of what is neither.
                    min(max(round(a.probability * 100), 1), 99),
                    makers[words.clip(a.maker, views.AUTHOR)],
                ]
                for a in _given(item)
            ],
        ]
        for item in items
    ]
    return orjson.dumps(
        {
            "format": FORMAT,
            "quarter": manifest.quarter,
            "labels": list(labels),
            "makers": list(makers),
            "regions": list(places),
            "languages": list(tongues),
            "items": rows,
        }
    )


class _Index(dict[str, int]):
    """Names and their places, given as they come."""

    def __init__(self, names: list[str] | None = None) -> None:
        super().__init__({name: n for n, name in enumerate(names or [])})

    def __missing__(self, name: str) -> int:
        self[name] = len(self)
        return self[name]
