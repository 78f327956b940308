"""The evaluation: results, comparison, its own and others' texts, report and command."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from digest import taxonomy
from digest.classify.evaluate import table
from digest.classify.evaluate.answers import Answered, Sheet, identity, sheets
from digest.classify.evaluate.data import Judged, agreement, labelled_lines, unseen
from digest.classify.evaluate.report import CAVEAT, EVALUATION, report, with_intervals
from digest.classify.evaluate.result import compared, dump, parse, result
from digest.classify.heads import Heads
from digest.classify.model import identity as identity_of
from digest.classify.train.data import Example
from digest.cli.app import app
from digest.config import SHIPPED_MODEL, Workplace
from digest.edition.manifest import Manifest
from digest.errors import DigestError, InputError, ModelError
from digest.items import REAL_ABSTRACT
from digest.steps.publish import build_draft
from tests.classify.outcomes import FEW, outcome, values

BOOK = taxonomy.load()


def sheet(texts: str = "pqrs", kinds: str = "xxyy", **given_: list[list[int]]) -> Sheet:
    truth = given_.get("truth", [[1, 0], [0, 1], [0, 0], [0, 0]])
    said = given_.get("given", [[1, 0], [1, 0], [0, 0], [1, 1]])
    return Sheet(tuple(identity(t) for t in texts), tuple(kinds), outcome(truth, said))


def resulting(one: Sheet, not_labelled: dict[str, int] | None = None) -> dict[str, Any]:
    judged = Judged(tuple(Example(t, {}, "") for t in "pqrs"), {"some.jsonl": "0" * 64})
    return result("m-1", "c1-0", judged, Answered({"sdg": one}, not_labelled or {}), FEW)


def test_a_result_counts_labels_kinds_and_confusions() -> None:
    part = json.loads(dump(resulting(sheet())))["schemes"]["sdg"]
    assert [(x["label"], x["texts"], x["given"]) for x in part["labels"]] == [
        ("a", 1, 3), ("b", 1, 1), ("none", 2, 1),
    ]  # fmt: skip
    assert part["labels"][0]["precision"]["value"] == 0.3333
    assert part["none"] == 2
    assert part["confusions"] == [
        {"true": [], "given": ["a", "b"], "texts": 1},
        {"true": ["b"], "given": ["a"], "texts": 1},
    ]
    assert part["kinds"]["x"]["texts"] == 2
    assert part["kinds"]["y"]["exact_match"]["value"] == 0.5


def test_confusions_are_ranked_by_their_number() -> None:
    many = sheet("pqrs", truth=[[1, 0]] * 4, given=[[0, 0], [0, 1], [0, 1], [1, 0]])
    ranked = resulting(many)["schemes"]["sdg"]["confusions"]
    assert [(list(pair["given"]), pair["texts"]) for pair in ranked] == [(["b"], 2), ([], 1)]


def test_a_result_is_canonical_and_reads_back() -> None:
    first = dump(resulting(sheet()))
    assert first == dump(resulting(sheet()))
    assert first == dump(json.loads(first))
    model, kept = parse(first, "stored.json")
    assert model == "m-1"
    assert dump(resulting(kept["sdg"])) == first


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\x00", b"[]", b"{}", b'{"format": "evaluation/0", "model": "m", "schemes": {}}',
        b'{"format": "evaluation/1", "model": "m", "schemes": []}',
    ],
)  # fmt: skip
def test_what_is_no_result_is_named(content: bytes) -> None:
    with pytest.raises(InputError, match=r"stored\.json is not a result of digest evaluate \("):
        parse(content, "stored.json")


@pytest.mark.parametrize(
    ("name", "value"),
    [("truth", [[2], [], [], []]), ("given", [[]]), ("probability", [[0.5]] * 4), ("labels", 3)],
)
def test_a_result_whose_parts_do_not_fit_together_is_named(name: str, value: object) -> None:
    stored = json.loads(dump(resulting(sheet())))
    stored["schemes"]["sdg"]["answers"][name] = value
    with pytest.raises(InputError, match=r"stored\.json is not a result of digest evaluate \("):
        parse(dump(stored), "stored.json")


def test_a_comparison_is_over_the_texts_that_both_know_and_the_truth_of_now() -> None:
    now = sheet("pqrs", truth=[[1, 0]] * 4, given=[[1, 0]] * 4)
    # The older result has the texts in another order, one more and one less, and another truth.
    then = sheet("rqpz", truth=[[0, 1]] * 4, given=[[1, 0], [0, 1], [1, 0], [0, 1]])
    found = compared({"sdg": now}, {"sdg": then}, "m-0", FEW)
    assert found["model"] == "m-0"
    assert found["schemes"]["sdg"]["texts"] == 3
    assert found["schemes"]["sdg"]["exact_match"]["value"] == pytest.approx(1 / 3, abs=1e-4)


def test_nothing_in_common_is_said() -> None:
    with pytest.raises(InputError, match="m-0"):
        compared({"sdg": sheet("pqrs")}, {"sdg": sheet("wxyz")}, "m-0", FEW)
    other = sheet()
    renamed = replace(other, outcome=replace(other.outcome, labels=("a", "c")))
    with pytest.raises(InputError, match="m-0"):
        compared({"sdg": sheet()}, {"sdg": renamed}, "m-0", FEW)


def test_the_table_says_how_none_and_unlabelled_texts_count() -> None:
    printed = "\n".join(table.lines(resulting(sheet(), {"not labelled: language": 1})))
    assert "sdg: 4 texts, 2 labels, or none, which 2 are and which counts as a class" in printed
    assert "of them 1 text not labelled: language: counted as given no label" in printed
    assert "none taken for {a, b}" in printed
    assert "of kind y: 2 texts, macro F1" in printed
    assert "in brackets: 95% intervals, of a label Wilson's, of all labels together by" in printed
    all_labelled = sheet(truth=[[1, 0]] * 4)
    assert "2 labels, every text has a label" in "\n".join(table.lines(resulting(all_labelled)))


def heads(*labels: tuple[str, str]) -> Heads:
    size = np.zeros(len(labels), np.float32)
    return Heads(labels, frozenset({"mit"}), size[:, None], size, size + 0.5, size, size)


def test_sheets_keep_each_scheme_to_its_texts_and_a_missing_label_is_never_given() -> None:
    examples = [
        Example("one", {"sdg": frozenset({"1", "3"})}, "", "report"),
        Example("two", {"mit": frozenset({"none"}), "ai": frozenset({"relevant"})}, "", "press"),
    ]
    model = heads(("sdg", "3"), ("mit", "1.1"), ("mit", "none"), ("ai", "relevant"))
    probability = np.array([[0.9, 0.1, 0.9, 0.2], [0.3, 0.4, 0.6, 0.8]])
    found = sheets(examples, BOOK, model, probability, probability >= 0.5)
    assert set(found) == {"sdg", "mit", "ai"}
    sdg = found["sdg"].outcome
    assert (found["sdg"].ids, found["sdg"].kinds) == ((identity("one"),), ("report",))
    assert [sdg.labels[k] for k in np.flatnonzero(sdg.truth[0])] == ["1", "3"]
    assert [sdg.labels[k] for k in np.flatnonzero(sdg.given[0])] == ["3"]
    assert sdg.probability[0, sdg.labels.index("3")] == 0.9
    mit = found["mit"].outcome
    assert mit.exclusive
    assert not mit.truth.any()
    assert not mit.given.any()
    assert values(mit)["most_probable"] == 1
    assert found["ai"].outcome.given.all()


def test_only_what_training_leaves_out_is_unseen() -> None:
    judged = unseen()
    assert {example.part for example in judged.examples} == {"test"}
    schemes = [scheme for example in judged.examples for scheme in example.labels]
    assert min(schemes.count(scheme) for scheme in ("sdg", "risk", "mit", "ai")) > 100
    assert "sdg-1.jsonl" in judged.files


@pytest.fixture
def snapshot(tmp_path: Path) -> Callable[[int], tuple[Path, Path]]:
    def written(papers: int) -> tuple[Path, Path]:
        folder = tmp_path / "readings"
        folder.mkdir()
        rows = [f"2510.{n:05}\t3,4\t-\ty\tB" for n in range(40)]
        (folder / "read.tsv").write_text("id\tsdg\trisk\tai\tby\n" + "\n".join(rows), "utf-8")
        path = tmp_path / "2025Q4.jsonl.gz"
        with gzip.open(path, "wt") as lines:
            for n in range(papers):
                paper = {"id": f"2510.{n:05}", "title": f"Paper\n {n}", "abstract": "We  study."}
                lines.write(json.dumps(paper) + "\n")
        return path, folder

    return written


def test_real_abstracts_come_from_a_snapshot(
    snapshot: Callable[[int], tuple[Path, Path]],
) -> None:
    path, folder = snapshot(30)
    judged = unseen([path], read=folder)
    real = [e for e in judged.examples if e.register == "real abstract"]
    assert 0 < len(real) < 30
    assert len(judged.examples) == len(unseen().examples) + len(real)
    assert real[0].labels == {
        "sdg": frozenset({"3", "4"}), "risk": frozenset(), "ai": frozenset({"relevant"}),
    }  # fmt: skip
    assert {"read.tsv", "2025Q4.jsonl.gz"} < set(judged.files)


def test_a_snapshot_without_abstracts_that_were_read_is_named(
    snapshot: Callable[[int], tuple[Path, Path]],
) -> None:
    path, folder = snapshot(0)
    with pytest.raises(InputError, match=r"2025Q4\.jsonl\.gz"):
        unseen([path], read=folder)
    with pytest.raises(InputError, match="check the path"):
        unseen([path.with_name("nothing.gz")], read=folder)


def test_lines_of_ones_own_are_read(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(
        '{"text": "<p>Clean  water</p>", "labels": [6, "3"], "kind": "press"}\n'
        "\n"
        '{"text": "Nothing of it.", "labels": ["none"], "scheme": "risk"}\n'
        '{"text": "Nothing at all.", "labels": []}\n',
        "utf-8",
    )
    judged = labelled_lines(path, BOOK)
    assert [(e.text, e.register) for e in judged.examples] == [
        ("Clean water", "press"), ("Nothing of it.", ""), ("Nothing at all.", ""),
    ]  # fmt: skip
    assert judged.examples[0].labels == {"sdg": frozenset({"6", "3"})}
    outcomes_ = sheets(judged.examples, BOOK, heads(), np.zeros((3, 0)), np.zeros((3, 0), bool))
    assert outcomes_["risk"].outcome.truth.sum() == 0
    assert outcomes_["sdg"].outcome.truth.sum(axis=1).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param("oops", "line 2: Invalid JSON", id="not JSON"),
        pytest.param('{"text": "a"}', "line 2: labels: Field required", id="no labels"),
        pytest.param('{"text": 7.5, "labels": 3}', "line 2: labels", id="labels no list"),
        pytest.param('{"text": "", "labels": []}', "line 2: text", id="no text"),
        pytest.param('{"text": "a", "labels": ["18"]}', "no label sdg/18", id="unknown label"),
        pytest.param('{"text": "a", "labels": [], "scheme": "x"}', "line 2: scheme", id="scheme"),
        pytest.param('\xff{"text": "a"}', "line 2", id="not UTF-8"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes(b'{"text": "a", "labels": []}\n' + line.encode("latin-1"))
    with pytest.raises(InputError, match=said):
        labelled_lines(path, BOOK)


@pytest.mark.parametrize("content", [None, b"", b"\n\n"])
def test_a_file_without_lines_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "own.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"own\.jsonl"):
        labelled_lines(path, BOOK)


def test_the_report_is_of_the_models_own_result_or_of_none(tmp_path: Path) -> None:
    assert report("m-1", tmp_path) is None
    (tmp_path / EVALUATION).write_bytes(dump(resulting(sheet())))
    found = report("m-1", tmp_path)
    assert found is not None
    assert found["texts"] == 4
    assert found["schemes"]["sdg"]["labels"][2]["label"] == "none"
    assert set(found["schemes"]["sdg"]["ece"]) == {"value", "low", "high"}
    assert [kind["kind"] for kind in found["schemes"]["sdg"]["kinds"]] == ["x", "y"]
    assert report("m-2", tmp_path) is None
    (tmp_path / EVALUATION).write_bytes(b"{")
    with pytest.raises(ModelError, match="digest evaluate --out"):
        report("m-1", tmp_path)


def test_the_report_tells_of_the_real_abstracts_and_of_those_who_read_them(tmp_path: Path) -> None:
    """An abstract counts for a label when it is about AI, too: of three with b, one is not."""
    kinds = (REAL_ABSTRACT, REAL_ABSTRACT, REAL_ABSTRACT, "press")
    sdg = replace(sheet(truth=[[1, 1], [0, 1], [0, 1], [0, 1]]), kinds=kinds)
    ai = replace(sheet(truth=[[1, 0], [1, 0], [0, 0], [1, 0]]), kinds=kinds)
    judged = Judged((), {"2025Q4.tsv": "0" * 64, "read.tsv": "1" * 64})
    found = result("m-1", "c1-0", judged, Answered({"sdg": sdg, "ai": ai}, {}), FEW)
    (tmp_path / EVALUATION).write_bytes(dump(found))
    (tmp_path / CAVEAT).write_text("It was looked at.\n", "utf-8")
    told = report("m-1", tmp_path)
    assert told is not None
    labels = told["schemes"]["sdg"]["labels"]
    assert [(x["label"], x["texts"], x["abstracts"]) for x in labels] == [("a", 1, 1), ("b", 4, 2)]
    assert told["abstracts"] == {"texts": 3, "quarters": ["2025Q4"], **agreement(["2025Q4"])}
    assert told["caveat"] == "It was looked at."


def test_a_report_on_texts_of_ones_own_tells_of_no_readers(tmp_path: Path) -> None:
    (tmp_path / EVALUATION).write_bytes(dump(resulting(sheet(), {})))
    told = report("m-1", tmp_path)
    assert told is not None
    assert (told["abstracts"], told["caveat"]) == (None, "")


def test_the_agreement_of_the_readers_is_counted_in_papers(tmp_path: Path) -> None:
    names = [
        "id",
        *(f"{who}_{what}" for who in ("first", "second") for what in ("sdg", "risk", "ai")),
    ]
    rows = [names, ["1", "3", "-", "y", "3", "-", "y"], ["2", "3", "-", "y", "3", "-", "n"]]
    (tmp_path / "once").mkdir()
    for path in (
        tmp_path / "2025Q4.tsv",
        tmp_path / "once" / "2025Q4.tsv",
        tmp_path / "2026Q1.tsv",
    ):
        path.write_text("\n".join("\t".join(row) for row in rows), "utf-8")
    assert agreement(["2025Q4"], tmp_path) == {"read": 4, "twice": 2, "alike": 1}


def test_results_of_before_are_told_with_intervals_made_from_their_counts(tmp_path: Path) -> None:
    """They had resampled ones: six texts without an error said 1.00 (1.00 to 1.00)."""
    stored = json.loads(dump(resulting(sheet(truth=[[1, 0]] * 4, given=[[1, 0]] * 4))))
    of_a = stored["schemes"]["sdg"]["labels"][0]
    of_a["precision"] = of_a["recall"] = {"value": 1.0, "low": 1.0, "high": 1.0}
    (tmp_path / EVALUATION).write_bytes(dump(stored))
    told = report("m-1", tmp_path)
    assert told is not None
    expected = {"value": 1.0, "low": round(4 / (4 + 1.959964**2), 4), "high": 1.0}
    labels = told["schemes"]["sdg"]["labels"]
    assert labels[0]["precision"] == labels[0]["recall"] == expected
    assert labels[1]["precision"] == {"value": None, "low": None, "high": None}
    assert with_intervals(told) == told


def test_what_the_shipped_model_s_test_is_worth_is_told() -> None:
    told = report(identity_of()[0], SHIPPED_MODEL)
    assert told is not None
    assert told["abstracts"]["quarters"] == ["2025Q4"]
    assert 0.85 < told["abstracts"]["alike"] / told["abstracts"]["twice"] < 1


def test_a_new_result_is_shown_without_a_new_edition(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    place.model.mkdir()
    (place.model / "model.json").write_text("{}", "utf-8")
    manifest = Manifest(
        quarter="2026Q1", model="m-1", codebook="c1-0", thresholds={}, sample=True, sources=(),
        records=0, rejections=(), items=(), shown=(), sections=(), review="not reviewed",
    )  # fmt: skip

    def shown() -> tuple[str, int]:
        page = build_draft(place, manifest, BOOK) / "2026Q1" / "method" / "index.html"
        return page.read_text("utf-8"), page.stat().st_mtime_ns

    assert "No test results came with the model" in shown()[0]
    (place.model / EVALUATION).write_bytes(dump(resulting(sheet())))
    page, built = shown()
    assert "Results of the model" in page
    assert shown() == (page, built)


def test_the_command_evaluates_stores_and_compares(tmp_path: Path) -> None:
    own, out, old = (tmp_path / name for name in ("own.jsonl", "kept/result.json", "old.json"))
    own.write_text(
        '{"text": "The clinic vaccinated 900 children against measles, and deaths of newborns '
        'fell.", "labels": ["3"], "kind": "press"}\n'
        '{"text": "We prove a bound on the chromatic number of sparse graphs.", "labels": []}\n'
        '{"text": "Медицинская клиника привила детей от кори.", "labels": ["3"]}\n',
        "utf-8",
    )
    judged = labelled_lines(own, BOOK)
    silent = sheets(judged.examples, BOOK, heads(), np.zeros((3, 0)), np.zeros((3, 0), bool))
    old.write_bytes(dump(result("m-silent", "c1-0", judged, Answered(silent, {}), FEW)))
    ran = CliRunner().invoke(
        app,
        ["evaluate", str(own), "--out", str(out), "--against", str(old), "--var", str(tmp_path)],
    )
    assert ran.exit_code == 0, ran.output
    assert "1 text not labelled: language" in ran.output
    assert "less m-silent, on the same texts" in ran.output
    assert "exact match of all labels     +0.333" in ran.output
    stored = json.loads(out.read_bytes())
    assert stored["not_labelled"] == {"not labelled: language": 1}
    goal = next(x for x in stored["schemes"]["sdg"]["labels"] if x["label"] == "3")
    assert (goal["texts"], goal["given"]) == (2, 1)
    assert stored["schemes"]["sdg"]["answers"]["probability"][2] == [0.0] * 17


def test_the_command_names_what_it_cannot_read(tmp_path: Path) -> None:
    for arguments in (["nothing.jsonl"], ["--model", str(tmp_path)], ["--texts", "nothing.gz"]):
        failed = CliRunner().invoke(app, ["evaluate", *arguments])
        assert isinstance(failed.exception, DigestError)
