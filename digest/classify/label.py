"""From texts to labels, one at a time or as a stream of JSON lines (``digest label``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import orjson

from digest.classify.evidence import carriers, sentences
from digest.classify.heads import NONE
from digest.classify.language import recognise
from digest.text import plain

if TYPE_CHECKING:
    from digest.classify.encoder import Encoding
    from digest.classify.model import Model

LABELLED = "labelled"
NO_TEXT = "not labelled: no text"
OTHER_LANGUAGE = "not labelled: language"
LINES = 64
MAX_LINE = 8_000_000


@dataclass(frozen=True, slots=True)
class Text:
    """A text to label: title and body as they are shown, and the language its source declares."""

    title: str
    body: str
    declared: str = ""

    @property
    def joined(self) -> str:
        """What the model reads."""
        return f"{self.title}\n{self.body}".strip()

    def sentences(self, language: str) -> list[tuple[int, int]]:
        """Where the sentences stand in ``joined``; the title is one."""
        title = [(0, len(self.title))] if self.title else []
        shift = len(self.title) + 1 if self.title else 0
        body = ((a + shift, b + shift) for a, b in sentences(self.body, language))
        return title + list(body)


def status_of(text: Text, model: Model) -> tuple[str, str]:
    """Whether the model can label a text, and the text's language."""
    language = recognise(text.joined, text.declared)
    if not language:
        return NO_TEXT, ""
    return (LABELLED if language in model.languages else OTHER_LANGUAGE), language


def label_lines(lines: BinaryIO, model: Model) -> Iterator[bytes]:
    """Answer every line of a stream of ``{"id", "title", "text"}``, in order, lazily.

    Each answer is ``{"id", "labels": [{"scheme", "label", "probability", "threshold", "assigned",
    "unsure", "evidence"}], "model", "codebook", "language", "status"}``; a line that cannot be
    labelled has no labels and a ``status`` that says why; a line that is not such an object has
    an ``error`` as well, and the lines after it are answered.
    """
    numbered = enumerate(iter(lambda: lines.readline(MAX_LINE + 1), b""), start=1)
    parsed = (_parse(line, number) for number, line in numbered if line.strip())
    while block := list(islice(parsed, LINES)):
        yield from _answer(block, model)


def _parse(line: bytes, number: int) -> tuple[Any, Text | str]:
    """A line's id, and its text or what is wrong with it."""
    if len(line) > MAX_LINE:
        return None, f"line {number}: longer than {MAX_LINE:,} bytes; the rest follows as a line"
    try:
        data = orjson.loads(line)
    except ValueError as error:
        return None, f"line {number}: not JSON: {error}"
    if not isinstance(data, dict):
        return None, f'line {number}: not an object with "id", "title" and "text"'
    identity = data.get("id")
    for key in ("title", "text", "language"):
        if not isinstance(data.get(key) or "", str):
            return identity, f'line {number}: "{key}" is not text'
    return identity, Text(
        plain_line(data.get("title")), plain_line(data.get("text")), data.get("language") or ""
    )


def plain_line(text: str | None) -> str:
    """The text without markup, as the pipeline itself keeps it: evidence is a part of it."""
    return plain(text) if text and "<" in text else " ".join((text or "").split())


def _answer(block: list[tuple[Any, Text | str]], model: Model) -> Iterator[bytes]:
    known = [status_of(text, model) if isinstance(text, Text) else ("", "") for _, text in block]
    readable = [
        text for (_, text), (status, _) in zip(block, known, strict=True)
        if isinstance(text, Text) and status == LABELLED
    ]  # fmt: skip
    encodings = model.encoder.encode((text.joined for text in readable), states=True)
    for (identity, text), (status, language) in zip(block, known, strict=True):
        answer: dict[str, Any] = {
            "id": identity, "labels": [], "model": model.id, "codebook": model.codebook,
            "language": language, "status": status,
        }  # fmt: skip
        if isinstance(text, str):
            answer |= {"status": "not labelled: bad input", "error": text}
        elif status == LABELLED:
            answer["labels"] = labels_of(text, language, next(encodings), model)
        yield orjson.dumps(answer)


def labels_of(text: Text, language: str, encoding: Encoding, model: Model) -> list[dict[str, Any]]:
    """Every label of every scheme with its probability; those assigned with their evidence."""
    heads = model.heads
    probabilities = heads.probabilities(encoding.vector[None])
    assigned, unsure = heads.assigned(probabilities)[0], heads.unsure(probabilities)[0]
    evidence = evidence_for(text, language, encoding, model, np.flatnonzero(assigned))
    return [
        {
            "scheme": scheme,
            "label": label,
            "probability": float(probabilities[0, row]),
            "threshold": round(float(heads.threshold[row]), 4),
            "assigned": bool(assigned[row]),
            "unsure": bool(unsure[row]),
            "evidence": evidence.get(row),
        }
        for row, (scheme, label) in enumerate(heads.labels)
        if label != NONE
    ]


def evidence_for(
    text: Text, language: str, encoding: Encoding, model: Model, rows: Iterable[Any]
) -> dict[int, dict[str, Any]]:
    """The sentence behind each of the heads' ``rows`` and its share, by row."""
    wanted = [int(row) for row in rows]
    found = carriers(text.joined, text.sentences(language), encoding, model.heads, wanted)
    return {
        row: {"sentence": carrier.sentence, "share": carrier.share}
        for row, carrier in zip(wanted, found, strict=True)
    }
