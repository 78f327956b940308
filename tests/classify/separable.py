"""Made-up vectors from which heads can learn, with the examples that they stand for."""

from __future__ import annotations

import numpy as np

from digest.classify.heads import NONE
from digest.classify.train.data import Example

SCHEMES = {"sdg": ["1", "2"], "mit": ["1.1", "2.1"]}


def separable(number: int = 600) -> tuple[np.ndarray, list[Example]]:
    """Vectors whose first entries say the labels, with some noise."""
    random = np.random.default_rng(5)
    examples, rows = [], []
    for i in range(number):
        sdg = {n for n in SCHEMES["sdg"] if random.random() < 0.4}
        mit = ["1.1", "2.1", NONE][i % 3]
        examples.append(Example(f"text {i}", {"sdg": frozenset(sdg), "mit": frozenset({mit})}, "x"))
        signal = ["1" in sdg, "2" in sdg, mit == "1.1", mit == "2.1"]
        row = np.concatenate([np.array(signal, float) * 2 - 1, np.zeros(4)])
        rows.append(row + random.normal(0, 0.25, 8))
    vectors = np.array(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), examples
