"""The sentence of a text that carries a label, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.classify.encoder import Encoding
    from digest.classify.label import Text
    from digest.classify.model import Model

FEWEST_TOKENS = 4
ALIKE = 0.5  # of what the best carrier carries
FEW_WORDS = 8  # besides a link
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\bthis https? URL\b|\b(?:[\w-]+\.)+[a-z]{2,6}/\S+", re.IGNORECASE
)
_TO_BE_HAD = re.compile(
    r"\b(?:available|access(?:ed|ible)|found|hosted|released?|provided|open-?sourced?|visit|see)\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\b(?:code|data(?:sets?)?|models?|weights|materials?|software|scripts?|implementation)\b"
    r".*\b(?:is|are|will be)\b.*\b(?:available|accessible|released|open-?sourced)\b",
    re.IGNORECASE,
)
# A text of more sentences is divided into so many runs of sentences: bounds memory.
MOST_SENTENCES = 20_000
# A sentence without the white space around it. Nobody reads a page as one sentence: what is longer
# than 1,000 characters is divided, at white space if there is any.
_SENTENCE = re.compile(r"\S(?:.{0,998}\S)?(?!\S)|\S{1,1000}", re.DOTALL)

_NUMERAL = re.compile(r"\s*\((?:\d{1,2}|[ivxIVX]{1,4}|[a-zA-Z])\)\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Carrier:
    """A sentence, an exact substring of the text, and how much the label rests on it.

    ``number`` counts the text's sentences from 0; ``sentence`` is ``""`` where the label rests on
    none, because it is as probable without any one of them. ``share`` is by how much the label's
    probability falls when the sentence is left out of the text's mean, between 0 and 1; ``alone``
    is the probability of the sentence's own part of it.
    """

    number: int
    sentence: str
    share: float
    alone: float


def sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Start and end of each sentence of a text, without the white space around it.

    ``language`` is an ISO 639 code, by whose rules the text is divided; ``""`` is English.
    """
    spans: list[tuple[int, int]] = []
    at = 0
    for piece in _pieces(text, language or "en"):
        start = text.index(piece, at)
        at = start + len(piece)
        spans.extend(match.span() for match in _SENTENCE.finditer(text, start, at))
    return _runs(spans)


def _pieces(text: str, language: str) -> Iterator[str]:
    """The text in pieces, one a sentence.

    The segmenter leaves what begins with a numeral in brackets in one piece, however many sentences
    follow it; they are divided without the numeral.
    """
    from sentencex import segment

    for piece in segment(language, text):
        numeral = _NUMERAL.match(piece)
        first, *others = segment(language, piece[numeral.end() :]) if numeral else [piece]
        yield (numeral[0] if numeral else "") + first
        yield from others


def _runs(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    run = -(-len(spans) // MOST_SENTENCES) or 1
    return [(spans[i][0], spans[i : i + run][-1][1]) for i in range(0, len(spans), run)]


def is_pointer(sentence: str) -> bool:
    """Whether a sentence says little else than where something can be had: "Code: https://…"."""
    rest = _LINK.sub(" ", sentence)
    words = len(rest.split())
    if rest == sentence:
        return words <= FEW_WORDS and bool(_GIVEN.search(sentence))
    return words <= FEW_WORDS or (words <= 2 * FEW_WORDS and bool(_TO_BE_HAD.search(rest)))


def carriers(
    text: Text, language: str, encoding: Encoding, model: Model, rows: Sequence[int]
) -> list[Carrier]:
    """For each of the heads' ``rows``, the one of the text's sentences that speaks for it most.

    A sentence carries a label as much as leaving it out lowers the label's odds. (Odds, because
    without any one sentence of a clear text the probability stays near 1.) Of those that carry at
    least ``ALIKE`` as much as the one that carries most, it is the one that by itself, read without
    the others, is most like the label; the title only where it is alone among them. One that only
    says where something can be had is none. Where no sentence carries it, it is ``""``.
    """
    parts = encoding.parts
    assert parts is not None, "evidence needs the parts of the text"
    heads, spans = model.heads, text.sentences(language)
    said = [text.joined[slice(*span)] for span in spans]
    if not rows or not said:
        return [Carrier(0, "", 0.0, 0.0) for _ in rows]
    rest = _units(parts.total - parts.sums)
    share = (heads.probabilities(encoding.vector[None]) - heads.probabilities(rest))[:, rows]
    alone = heads.probabilities(_units(parts.sums))[:, rows]
    drop = (heads.log_odds(encoding.vector[None]) - heads.log_odds(rest))[:, rows]
    whole = parts.tokens >= FEWEST_TOKENS
    worth = np.array([not is_pointer(sentence) for sentence in said])
    worth &= whole if (worth & whole).any() else True
    drop = np.where(worth[:, None], drop, -np.inf)
    alike = (drop > 0) & (drop >= ALIKE * drop.max(axis=0))
    if text.title:  # which stands above what is quoted anyway
        alike[0] &= alike.sum(axis=0) == 1
    best = np.where(alike, _by_themselves(said, alike, model, rows), -np.inf).argmax(axis=0)
    return [
        Carrier(
            number=int(number),
            sentence=said[number] if alike[number, column] else "",
            share=float(max(0, round(share[number, column], 4))),
            alone=float(alone[number, column]),
        )
        for column, number in enumerate(best)
    ]


def _by_themselves(
    said: Sequence[str], alike: NDArray[np.bool_], model: Model, rows: Sequence[int]
) -> NDArray[np.float64]:
    """The labels' log-odds for the sentences that stand to choice: (sentences, rows), else 0."""
    odds = np.zeros(alike.shape)
    contested = np.flatnonzero(alike[:, alike.sum(axis=0) > 1].any(axis=1))
    if len(contested):
        read = model.encoder.encode(said[int(number)] for number in contested)
        odds[contested] = model.heads.log_odds(np.stack([one.vector for one in read]))[:, rows]
    return odds


def _units(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
