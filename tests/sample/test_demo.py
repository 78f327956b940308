"""The demo as it is called: here only as far as the draft, on which a review can be tried."""

from __future__ import annotations

from pathlib import Path

from digest.sample import FAULTY
from tests.command import digest


def test_a_review_can_be_tried_on_the_sample_quarter(tmp_path: Path) -> None:
    demo = digest("demo", "--draft", "--var", tmp_path)
    said = demo.stdout.decode()
    assert demo.returncode == 0, demo.stderr
    assert all(f"{source} " in said for source in FAULTY)
    assert said.count("(as the sample means it to)") == len(FAULTY)
    assert "sign it off (digest sign-off 2026Q1 --by NAME --publish)" in said
    folder = tmp_path / "demo-draft"
    assert (folder / "drafts" / "2026Q1" / "index.html").is_file()
    assert not (folder / "public").exists()
    digest(
        "review", "people", "add", "m-ito", "--name", "M. Ito", "--role", "member", "--var", folder,
    )  # fmt: skip
    opened = digest("review", "open", "2026Q1", "--var", folder)
    assert "the review of 2026Q1 is open" in opened.stdout.decode()
