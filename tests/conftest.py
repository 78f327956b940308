from __future__ import annotations

import gzip
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest
from hypothesis import settings

from digest import sample
from digest.config import Inputs, Workplace
from digest.sample.server import sample_server
from digest.steps.harvest import harvest
from digest.store import labels as store
from digest.store.database import snapshot, writing
from tests.chromium import chromium
from tests.examples import Q1
from tests.once import made_once

if TYPE_CHECKING:
    import duckdb

# A busy machine is not a defect: examples have no deadline of their own.
settings.register_profile("digest", deadline=None, max_examples=60)
settings.load_profile("digest")

# Whoever runs the tests in the background of a script has them ignore interrupts, and their
# children with them, some of which are to be interrupted.
signal.signal(signal.SIGINT, signal.default_int_handler)

FLOWS = Path(__file__).parent / "flows"
# The search API is asked for each day until now: a week of the quarter is enough.
SEARCHED_UNTIL = datetime(2026, 1, 7, tzinfo=UTC)
ONE_OF_EACH = (
    "sample-arxiv-cs-ai", "sample-arxiv-cs-cv", "sample-arxiv-search", "sample-intergov",
    "sample-incidents", "sample-journal", "sample-agency-ar", "sample-agency-zh",
    "sample-research-lab", "sample-regulator", "sample-broken", "sample-empty",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for servers and files that compute take turns, so that no core waits long."""
    files = [list(of) for _, of in groupby(items, key=lambda item: item.path)]
    waiting = [of for of in files if of[0].path.is_relative_to(FLOWS)]
    others = [of for of in files if not of[0].path.is_relative_to(FLOWS)]
    turns = zip_longest(waiting, others, fillvalue=[])
    items[:] = [item for turn in turns for of in turn for item in of]


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """A working folder in which nothing has happened yet."""
    return Workplace(tmp_path / "var")


@pytest.fixture
def connection(place: Workplace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The writer's connection to the working folder's database."""
    with writing(place.database) as connection:
        yield connection


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium, gone when its module ends: its driver keeps an event loop in this thread,
    in which no test of another module could run one of its own."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def _harvest(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Every kind of source and dialect, harvested over HTTP and from files, and labelled."""
    return Workplace(made_once(tmp_path_factory, "harvest", _harvest_all) / "var")


def _harvest_all(folder: Path) -> None:
    place = Workplace(folder / "var")
    with sample_server(stage=1) as base, writing(place.database) as connection:
        inputs = Inputs(
            sources=sample.SOURCES, base=base, only=ONE_OF_EACH, contact="mailto:a@b.example",
            private_hosts=frozenset({base.removeprefix("http://")}), sample=True,
            snapshots=(_snapshot(folder / "snapshot.jsonl.gz"),), feeds=(_file(folder / "local"),),
        )  # fmt: skip
        assert len(list(harvest(connection, place, Q1, inputs, lambda: SEARCHED_UNTIL))) == 14
        _label(connection)
        snapshot(connection, place.database)


@pytest.fixture
def harvested(_harvest: Workplace, tmp_path: Path) -> Workplace:
    """A working folder of one's own, as it is after a harvest of the sample quarter."""
    shutil.copytree(_harvest.folder, tmp_path / "harvested")
    return Workplace(tmp_path / "harvested")


def _snapshot(path: Path) -> Path:
    papers = [
        {
            "id": f"2601.{n:05}", "title": f"Paper {n}", "abstract": "An abstract.",
            "authors": "A. Author", "categories": "cs.AI",
            "versions": [{"created": f"Mon, {5 + n % 20:02} Jan 2026 10:00:00 GMT"}],
        }
        for n in range(40)
    ]  # fmt: skip
    lines = [orjson.dumps(paper) for paper in papers]
    path.write_bytes(gzip.compress(b"\n".join([*lines, b"{broken", b'{"id": "x"}'])))
    return path


def _file(folder: Path) -> Path:
    folder.mkdir()
    entries = "".join(
        f"<item><title>Local {n}</title><guid>{n}</guid></item>" for n in range(3)
    )  # fmt: skip
    for day in ("2026-02-01", "2026-03-01"):
        (folder / f"local.{day}.xml").write_text(
            f'<rss version="2.0"><channel><title>{day}</title>{entries}</channel></rss>'
        )
    return folder


def _label(connection: duckdb.DuckDBPyConnection) -> None:
    """Labels as a model would store them; every fifth text is in a language it cannot read."""
    by = store.MadeBy("m1-test", "c1-test", SEARCHED_UNTIL)
    texts = [p.text_hash for p in store.pending(connection, Q1, by.model, by.codebook)]
    labelled = texts[len(texts) // 5 :]
    vectors = np.eye(384, dtype=np.float32)
    store.store_labels(
        connection,
        by,
        [{"text_hash": t, "status": "labelled" if t in labelled else "not labelled: language",
          "language": "en" if t in labelled else "ar"} for t in texts],
        [{"text_hash": t, "scheme": "ai", "label": "relevant", "probability": 0.9,
          "threshold": 0.5, "assigned": True, "unsure": False} for t in labelled],
        [{"text_hash": t, "encoder": "e1-test", "tokens": 9, "vector": vectors[n % 384]}
         for n, t in enumerate(labelled)],
    )  # fmt: skip
    found = {(t, "ai", "relevant"): ("A sentence.", 0.5) for t in labelled[:9]}
    store.store_evidence(connection, by.model, found)
