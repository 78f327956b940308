"""What a draft finds beyond its items, from the store, the shelf and the model's test."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from digest.classify.evaluate.report import EVALUATION
from digest.classify.evaluate.result import parse
from digest.edition.findings import past
from digest.edition.manifest import EditionStory, Manifest, Past
from digest.edition.prevalence import ModelTest
from digest.edition.shelf import Edition, Shelf
from digest.edition.stories import Ruling, candidates, clusters
from digest.edition.stories.load import story_items
from digest.errors import InputError, first_problem
from digest.items import REAL_ABSTRACT
from digest.quarter import Quarter

if TYPE_CHECKING:
    import duckdb

    from digest.classify.evaluate.answers import Sheet
    from digest.classify.model import Model

Goal = Annotated[str, Field(pattern=r"^(?:[1-9]|1[0-7])$")]
Pair = tuple[str, str]


def stories(
    connection: duckdb.DuckDBPyConnection,
    quarter: Quarter,
    encoder: str,
    publishers: Mapping[str, str],
    rulings: Sequence[Ruling],
    only: frozenset[str] | None = None,
) -> tuple[EditionStory, ...]:
    """The quarter's stories of two items or more: of all its items, or ``only`` of some."""
    items = story_items(connection, quarter, encoder, publishers)
    if only is not None:
        items = [item for item in items if item.item_id in only]
    return tuple(
        EditionStory(one.id, one.item_ids, one.representative, one.outlets, one.reasons)
        for one in clusters(items, candidates(items), rulings)
        if len(one.item_ids) > 1
    )


def rulings(path: Path) -> tuple[Ruling, ...]:
    """What the panel decided about stories, in the order in which it did.

    JSON lines ``{"kind": "split" or "merge", "items": [ids], "by", "reason"}``.

    Raises:
        InputError: names the line that is none.
    """
    lines = path.read_bytes().splitlines() if path.exists() else []
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            row = orjson.loads(line)
            found.append(Ruling(row["kind"], tuple(row["items"]), row["by"], row["reason"]))
        except (ValueError, KeyError, TypeError, InputError) as error:
            raise InputError(
                f'{path}, line {number}: not {{"kind", "items", "by", "reason"}}: {error}'
            ) from None
    return tuple(found)


class _Reference(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    shares: dict[Goal, Annotated[float, Field(gt=0, lt=1)]]


def reference(path: Path) -> dict[str, float]:
    """The shares that the panel holds goals against, by goal, 0 to 1; none where it set none.

    TOML, ``[shares]`` with a line ``3 = 0.12`` for each goal that is not held against an equal
    share.

    Raises:
        InputError: names what is wrong in the file.
    """
    if not path.exists():
        return {}
    try:
        return dict(_Reference.model_validate(tomllib.loads(path.read_text("utf-8"))).shares)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read as TOML: {error}") from None
    except ValidationError as error:
        raise InputError(
            f"{path}: {first_problem(error)}; write [shares] and under it goals with their "
            "shares of 1, such as 3 = 0.12"
        ) from None


def model_tests(model: Model) -> tuple[dict[Pair, ModelTest], ModelTest | None]:
    """The model's test on real abstracts: for each label, and for the goals together.

    An abstract counts for a label when it is about AI, too, as an item does on a page.
    """
    path = model.folder / EVALUATION
    if not path.exists():
        return {}, None
    name, sheets = parse(path.read_bytes(), str(path))
    if name != model.id or "ai" not in sheets:
        return {}, None
    each = {
        (scheme, label): ModelTest(test.given[:, column], test.concerns[:, column])
        for scheme, sheet in sheets.items()
        if (test := _test(sheet, sheets["ai"])) is not None
        for column, label in enumerate(sheet.outcome.labels)
    }
    return each, _test(sheets["sdg"], sheets["ai"]) if "sdg" in sheets else None


def _test(sheet: Sheet, relevance: Sheet) -> ModelTest | None:
    row_of = {text: row for row, text in enumerate(relevance.ids)}
    rows = [
        n for n, text in enumerate(sheet.ids) if sheet.kinds[n] == REAL_ABSTRACT and text in row_of
    ]
    if not rows:
        return None
    about = relevance.outcome.at([row_of[sheet.ids[n]] for n in rows])
    judged = sheet.outcome.at(rows)
    return ModelTest(
        np.asarray(judged.given & about.given[:, :1]), np.asarray(judged.truth & about.truth[:, :1])
    )


def earlier(shelf: Shelf, quarter: Quarter) -> tuple[Manifest | None, tuple[Past, ...]]:
    """What the machine said of the quarter before, and what every earlier quarter counted.

    The quarter before is its last version without what the panel decided: a machine's count beside
    the panel's would look like a change. What the panel took out stays out.
    """
    latest = {edition.quarter: edition for edition in shelf.editions() if edition.quarter < quarter}
    before: Manifest | None = None
    counted = []
    for edition, manifest in _read(shelf, latest):
        counted.append(past(manifest, edition.version))
        if edition.quarter == quarter.previous():
            before = _by_the_machine(shelf, edition, manifest)
    return before, tuple(counted)


def _by_the_machine(shelf: Shelf, edition: Edition, published: Manifest) -> Manifest:
    machine = shelf.machine(edition.quarter, edition.version) or published
    left = {item.id for item in published.items}
    return replace(machine, items=tuple(item for item in machine.items if item.id in left))


def _read(shelf: Shelf, latest: Mapping[Quarter, Edition]) -> Iterator[tuple[Edition, Manifest]]:
    """One manifest at a time: each has some ten megabytes."""
    for which in sorted(latest):
        yield latest[which], shelf.manifest(latest[which])
