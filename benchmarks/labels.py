"""How good the labels are, beside three simpler ways, on the texts that training left out.

    python benchmarks/labels.py --minilm FOLDER [--model FOLDER] [--texts SNAPSHOT.jsonl.gz]

``--minilm`` is the encoder all-MiniLM-L6-v2 as it was published, exported with ``digest train``'s
own export but not fine-tuned; it serves two of the baselines. ``--texts`` holds the texts of the
real abstracts. Prints macro F1 with 95 % intervals, by scheme, and the difference to each baseline,
paired. Needs scikit-learn (extra ``train``).

Baselines: *heads* are fitted on the frozen encoder as ``digest train`` fits them; *definitions* and
*keywords* give a label from a score on, the likeness of text and definition or the number of words
found, the same for all labels of a scheme and chosen for the best macro F1 on the validation part.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from digest import taxonomy
from digest.classify.encoder import Encoder
from digest.classify.evaluate.answers import Sheet, answer, sheets, truth
from digest.classify.evaluate.data import unseen
from digest.classify.evaluate.metrics import (
    Estimate,
    Outcome,
    Sampling,
    differences,
    estimates,
    measure,
)
from digest.classify.model import Model
from digest.classify.train import heads
from digest.classify.train.data import Example, exemplars, readings
from digest.classify.train.run import label_ids
from digest.config import SHIPPED_MODEL
from digest.taxonomy import SCHEMES, Codebook

KEYWORDS = Path(__file__).with_name("keywords.yml")
SAMPLING = Sampling()
THRESHOLDS = 300
SHORT = 3  # "ai" is not the beginning of "air"
Sheets = dict[str, Sheet]
Scores = Callable[[Sequence[Example], str], NDArray[np.float64]]


def main() -> None:
    """Run all, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minilm", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=SHIPPED_MODEL)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    asked = parser.parse_args()
    codebook, model = taxonomy.load(), Model.load(asked.model)
    examples = [*exemplars(), *readings(asked.texts)]
    test = list(unseen(asked.texts).examples)
    encoder = Encoder(asked.minilm)
    vectors = {e.text: x for e, x in zip(examples, _vectors(encoder, examples), strict=True)}
    systems = {
        model.id: answer(model, test, codebook).sheets,
        "heads on frozen MiniLM": _heads(examples, test, vectors, codebook),
        "similarity to definitions": _scored(
            _likeness(encoder, vectors, codebook), examples, test, codebook
        ),
        "keyword lists": _scored(_keywords(codebook), examples, test, codebook),
    }
    for line in report(systems):
        print(line)


def report(systems: dict[str, Sheets]) -> Iterator[str]:
    """Tables for the written texts and for the real abstracts; the first system is ours."""
    for name, is_real in (("written texts", False), ("real abstracts", True)):
        parts = {system: _only(found, is_real) for system, found in systems.items()}
        ours, *others = parts.values()
        if not ours:
            continue
        yield f"{name}: macro F1 [95% interval]"
        yield _row("", ours)
        yield _row("texts", (len(sheet.ids) for sheet in ours.values()))
        for system, found in parts.items():
            cells = (estimates(sheet.outcome, SAMPLING) for sheet in found.values())
            yield _row(system, (_cell(cell["macro_f1"]) for cell in cells))
        for system, other in zip(list(parts)[1:], others, strict=True):
            cells = (differences(ours[s].outcome, other[s].outcome, SAMPLING) for s in ours)
            yield _row(f"ours less {system}", (_cell(cell["macro_f1"], "+") for cell in cells))
        yield ""


def _only(found: Sheets, is_real: bool) -> Sheets:
    parts = {}
    for scheme, sheet in found.items():
        rows = [i for i, kind in enumerate(sheet.kinds) if (kind == "real abstract") == is_real]
        if rows:
            parts[scheme] = Sheet(
                tuple(sheet.ids[i] for i in rows),
                tuple(sheet.kinds[i] for i in rows),
                sheet.outcome.at(rows),
            )
    return parts


def _row(name: str, cells: Any) -> str:
    return f"{name:38}" + "".join(f"{cell!s:26}" for cell in cells).rstrip()


