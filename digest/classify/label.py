"""From texts to labels, one at a time or as a stream of JSON lines (``digest label``)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import orjson

from digest.classify.evidence import carriers, sentences
from digest.classify.heads import NONE
from digest.classify.language import recognise
from digest.classify.lines import Stream, blocks_of_lines
from digest.items import LABELLED, OTHER_LANGUAGE
from digest.text import plain

if TYPE_CHECKING:
    from digest.classify.encoder import Encoding
    from digest.classify.model import Model

NO_TEXT = "not labelled: no text"
BAD_INPUT = "not labelled: bad input"
LINES = 64
MAX_LINE = 8_000_000
# From here on a float need not be the number that was written; integers of 64 bits come as such.
EXACT = 2**53
# An element of HTML; "if a<b and c>d" is mathematics, "<think>" a token that a paper writes about.
_MARKUP = re.compile(
    r"""</?(?:p|br|hr|div|span|section|article|a|b|i|u|em|strong|small|font|sub|sup|ul|ol|li|h[1-6]|
        blockquote|pre|code|figure|figcaption|img|iframe|table|tr|t[dh]|script|style)
        (?:\s+[\w:-]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'<>]+)))*\s*/?>""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text to label: title and body as they are shown, and the language its source declares."""

    title: str
    body: str
    declared: str = ""

    @property
    def joined(self) -> str:
        """What the model reads."""
        return "\n".join(part for part in (self.title, self.body) if part)

    def sentences(self, language: str) -> list[tuple[int, int]]:
        """Where the sentences stand in ``joined``; the title is one."""
        title = [(0, len(self.title))] if self.title else []
        shift = len(self.title) + 1 if self.title else 0
        body = ((a + shift, b + shift) for a, b in sentences(self.body, language))
        return title + list(body)


class Labeller(Protocol):
    """What labels texts: the shipped model, or one of the user's choice."""

    @property
    def id(self) -> str:
        """Names the model in every answer; another content has another id."""

    @property
    def codebook(self) -> str:
        """The codebook's version that the labels are of."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages that it reads, ISO 639 codes."""

    def labels(self, texts: Sequence[tuple[Text, str]]) -> Iterator[list[dict[str, Any]]]:
        """For each text and its language, in order, its labels as in ``label_lines``."""


def status_of(text: Text, model: Labeller) -> tuple[str, str]:
    """Whether the model can label a text, and the text's language."""
    language = recognise(text.joined, text.declared)
    if not language:
        return NO_TEXT, ""
    return (LABELLED if language in model.languages else OTHER_LANGUAGE), language


def label_lines(lines: Stream, model: Labeller) -> Iterator[bytes]:
    """Answer every line of a stream of ``{"id", "title", "text"}``, in order, as they come.

    Each answer is ``{"id", "labels": [{"scheme", "label", "probability", "threshold", "assigned",
    "unsure", "evidence"}], "model", "codebook", "language", "status"}``; a line that cannot be
    labelled has no labels and a ``status`` that says why; a line that is not such an object (an
    empty one too) has an ``error`` as well, and the lines after it are answered. Evidence is an
    exact part of the title or text, once markup is taken out of one that is HTML.
    """
    number = count(1)
    for block in blocks_of_lines(lines, LINES, MAX_LINE):
        yield from _answers([_parse(line, next(number)) for line in block], model)


def _parse(line: bytes | None, number: int) -> tuple[Any, Text | str]:
    """A line's id, and its text or what is wrong with it."""
    if line is None:
        return None, f"line {number}: longer than {MAX_LINE:,} bytes"
    try:
        data = orjson.loads(line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)
    except ValueError as error:
        return None, f"line {number}: not JSON: {error}"
    if not isinstance(data, dict):
        return None, f'line {number}: not an object with "id", "title" and "text"'
    identity = data.get("id")
    if problem := _problem_of_id(identity):
        return None, f"line {number}: {problem}"
    if problem := _problem(data):
        return identity, f"line {number}: {problem}"
    title, text = without_markup(data.get("title")), without_markup(data.get("text"))
    return identity, Text(title, text, data.get("language") or "")


def _problem_of_id(identity: Any) -> str:
    if isinstance(identity, float) and abs(identity) >= EXACT:
        return '"id" is a number too large to be kept exactly: write it as text'
    if not isinstance(identity, str | int | float | None):
        return '"id" is neither text nor a number'
    return ""


def _problem(data: dict[str, Any]) -> str:
    for key in ("title", "text", "language"):
        if not isinstance(data.get(key), str | None):
            return f'"{key}" is not text'
    return "" if "title" in data or "text" in data else 'neither "title" nor "text"'


def without_markup(text: str | None) -> str:
    """The plain text of what may be HTML; a text without markup stays as it came, but trimmed."""
    text = text or ""
    return plain(text) if _MARKUP.search(text) else text.strip()


def _answers(block: list[tuple[Any, Text | str]], model: Labeller) -> Iterator[bytes]:
    known = [status_of(text, model) if isinstance(text, Text) else ("", "") for _, text in block]
    labels = model.labels(
        [
            (text, language) for (_, text), (status, language) in zip(block, known, strict=True)
            if isinstance(text, Text) and status == LABELLED
        ]
    )  # fmt: skip
    for (identity, text), (status, language) in zip(block, known, strict=True):
        answer: dict[str, Any] = {
            "id": identity, "labels": [], "model": model.id, "codebook": model.codebook,
            "language": language, "status": status,
        }  # fmt: skip
        if isinstance(text, str):
            answer |= {"status": BAD_INPUT, "error": text}
        elif status == LABELLED:
            answer["labels"] = next(labels)
        yield orjson.dumps(answer)


def labels_of(text: Text, language: str, encoding: Encoding, model: Model) -> list[dict[str, Any]]:
    """Every label of every scheme with its probability; those assigned with their evidence.

    That is None where the label rests on no one sentence.
    """
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
    """The sentence behind each of the heads' ``rows`` that rest on one, and its share, by row."""
    wanted = [int(row) for row in rows]
    found = carriers(text, language, encoding, model, wanted)
    return {
        row: {"sentence": carrier.sentence, "share": carrier.share}
        for row, carrier in zip(wanted, found, strict=True)
        if carrier.sentence
    }
