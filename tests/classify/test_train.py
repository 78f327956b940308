"""Training the heads: parts that stay apart, thresholds by rule, wrong input that is answered."""

from __future__ import annotations

import errno
import hashlib
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from digest import taxonomy
from digest.classify.heads import NONE, Heads
from digest.classify.model import Model
from digest.classify.train import compare, data, decisions, finetune, heads, pack, run
from digest.classify.train.data import Example
from digest.cli.app import app
from digest.config import SHIPPED_MODEL, Workplace
from digest.errors import ConfigError, InputError, ModelError, StorageFull

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


def test_what_one_reader_read_is_told_apart_from_what_two_read(tmp_path: Path) -> None:
    folder = tmp_path / "once"
    folder.mkdir()
    (folder / "q.tsv").write_text("id\tsdg\trisk\tai\tsure\n1.1\t-\tsecurity\ty\tu\n")
    snapshot = tmp_path / "s.jsonl"
    snapshot.write_bytes(orjson.dumps({"id": "1.1", "title": "T", "abstract": "A"}) + b"\n")
    (example,) = data.readings([snapshot], folder)
    assert (example.origin, example.labels["risk"]) == ("once", frozenset({"security"}))


def test_open_texts_have_the_labels_that_were_read_and_not_the_sets_own(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("osdg", "aurora", "trail", "more")]
    osdg, aurora, trail, more = files
    osdg.write_bytes(orjson.dumps({"text": "Wells ran dry.", "sdg": 1}) + b"\n")
    aurora.write_bytes(b"\n".join(map(orjson.dumps, [
        {"title": "Reefs ", "abstract": " Corals bleach.", "sdgs": [1]},
        {"title": "No abstract", "abstract": None, "sdgs": [1]},
    ])))  # fmt: skip
    trail.write_text('n,source,header,text,SDG\n1,UN,,"Nobody read, this",1\n2,UN,A,B,1\n')
    more.write_text("ID\ttext\tSDG\n1\tShare of schools with toilets \t4\n")
    read = {
        "Wells ran dry.": "6\tn", "Share of schools with toilets": "4,6\t-", "A\nB": "-\ty",
        "Reefs\nCorals bleach.": "13,14\tn",
    }  # fmt: skip
    hashes = {hashlib.sha256(text.encode()).hexdigest()[:16]: says for text, says in read.items()}
    lines = [f"{h}\t{says}\ts\n" for h, says in hashes.items()]
    table = tmp_path / "read.tsv"
    table.write_text("text\tsdg\tai\tsure\n" + "".join(lines))
    texts = {e.text: e.labels for e in data.open_texts(*files, table)}
    assert {text: labels.get("ai") for text, labels in texts.items()} == {
        "Wells ran dry.": frozenset(), "Share of schools with toilets": None,
        "A\nB": {"relevant"}, "Reefs\nCorals bleach.": frozenset(),
    }  # fmt: skip
    assert {text: labels["sdg"] for text, labels in texts.items()} == {
        "Wells ran dry.": {"6"}, "Reefs\nCorals bleach.": {"13", "14"}, "A\nB": frozenset(),
        "Share of schools with toilets": {"4", "6"},
    }  # fmt: skip


def test_every_fifth_text_without_ai_teaches_that_it_tells_of_no_risk() -> None:
    about_goals = [e for e in data.exemplars() if e.origin.startswith("sdg-")]
    without = [e for e in about_goals if e.labels.get("ai") == frozenset()]
    assert len(without) > 3_000
    teaching = [e for e in without if "risk" in e.labels]
    assert 0.17 < len(teaching) / len(without) < 0.23
    assert all(e.labels["mit"] == {NONE} and not e.labels["risk"] for e in teaching)
    assert not any("risk" in e.labels for e in about_goals if e.labels.get("ai"))


def test_a_folder_that_lacks_open_data_is_refused_with_the_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"osdg-cd-sample\.jsonl: the model card says"):
        run.examples_of(run.Material(data=tmp_path))


