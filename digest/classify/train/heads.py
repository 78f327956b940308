"""Fitting the heads on the encoder's vectors: minutes on two cores, no torch.

Each multi-label scheme gets one regularised logistic regression a label; an exclusive scheme one
multinomial regression with a row ``none``. Their log-odds are then calibrated and thresholds are
chosen on the part ``validation``, which the fit never sees: written texts and real abstracts weigh
the same there, because a reader meets both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.classify.heads import NONE, Heads
from digest.classify.train.data import READINGS, Example

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXCLUSIVE = frozenset({"mit"})
INVERSE_PENALTY = 10.0  # on validation, 5 to 20 differ by less than a point
LEAST_THRESHOLD, MOST_THRESHOLD, STEP = 0.2, 0.7, 0.01
AS_GOOD = 0.005  # of F1: no more than chance on so many texts
GATE = 2.0  # how much more recall weighs where a label lets texts in or keeps them out
FLAT = 0.003  # of F1: the curve's top, where the very best is chance
UNSURE = 0.15  # how far from the threshold a probability is "unsure"
# Of labels of which a text may have several, what is less probable is unsure: of those given to
# real abstracts with less, about half are right (the model card has the figures).
LEAST_SURE = 0.7


def fit(
    vectors: NDArray[np.float32], examples: Sequence[Example], schemes: dict[str, list[str]]
) -> Heads:
    """Heads for ``schemes`` (label ids by scheme, without none).

    ``vectors``: (examples, hidden size), in the order of ``examples``.
    """
    fitted = [_fit_scheme(vectors, examples, scheme, names) for scheme, names in schemes.items()]
    labels = tuple(pair for pairs, _, _ in fitted for pair in pairs)
    level = np.zeros(len(labels), np.float32)
    heads = Heads(
        labels=labels,
        exclusive=EXCLUSIVE & schemes.keys(),
        weights=np.concatenate([weights for _, weights, _ in fitted]).astype(np.float32),
        bias=np.concatenate([bias for _, _, bias in fitted]).astype(np.float32),
        threshold=level + 0.5,
        unsure_low=level,
        unsure_high=level,
    )
    held = [i for i, e in enumerate(examples) if e.part == "validation" and e.is_whole]
    return settled(heads, vectors[held], [examples[i] for i in held])


def _fit_scheme(
    vectors: NDArray[np.float32], examples: Sequence[Example], scheme: str, names: list[str]
) -> tuple[list[tuple[str, str]], NDArray[Any], NDArray[Any]]:
    training = [i for i, e in enumerate(examples) if scheme in e.labels and e.part == "train"]
    if scheme in EXCLUSIVE:
        names = [*names, NONE]
        # A label that was rejected does not say which other is right: it teaches nothing here.
        rows = [i for i in training if examples[i].labels[scheme]]
        assert all(len(examples[i].labels[scheme]) == 1 for i in rows), f"{scheme} is exclusive"
        wanted = [names.index(next(iter(examples[i].labels[scheme]))) for i in rows]
        weights, bias = _regression(vectors, examples, rows, wanted)
    else:
        each = []
        for name in names:
            rows = [i for i in training if examples[i].judges(scheme, name)]
            wanted = [name in examples[i].labels[scheme] for i in rows]
            each.append(_regression(vectors, examples, rows, wanted))
        weights = np.concatenate([w for w, _ in each])
        bias = np.concatenate([b for _, b in each])
    assert len(weights) == len(names), f"every label of {scheme} needs an example in training"
    return [(scheme, name) for name in names], weights, bias


def _regression(
    vectors: NDArray[np.float32], examples: Sequence[Example], rows: list[int], wanted: list[int]
) -> tuple[NDArray[Any], NDArray[Any]]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=3_000)
    weight = np.array([examples[i].weight for i in rows])
    model.fit(vectors[rows], np.array(wanted), sample_weight=weight)
    return model.coef_, model.intercept_


def settled(heads: Heads, vectors: NDArray[np.float32], held: Sequence[Example]) -> Heads:
    """The heads with log-odds calibrated and thresholds chosen on texts ``held`` back.

    One calibration and one threshold a scheme, not one a label: with a few dozen held-back texts a
    label, values of their own would follow noise. The threshold is where F1 over all the scheme's
    labels is best, between ``LEAST_THRESHOLD`` and ``MOST_THRESHOLD``; of those that are as good
    within ``AS_GOOD`` the highest: readers of a quarter, of which one paper in six has a label, are
    served better by a label fewer than by a wrong one. An exclusive scheme, in which too high a
    threshold leaves without a label what has one, takes the middle of the best. A scheme of a
    single label is a gate, and nobody sees what it keeps out: recall weighs twice there (F2).

    A probability is unsure up to ``UNSURE`` from the threshold, and below ``LEAST_SURE`` where a
    text may have several labels.
    """
    for scheme in dict.fromkeys(scheme for scheme, _ in heads.labels):
        judged = [i for i, e in enumerate(held) if scheme in e.labels]
        names = [heads.labels[row][1] for row in heads.rows(scheme)]
        wanted = np.array([[n in held[i].labels[scheme] for n in names] for i in judged], bool)
        weight = _balance([held[i] for i in judged])
        heads = _calibrated(heads, scheme, vectors[judged], wanted, weight)
        heads = _with_threshold(heads, scheme, vectors[judged], wanted, weight)
    return heads


def _balance(held: Sequence[Example]) -> NDArray[np.float64]:
    """Weights that give written texts and real abstracts the same say."""
    real = np.array([e.origin == READINGS.name for e in held])
    if not real.any() or real.all():
        return np.ones(len(held))
    share = float(real.mean())
    return np.where(real, 0.5 / share, 0.5 / (1 - share)).astype(np.float64)


def _calibrated(
    heads: Heads, scheme: str, vectors: NDArray[np.float32], wanted: NDArray[np.bool_],
    weight: NDArray[np.float64],
) -> Heads:  # fmt: skip
    """Platt's scaling over all decisions of a scheme; an exclusive one is left as it was fitted."""
    from sklearn.linear_model import LogisticRegression

    if scheme in heads.exclusive:
        return heads
    rows = heads.rows(scheme)
    scores = vectors @ heads.weights[rows].T + heads.bias[rows]
    platt = LogisticRegression(C=1e6)
    platt.fit(scores.reshape(-1, 1), wanted.ravel(), np.repeat(weight, len(rows)))
    slope, shift = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    weights, bias = heads.weights.copy(), heads.bias.copy()
    weights[rows] *= slope
    bias[rows] = bias[rows] * slope + shift
    return replace(heads, weights=weights, bias=bias)


