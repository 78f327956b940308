"""What a data file consists of: tables, their columns, and how a value becomes plain.

A column says its name, type, unit and meaning, and how its value is had; so the data dictionary and
the data cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from digest.publish.editions import PublishedEdition
from digest.publish.estimates import carrying
from digest.publish.machine.addresses import plain
from digest.taxonomy import Codebook

# ``date`` is a day as YYYY-MM-DD; ``list`` is a list of strings, in CSV joined by ``SEPARATOR``.
Type = Literal["string", "integer", "number", "boolean", "date", "list"]
Value = str | int | float | tuple[str, ...] | None
SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands in the dictionary about it, and ``of``, which takes a row's subject.

    ``required`` columns are never empty. The empty string counts as no value. ``foreign`` columns
    hold what is not ours to license: titles, names and sentences of authors and publishers.
    """

    name: str
    type: Type
    meaning: str
    of: Callable[[Any], Any]
    unit: str = ""
    required: bool = False
    foreign: bool = False

    def value(self, subject: object) -> Value:
        """The column's value for a subject."""
        value = self.of(subject)
        if self.type == "list":
            return tuple(_text(one).replace(";", ",") for one in value)
        if isinstance(value, str):
            return _text(value) or None
        return value  # type: ignore[no-any-return]


def _text(value: str) -> str:
    # Most values are ids, and the long way takes seconds for the half million of a quarter.
    return value.strip() if value.isascii() and value.isprintable() else plain(value)


class Data:
    """An edition with its codebook, looked up by id."""

    def __init__(self, edition: PublishedEdition, codebook: Codebook) -> None:
        manifest = self.manifest = edition.manifest
        self.edition = edition
        self.items = {one.id: one for one in manifest.items}
        self.shown = {one.id: one for one in manifest.shown}
        self.stories = {item: story.id for story in manifest.stories for item in story.items}
        self.chosen = {(i, s.scheme, s.label) for s in manifest.sections for i in s.chosen}
        self.evidence = {
            (one.id, e.scheme, e.label): e for one in manifest.shown for e in one.evidence
        }
        self.carrying = carrying(manifest)
        self.names = {(label.scheme, label.id): label.name for label in codebook.labels}

    def name(self, scheme: str, label: str) -> str:
        """A label's English name, empty when the codebook of today has no such label."""
        return self.names.get((scheme, label), "")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about: ``one`` is the thing itself, ``of`` what it belongs to, if anything."""

    data: Data
    one: Any
    of: Any = None


@dataclass(frozen=True, slots=True)
class Table:
    """A data file. ``key`` names the columns that tell its rows apart."""

    name: str
    about: str
    key: tuple[str, ...]
    own: tuple[Column, ...]
    subjects: Callable[[Data], Iterable[Subject]]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns: those that every table has, then its own."""
        return (*EVERYWHERE, *self.own)

    @property
    def is_foreign(self) -> bool:
        """Whether it holds what is not ours."""
        return any(column.foreign for column in self.own)

    def rows(self, data: Data) -> Iterator[tuple[Value, ...]]:
        """The rows, in the order of the manifest; values in the order of the columns."""
        columns = self.columns
        for subject in self.subjects(data):
            yield tuple(column.value(subject) for column in columns)


EVERYWHERE = (
    Column("edition", "string", "Quarter of the edition, such as 2026Q1.",
           lambda s: s.data.manifest.quarter, required=True),
    Column("edition_version", "string", "Version of the edition, such as v1.0. Empty in a draft.",
           lambda s: s.data.edition.version),
)  # fmt: skip