@pytest.mark.parametrize("table", [data.OPEN_READINGS, *sorted(data.READ_ONCE.glob("*.tsv"))])
def test_readings_name_only_labels_of_the_codebook_and_no_text_twice(table: Path) -> None:
    known = run.label_ids(taxonomy.load())
    header, *lines = (line.split("\t") for line in table.read_text().splitlines())
    assert len({line[0] for line in lines}) == len(lines) > 100
    for column in {"sdg", "risk"} & set(header):
        given = {label for line in lines for label in line[header.index(column)].split(",")}
        assert given <= {*known[column], "-"}


def test_decisions_on_one_label_teach_that_label_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text(
        '{"text": "a", "scheme": "sdg", "label": "1", "accept": true}\n'
        '{"text": "a", "scheme": "sdg", "label": "2", "accept": false}\n'
        '{"text": "b", "scheme": "sdg", "label": 3, "accept": true}\n'
        '{"text": "b", "scheme": "sdg", "label": "3", "accept": false}\n'
    )
    codebook = taxonomy.load()
    (example,) = decisions.settled(decisions.read(path, codebook, lambda _: None))
    assert example.labels == {"sdg": frozenset({"1"})}
    assert example.judges("sdg", "2")
    assert not example.judges("sdg", "3")
    assert not example.judges("risk", "security")


def test_the_panels_word_replaces_the_readers() -> None:
    read = Example("a", {"sdg": frozenset({"1", "4"}), "ai": frozenset()}, "readings")
    panel = Example("a", {"sdg": frozenset({"2"})}, "panel", only={"sdg": frozenset({"1", "2"})})
    other = Example("b", {"sdg": frozenset()}, "panel", only={"sdg": frozenset({"1"})})
    merged, added = decisions.overruling([read], [panel, other])
    assert merged.labels == {"sdg": frozenset({"2", "4"}), "ai": frozenset()}
    assert merged.is_whole
    assert merged.weight == decisions.WEIGHT
    assert added == other


def on_subdomains(*votes: tuple[str, int]) -> list[Example]:
    """What stands of so many members' words on subdomains of one text; below 0 they reject."""
    return decisions.settled(
        decisions.Decision("a", "mit", label, balance > 0)
        for label, balance in votes
        for _ in range(abs(balance))
    )


@pytest.mark.parametrize("written", ["3.1", NONE])
def test_an_accepted_subdomain_takes_the_place_of_the_texts_own(written: str) -> None:
    earlier = Example("a", {"mit": frozenset({written}), "risk": frozenset()}, "risk-1")
    (merged,) = decisions.overruling([earlier], on_subdomains(("7.3", 1)))
    assert merged.labels == {"mit": frozenset({"7.3"}), "risk": frozenset()}
    assert merged.is_whole


def test_a_rejected_subdomain_leaves_none_to_learn_and_the_other_schemes_as_they_were() -> None:
    earlier = Example("a", {"mit": frozenset({"3.1"}), "risk": frozenset()}, "risk-1")
    (merged,) = decisions.overruling([earlier], on_subdomains(("3.1", -1)))
    assert merged.labels == {"risk": frozenset()}
    assert merged.is_whole


def test_of_two_accepted_subdomains_the_one_that_more_accepted_stands() -> None:
    (example,) = on_subdomains(("3.1", 1), ("7.3", 2), ("2.2", -1))
    assert example.labels == {"mit": frozenset({"7.3"})}
    assert example.only == {"mit": frozenset({"7.3", "2.2"})}
    assert on_subdomains(("3.1", 2), ("7.3", 2), ("1.1", 1)) == []


def test_two_subdomains_on_a_text_are_never_fitted() -> None:
    vectors, examples = separable()
    first = next(i for i, e in enumerate(examples) if e.part == "train")
    examples[first] = replace(examples[first], labels={"mit": frozenset({"1.1", "2.1"})})
    with pytest.raises(AssertionError, match="mit is exclusive"):
        heads.fit(vectors, examples, SCHEMES)


