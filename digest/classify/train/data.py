"""Training texts: the codebook's exemplars, and what else a folder of labelled data holds.

An example says for each scheme which labels the text has, or nothing when nobody judged it in that
scheme. Exemplars were written for one scheme each, and a text without a judgement teaches nothing.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

EXEMPLARS = Path(__file__).parents[2] / "taxonomy" / "exemplars"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its labels by scheme; ``origin`` names the file, ``weight`` its say."""

    text: str
    labels: dict[str, frozenset[str]] = field(hash=False)
    origin: str
    weight: float = 1.0

    @property
    def part(self) -> str:
        """``train``, ``validation`` or ``test``: 86, 7 and 7 % by a hash of the text."""
        share = int(hashlib.sha256(self.text.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
        return "test" if share < 0.07 else "validation" if share < 0.14 else "train"


def exemplars(folder: Path = EXEMPLARS) -> Iterator[Example]:
    """The written exemplars, file by file."""
    for path in sorted(folder.glob("*.jsonl")):
        for row in _rows(path):
            yield Example(row["text"], _labels(row), path.stem)


def _labels(row: dict[str, Any]) -> dict[str, frozenset[str]]:
    if "sdgs" in row:
        return {"sdg": frozenset(map(str, row["sdgs"]))}
    labels = {"risk": frozenset(row["risk"]), "mit": frozenset({row["mit"] or NONE})}
    # A text coded with an AI risk is about AI, whether its writer said so or not.
    if "ai" in row or row["mit"]:
        labels["ai"] = frozenset({"relevant"} if row.get("ai", bool(row["mit"])) else ())
    return labels


def relevance(path: Path) -> Iterator[Example]:
    """arXiv texts judged as AI or not (CSET's development set)."""
    for row in _rows(path):
        labels = frozenset({"relevant"} if row["label"] == "True" else ())
        yield Example(row["text"], {"ai": labels}, "cset")


def incidents(path: Path) -> Iterator[Example]:
    """Reported incidents with the subdomain of the MIT AI Risk Repository."""
    for row in _rows(path):
        yield Example(
            f"{row['title']}\n{row['description']}",
            {"mit": frozenset({row["mit_subdomain"][:3]}), "ai": frozenset({"relevant"})},
            "aiid",
        )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
    with opened as lines:
        yield from map(orjson.loads, lines)
