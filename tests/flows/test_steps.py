"""Each step as a task of its own, for the quarter that runs now: undated entries belong to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.config import Workers, Workplace, utc_now
from digest.edition.shelf import Shelf
from digest.quarter import Quarter
from digest.sample import data
from tests.flows.world import World

UNDATED = [item for item in data.news(1) if item.date is None]
pytestmark = pytest.mark.usefixtures("prefect_server")


def test_an_entry_without_a_date_has_that_of_its_first_sight(tmp_path: Path) -> None:
    from flows.classify import classify_quarter
    from flows.draft import draft_quarter
    from flows.harvest import harvest_quarter
    from flows.publish import publish_quarter

    place, now = Workplace(tmp_path), utc_now()
    quarter = Quarter.of(now)
    with World(place).at_stage(1, only=tuple(item.feed for item in UNDATED)) as inputs:
        outcomes = harvest_quarter(place, quarter, inputs)
        assert classify_quarter(place, quarter, Workers()) == len(UNDATED)
        manifest, changes = draft_quarter(place, quarter, inputs)
    assert sum(outcome.counts.stored for outcome in outcomes) == len(UNDATED) == 3
    assert all(item.date_inferred for item in manifest.items)
    assert {item.date for item in manifest.items} == {now.date().isoformat()}
    assert changes is None
    assert not Shelf(place.editions).editions()
    assert publish_quarter(place, quarter).edition.sha256 == manifest.sha256
