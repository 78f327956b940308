"""The sentence of a text that carries a label, word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.classify.encoder import Encoding
    from digest.classify.heads import Heads

FEWEST_TOKENS = 4
# A text of more sentences is divided into so many runs of sentences: bounds memory.
MOST_SENTENCES = 20_000
# A sentence without the white space around it. Nobody reads a page as one sentence: what is longer
# than 1,000 characters is divided, at white space if there is any.
_SENTENCE = re.compile(r"\S(?:.{0,998}\S)?(?!\S)|\S{1,1000}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A sentence, an exact substring of the text, and how much the label rests on it.

    ``number`` counts the text's sentences from 0. ``share`` is by how much the label's probability
    falls when the sentence is left out of the text's mean, between 0 and 1; ``alone`` is the
    probability of the sentence by itself.
    """

    number: int
    sentence: str
    share: float
    alone: float


def sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Start and end of each sentence of a text, without the white space around it.

    ``language`` is an ISO 639 code, by whose rules the text is divided; ``""`` is English.
    """
    from sentencex import segment

    spans: list[tuple[int, int]] = []
    at = 0
    for piece in segment(language or "en", text):
        start = text.index(piece, at)
        at = start + len(piece)
        spans.extend(match.span() for match in _SENTENCE.finditer(text, start, at))
    return _runs(spans)


def _runs(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    run = -(-len(spans) // MOST_SENTENCES) or 1
    return [(spans[i][0], spans[i : i + run][-1][1]) for i in range(0, len(spans), run)]


def carriers(
    text: str,
    spans: Sequence[tuple[int, int]],
    encoding: Encoding,
    heads: Heads,
    rows: Sequence[int],
) -> list[Carrier]:
    """For each of the heads' ``rows``, the one of the sentences ``spans`` that speaks for it most.

    The sentence whose leaving out lowers the label's odds most carries the label; of sentences
    that lower them alike, the one that is most like the label. (Odds, because without any one
    sentence of a clear text the probability stays near 1.)
    """
    parts = encoding.parts
    assert parts is not None, "evidence needs the parts of the text"
    if not rows or not spans:
        return [Carrier(0, "", 0.0, 0.0) for _ in rows]
    rest = _units(parts.total - parts.sums)
    share = (heads.probabilities(encoding.vector[None]) - heads.probabilities(rest))[:, rows]
    alone = heads.probabilities(_units(parts.sums))[:, rows]
    drop = (heads.log_odds(encoding.vector[None]) - heads.log_odds(rest))[:, rows]
    drop = np.where(parts.tokens[:, None] >= FEWEST_TOKENS, drop, -np.inf)
    best = np.lexsort((alone, np.round(drop, 2)), axis=0)[-1]
    return [
        Carrier(
            number=int(number),
            sentence=text[slice(*spans[number])],
            share=float(max(0, round(share[number, column], 4))),
            alone=float(alone[number, column]),
        )
        for column, number in enumerate(best)
    ]


def _units(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
