"""What training learns from: exemplars, readings and open texts, each with its own part."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import orjson
import pytest

from digest import taxonomy
from digest.classify.heads import NONE
from digest.classify.train import data, run
from digest.errors import InputError


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


def _read(folder: Path, table: str) -> list[data.Example]:
    """The readings of a table in a folder, with a snapshot of the paper 1.1."""
    folder.mkdir()
    (folder / "q.tsv").write_text(table)
    snapshot = folder.parent / "s.jsonl"
    snapshot.write_bytes(orjson.dumps({"id": "1.1", "title": "T", "abstract": "A  b"}) + b"\n")
    return list(data.readings([snapshot], folder))


def test_readings_find_their_texts_by_id(tmp_path: Path) -> None:
    (example,) = _read(tmp_path / "readings", "id\tsdg\trisk\tai\n1.1\t2,3\t-\ty\n9.9\t-\t-\tn\n")
    assert example.text == "T\nA b"
    assert example.labels == {
        "sdg": frozenset({"2", "3"}), "risk": frozenset(), "ai": frozenset({"relevant"}),
    }  # fmt: skip


def test_what_one_reader_read_is_told_apart_from_what_two_read(tmp_path: Path) -> None:
    (example,) = _read(tmp_path / "once", "id\tsdg\trisk\tai\tsure\n1.1\t-\tsecurity\ty\tu\n")
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
