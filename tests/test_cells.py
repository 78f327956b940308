"""Cells of tables: none is run by a spreadsheet program, and none comes back as another text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.cells import defused, restored

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "|x", "%x", "＝1", '=HYPERLINK("http://x","y")', "  =1+1",
]  # fmt: skip


@pytest.mark.parametrize("cell", [*FORMULAS, "'=1", "''+1", "' =1"])
def test_a_formula_is_text_until_it_is_read_back(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
    assert restored(defused(cell)) == cell


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("well;=1+1;", "well;'=1+1;"), ("x; =1+1", "x;' =1+1"), ("a\n=1", "a\n'=1"),
        ("a\t@x", "a\t'@x"), ("\t=1", "'\t'=1"), ("\r=1", "'\r'=1"), (";'=1", ";''=1"),
    ],
)  # fmt: skip
def test_nor_does_a_part_at_which_a_program_divides_the_cell(cell: str, safe: str) -> None:
    assert defused(cell) == safe
    assert restored(safe) == cell


@pytest.mark.parametrize("cell", ["", "a=b", "'", "'quoted'", "O'Neill", "2026-01-01", "7"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert defused(cell) == restored(cell) == cell


@given(st.text(st.sampled_from("'=+-@|%\t\r\n ab,;\"＝"), max_size=10) | st.text())
def test_no_cell_can_run_and_none_is_changed(cell: str) -> None:
    for part in re.split(r"[;\n]", defused(cell)):
        assert not part.lstrip(" ").startswith(tuple("=+-@|%\t\r＝＋－＠"))
    assert restored(defused(cell)) == cell
