"""Small outcomes of an evaluation, for its tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from digest.classify.evaluate.metrics import Outcome, Sampling, measure

FEW = Sampling(resamples=200, seed=3)


def outcome(
    truth: list[list[int]],
    given: list[list[int]],
    probability: list[list[float]] | None = None,
    *,
    exclusive: bool = False,
) -> Outcome:
    cells = np.array(truth, bool)
    labels = tuple("abcdefgh"[: cells.shape[1]])
    stated = np.array(given if probability is None else probability, float)
    return Outcome(labels, cells, np.array(given, bool), stated, exclusive)


def values(of: Outcome) -> dict[str, Any]:
    return {name: rows[0] for name, rows in measure(of, np.ones((1, len(of.truth)))).items()}
