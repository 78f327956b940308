from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from digest.config import Inputs, Workplace
from digest.edition.shelf import Shelf
from digest.sources import catalogue
from digest.steps.rerun import Request, rerun
from digest.steps.signing import sign_off
from tests.examples import Q1
from tests.local_inputs import write_feeds, write_snapshot
from tests.steps.panel import NOW, Panel


@pytest.fixture(scope="session")
def _drafted(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Forty papers and two feeds, labelled by the shipped model, as a draft."""
    folder = tmp_path_factory.mktemp("panel")
    place = Workplace(folder / "var")
    inputs = Inputs(
        sources=None, snapshots=(write_snapshot(folder / "papers.jsonl.gz", 40),),
        feeds=(write_feeds(folder / "feeds", "sample-regulator", "sample-intergov"),),
        describing=catalogue.default_path(),
    )  # fmt: skip
    rerun(place, Request(Q1, inputs, lambda: NOW, lambda _: None))
    return place


@pytest.fixture
def alone(_drafted: Workplace, tmp_path: Path) -> Panel:
    """The drafted quarter of an editor without a panel."""
    shutil.copytree(_drafted.folder, tmp_path / "var")
    return Panel(Workplace(tmp_path / "var"))


@pytest.fixture
def published(alone: Panel) -> Panel:
    """An editor's quarter, published without a panel; its site is not built."""
    sign_off(alone.place, Q1, "Ed Itor", "", alone.clock)
    Shelf(alone.place.editions).publish(alone.draft, alone.now)
    return alone


@pytest.fixture
def panel(alone: Panel) -> Panel:
    """The drafted quarter before a panel, its review not open yet."""
    alone.join()
    return alone
