"""The sentence of a text that carries a label, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.classify.encoder import Encoding
    from digest.classify.heads import Heads

FEWEST_TOKENS = 4


@dataclass(frozen=True, slots=True)
class Carrier:
    """A sentence, an exact substring of the text, and how much the label rests on it.

    ``share`` is by how much the label's probability falls when the sentence is left out of the
    text's mean, between 0 and 1.
    """

    sentence: str
    share: float


def sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Start and end of each sentence of a text, without the white space around it."""
    from sentencex import segment

    spans, at = [], 0
    for piece in segment(language or "en", text):
        start = text.index(piece, at)
        at = start + len(piece)
        stripped = piece.strip()
        if stripped:
            begin = text.index(stripped, start)
            spans.append((begin, begin + len(stripped)))
    return spans


def carriers(
    text: str,
    spans: Sequence[tuple[int, int]],
    encoding: Encoding,
    heads: Heads,
    rows: Sequence[int],
) -> list[Carrier]:
    """For each of the heads' ``rows``, the one of the sentences ``spans`` that speaks for it most.

    The sentence whose leaving out lowers the label's probability most carries the label; among
    sentences that change nothing, the one that is most like the label.
    """
    if not rows or not spans:
        return [Carrier("", 0.0) for _ in rows]
    sums, counts = _sums(encoding, spans)
    whole = encoding.vector * np.linalg.norm(sums.sum(axis=0))
    full = heads.probabilities(encoding.vector[None])[0, rows]
    without = heads.probabilities(_units(whole - sums))[:, rows]
    alone = heads.probabilities(_units(sums))[:, rows]
    drop = np.where(counts[:, None] >= FEWEST_TOKENS, full - without, -1.0)
    best = np.lexsort((alone, np.round(drop, 3)), axis=0)[-1]
    return [
        Carrier(text[slice(*spans[sentence])], float(max(0, round(drop[sentence, column], 4))))
        for column, sentence in enumerate(best)
    ]


def _sums(
    encoding: Encoding, spans: Sequence[tuple[int, int]]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Per sentence the sum of its tokens' states and their number."""
    assert encoding.states is not None
    assert encoding.spans is not None
    starts = np.array([start for start, _ in spans])
    owner = np.searchsorted(starts, encoding.spans[:, 0], side="right") - 1
    sums = np.zeros((len(spans), encoding.states.shape[1]))
    np.add.at(sums, np.maximum(owner, 0), encoding.states)
    return sums, np.bincount(np.maximum(owner, 0), minlength=len(spans))


def _units(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)
