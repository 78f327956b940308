"""Training the heads: parts that stay apart, thresholds by rule, wrong input that is answered."""

from __future__ import annotations

import errno
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from digest import taxonomy
from digest.classify.heads import NONE, Heads
from digest.classify.model import Model
from digest.classify.train import compare, data, finetune, heads, pack, run
from digest.classify.train.data import Example
from digest.cli.app import app
from digest.config import SHIPPED_MODEL, Workplace
from digest.errors import ConfigError, InputError, ModelError, StorageFull
from digest.items import text_hash
from tests.classify.separable import SCHEMES, separable


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


def test_a_label_below_seven_tenths_is_unsure_where_a_text_may_have_several() -> None:
    vectors, examples = separable()
    fitted = heads.fit(vectors, examples, SCHEMES)
    for scheme in SCHEMES:
        for row in fitted.rows(scheme):
            threshold, high = float(fitted.threshold[row]), float(fitted.unsure_high[row])
            several = scheme not in heads.EXCLUSIVE and len(fitted.rows(scheme)) > 1
            least = max(threshold + 0.15, 0.7) if several else threshold + 0.15
            assert high == pytest.approx(min(least, 0.95))


def test_of_items_those_that_were_learnt_from_are_noted() -> None:
    """By the hash that the store has of their texts; neither invented texts nor those held back."""
    texts = [f"A title {n}\nAn abstract" for n in range(50)]
    examples = [Example(text, {"sdg": frozenset()}, "readings") for text in texts]
    written = [Example(f"{text}, invented", {"sdg": frozenset()}, "sdg-1") for text in texts]
    panel = Example("A headline", {"sdg": frozenset()}, "panel", only={"sdg": frozenset({"1"})})
    learnt = {n for n, one in enumerate(examples) if one.part == "train"}
    assert 20 < len(learnt) < 40
    taught = run.taught_by([*examples, *written, panel])
    own = {text_hash("A headline", "")} if panel.part == "train" else set()
    assert taught == {text_hash(f"A title {n}", "An abstract") for n in learnt} | own


def test_what_is_left_out_is_counted_and_what_was_given_is_not() -> None:
    said = list(run.left_out(list(data.exemplars())))
    assert "left out: 2,761 of 2,761 arXiv abstracts" in said[0]
    assert said[0].endswith("snapshot of 2025Q4 with --texts")
    assert (
        f"left out: 5,857 of 5,857 open texts judged for goals, and {run.OTHER_OPEN_DATA}"
        in said[1]
    )
    given = {"readings": 1_560, "once": 1_199, "open": 5_857, "aiid": 490}
    most = [Example(f"{o} {n}", {}, o) for o, number in given.items() for n in range(number)]
    assert "left out: 2 of 2,761 arXiv abstracts" in next(run.left_out(most))
    assert list(run.left_out([*most, Example("a", {}, "once"), Example("b", {}, "once")])) == []


def test_the_open_data_are_counted_as_in_the_model_card() -> None:
    card = (SHIPPED_MODEL / "CARD.md").read_text("utf-8")
    incidents, abstracts = re.findall(r"[\d,]+\d", run.OTHER_OPEN_DATA)
    assert re.search(rf"AI Incident Database.*\| {incidents} \|", card)
    assert re.search(rf"CSET.*\| {abstracts} \|", card)


def test_two_models_are_compared_on_whole_texts_held_back() -> None:
    def held(origin: str, labels: dict[str, frozenset[str]], **more: Any) -> Example:
        texts = (Example(f"{origin} {n}", labels, origin, **more) for n in range(1_000))
        return next(example for example in texts if example.part == "test")

    water, nothing = frozenset({("sdg", "6")}), frozenset[tuple[str, str]]()
    examples = [
        held("sdg-1", {"sdg": frozenset({"6"})}),
        held("readings", {"sdg": frozenset({"6"}), "ai": frozenset()}),
        held("risk-1", {"mit": frozenset({NONE})}),
        held("panel", {"sdg": frozenset()}, only={"sdg": frozenset({"1"})}),
    ]
    before = [water, water, frozenset({("mit", "1.1")}), water]
    after = [water, nothing, frozenset({("mit", NONE)}), nothing]
    assert list(compare.on_test_texts(examples, before, after)) == [
        "sdg       2 texts  micro F1 before 1.000, after 0.667; "
        "of these 1 abstracts of the readings before 1.000, after 0.000",
        "mit       1 texts  micro F1 before 0.000, after 0.000",
        "ai        1 texts  micro F1 before 0.000, after 0.000; "
        "of these 1 abstracts of the readings before 0.000, after 0.000",
    ]


