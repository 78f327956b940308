"""The heads: linear classifiers over the encoder's vector, one row a label.

A scheme is either *multi-label*, each label with a calibrated probability of its own, or
*exclusive*, one label or none, whose probabilities sum to at most 1. Linear heads keep the whole
model inspectable: what a sentence adds to a label is its share of a sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NONE = "none"


@dataclass(frozen=True, slots=True)
class Heads:
    """All heads. Arrays have one row a label, in the order of ``labels`` (scheme, label).

    ``weights`` (labels, hidden size) and ``bias`` give log-odds for multi-label schemes and scores
    before a softmax for the ``exclusive`` ones, each of which has one row ``none``. A label is
    assigned at ``threshold`` or above (in an exclusive scheme only to the most probable), and
    unsure from ``unsure_low`` to ``unsure_high``.
    """

    labels: tuple[tuple[str, str], ...]
    exclusive: frozenset[str]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    threshold: NDArray[np.float32]
    unsure_low: NDArray[np.float32]
    unsure_high: NDArray[np.float32]

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probability of each label for each vector: (texts, hidden size) → (texts, labels)."""
        scores = self._scores(vectors)
        result = 1 / (1 + np.exp(-np.clip(scores, -50, 50)))
        for scheme in self.exclusive:
            rows = self.rows(scheme)
            own = np.exp(scores[:, rows] - scores[:, rows].max(axis=1, keepdims=True))
            result[:, rows] = own / own.sum(axis=1, keepdims=True)
        return np.round(result, 4)

    def log_odds(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds of each label, (texts, labels); they differ where probabilities are all 1."""
        scores = self._scores(vectors)
        result = scores.copy()
        for scheme in self.exclusive:
            rows = self.rows(scheme)
            for row in rows:
                others = scores[:, rows[rows != row]]
                most = others.max(axis=1)
                result[:, row] -= most + np.log(np.exp(others - most[:, None]).sum(axis=1))
        return result

    def _scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = (
            vectors.astype(np.float64) @ self.weights.T.astype(np.float64) + self.bias
        )
        return scores

    def assigned(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which labels are assigned, (texts, labels)."""
        result = probabilities >= _as_written(self.threshold)
        for scheme in self.exclusive:
            rows = self.rows(scheme)
            best = probabilities[:, rows].argmax(axis=1)
            result[:, rows] &= np.arange(len(rows)) == best[:, None]
        return result

    def unsure(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which probabilities are so near the threshold that a person should look first."""
        low, high = _as_written(self.unsure_low), _as_written(self.unsure_high)
        return (probabilities >= low) & (probabilities <= high)

    def rows(self, scheme: str) -> NDArray[np.int64]:
        """The rows of one scheme, ``none`` included."""
        return np.array([i for i, (s, _) in enumerate(self.labels) if s == scheme], np.int64)

    def save(self, file: Path | IO[bytes]) -> None:
        """Write to one ``.npz`` file."""
        np.savez(
            file,
            labels=np.array(["/".join(pair) for pair in self.labels]),
            exclusive=np.array(sorted(self.exclusive)),
            weights=self.weights,
            bias=self.bias,
            threshold=self.threshold,
            unsure_low=self.unsure_low,
            unsure_high=self.unsure_high,
        )

    @classmethod
    def load(cls, path: Path) -> Heads:
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as data:
            pairs = (str(label).partition("/") for label in data["labels"])
            return cls(
                labels=tuple((scheme, label) for scheme, _, label in pairs),
                exclusive=frozenset(map(str, data["exclusive"])),
                **{
                    name: data[name]
                    for name in ("weights", "bias", "threshold", "unsure_low", "unsure_high")
                },
            )


def _as_written(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Rounded as the probabilities are: as a float32, 0.36 is above a probability of 0.36."""
    return values.astype(np.float64).round(4)
