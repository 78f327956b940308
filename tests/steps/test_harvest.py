"""The harvest of the sample quarter, from a real local server, into a real database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import astuple
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.config import Inputs, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Shelf
from digest.quarter import Quarter
from digest.sample import FAULTY, SOURCES, data
from digest.sample.server import sample_server
from digest.sources import catalogue
from digest.steps.harvest import harvest
from digest.store import history
from digest.store.archive import Archive
from digest.store.database import writing
from digest.store.history import ANSWERED, EMPTY, FAILED, NOT_ASKED, Outcome
from digest.store.ingest import Counts

if TYPE_CHECKING:
    import duckdb

Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)
OAI = tuple(source["id"] for source in data.sources() if source["kind"] == "arxiv-oai")
IN_Q1 = {p.id for p in data.papers(1) if p.submitted in Q1}
LATE = {p.id for p in data.papers(2) if p.submitted in Q1} - IN_Q1


class Rig:
    """One working folder, harvested from the sample as it stood at a stage."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, place: Workplace) -> None:
        self.connection, self.place = connection, place

    def harvest(
        self,
        stage: int,
        quarter: Quarter = Q1,
        only: tuple[str, ...] = (),
        listed: Path = SOURCES,
    ) -> list[Outcome]:
        with sample_server(stage) as base:
            inputs = Inputs(
                listed,
                base=base,
                only=only,
                contact="editor@panel.example",
                private_hosts=frozenset({"127.0.0.1"}),
                sample=True,
            )
            clock = lambda: data.STAGE_TIMES[stage]  # noqa: E731
            return list(harvest(self.connection, self.place, quarter, inputs, clock))

    def items(self, quarter: Quarter = Q1) -> set[tuple[object, ...]]:
        """The quarter's items as they are stored."""
        question = "SELECT * EXCLUDE (sources), sources::VARCHAR FROM item WHERE quarter = ?"
        return set(self.connection.execute(question, [str(quarter)]).fetchall())

    def papers(self, quarter: Quarter = Q1) -> set[str]:
        """The arXiv ids among the quarter's items."""
        ids = (str(item[0]) for item in self.items(quarter))
        return {i.removeprefix("arxiv:") for i in ids if i.startswith("arxiv:")}


@pytest.fixture(scope="module", autouse=True)
def turns_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs on this machine agree on their turns; the tests' ones do so among themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Outcome]]:
    """A working folder after the harvest at stage 1, and what became of each source."""
    place = Workplace(tmp_path_factory.mktemp("harvested") / "var")
    with writing(place.database) as connection:
        return place.folder, Rig(connection, place).harvest(stage=1)


@pytest.fixture
def first(harvested: tuple[Path, list[Outcome]]) -> list[Outcome]:
    return harvested[1]


@pytest.fixture
def rig(harvested: tuple[Path, list[Outcome]], tmp_path: Path) -> Iterator[Rig]:
    """A copy of that folder."""
    place = Workplace(tmp_path / "var")
    shutil.copytree(harvested[0], place.folder)
    with writing(place.database) as connection:
        yield Rig(connection, place)


def total(outcomes: list[Outcome]) -> Counts:
    return reduce(add, (outcome.counts for outcome in outcomes))


def an_edition(quarter: Quarter) -> Manifest:
    """The least that can be published."""
    return Manifest(str(quarter), "model", "codebook", {}, True, (), 0, (), (), (), (), "")


def test_every_source_is_told_of_by_name(rig: Rig, first: list[Outcome]) -> None:
    outcomes = {outcome.source: outcome for outcome in first}
    assert set(outcomes) == {source.id for source in catalogue.load(SOURCES, "http://127.0.0.1")}
    assert {o.source for o in outcomes.values() if not o.is_complete} == FAULTY
    assert outcomes["sample-broken"].outcome == FAILED
    assert "breaks off" in outcomes["sample-broken"].detail
    assert outcomes["sample-empty"].outcome == EMPTY
    assert history.latest_outcomes(rig.connection, Q1) == outcomes


def test_all_papers_of_the_quarter_are_items_and_no_others(rig: Rig) -> None:
    assert rig.papers() == IN_Q1
    assert rig.papers(Q2) == set()


