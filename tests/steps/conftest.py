from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.classify.model import Model
from digest.config import Inputs, Workplace
from digest.edition.manifest import Manifest
from digest.edition.readings import JUDGED
from digest.edition.shelf import Shelf
from digest.sources import catalogue
from digest.steps.evidence import evidence
from digest.steps.rerun import Request, rerun
from digest.steps.signing import sign_off
from digest.store.database import snapshot, writing
from digest.store.labels import labels_of_texts, passages
from tests.examples import Q1
from tests.local_inputs import write_feeds, write_snapshot
from tests.once import made_once
from tests.steps.panel import NOW, Panel

if TYPE_CHECKING:
    import duckdb


@pytest.fixture(scope="session")
def _drafted(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Forty papers and two feeds, labelled by the shipped model, as a draft."""
    return Workplace(made_once(tmp_path_factory, "drafted", _draft) / "var")


def _draft(folder: Path) -> None:
    place = Workplace(folder / "var")
    inputs = Inputs(
        sources=None, snapshots=(write_snapshot(folder / "papers.jsonl.gz", 40),),
        feeds=(write_feeds(folder / "feeds", "sample-regulator", "sample-intergov"),),
        describing=catalogue.default_path(),
    )  # fmt: skip
    done = rerun(place, Request(Q1, inputs, lambda: NOW, lambda _: None))
    assert done.draft is not None
    with writing(place.database) as connection:
        _find_sentences(connection, done.draft)
        snapshot(connection, place.database)


def _find_sentences(connection: duckdb.DuckDBPyConnection, draft: Manifest) -> None:
    """Each label's sentence is known, also of items that only a panel sees: finding them again
    would take most of the time of each test that opens a review."""
    items = {item.id: item for item in draft.items}
    texts = [(item.id, item.text_hash) for item in draft.items]
    said = labels_of_texts(connection, (text for _, text in texts), draft.model, draft.codebook)
    wanted = {
        item: [
            (scheme, label)
            for scheme, label, _, _, assigned, unsure in said.get(text, ())
            if scheme in JUDGED and (assigned or unsure)
        ]
        for item, text in texts
    }
    evidence(connection, Model.load(), passages(connection, texts), items, wanted)


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
