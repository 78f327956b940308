"""A model's answers to judged texts, one sheet a scheme."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.classify.evaluate.metrics import Outcome
from digest.classify.heads import Heads
from digest.classify.label import Text, status_of
from digest.classify.train.data import Example
from digest.items import LABELLED
from digest.taxonomy import SCHEMES, Codebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.classify.model import Model


@dataclass(frozen=True, slots=True)
class Sheet:
    """The texts judged in one scheme, by id and kind, and what the model says of them."""

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Answered:
    """Sheets by scheme, and how many texts the model could not label, by reason.

    Such a text stays in: no label is given to it, each has probability 0, as in a digest.
    """

    sheets: dict[str, Sheet]
    not_labelled: dict[str, int]


def answer(model: Model, examples: Sequence[Example], codebook: Codebook) -> Answered:
    """Have a model label the texts, as ``digest label`` would."""
    statuses = [status_of(Text("", example.text), model)[0] for example in examples]
    readable = [i for i, status in enumerate(statuses) if status == LABELLED]
    probability = np.zeros((len(examples), len(model.heads.labels)))
    given = np.zeros(probability.shape, bool)
    if readable:
        encodings = model.encoder.encode(examples[i].text for i in readable)
        probability[readable] = model.heads.probabilities(np.stack([e.vector for e in encodings]))
        given[readable] = model.heads.assigned(probability[readable])
    return Answered(
        sheets(examples, codebook, model.heads, probability, given),
        dict(Counter(status for status in statuses if status != LABELLED)),
    )


def sheets(
    examples: Sequence[Example],
    codebook: Codebook,
    heads: Heads,
    probability: NDArray[np.float64],
    given: NDArray[np.bool_],
) -> dict[str, Sheet]:
    """One sheet for each scheme in which a text was judged.

    ``probability`` and ``given`` are (texts, labels of ``heads``). A label of the codebook that
    the model lacks is never given.
    """
    column = {pair: i for i, pair in enumerate(heads.labels)}
    # The column past the last is empty: it stands for every label that the model lacks.
    padded_probability, padded_given = _padded(probability), _padded(given)
    result = {}
    for scheme in SCHEMES:
        if rows := [i for i, example in enumerate(examples) if scheme in example.labels]:
            labels = tuple(label.id for label in codebook.scheme(scheme))
            cells = np.ix_(rows, [column.get((scheme, label), -1) for label in labels])
            result[scheme] = Sheet(
                tuple(identity(examples[i].text) for i in rows),
                tuple(examples[i].register for i in rows),
                Outcome(
                    labels,
                    truth([examples[i] for i in rows], scheme, labels),
                    padded_given[cells],
                    padded_probability[cells],
                    scheme in heads.exclusive,
                ),
            )
    return result


def truth(examples: Sequence[Example], scheme: str, labels: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the labels each example has, (examples, labels)."""
    return np.array([[label in e.labels[scheme] for label in labels] for e in examples], bool)


def identity(text: str) -> str:
    """An id by which results know a text again without holding it."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _padded(cells: NDArray[Any]) -> NDArray[Any]:
    return np.pad(cells, ((0, 0), (0, 1)))
