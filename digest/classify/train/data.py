"""Training texts: the codebook's exemplars, and what else a folder of labelled data holds.

An example says for each scheme which labels the text has, or nothing when nobody judged it in that
scheme. Exemplars were written for one scheme each, and a text without a judgement teaches nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from digest.classify.heads import NONE
from digest.classify.label import Text
from digest.classify.train.rows import rows, table
from digest.errors import InputError
from digest.items import REAL_ABSTRACT, text_hash
from digest.text import one_line

EXEMPLARS = Path(__file__).parents[2] / "taxonomy" / "exemplars"
READINGS = Path(__file__).parents[2] / "taxonomy" / "readings"
# What one reader read: it trains, and no figure rests on it.
READ_ONCE = READINGS / "once"
OPEN_READINGS = READINGS / "open" / "sdg.tsv"
OPEN_FILES = (
    "sdg/osdg-cd-sample.jsonl", "sdg/aurora-survey.jsonl", "sdg/trail22-Train_data.csv",
    "sdg/trail22-Final_Additional_Data.csv", "risk/aiid-incidents-before-500.jsonl",
    "relevance/cset-arxiv-ai-binary-dev.jsonl.gz",
)  # fmt: skip
UNKNOWN = "-"
# Of the texts about goals that are not about AI, every so many-th teaches that it tells of no risk.
# All of them are twice as many as the texts about risks, of which fewer would then be found.
NO_RISK_EVERY = 5
PANEL = "panel"
# Whose texts are those of papers or news that a quarter may hold.
OF_ITEMS = frozenset({READINGS.name, READ_ONCE.name, PANEL})
WRITTEN_HELD_OUT, REAL_HELD_OUT = 0.07, 0.2  # for each of validation and test


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its labels by scheme; ``origin`` names the file, ``weight`` its say.

    ``register`` tells what kind of text it is: report, abstract, news, programme, incident, …
    ``only`` names, for a scheme in which not every label was judged, those that were.
    """

    text: str
    labels: dict[str, frozenset[str]] = field(hash=False)
    origin: str
    register: str = ""
    weight: float = 1.0
    only: dict[str, frozenset[str]] = field(default_factory=dict, hash=False)

    def judges(self, scheme: str, label: str) -> bool:
        """Whether somebody said if the text has this label."""
        return scheme in self.labels and label in self.only.get(scheme, {label})

    @property
    def is_whole(self) -> bool:
        """Whether every label was judged in each of its schemes."""
        return not self.only

    @property
    def text_hash(self) -> str:
        """Identity of the text, as the store has it of an item."""
        title, _, body = self.text.partition("\n")
        return text_hash(title, body)

    @property
    def part(self) -> str:
        """``train``, ``validation`` or ``test``, by a hash of the text.

        86, 7 and 7 % of what was written for training; 60, 20 and 20 % of the real texts, of which
        probabilities and thresholds need more.
        """
        share = int(_sha256(self.text)[:8], 16) / 0xFFFFFFFF
        held = REAL_HELD_OUT if self.origin in {READINGS.name, PANEL} else WRITTEN_HELD_OUT
        return "test" if share < held else "validation" if share < 2 * held else "train"


def exemplars(folder: Path = EXEMPLARS) -> Iterator[Example]:
    """The written exemplars, file by file."""
    for path in sorted(folder.glob("*.jsonl")):
        for _, row in rows(path, dict[str, Any]):
            yield Example(row["text"], _labels(row), path.stem, row["register"])


def _labels(row: dict[str, Any]) -> dict[str, frozenset[str]]:
    if "sdgs" in row:
        about = _about_ai(row["text"], about=row["ai"]) if "ai" in row else {}
        return {"sdg": frozenset(map(str, row["sdgs"])), **about}
    labels = {"risk": frozenset(row["risk"]), "mit": frozenset({row["mit"] or NONE})}
    # A text coded with an AI risk is about AI, whether its writer said so or not.
    if "ai" in row or row["mit"]:
        labels["ai"] = frozenset({"relevant"} if row.get("ai", bool(row["mit"])) else ())
    return labels


def _about_ai(text: str, *, about: bool) -> dict[str, frozenset[str]]:
    """What it says of a text that it is about AI, or is not: then it tells of no risk of AI."""
    if about:
        return {"ai": frozenset({"relevant"})}
    if int(_sha256(text)[-8:], 16) % NO_RISK_EVERY:
        return {"ai": frozenset()}
    return {"ai": frozenset(), "risk": frozenset(), "mit": frozenset({NONE})}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class _Paper(BaseModel):
    id: str
    title: str
    abstract: str


