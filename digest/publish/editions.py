"""Editions as they go on the site: which versions there are, and where each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from digest.edition.difference import Difference
from digest.edition.manifest import Changes, Manifest
from digest.edition.shelf import Correction
from digest.items import digest_of
from digest.quarter import Quarter
from digest.taxonomy import Codebook


@dataclass(frozen=True, slots=True)
class PublishedEdition:
    """An edition as it goes on the site.

    ``version`` is ``v1.0``, ``v1.1``, … or None for a draft; ``published`` is ``YYYY-MM-DD`` or
    empty for a draft. ``difference`` is that to the version that this one replaces,
    ``correction`` says why it does and by whom, and ``report`` holds the results of the model's
    tests, as ``digest.classify.evaluate.report`` gives them. ``codebook`` has the words in which it
    was published; None where today's are to be used.
    """

    manifest: Manifest
    version: str | None
    published: str
    difference: Difference | None = None
    report: Mapping[str, Any] | None = None
    correction: Correction | None = None
    codebook: Codebook | None = None

    @property
    def changes(self) -> Changes | None:
        """What changed against the version that this one replaces."""
        return self.difference.changes if self.difference else None

    @property
    def quarter(self) -> Quarter:
        """The edition's quarter."""
        return Quarter.parse(self.manifest.quarter)


@dataclass(frozen=True, slots=True)
class Listed:
    """An edition that is known but need not be read, because its pages may be built already.

    ``identity`` changes with anything that its pages are made from, but for today's codebook, where
    it has no words of its own (``has_words``); ``load`` reads the edition.
    """

    quarter: str
    version: str | None
    published: str
    identity: str
    load: Callable[[], PublishedEdition]
    has_words: bool = False

    @classmethod
    def of(cls, edition: PublishedEdition) -> Listed:
        """An edition that is read already."""
        report = orjson.dumps(edition.report, option=orjson.OPT_SORT_KEYS).decode()
        why = str(edition.correction) if edition.correction else ""
        words = edition.codebook.version if edition.codebook else ""
        made_of = edition.manifest.sha256, str(edition.difference), report, why, words
        identity = digest_of(*made_of, prefix="e1-")
        return cls(
            edition.manifest.quarter, edition.version, edition.published, identity,
            lambda: edition, has_words=bool(words),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class VersionLink:
    """A published version of an edition; ``href`` is relative to the linking edition's root."""

    version: str
    published: str
    href: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A folder of the site and the edition that stands in it, with links to all its versions.

    ``versions`` are newest first. ``is_first`` is false for the second copy of the same pages,
    which search would find twice.
    """

    folder: str
    listed: Listed
    versions: tuple[VersionLink, ...]
    is_first: bool

    @property
    def is_newest(self) -> bool:
        """Whether it is the quarter's newest version, under whichever address."""
        return not self.versions or self.listed.version == self.versions[0].version

    def filled(self, edition: PublishedEdition) -> Placement:
        """The slot with its edition."""
        return Placement(self.folder, edition, self.versions, self.is_first)


@dataclass(frozen=True, slots=True)
class Placement:
    """An edition that was read, in its folder of the site; see ``Slot``."""

    folder: str
    edition: PublishedEdition
    versions: tuple[VersionLink, ...]
    is_first: bool

    @property
    def files(self) -> str:
        """Where the edition's files lie, from its folder: they are heavy, and stand only once.

        A version has them beside its pages, so under the quarter's own address, which shows its
        newest version, pages lead to that version's; a draft has no other address.
        """
        return f"{self.edition.version}/" if self.is_first and self.edition.version else ""


def slots(editions: Sequence[Listed]) -> Iterator[Slot]:
    """Newest first: a quarter's newest version under ``2026Q1``, each under ``2026Q1/v1.0`` too."""
    newest_first = sorted(editions, key=_order, reverse=True)
    for edition in newest_first:
        siblings = [e for e in newest_first if e.quarter == edition.quarter]
        named = [(e.version, e.published) for e in siblings if e.version]
        if edition is siblings[0]:
            links = tuple(VersionLink(v, day, f"{v}/") for v, day in named)
            yield Slot(edition.quarter, edition, links, is_first=True)
        if edition.version:
            links = tuple(VersionLink(v, day, f"../{v}/") for v, day in named)
            yield Slot(f"{edition.quarter}/{edition.version}", edition, links, is_first=False)


def _order(edition: Listed) -> tuple[Quarter, tuple[int, ...]]:
    """Its place among all versions of all quarters: ``v1.10`` comes after ``v1.9``."""
    numbers = (edition.version or "").removeprefix("v").split(".")
    return Quarter.parse(edition.quarter), tuple(int(n) for n in numbers if n)
