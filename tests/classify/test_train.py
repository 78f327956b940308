"""Training the heads: parts that stay apart, thresholds by rule, wrong input that is answered."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import orjson
import pytest

from digest import taxonomy
from digest.classify.heads import NONE
from digest.classify.train import data, heads, run
from digest.classify.train.data import Example
from digest.errors import ConfigError, InputError

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


def test_heads_learn_what_the_vectors_say_and_none_is_an_answer() -> None:
    vectors, examples = separable()
    fitted = heads.fit(vectors, examples, SCHEMES)
    test = [i for i, e in enumerate(examples) if e.part == "test"]
    given = fitted.assigned(fitted.probabilities(vectors[test]))
    wanted = np.array(
        [[n in examples[i].labels[s] for s, n in fitted.labels] for i in test], dtype=bool
    )
    assert (given == wanted).mean() > 0.97
    assert ("mit", NONE) in fitted.labels


def test_the_test_part_teaches_nothing() -> None:
    vectors, examples = separable()
    changed = vectors.copy()
    changed[[i for i, e in enumerate(examples) if e.part == "test"]] = 1.0
    one, other = (heads.fit(v, examples, SCHEMES) for v in (vectors, changed))
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.threshold, other.threshold)


def test_every_label_of_the_codebook_has_exemplars_in_training() -> None:
    counted = Counter(
        (scheme, label)
        for example in data.exemplars()
        if example.part == "train"
        for scheme, labels in example.labels.items()
        for label in labels
    )
    for scheme, labels in run.label_ids(taxonomy.load()).items():
        for label in labels:
            assert counted[scheme, label] >= 10, f"{scheme}/{label} has too few exemplars"


def test_readings_find_their_texts_by_id(tmp_path: Path) -> None:
    folder = tmp_path / "readings"
    folder.mkdir()
    (folder / "q.tsv").write_text("id\tsdg\trisk\tai\n1.1\t2,3\t-\ty\n9.9\t-\t-\tn\n")
    snapshot = tmp_path / "s.jsonl"
    snapshot.write_bytes(orjson.dumps({"id": "1.1", "title": "T", "abstract": "A  b"}) + b"\n")
    (example,) = data.readings([snapshot], folder)
    assert example.text == "T\nA b"
    assert example.labels == {
        "sdg": frozenset({"2", "3"}), "risk": frozenset(), "ai": frozenset({"relevant"}),
    }  # fmt: skip


def test_a_malformed_decision_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text('{"text": "a", "scheme": "sdg", "labels": ["1"]}\n{"text": "b"}\n')
    with pytest.raises(InputError, match=r"decisions\.jsonl, line 2"):
        list(run.decisions(path))


def test_missing_training_tools_are_named_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match=r"no_such_module.*pip install"):
        run.require("no_such_module")
