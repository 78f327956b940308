"""The application is killed in mid-save, really; the benchmark does it a hundred times."""

from __future__ import annotations

import pytest

from benchmarks.review_kill import main


def test_what_was_answered_is_in_the_book_once_after_kills(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--kills", "3", "--clients", "4"]) == 0, capsys.readouterr().out
