"""Who only reads needs no right to write, and does not wait for who writes."""

from __future__ import annotations

from pathlib import Path

from digest import status
from digest.review.exchange import export_all
from digest.review.standing import Rule
from digest.steps import review_lines
from digest.store.turn import own_turn, turn_holder
from tests.disks import read_only
from tests.examples import Q1, another_writer
from tests.steps.panel import Panel


def test_a_folder_that_may_not_be_written_can_be_read(panel: Panel, tmp_path: Path) -> None:
    panel.open()
    with own_turn(panel.place):
        pass
    with read_only(panel.place.folder):
        assert turn_holder(panel.place) is None
        _, said = status.status_lines(panel.place, "", panel.clock)
        assert "  it is frozen for review" in said
        review = list(review_lines.status_lines(panel.place, Q1, panel.now))
        assert review[0] == "2026Q1: in review"
        assert "  Ada Okafor (member): 0 labels of 0 items" in review
        assert export_all(panel.place, tmp_path / "out", Rule(), panel.clock)


def test_while_somebody_writes_the_review_is_told_as_it_was(panel: Panel) -> None:
    panel.open()
    with another_writer(panel.place.database):
        stage, writer, *_ = review_lines.status_lines(panel.place, Q1, panel.now)
    assert stage == "2026Q1: in review"
    assert writer.startswith("somebody is writing to the database right now; this is how it was on")
