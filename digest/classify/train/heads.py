"""Fitting the heads on the encoder's vectors: minutes on two cores, no torch.

Each multi-label scheme gets one regularised logistic regression a label; an exclusive scheme one
multinomial regression with a row ``none``. Log-odds are then calibrated on the validation part, and
thresholds follow from a stated rule (``thresholds``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.classify.heads import NONE, Heads
from digest.classify.train.data import Example

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXCLUSIVE = frozenset({"mit"})
PENALTY = {"sdg": 20.0, "risk": 20.0, "mit": 20.0, "ai": 20.0}  # inverse strength, by validation
LEAST_THRESHOLD, MOST_THRESHOLD, STEP = 0.25, 0.75, 0.01
UNSURE = 0.15  # how far from the threshold a probability is "unsure"


def fit(
    vectors: NDArray[np.float32], examples: Sequence[Example], schemes: dict[str, list[str]]
) -> Heads:
    """Heads for ``schemes`` (label ids by scheme, without none) from the part ``train``."""
    labels: list[tuple[str, str]] = []
    weights: list[NDArray[Any]] = []
    bias: list[float] = []
    for scheme, names in schemes.items():
        rows = [i for i, e in enumerate(examples) if scheme in e.labels and e.part == "train"]
        fitted = _exclusive if scheme in EXCLUSIVE else _independent
        names = [*names, NONE] if scheme in EXCLUSIVE else names
        w, b = fitted(vectors[rows], [examples[i] for i in rows], scheme, names)
        labels += [(scheme, name) for name in names]
        weights.append(w)
        bias.extend(b)
    size = len(labels)
    heads = Heads(
        labels=tuple(labels), exclusive=EXCLUSIVE & schemes.keys(),
        weights=np.concatenate(weights).astype(np.float32), bias=np.array(bias, np.float32),
        threshold=np.full(size, 0.5, np.float32), unsure_low=np.zeros(size, np.float32),
        unsure_high=np.zeros(size, np.float32),
    )  # fmt: skip
    return with_thresholds(heads, vectors, examples)


def _independent(
    vectors: NDArray[np.float32], examples: list[Example], scheme: str, names: list[str]
) -> tuple[NDArray[Any], list[float]]:
    from sklearn.linear_model import LogisticRegression

    weights, bias = [], []
    say = np.array([e.weight for e in examples])
    for name in names:
        wanted = np.array([name in e.labels[scheme] for e in examples])
        model = LogisticRegression(C=PENALTY[scheme], max_iter=2_000)
        model.fit(vectors, wanted, sample_weight=say)
        weights.append(model.coef_[0])
        bias.append(float(model.intercept_[0]))
    return np.array(weights), bias


def _exclusive(
    vectors: NDArray[np.float32], examples: list[Example], scheme: str, names: list[str]
) -> tuple[NDArray[Any], list[float]]:
    from sklearn.linear_model import LogisticRegression

    wanted = [names.index(next(iter(e.labels[scheme]))) for e in examples]
    model = LogisticRegression(C=PENALTY[scheme], max_iter=2_000)
    model.fit(vectors, wanted, sample_weight=np.array([e.weight for e in examples]))
    assert list(model.classes_) == list(range(len(names))), "every label needs an example"
    return model.coef_, [float(b) for b in model.intercept_]


def with_thresholds(
    heads: Heads, vectors: NDArray[np.float32], examples: Sequence[Example]
) -> Heads:
    """The rule: per scheme one threshold, where F1 over all its labels is best on ``validation``.

    One threshold a scheme, not one a label: with a few dozen validation texts a label, thresholds
    of their own would follow noise. Between ``LEAST_THRESHOLD`` and ``MOST_THRESHOLD``.
    """
    rows = [i for i, e in enumerate(examples) if e.part == "validation"]
    probabilities = heads.probabilities(vectors[rows])
    threshold = heads.threshold.copy()
    for scheme in dict.fromkeys(scheme for scheme, _ in heads.labels):
        at = heads.rows(scheme)
        judged = [k for k, i in enumerate(rows) if scheme in examples[i].labels]
        names = [heads.labels[row][1] for row in at]
        wanted = np.array(
            [[n in examples[rows[k]].labels[scheme] for n in names] for k in judged], dtype=bool
        )
        threshold[at] = _best_threshold(probabilities[np.ix_(judged, at)], wanted)
    return Heads(
        heads.labels, heads.exclusive, heads.weights, heads.bias, threshold,
        np.maximum(threshold - UNSURE, 0.05), np.minimum(threshold + UNSURE, 0.95),
    )  # fmt: skip


def _best_threshold(probabilities: NDArray[np.float64], wanted: NDArray[np.bool_]) -> float:
    candidates = np.arange(LEAST_THRESHOLD, MOST_THRESHOLD + STEP / 2, STEP)

    def f1(threshold: float) -> float:
        given = probabilities >= threshold
        return float(2 * (given & wanted).sum() / max(1, given.sum() + wanted.sum()))

    scores = np.array([f1(t) for t in candidates])
    # The middle of the best candidates: the curve is flat and its very top is chance.
    return round(float(candidates[scores >= scores.max() - 0.003].mean()), 2)
