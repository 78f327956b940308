"""Each step as a flow of its own, for the quarter that runs now: undated entries belong to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.config import Workplace, utc_now
from digest.edition.shelf import Shelf
from digest.quarter import Quarter
from digest.sample import data
from tests.flows.world import World

UNDATED = [item for item in data.news(1) if item.date is None]
pytestmark = pytest.mark.usefixtures("prefect_server")


def test_an_entry_without_a_date_has_that_of_its_first_sight(tmp_path: Path) -> None:
    from flows.classify import run_classify
    from flows.draft import run_draft
    from flows.harvest import run_harvest
    from flows.publish import run_publish

    place, now = Workplace(tmp_path), utc_now()
    quarter = str(Quarter.of(now))
    with World(place).at_stage(1, only=tuple(item.feed for item in UNDATED)) as inputs:
        outcomes = run_harvest(quarter, tmp_path, inputs)
        assert run_classify(quarter, tmp_path) == len(UNDATED)
        manifest, changes = run_draft(quarter, tmp_path, inputs)
    assert sum(outcome.counts.stored for outcome in outcomes) == len(UNDATED) == 3
    assert all(item.date_inferred for item in manifest.items)
    assert {item.date for item in manifest.items} == {now.date().isoformat()}
    assert changes is None
    assert not Shelf(place.editions).editions()
    assert run_publish(quarter, tmp_path).edition.sha256 == manifest.sha256
