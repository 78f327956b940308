"""Tables for spreadsheet programs: nothing in them runs, and what was written is read back."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import InputError, StorageFull
from digest.review import sheets
from digest.review.sheets import MOST_ROWS, read_sheet, write_csv

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2).filter(any), max_size=6))
def test_a_table_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    write_csv(path, ["one", "two"], rows)
    assert read_sheet(path) == [
        (number, dict(zip(("one", "two"), row, strict=True)))
        for number, row in enumerate(rows, start=2)
    ]


@pytest.mark.parametrize(
    "content",
    [
        "item,Verdict \r\na,accept\r\n\r\nb,reject\r\n",
        "\ufeffitem;verdict\na;accept\n;\nb;reject",
        "item\tverdict\textra\na\taccept\t\n\t\t\nb\treject\n",
    ],
    ids=["commas", "semicolons", "tabs"],
)
def test_the_dialects_of_the_countries_are_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.CSV").write_bytes(content.encode())
    rows = read_sheet(tmp_path / "t.CSV")
    assert [(n, row["item"], row["verdict"]) for n, row in rows] == [
        (2, "a", "accept"), (4, "b", "reject"),
    ]  # fmt: skip


def test_a_workbook_is_read_as_its_program_shows_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    for row in (["item", "label", "note"], ["a", 7, None], [], ["b", 7.0, "'=1+1"], ["c", 1.2, 1]):
        sheet.append(row)
    book.create_sheet("other").append(["not", "read"])
    book.save(tmp_path / "t.xlsx")
    assert read_sheet(tmp_path / "t.xlsx") == [
        (2, {"item": "a", "label": "7", "note": ""}),
        (4, {"item": "b", "label": "7", "note": "=1+1"}),
        (5, {"item": "c", "label": "1.2", "note": "1"}),
    ]


def parts(path: Path, **changed: bytes) -> Path:
    """A workbook with one of its parts replaced."""
    openpyxl.Workbook().save(path)
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, changed.get(Path(name).stem, data))
    return path


def test_a_broken_workbook_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "no.xlsx").write_bytes(b"no workbook")
    with zipfile.ZipFile(tmp_path / "empty.xlsx", "w") as archive:
        archive.writestr("x", "")
    broken = [
        tmp_path / "no.xlsx", tmp_path / "empty.xlsx", parts(tmp_path / "a.xlsx", sheet1=b"<w"),
        parts(tmp_path / "b.xlsx", workbook=b"<workbook/>"),
    ]  # fmt: skip
    for path in broken:
        with pytest.raises(InputError, match=r"no readable \.xlsx file"):
            read_sheet(path)


def test_what_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    bomb = parts(tmp_path / "bomb.xlsx", sheet1=bytes(sheets.MOST_BYTES))
    assert bomb.stat().st_size < 1 << 20
    (tmp_path / "long.csv").write_text("item\n" + "a\n" * MOST_ROWS)
    for path in (bomb, tmp_path / "long.csv"):
        with pytest.raises(InputError, match="too large for a table of decisions"):
            read_sheet(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.ods", b"x", "neither .csv nor .xlsx"),
        ("t.csv", "item\né".encode("latin-1"), "'CSV UTF-8'"),
        ("t.csv", b'item\n"open', "no readable CSV"),
        ("none.csv", None, "No such file"),
        ("none.xlsx", None, "No such file"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words) as error:
        read_sheet(tmp_path / name)
    assert name in str(error.value)


def test_an_empty_table_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").touch()
    assert read_sheet(tmp_path / "t.csv") == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFull):
        write_csv(tmp_path / "file" / "t.csv", ["a"], [])