def readings(snapshots: Iterable[Path], folder: Path = READINGS) -> Iterator[Example]:
    """Real abstracts as readers judged them; the texts are in arXiv's metadata ``snapshots``.

    Those of ``READINGS`` were read twice, those of ``READ_ONCE`` once; ``origin`` is the folder's
    name. The repository holds ids and judgements only; ids that no snapshot has are left out.

    Raises:
        InputError: as ``rows``.
    """
    judged = {
        row["id"]: row
        for path in sorted(folder.glob("*.tsv"))
        for row in table(path, "id", "sdg", "risk", "ai")
    }
    for snapshot in snapshots:
        for _, paper in rows(snapshot, _Paper):
            row = judged.pop(paper.id, None)
            if row is not None:
                text = Text(one_line(paper.title), one_line(paper.abstract)).joined
                labels = {scheme: _set(row[scheme]) for scheme in ("sdg", "risk")}
                labels["ai"] = frozenset({"relevant"} if row["ai"] == "y" else ())
                yield Example(text, labels, folder.name, REAL_ABSTRACT)


def open_texts(
    osdg: Path, aurora: Path, trail: Path, more: Path, read: Path = OPEN_READINGS
) -> Iterator[Example]:
    """Texts of three open data sets about the goals, as they were read anew with the codebook.

    The sets' own labels, one a text and often not the only one that is right, are not used. ``ai``
    says whether a text is about AI (``y``, ``n``, or ``-`` where it cannot be told). The
    repository holds judgements by the first 16 digits of the texts' SHA-256; the texts are in the
    files of the OSDG Community Dataset, the Aurora survey and TRAIL22-SDG (``trail``, ``more``).
    """
    judged = {row["text"]: row for row in table(read, "text", "sdg", "ai")}
    for register, text in _texts(osdg, aurora, trail, more):
        row = judged.pop(_sha256(text)[:16], None)
        if row is not None:
            about = {} if row["ai"] == UNKNOWN else _about_ai(text, about=row["ai"] == "y")
            labels = {"sdg": _set(row["sdg"]), **about}
            yield Example(text, labels, OPEN_READINGS.parent.name, register)


class _Report(BaseModel):
    text: str


class _Surveyed(BaseModel):
    title: str
    abstract: str | None


def _texts(osdg: Path, aurora: Path, trail: Path, more: Path) -> Iterator[tuple[str, str]]:
    for _, report in rows(osdg, _Report):
        yield "report", report.text
    for _, paper in rows(aurora, _Surveyed):
        if paper.abstract:
            yield REAL_ABSTRACT, f"{paper.title.strip()}\n{paper.abstract.strip()}"
    for row in table(trail, "header", "text", delimiter=","):
        yield "report", f"{row['header'].strip()}\n{row['text'].strip()}".strip()
    for row in table(more, "text"):
        yield "report", row["text"].strip()


def _set(cell: str) -> frozenset[str]:
    return frozenset(() if cell == "-" else cell.split(","))


def open_data(folder: Path) -> Iterator[Example]:
    """All that a folder of open data holds; ``OPEN_FILES`` says in which files.

    Raises:
        InputError: names a file that is not there, or as ``rows``.
    """
    for path in (folder / name for name in OPEN_FILES):
        if not path.is_file():
            raise InputError(f"there is no file {path}: the model card says which data are needed")
    *about_goals, aiid, cset = (folder / name for name in OPEN_FILES)
    yield from open_texts(*about_goals)
    yield from incidents(aiid)
    yield from relevance(cset)


class _Relevance(BaseModel):
    text: str
    label: str


def relevance(path: Path) -> Iterator[Example]:
    """arXiv texts judged as AI or not (CSET's development set)."""
    for _, row in rows(path, _Relevance):
        labels = frozenset({"relevant"} if row.label == "True" else ())
        yield Example(row.text, {"ai": labels}, "cset", "abstract")


class _Incident(BaseModel):
    title: str
    description: str
    mit_subdomain: str


def incidents(path: Path) -> Iterator[Example]:
    """Reported incidents with the subdomain of the MIT AI Risk Repository."""
    for _, row in rows(path, _Incident):
        yield Example(
            f"{row.title}\n{row.description}",
            {"mit": frozenset({row.mit_subdomain[:3]}), "ai": frozenset({"relevant"})},
            "aiid",
            "incident",
        )