def test_training_says_what_it_lacks_and_how_the_model_before_does(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads_before = Model.load().heads
    silent = replace(heads_before, bias=heads_before.bias - 100)
    random = np.random.default_rng(2)
    monkeypatch.setattr(run, "_vectors", lambda _, e: random.normal(0, 0.1, (len(e), 384)))
    monkeypatch.setattr(heads, "fit", lambda *_: silent)
    done = CliRunner().invoke(app, ["train", "--var", str(place.folder)])
    assert done.exit_code == 0, done.exception
    said = done.stdout.splitlines()
    first = next(n for n, line in enumerate(said) if line.startswith("encoding"))
    assert [line.startswith("left out: ") for line in said[:first]] == [True, True, False]
    (head,) = (n for n, line in enumerate(said) if "the model in use before" in line)
    assert Model.load().id in said[head]
    assert [line.split()[0] for line in said[head + 1 : -2]] == ["sdg", "risk", "mit", "ai"]
    assert "on those the new model may be worse" in said[-2]
    assert all("after 0.000" in line for line in said[head + 1 : head + 3])
    assert Model.load(place.model).id in said[-1]


def test_the_model_before_reads_the_texts_with_its_own_encoder(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, examples, read = Model.load(), list(data.exemplars())[:400], []

    def vectors(folder: Path, texts: list[Example]) -> np.ndarray:
        read.append((folder, len(texts)))
        return np.zeros((len(texts), 384), np.float32)

    monkeypatch.setattr(run, "_vectors", vectors)
    monkeypatch.setattr(heads, "fit", lambda *_: before.heads)
    shutil.copytree(SHIPPED_MODEL, place.encoder)
    yardstick = run.Yardstick(before, (examples[0],))
    run.train_heads(place.encoder, examples, taxonomy.load(), place.model, print, yardstick)
    held = {example.text for example in examples if example.part == "test"} | {examples[0].text}
    assert read == [(place.encoder, 400), (SHIPPED_MODEL, len(held))]


def test_missing_training_tools_are_named_with_what_to_do() -> None:
    with pytest.raises(ConfigError, match=r"no_such_module.*pip install"):
        run.require("no_such_module")


@pytest.mark.parametrize("name", ["encoder.bin", "encoder.xml", "heads.npz"])
def test_a_damaged_model_is_never_sealed_as_good(
    place: Workplace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_vectors", lambda *_: pytest.fail("the encoder is used"))
    shutil.copytree(SHIPPED_MODEL, place.model)
    content = (place.model / name).read_bytes()
    (place.model / name).write_bytes(content[: len(content) // 2])
    described = (place.model / "model.json").read_bytes()
    failed = CliRunner().invoke(app, ["train", "--var", str(place.folder)])
    assert isinstance(failed.exception, ModelError)
    assert f"{place.model / name} was altered" in str(failed.exception)
    assert (place.model / "model.json").read_bytes() == described


def test_a_full_disk_leaves_the_model_as_it_was(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack.pack(SHIPPED_MODEL, Model.load().heads, "c1-a", place.model)
    before = Model.load(place.model)

    def full(_heads: Heads, file: object) -> None:
        file.write(b"half")  # type: ignore[attr-defined]
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Heads, "save", full)
    with pytest.raises(StorageFull, match=f"cannot write to {place.model}: the disk is full"):
        pack.pack(place.model, before.heads, "c1-b", place.model)
    assert Model.load(place.model).codebook == "c1-a"
    assert sorted(p.name for p in place.model.iterdir()) == sorted(
        [*pack.ENCODER_FILES, "heads.npz", "model.json", "taught.txt"]
    )


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (None, "there is no checkpoint that can be read in"),
        ('{"model_type": "gpt2"}', "is of the kind gpt2: give one of BERT"),
    ],
)
def test_a_folder_without_a_checkpoint_is_named(
    tmp_path: Path, config: str | None, says: str
) -> None:
    if config:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(InputError, match=says) as caught:
        finetune.loaded(tmp_path)
    assert str(tmp_path) in str(caught.value)
