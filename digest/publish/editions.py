"""Editions as they go on the site: which versions there are, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.edition.manifest import Changes, Manifest
from digest.quarter import Quarter


@dataclass(frozen=True, slots=True)
class PublishedEdition:
    """An edition as it goes on the site.

    ``version`` is ``v1.0``, ``v1.1``, … or None for a draft; ``published`` is ``YYYY-MM-DD`` or
    empty for a draft. ``changes`` are those against the version that this one replaces, and
    ``report`` holds the results of the model's tests, as
    ``digest.classify.evaluate.report`` gives them.
    """

    manifest: Manifest
    version: str | None
    published: str
    changes: Changes | None = None
    report: Mapping[str, Any] | None = None

    @property
    def quarter(self) -> Quarter:
        """The edition's quarter."""
        return Quarter.parse(self.manifest.quarter)

    @property
    def order(self) -> tuple[Quarter, tuple[int, ...]]:
        """Sorts editions by quarter, then by version (``v1.10`` after ``v1.9``)."""
        numbers = (self.version or "").removeprefix("v").split(".")
        return self.quarter, tuple(int(n) for n in numbers if n)


@dataclass(frozen=True, slots=True)
class VersionLink:
    """A published version of an edition; ``href`` is relative to the linking edition's root."""

    version: str
    published: str
    href: str


@dataclass(frozen=True, slots=True)
class Placement:
    """An edition in a folder of the site, with links to all versions of it, newest first.

    ``is_first`` is false for the second copy of the same pages, which search would find twice.
    """

    folder: str
    edition: PublishedEdition
    versions: tuple[VersionLink, ...]
    is_first: bool


def placements(editions: Sequence[PublishedEdition]) -> Iterator[Placement]:
    """Newest first: a quarter's newest version under ``2026Q1``, each under ``2026Q1/v1.0`` too."""
    newest_first = sorted(editions, key=lambda edition: edition.order, reverse=True)
    for edition in newest_first:
        quarter = edition.manifest.quarter
        siblings = [e for e in newest_first if e.manifest.quarter == quarter]
        named = [(e.version, e.published) for e in siblings if e.version]
        if edition is siblings[0]:
            links = tuple(VersionLink(v, day, f"{v}/") for v, day in named)
            yield Placement(quarter, edition, links, is_first=True)
        if edition.version:
            links = tuple(VersionLink(v, day, f"../{v}/") for v, day in named)
            yield Placement(f"{quarter}/{edition.version}", edition, links, is_first=False)
