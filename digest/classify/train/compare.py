"""A new model against the one in use before: on texts held back, and where the panel decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from digest.classify.heads import NONE, Heads
from digest.classify.train.data import READ_ONCE, READINGS, Example
from digest.taxonomy import SCHEMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

Given = frozenset[tuple[str, str]]  # the labels that a model gives a text, as (scheme, label)
ABSTRACTS = frozenset({READINGS.name, READ_ONCE.name})


def given(heads: Heads, vectors: NDArray[np.float32]) -> list[Given]:
    """What heads give each text; ``vectors`` is (texts, hidden size)."""
    assigned = heads.assigned(heads.probabilities(vectors))
    return [frozenset(heads.labels[row] for row in np.flatnonzero(text)) for text in assigned]


def measured(examples: Sequence[Example], decided: Sequence[Example]) -> list[int]:
    """The rows of the examples on which models are compared."""
    texts = {example.text for example in decided}
    return [row for row, e in enumerate(examples) if e.part == "test" or e.text in texts]


def on_test_texts(
    examples: Sequence[Example], before: Sequence[Given], after: Sequence[Given]
) -> Iterator[str]:
    """Micro F1 of both models on the ``examples`` held back, in a line a scheme.

    *None* is no label here. ``before`` and ``after`` are in the order of ``examples``. Invented
    texts alone do not show what a model is worth: where no abstract is at hand, a line says so.
    """
    held = [n for n, e in enumerate(examples) if e.part == "test" and e.is_whole]
    for scheme in SCHEMES:
        judged = [n for n in held if scheme in examples[n].labels]
        if not judged:
            continue
        real = [n for n in judged if examples[n].origin in ABSTRACTS]
        wanted = [frozenset((scheme, n) for n in e.labels.get(scheme, ())) for e in examples]
        every, abstracts = (
            f"before {_f1(scheme, before, wanted, rows):.3f}, "
            f"after {_f1(scheme, after, wanted, rows):.3f}"
            for rows in (judged, real)
        )
        apart = f"; of these {len(real):,} abstracts of the readings {abstracts}" if real else ""
        yield f"{scheme:5} {len(judged):5} texts  micro F1 {every}{apart}"
    if not any(examples[n].origin in ABSTRACTS for n in held):
        yield (
            "no abstract of the readings is among them: on those the new model may be worse, even "
            "if it is better here; --texts shows it"
        )


def _f1(scheme: str, found: Sequence[Given], wanted: Sequence[Given], rows: Sequence[int]) -> float:
    pairs = [
        [{(s, label) for s, label in one[row] if s == scheme and label != NONE} for row in rows]
        for one in (found, wanted)
    ]
    both = sum(len(f & w) for f, w in zip(*pairs, strict=True))
    return 2 * both / max(1, sum(len(labels) for one in pairs for labels in one))


def on_decisions(
    examples: Sequence[Example],
    decided: Sequence[Example],
    before: Sequence[Given],
    after: Sequence[Given],
) -> Iterator[str]:
    """Of the decisions that taught, and of those that were held back to test what they taught.

    ``before`` and ``after`` are in the order of ``examples``, which have every text ``decided``. A
    text's part is that of its example, from which the heads were fitted: what somebody had written
    or read before the panel decided about it keeps the part that it had.
    """
    row_of = {example.text: row for row, example in enumerate(examples)}
    for name, part in (("taught from", "train"), ("held back", "test")):
        judged = [e for e in decided if examples[row_of[e.text]].part == part]
        (was, of), (now, _) = (
            agreement([model[row_of[e.text]] for e in judged], judged) for model in (before, after)
        )
        if of:
            yield (
                f"the panel's decisions, {name}: before {was} of {of}, after {now} of {of} "
                "as the panel"
            )


def agreement(found: Sequence[Given], decided: Sequence[Example]) -> tuple[int, int]:
    """With how many of the decisions what was ``found`` agrees, and of how many."""
    right = [
        ((scheme, label) in labels) == (label in example.labels[scheme])
        for labels, example in zip(found, decided, strict=True)
        for scheme, judged in example.only.items() for label in judged
    ]  # fmt: skip
    return sum(right), len(right)
