"""Cells of tables for spreadsheet programs: what one would take for a formula is written as text.

An apostrophe is put before it, by which these programs mark text; ``restored`` takes it off again.
That holds at the beginning of a cell, and behind a semicolon, tab or line break within one: where
the decimal comma is at home, programs divide there. Blanks before a formula do not hide it.
"""

from __future__ import annotations

import re

# The wide forms, too: programs in Chinese and Japanese take them for the others. What looks like a
# formula behind an apostrophe gets a second one, so that reading gives back exactly what was there.
FORMULA = "=+-@|%\t\r\n＝＋－＠"
_BEGINS, _FORMULA = "(?:^|(?<=[;\\t\\r\\n]))", f"(?='* *[{re.escape(FORMULA)}])"
_PLAIN, _DEFUSED = re.compile(_BEGINS + _FORMULA), re.compile(f"{_BEGINS}'{_FORMULA}")


def defused(cell: str) -> str:
    """The cell as text that no spreadsheet program runs."""
    return _PLAIN.sub("'", cell)


def restored(cell: str) -> str:
    """What was meant by a cell that may have been defused; ``restored(defused(x)) == x``."""
    return _DEFUSED.sub("", cell)