def test_decisions_change_the_heads_and_agreement_says_by_how_much() -> None:
    vectors, examples = separable()
    before = heads.fit(vectors, examples, SCHEMES)
    # The panel calls "2" what has the sixth entry large: nothing in the examples says so.
    random = np.random.default_rng(8)
    taught = [
        Example(f"paper {i}", {"sdg": frozenset({"2"} if i % 2 else ())}, "panel",
                weight=decisions.WEIGHT, only={"sdg": frozenset({"2"})})
        for i in range(400)
    ]  # fmt: skip
    rows = random.normal(0, 0.25, (400, 8))
    rows[:, 5] += np.where(np.arange(400) % 2, 2.0, -2.0)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    after = heads.fit(np.concatenate([vectors, rows]), [*examples, *taught], SCHEMES)
    test = [i for i, example in enumerate(taught) if example.part == "test"]
    held = [taught[i] for i in test]
    agreed = [compare.agreement(compare.given(h, rows[test]), held) for h in (before, after)]
    assert agreed[0][1] == agreed[1][1] > 50
    assert agreed[0][0] < 0.7 * agreed[0][1]
    assert agreed[1][0] > 0.9 * agreed[1][1]
    one = after.rows("sdg")[0]
    assert np.allclose(before.weights[one] / np.linalg.norm(before.weights[one]),
                       after.weights[one] / np.linalg.norm(after.weights[one]))  # fmt: skip


def test_a_decision_is_held_back_where_its_text_is_whoever_wrote_that_first() -> None:
    """A written text is seldom held back, one of the panel's often: it keeps the part it had."""
    vectors, examples = separable(100)
    votes = [decisions.Decision(example.text, "sdg", "1", accept=True) for example in examples]
    decided = decisions.settled(votes)
    merged = decisions.overruling(examples, decided)
    fitted = heads.fit(vectors, examples, SCHEMES)
    found = compare.given(fitted, vectors)
    said = "\n".join(compare.on_decisions(merged, decided, found, found))
    parts = Counter(example.part for example in examples)
    assert parts["test"] < Counter(example.part for example in decided)["test"]
    assert re.findall(r"(taught from|held back): .*after \d+ of (\d+) as", said) == [
        ("taught from", str(parts["train"])), ("held back", str(parts["test"])),
    ]  # fmt: skip


def test_what_is_left_out_is_counted_and_what_was_given_is_not() -> None:
    said = list(run.left_out(list(data.exemplars())))
    assert "left out: 2,102 of 2,102 arXiv abstracts" in said[0]
    assert said[0].endswith("snapshot of 2025Q4 with --texts")
    assert (
        f"left out: 5,857 of 5,857 open texts judged for goals, and {run.OTHER_OPEN_DATA}"
        in said[1]
    )
    given = {"readings": 1_560, "once": 540, "open": 5_857, "aiid": 490}
    most = [Example(f"{o} {n}", {}, o) for o, number in given.items() for n in range(number)]
    assert "left out: 2 of 2,102 arXiv abstracts" in next(run.left_out(most))
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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("no json", "Invalid JSON"),
        ('{"text": "b", "scheme": "sdg", "label": "1"}', "accept: Field required"),
        ('{"text": "b", "scheme": "sdg", "label": "18", "accept": true}', "no label sdg/18"),
        ('{"item": "arxiv:2601.1", "scheme": "sdg", "label": "1", "accept": true}', "no item"),
    ],
)
def test_a_malformed_decision_is_refused_with_its_line(
    tmp_path: Path, line: str, said: str
) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text(f'{{"text": "a", "scheme": "sdg", "label": "1", "accept": true}}\n{line}\n')
    with pytest.raises(InputError, match=rf"decisions\.jsonl, line 2.*{said}"):
        list(decisions.read(path, taxonomy.load(), lambda _: None))


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
        [*pack.ENCODER_FILES, "heads.npz", "model.json"]
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
