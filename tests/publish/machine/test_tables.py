"""The data files: three formats that agree, a dictionary that describes them, and safe cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.cells import restored
from digest.publish import PublishedEdition
from digest.publish.machine.formats import csv_file, json_file, parquet_file
from digest.publish.machine.schema import Column, Data
from digest.publish.machine.tables import TABLES, data_files, dictionary
from tests.publish.invented_edition import codebook
from tests.publish.machine.whole_edition import LICENCE, editions

Files = dict[str, bytes]
FOLDER = "2026Q1/v1.1/data/"
NAMES = [table.name for table in TABLES]
READERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": str,
}


def _described(files: Files, name: str) -> list[dict[str, Any]]:
    tables = orjson.loads(files[f"{FOLDER}csv-metadata.json"])["tables"]
    table = next(t for t in tables if t["url"] == f"{name}.csv")
    columns: list[dict[str, Any]] = table["tableSchema"]["columns"]
    return columns


def _from_csv(files: Files, name: str) -> list[dict[str, Any]]:
    """The rows as anybody would read them who has only the file and its description."""
    columns = {c["name"]: c for c in _described(files, name)}
    rows = csv.DictReader(io.StringIO(files[f"{FOLDER}{name}.csv"].decode(), newline=""))
    return [{key: _read(cell, columns[key]) for key, cell in row.items()} for row in rows]


def _read(cell: str, column: dict[str, Any]) -> Any:
    text = restored(cell)
    if "separator" in column:
        return text.split(column["separator"]) if text else []
    return READERS[column["datatype"]](text) if cell else None


def _from_parquet(files: Files, name: str) -> list[dict[str, Any]]:
    rows = pq.read_table(io.BytesIO(files[f"{FOLDER}{name}.parquet"])).to_pylist()
    return [
        {
            key: value.isoformat() if hasattr(value, "isoformat") else value
            for key, value in r.items()
        }
        for r in rows
    ]


@pytest.mark.parametrize("name", NAMES)
def test_csv_parquet_and_json_agree_row_for_row(files: Files, name: str) -> None:
    rows = orjson.loads(files[f"{FOLDER}{name}.json"])
    assert rows
    assert _from_parquet(files, name) == rows
    assert _from_csv(files, name) == rows


@pytest.mark.parametrize("name", NAMES)
def test_the_dictionary_describes_what_is_there(files: Files, name: str) -> None:
    columns = _described(files, name)
    page = next(t for t in dictionary() if t["name"] == name)
    assert all(c["dc:description"].endswith(".") for c in columns)
    rows = orjson.loads(files[f"{FOLDER}{name}.json"])
    assert list(rows[0]) == [c["name"] for c in columns] == [c["name"] for c in page["columns"]]
    for column in columns:
        if column["required"]:
            assert all(row[column["name"]] is not None for row in rows), column["name"]
    keys = [tuple(row[k] for k in page["key"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_parquet_has_the_types_that_the_dictionary_says(files: Files) -> None:
    schema = pq.read_schema(io.BytesIO(files[f"{FOLDER}items.parquet"]))
    assert schema.field("date").type == pa.date32()
    assert schema.field("withdrawn").type == pa.bool_()
    assert schema.field("version").type == pa.int64()
    assert schema.field("sources").type.value_type == pa.string()


def test_every_label_says_who_gave_it(files: Files) -> None:
    manifest = editions()[1].manifest
    rows = orjson.loads(files[f"{FOLDER}labels.json"])
    given = [(i.id, a.scheme, a.label, a.maker, a.probability, a.threshold)
             for i in manifest.items for a in i.labels]  # fmt: skip
    told = [
        tuple(r[k] for k in ("item_id", "scheme", "label", "maker", "probability", "threshold"))
        for r in rows
    ]
    assert told == given
    assert {(r["decided_by"], r["maker"]) for r in rows} == {
        ("machine", "machine"), ("person", "panel:r-7"),
    }  # fmt: skip
    assert {(r["model"], r["codebook"]) for r in rows} == {(manifest.model, manifest.codebook)}
    chosen = {(i, s.scheme, s.label) for s in manifest.sections for i in s.chosen}
    assert {(r["item_id"], r["scheme"], r["label"]) for r in rows if r["chosen"]} == chosen & {
        key[:3] for key in given
    }


def test_an_item_leads_to_its_story_and_back(files: Files) -> None:
    story = orjson.loads(files[f"{FOLDER}stories.json"])[0]
    items = orjson.loads(files[f"{FOLDER}items.json"])
    assert [i["item_id"] for i in items if i["story"] == story["story"]] == story["items"]
    assert story["papers"] + story["news"] == 3
    assert story["outlets"] == ["Agency", "Ñandú, SA"]


def test_what_the_panel_decided_against_the_machine_is_a_table(files: Files) -> None:
    panel = editions()[1].manifest.panel
    assert panel
    rows = orjson.loads(files[f"{FOLDER}decisions.json"])
    said = [
        tuple(r[k] for k in ("item_id", "scheme", "label", "probability", "threshold", "decision"))
        for r in rows
    ]
    assert said == [
        (one.item, one.scheme, one.label, one.probability, one.threshold, what)
        for what, several in (("rejected", panel.rejected), ("added", panel.added))
        for one in several
    ]
    assert [row["name"] for row in rows] == ["Zero hunger", "Climate action"]


def test_what_the_panel_found_is_a_table(files: Files) -> None:
    panel = editions()[1].manifest.panel
    assert panel
    first, second = orjson.loads(files[f"{FOLDER}findings.json"])
    assert (first["finding"], first["page"], first["name"]) == (1, "sdg/2", "Zero hunger")
    assert first["statement"] == "Early warnings reach <few> smallholders."
    assert (first["evidence"], first["agreement"]) == ("medium", "low")
    assert first["items"] == [*panel.findings[0].items]
    assert first["approved_by"] == ["Amina Okafor", "Chloé Marchand"]
    assert first["dissents"] == ["陈立新: The trials are **too small** to say."]
    assert (second["items"], second["dissents"]) == ([], [])


def test_what_the_panel_could_not_answer_is_a_table(files: Files) -> None:
    panel = editions()[1].manifest.panel
    assert panel
    rows = orjson.loads(files[f"{FOLDER}questions.json"])
    assert [(row["question"], row["page"], row["text"]) for row in rows] == [
        (number, one.page, one.text) for number, one in enumerate(panel.questions, 1)
    ]
    assert rows


def test_how_far_members_agree_on_each_label_is_a_table(files: Files) -> None:
    panel = editions()[1].manifest.panel
    assert panel
    rows = orjson.loads(files[f"{FOLDER}agreements.json"])
    keys = "scheme", "label", "items", "share", "alpha"
    assert [tuple(row[key] for key in keys) for row in rows] == [
        tuple(getattr(one, key) for key in keys) for one in panel.agreements
    ]
    assert None in [row["alpha"] for row in rows]


@pytest.mark.parametrize("name", ["decisions", "findings", "questions", "agreements"])
def test_where_nobody_reviewed_the_panels_tables_are_there_without_rows(
    files: Files, name: str
) -> None:
    folder = "2026Q1/v1.0/data/"
    assert orjson.loads(files[f"{folder}{name}.json"]) == []
    assert files[f"{folder}{name}.csv"].decode().count("\n") == 1
    assert pq.read_table(io.BytesIO(files[f"{folder}{name}.parquet"])).num_rows == 0


def test_the_licence_is_of_our_own_columns_and_the_others_say_whose_they_are(files: Files) -> None:
    group = orjson.loads(files[f"{FOLDER}csv-metadata.json"])
    assert "dc:license" not in group
    theirs = set()
    for table in group["tables"]:
        assert "dc:license" not in table
        for column in table["tableSchema"]["columns"]:
            name = f"{table['dc:title']}.{column['name']}"
            if "dc:rights" in column:
                theirs.add(name)
                assert name in group["dc:rights"]
            assert ("dc:rights" in column) != (
                column.get("dc:license") == {"@id": LICENCE.address}
            ), name
    assert theirs == {
        "items.title", "items.authors", "items.publishers", "labels.evidence", "stories.title",
        "stories.outlets", "sources.publisher",
    }  # fmt: skip


def test_a_story_is_represented_by_what_was_not_withdrawn(files: Files) -> None:
    edition = editions()[0]
    told = edition.manifest.stories[0]
    gone = [replace(i, withdrawn=i.id == told.representative) for i in edition.manifest.items]
    manifest = replace(edition.manifest, items=tuple(gone))
    story = _story_row(replace(edition, manifest=manifest))
    assert story["representative"] == told.items[0] != told.representative
    title = next(i.title for i in manifest.items if i.id == told.items[0])
    assert story["title"] == title
    assert story["items"] == list(told.items)


def _story_row(edition: PublishedEdition) -> dict[str, Any]:
    written = dict(data_files(Data(edition, codebook())))
    row: dict[str, Any] = orjson.loads(written["stories.json"])[0]
    return row


def test_hostile_text_is_harmless_in_every_cell(files: Files) -> None:
    for name in NAMES:
        text = files[f"{FOLDER}{name}.csv"].decode()
        assert not set(text) & set("\u202e\u202c\ufffe\x07\r")
        for row in csv.reader(io.StringIO(text, newline="")):
            parts = [part for cell in row for part in cell.split(";")]
            assert not [part for part in parts if part.lstrip()[:1] in set("=+-@|%＝＋－＠\t\n")]
            assert not [cell for cell in row if cell != cell.strip()]
    item = next(r for r in _from_csv(files, "items") if r["item_id"] == "guid:hostile")
    assert item["title"].startswith('=HYPERLINK("https://evil.example") </script>')
    assert "\n" not in item["title"]
    assert item["url"] is None


@given(st.text() | st.text(st.sampled_from("'=+-@|%; ab＝"), max_size=8))
@example("x;=1+1")
def test_a_text_comes_back_from_csv_as_it_was(text: str) -> None:
    column = Column("t", "string", "A text.", lambda s: s)
    value = column.value(text)
    file = csv_file([column], [(value,)]).decode()
    ((cell,),) = list(csv.reader(io.StringIO(file, newline="")))[1:] or [[""]]
    assert not [
        p for p in cell.split(";") if p.lstrip(" ")[:1] in set("=+-@|%＝＋－＠") and p.strip()
    ]
    assert restored(cell) == (value or "")


def test_no_rows_are_a_file_with_its_columns() -> None:
    columns = TABLES[0].columns
    assert csv_file(columns, []).decode().strip() == ",".join(c.name for c in columns)
    assert orjson.loads(json_file(columns, [])) == []
    empty = pq.read_table(io.BytesIO(parquet_file(columns, [])))
    assert (empty.num_rows, empty.column_names) == (0, [c.name for c in columns])


def test_the_same_edition_gives_the_same_bytes(files: Files) -> None:
    again = dict(data_files(Data(editions()[1], codebook()), LICENCE.address))
    assert again == {name: files[f"{FOLDER}{name}"] for name in again}
    assert len(again) == 3 * len(TABLES) + 1