def test_the_counts_reconcile(rig: Rig, first: list[Outcome]) -> None:
    assert all(outcome.counts.reconcile for outcome in first)
    counts = total(first)
    stored = rig.connection.execute("SELECT count(*) FROM record").fetchone()
    assert stored == (counts.stored,)
    assert counts.stored > len(IN_Q1)
    assert counts.out_of_quarter > 0


def test_every_answer_is_kept_and_can_be_found_from_its_records(rig: Rig) -> None:
    kept = {document.document_id for document in Archive(rig.place.raw).documents()}
    named = rig.connection.execute("SELECT DISTINCT document_id FROM record").fetchall()
    assert {row[0] for row in named} <= kept
    assert list(Archive(rig.place.raw).damaged()) == []


def test_a_second_harvest_stores_nothing(rig: Rig, first: list[Outcome]) -> None:
    items = rig.items()
    second = rig.harvest(stage=1)
    assert rig.items() == items
    for before, after in zip(sorted(first, key=name), sorted(second, key=name), strict=True):
        assert (before.source, before.outcome) == (after.source, after.outcome)
        assert after.counts.stored == 0
        assert after.counts.known == before.counts.stored + before.counts.known
        assert astuple(after.counts)[3:] == astuple(before.counts)[3:]


def name(outcome: Outcome) -> str:
    return outcome.source


def test_what_surfaces_later_is_added(rig: Rig) -> None:
    rig.harvest(stage=2)
    assert LATE
    assert rig.papers() == IN_Q1 | LATE


def test_the_next_quarter_s_harvest_takes_late_arrivals_of_a_published_one(rig: Rig) -> None:
    Shelf(rig.place.editions).publish(an_edition(Q1), data.STAGE_TIMES[1])
    rig.harvest(stage=2, quarter=Q2, only=OAI)
    assert rig.papers() == IN_Q1 | LATE
    assert rig.papers(Q2) == {p.id for p in data.papers(2) if p.submitted in Q2}


def test_the_next_quarter_s_harvest_takes_late_arrivals_of_one_that_waits_for_review(
    rig: Rig,
) -> None:
    """Nobody harvests a frozen quarter for itself: what came late for it would be lost."""
    shelf = Shelf(rig.place.editions)
    shelf.put_draft(an_edition(Q1))
    shelf.freeze(an_edition(Q1), data.STAGE_TIMES[1])
    rig.harvest(stage=2, quarter=Q2, only=OAI)
    assert rig.papers() == IN_Q1 | LATE


def test_of_a_quarter_without_a_draft_or_an_edition_nothing_comes_late(rig: Rig) -> None:
    """Its own harvest asks the searches for all of it, and reads the feeds' earlier answers."""
    rig.harvest(stage=2, quarter=Q2, only=OAI)
    assert rig.papers() == IN_Q1


def test_a_source_that_failed_and_was_taken_off_the_list_has_not_failed_any_more(
    rig: Rig, tmp_path: Path
) -> None:
    assert "sample-broken" in missed(rig)
    head, *entries = SOURCES.read_text("utf-8").split("[[source]]")
    kept = [entry for entry in entries if 'id = "sample-broken"' not in entry]
    assert len(kept) == len(entries) - 1
    listed = tmp_path / "list.toml"
    listed.write_text("[[source]]".join([head, *kept]))
    rig.harvest(stage=1, only=OAI[:1], listed=listed)
    assert missed(rig) == FAULTY - {"sample-broken"}
    dropped = history.latest_outcomes(rig.connection, Q1)["sample-broken"]
    assert dropped.outcome == NOT_ASKED
    assert "no longer among the sources" in dropped.detail


def missed(rig: Rig) -> set[str]:
    outcomes = history.latest_outcomes(rig.connection, Q1)
    return {source for source, outcome in outcomes.items() if outcome.is_missed}


def test_one_source_can_be_asked_alone(
    connection: duckdb.DuckDBPyConnection, place: Workplace
) -> None:
    rig = Rig(connection, place)
    (outcome,) = rig.harvest(stage=1, only=("sample-arxiv-stat-ml",))
    assert (outcome.source, outcome.outcome) == ("sample-arxiv-stat-ml", ANSWERED)
    assert outcome.counts.stored == len(rig.papers()) > 0
