"""Judged texts, to test a model on: the unseen parts, or a file of one's own.

The unseen parts are those that training leaves out (``Example.part``): of the written exemplars,
and of the real abstracts that were read with the codebook. Of the latter the repository keeps the
judgements alone; their texts come from metadata snapshots.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from digest.classify.heads import NONE
from digest.classify.label import without_markup
from digest.classify.train.data import (
    EXEMPLARS,
    READ_ONCE,
    READINGS,
    Example,
    exemplars,
    readings,
)
from digest.classify.train.rows import rows, table
from digest.errors import InputError
from digest.taxonomy import Codebook

_READERS = "first", "second"


@dataclass(frozen=True, slots=True)
class Judged:
    """Judged texts, and the SHA-256 of each file that they or their labels came from."""

    examples: tuple[Example, ...]
    files: dict[str, str]


def unseen(
    snapshots: Sequence[Path] = (), written: Path = EXEMPLARS, read: Path = READINGS
) -> Judged:
    """What training never saw: of the exemplars, and of the abstracts that ``snapshots`` hold.

    Raises:
        InputError: a snapshot cannot be read, or none holds an abstract that was read.
    """
    for snapshot in snapshots:
        if not snapshot.is_file():
            raise InputError(f"there is no file {snapshot}: check the path")
    real = [example for example in readings(snapshots, read) if example.part == "test"]
    if snapshots and not real:
        raise InputError(f"no abstract of {read} is in {', '.join(map(str, snapshots))}")
    tables = sorted(read.glob("*.tsv")) if snapshots else ()
    files = [*sorted(written.glob("*.jsonl")), *tables, *snapshots]
    return Judged(
        (*(example for example in exemplars(written) if example.part == "test"), *real),
        {path.name: _sha256(path) for path in files},
    )


def agreement(quarters: Collection[str], folder: Path = READINGS) -> dict[str, int]:
    """How many abstracts of these quarters were ``read`` with the codebook, to train or to test
    on; how many of them ``twice``; and how many of those ``alike`` in all respects.
    """
    both = [[f"{reader}_{what}" for what in ("sdg", "risk", "ai")] for reader in _READERS]
    twice = [
        row
        for path in sorted(folder.glob("*.tsv")) if path.stem in quarters
        for row in table(path, *both[0], *both[1])
    ]  # fmt: skip
    once = (p for p in (folder / READ_ONCE.name).glob("*.tsv") if p.stem in quarters)
    first, second = ([[row[name] for name in names] for row in twice] for names in both)
    return {
        "read": len(twice) + sum(len(list(table(path, "id"))) for path in once),
        "twice": len(twice),
        "alike": sum(one == other for one, other in zip(first, second, strict=True)),
    }


def labelled_lines(path: Path, codebook: Codebook) -> Judged:
    """A file of JSON lines ``{"text", "labels"}``, each with a ``"scheme"`` and a ``"kind"`` if
    one likes; without a scheme it is ``sdg``.

    Raises:
        InputError: names the file and the line, and says what is wrong with it.
    """
    known = {(label.scheme, label.id) for label in codebook.labels}
    examples = tuple(_example(line, where, known) for where, line in rows(path, _Line))
    if not examples:
        raise InputError(f"{path} holds no line to evaluate on")
    return Judged(examples, {path.name: _sha256(path)})


class _Line(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    text: str = Field(min_length=1)
    labels: list[str]
    scheme: Literal["sdg", "risk", "mit", "ai"] = "sdg"
    kind: str = ""


def _example(read: _Line, where: str, known: set[tuple[str, str]]) -> Example:
    for label in read.labels:
        if label != NONE and (read.scheme, label) not in known:
            raise InputError(f"{where}: the codebook has no label {read.scheme}/{label}")
    return Example(without_markup(read.text), {read.scheme: frozenset(read.labels)}, "", read.kind)


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