def _with_threshold(
    heads: Heads, scheme: str, vectors: NDArray[np.float32], wanted: NDArray[np.bool_],
    weight: NDArray[np.float64],
) -> Heads:  # fmt: skip
    rows = heads.rows(scheme)
    probabilities = heads.probabilities(vectors)[:, rows]
    candidates = np.arange(LEAST_THRESHOLD, MOST_THRESHOLD + STEP / 2, STEP)
    beta = GATE if len(rows) == 1 else 1.0
    scores = np.array([_f(probabilities >= t, wanted, weight, beta) for t in candidates])
    if scheme in heads.exclusive or len(rows) == 1:
        best = round(float(candidates[scores >= scores.max() - FLAT].mean()), 2)
    else:
        best = round(float(candidates[scores >= scores.max() - AS_GOOD].max()), 2)
    threshold, low, high = (
        a.copy() for a in (heads.threshold, heads.unsure_low, heads.unsure_high)
    )
    threshold[rows] = best
    low[rows], high[rows] = max(best - UNSURE, 0.05), min(best + UNSURE, 0.95)
    if scheme not in heads.exclusive and len(rows) > 1:
        high[rows] = np.maximum(high[rows], LEAST_SURE)
    return replace(heads, threshold=threshold, unsure_low=low, unsure_high=high)


def _f(
    given: NDArray[np.bool_],
    wanted: NDArray[np.bool_],
    weight: NDArray[np.float64],
    beta: float,
) -> float:
    """F over all decisions; recall weighs ``beta`` times as much as precision."""
    say, square = weight[:, None], beta**2
    both = ((given & wanted) * say).sum()
    all_told = (given * say).sum() + square * (wanted * say).sum()
    return float((1 + square) * both / max(1e-9, all_told))
