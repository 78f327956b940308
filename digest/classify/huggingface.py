"""A Hugging Face model of the user's choice in the place of the shipped one (extra ``hf``).

Two kinds are known: sequence classification, whose outputs ``labels.toml`` translates, and natural
language inference, which judges one hypothesis for each label of the codebook (zero-shot; as many
passes over a text as there are labels). See ``digest.classify.mapping``.

Weights are read from safetensors only, code that comes with a model is never run, and nothing is
fetched unless the user allows it. A text longer than the model's window is read whole, in windows
whose probabilities are averaged by their tokens. Each window is a batch of its own, so that labels
do not depend on what else is in the run.

Evidence comes from leaving sentences out: of the first ``MOST_SENTENCES`` sentences those
``CANDIDATES`` that speak most for a label by themselves are taken out in turn, and the one that the
label misses most is its evidence. So a text with labels takes some three to six times as long as
one without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.classify.heads import NONE
from digest.classify.mapping import (
    MAPPING,
    Mapping,
    ZeroShot,
    columns_of,
    entailment_of,
    read_mapping,
)
from digest.classify.network import Network, find_folder, hashes
from digest.items import digest_of
from digest.taxonomy import Codebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.classify.label import Text

MOST_SENTENCES = 40
CANDIDATES = 3

# From a text and the numbers of some labels to their probabilities.
Judge = Callable[[str, Sequence[int]], "NDArray[np.float64]"]


@dataclass(frozen=True)
class HuggingFace:
    """A labeller: ``judge`` gives the probability of each of ``pairs``, (scheme, label)."""

    id: str
    codebook: str
    mapping: Mapping
    pairs: tuple[tuple[str, str], ...]
    judge: Judge

    @property
    def languages(self) -> frozenset[str]:
        """The languages that the model reads, as its user says."""
        return frozenset(self.mapping.languages)

    def labels(self, texts: Sequence[tuple[Text, str]]) -> Iterator[list[dict[str, Any]]]:
        """For each text and its language the labels, as ``digest label`` writes them."""
        for text, language in texts:
            yield self._labels(text, language)

    def _labels(self, text: Text, language: str) -> list[dict[str, Any]]:
        probabilities = np.round(self.judge(text.joined, range(len(self.pairs))), 4)
        assigned = probabilities >= self.mapping.threshold
        if self.mapping.problem == "single":
            assigned &= np.arange(len(assigned)) == probabilities.argmax()
        rows = [int(n) for n in np.flatnonzero(assigned) if self.pairs[n][1] != NONE]
        evidence = self._evidence(text, language, probabilities, rows)
        near = np.abs(probabilities - self.mapping.threshold) <= self.mapping.unsure + 1e-9
        return [
            {
                "scheme": scheme,
                "label": label,
                "probability": float(probabilities[row]),
                "threshold": self.mapping.threshold,
                "assigned": bool(assigned[row]),
                "unsure": bool(near[row]),
                "evidence": evidence.get(row),
            }
            for row, (scheme, label) in enumerate(self.pairs)
            if label != NONE
        ]

    def _evidence(
        self, text: Text, language: str, probabilities: NDArray[np.float64], rows: list[int]
    ) -> dict[int, dict[str, Any]]:
        spans = text.sentences(language)[:MOST_SENTENCES]
        if not rows or not spans:
            return {}
        whole = text.joined
        alone = np.array([self.judge(whole[a:b], rows) for a, b in spans])
        candidates = np.unique(np.argsort(-alone, axis=0, kind="stable")[:CANDIDATES])
        without = np.array([self._without(whole, spans[n], rows) for n in candidates])
        drop = probabilities[rows] - without
        return {
            row: {
                "sentence": whole[slice(*spans[candidates[best]])],
                "share": round(float(np.clip(drop[best, column], 0, 1)), 4),
            }
            for column, (row, best) in enumerate(zip(rows, drop.argmax(axis=0), strict=True))
        }

    def _without(self, whole: str, span: tuple[int, int], rows: list[int]) -> NDArray[np.float64]:
        """The labels' probabilities without a sentence; none is left without the only one."""
        rest = (whole[: span[0]] + whole[span[1] :]).strip()
        return self.judge(rest, rows) if rest else np.zeros(len(rows))


def load(
    name: str, labels: Path | None, codebook: Codebook, *, allow_download: bool = False
) -> HuggingFace:
    """A model from a folder, or by its name on the hub from the local cache.

    ``labels`` is the mapping, ``labels.toml`` in the folder if it is None. With ``allow_download``
    a model that is not in the cache is fetched.

    Raises:
        ModelError: torch or the model is missing, or the model is not one for this.
        ConfigError: the mapping is missing or wrong.
    """
    folder, called = find_folder(name, allow_download=allow_download)
    network = Network(folder)
    path = labels or folder / MAPPING
    mapping = read_mapping(path, network.outputs)
    pairs, judge = (
        _by_hypotheses(path, mapping, mapping.zero_shot, network, codebook)
        if mapping.zero_shot
        else _by_outputs(path, mapping, network, codebook)
    )
    content = digest_of(hashes(folder), mapping.model_dump(mode="json"), prefix="", length=12)
    return HuggingFace(f"hf-{called}-{content}", codebook.version, mapping, pairs, judge)


def _by_outputs(
    path: Path, mapping: Mapping, network: Network, codebook: Codebook
) -> tuple[tuple[tuple[str, str], ...], Judge]:
    """Labels that are the model's own outputs."""
    columns = columns_of(path, mapping, network.outputs, codebook)
    kept = [n for n, column in enumerate(columns) if column]
    to_probabilities = _softmax if mapping.problem == "single" else _sigmoid

    def judge(text: str, rows: Sequence[int]) -> NDArray[np.float64]:
        scores, tokens = network.scores(text)
        every = np.average(to_probabilities(scores), axis=0, weights=tokens)
        return every[[kept[row] for row in rows]]

    return tuple(column for column in columns if column), judge


def _by_hypotheses(
    path: Path, mapping: Mapping, asked: ZeroShot, network: Network, codebook: Codebook
) -> tuple[tuple[tuple[str, str], ...], Judge]:
    """Labels of the codebook, each a hypothesis that the text may entail.

    Several labels: each by entailment against contradiction. One: by entailment among all labels.
    """
    labels = [label for scheme in asked.schemes for label in codebook.scheme(scheme)]
    hypotheses = [
        asked.hypothesis.replace("{name}", label.name).replace("{definition}", label.definition)
        for label in labels
    ]
    entails, contradicts = entailment_of(path, asked, network.outputs)

    def entailment(text: str, hypothesis: str) -> tuple[float, float]:
        """Probability against contradiction, and score, means over the windows by tokens."""
        scores, tokens = network.scores(text, hypothesis)
        against = _softmax(scores[:, [contradicts, entails]])[:, 1]
        return (
            float(np.average(against, weights=tokens)),
            float(np.average(scores[:, entails], weights=tokens)),
        )

    def judge(text: str, rows: Sequence[int]) -> NDArray[np.float64]:
        if mapping.problem == "multi":
            return np.array([entailment(text, hypotheses[row])[0] for row in rows])
        scores = np.array([[entailment(text, hypothesis)[1] for hypothesis in hypotheses]])
        return _softmax(scores)[0, list(rows)]

    return tuple((label.scheme, label.id) for label in labels), judge


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result


def _sigmoid(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(scores, -50, 50)))