def _cell(estimate: Estimate, sign: str = "") -> str:
    value, low, high = (f"{x:{sign}.3f}" for x in (estimate.value, estimate.low, estimate.high))
    return f"{value} [{low}, {high}]"


def _vectors(encoder: Encoder, examples: Sequence[Example]) -> list[NDArray[np.float32]]:
    return [encoding.vector for encoding in encoder.encode(e.text for e in examples)]


def _heads(
    examples: list[Example],
    test: list[Example],
    vectors: dict[str, NDArray[np.float32]],
    codebook: Codebook,
) -> Sheets:
    known = np.stack([vectors[e.text] for e in examples])
    fitted = heads.fit(known, examples, label_ids(codebook))
    probability = fitted.probabilities(np.stack([vectors[e.text] for e in test]))
    return sheets(test, codebook, fitted, probability, fitted.assigned(probability))


def _likeness(
    encoder: Encoder, vectors: dict[str, NDArray[np.float32]], codebook: Codebook
) -> Scores:
    """Cosine of each text with each label's name and definition."""

    def scores(examples: Sequence[Example], scheme: str) -> NDArray[np.float64]:
        texts = [f"{label.name}. {label.definition}" for label in codebook.scheme(scheme)]
        meant = np.stack([x.vector for x in encoder.encode(texts)])
        likeness = np.stack([vectors[e.text] for e in examples]) @ meant.T
        return np.asarray(likeness, np.float64)

    return scores


def _keywords(codebook: Codebook) -> Scores:
    """How many of each label's words a text has."""
    lists = yaml.safe_load(KEYWORDS.read_text("utf-8"))

    def scores(examples: Sequence[Example], scheme: str) -> NDArray[np.float64]:
        patterns = [
            re.compile(r"(?i)\b(?:" + "|".join(map(_begins, lists[scheme][label.id])) + ")")
            for label in codebook.scheme(scheme)
        ]
        return np.array(
            [[len(set(map(str.lower, p.findall(e.text)))) for p in patterns] for e in examples],
            np.float64,
        )

    return scores


def _begins(entry: str) -> str:
    """A pattern for the words that begin with an entry; for a short entry, for itself."""
    return re.escape(entry) + (r"\b" if len(entry) <= SHORT else "")


def _scored(
    scores: Scores, examples: list[Example], test: list[Example], codebook: Codebook
) -> Sheets:
    """What a threshold on scores gives, set on the validation part."""
    return {
        scheme: _scheme(
            scores,
            scheme,
            tuple(label.id for label in codebook.scheme(scheme)),
            [e for e in examples if e.part == "validation" and scheme in e.labels],
            [e for e in test if scheme in e.labels],
        )
        for scheme in SCHEMES
    }


def _scheme(
    scores: Scores,
    scheme: str,
    labels: tuple[str, ...],
    validation: list[Example],
    test: list[Example],
) -> Sheet:
    known, wanted = scores(validation, scheme), truth(validation, scheme, labels)
    exclusive = scheme in heads.EXCLUSIVE
    candidates = np.unique(np.quantile(known, np.linspace(0.3, 1, THRESHOLDS)))
    best = max(
        candidates, key=lambda t: _macro_f1(labels, wanted, _given(known, float(t), exclusive))
    )
    given = _given(scores(test, scheme), float(best), exclusive)
    outcome = Outcome(labels, truth(test, scheme, labels), given, given.astype(np.float64))
    ids = tuple(e.text for e in test)
    return Sheet(ids, tuple(e.register for e in test), outcome)


def _given(scores: NDArray[np.float64], threshold: float, exclusive: bool) -> NDArray[np.bool_]:
    given = scores >= threshold
    if exclusive:
        given &= np.arange(scores.shape[1]) == scores.argmax(axis=1)[:, None]
    return given


def _macro_f1(
    labels: tuple[str, ...], wanted: NDArray[np.bool_], given: NDArray[np.bool_]
) -> float:
    outcome = Outcome(labels, wanted, given, given.astype(np.float64))
    return float(measure(outcome, np.ones((1, len(wanted))))["macro_f1"][0])


if __name__ == "__main__":
    main()
