"""A harvest that is killed: what it leaves is named, is not published, and is made good."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from digest.config import Inputs, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Correction, Shelf
from digest.errors import InputError
from digest.sample import data, feeds
from digest.status import status_lines
from digest.steps.correct import correct
from digest.steps.rerun import Request, rehearse
from digest.steps.rerun_lines import lines
from digest.steps.signing import sign_off
from digest.steps.unfinished import unfinished, unfinished_line
from digest.store import history
from digest.store.database import writing
from digest.store.history import ANSWERED, Outcome
from digest.store.ingest import Counts
from tests.command import ENVIRONMENT
from tests.examples import NOON, Q1, edition
from tests.servers import Exchange, FaultyServer, body
from tests.steps.panel import STORED, Panel

HARVEST = """
import sys
from datetime import datetime
from pathlib import Path
from digest.config import Inputs, Workplace
from digest.quarter import Quarter
from digest.steps.harvest import harvest
from digest.store.database import writing
folder, listed, host, now = sys.argv[1:]
place, clock = Workplace(Path(folder)), lambda: datetime.fromisoformat(now)
hosts = frozenset({host, host.replace("127.0.0.1", "localhost")})
inputs = Inputs(Path(listed), contact="a@b.example", private_hosts=hosts, sample=True)
with writing(place.database) as connection:
    for outcome in harvest(connection, place, Quarter(2026, 1), inputs, clock):
        print(outcome.source, flush=True)
"""
SOURCE = """
[[source]]
id = "{0}"
kind = "feed"
url = "{1}"
publisher = "{0}"
group = "journals"
country = "KE"
region = "africa"
language = "en"
home = "https://{0}.example/"
verified = true
"""
GIVEN = {"swift": "sample-regulator", "slow": "sample-intergov"}  # whose entries they serve


def document(feed_id: str) -> bytes:
    entries = [item for item in data.news(1) if item.feed == feed_id]
    return feeds.render(data.feeds()[feed_id], entries, data.STAGE_TIMES[1])


def hangs(exchange: Exchange) -> None:
    exchange.wait(60)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    answers = {f"/{name}": body(document(feed)) for name, feed in GIVEN.items()}
    with FaultyServer(answers) as server:
        yield server


@pytest.fixture
def listed(server: FaultyServer, tmp_path: Path) -> Path:
    path = tmp_path / "list.toml"
    urls = {name: server.url(f"/{name}") for name in GIVEN}
    # Of two sources of one host either may have the first turn, and keep the other waiting.
    urls["slow"] = urls["slow"].replace("127.0.0.1", "localhost")
    path.write_text("".join(SOURCE.format(name, url) for name, url in urls.items()))
    return path


@pytest.fixture(autouse=True)
def turns_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "turns"))


def harvested(place: Workplace, listed: Path, server: FaultyServer, until: int = 2) -> None:
    """Harvest in a process of its own, which is killed when so many sources are done."""
    with subprocess.Popen(
        [sys.executable, "-c", HARVEST, place.folder, listed, server.host, NOON.isoformat()],
        stdout=subprocess.PIPE, env=ENVIRONMENT | {"XDG_STATE_HOME": str(listed.parent)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert all(process.stdout.readline() for _ in range(until))
        if until < len(GIVEN):
            while len(server.paths) <= until:
                time.sleep(0.02)
            process.kill()
        assert (process.wait() == 0) == (until == len(GIVEN))


def drafted(place: Workplace, listed: Path) -> tuple[Manifest, bool, str]:
    """The draft of what is stored, whether it is complete, and what is said of it."""
    inputs = Inputs(sources=None, describing=listed, sample=True)
    done = rehearse(place, Request(Q1, inputs, lambda: NOON, lambda _: None))
    assert done.draft is not None
    Shelf(place.editions).put_draft(done.draft)
    return done.draft, done.is_complete, "\n".join(lines(done, is_rehearsal=True))


def test_a_harvest_that_was_killed_is_told_of_until_it_is_run_to_its_end(
    tmp_path: Path, listed: Path, server: FaultyServer
) -> None:
    place, answer = Workplace(tmp_path / "var"), server.answers["/slow"]
    server.answers["/slow"] = hangs
    harvested(place, listed, server, until=1)

    complete, said = status_lines(place, "", lambda: NOON)
    head, *rest = said
    assert not complete
    assert head == (
        "2026Q1: its harvest was stopped before it was done with 1 of 2 sources, and is to be run "
        "again: digest run 2026Q1"
    )
    assert "sources: 1 answered, 1 unfinished" in rest
    assert "  slow unfinished: its harvest was stopped before it was done" in rest

    draft, complete, text = drafted(place, listed)
    assert not complete
    assert unfinished(draft) == ("slow",)
    lack = (
        "the harvest of 2026Q1 was stopped before it was done with 1 of 2 sources (slow): run it "
        "again to its end (digest run 2026Q1)"
    )
    assert lack in text
    with pytest.raises(InputError, match=r"done with 1 of 2 sources \(slow\)"):
        sign_off(place, Q1, "E. Editor", "", lambda: NOON)

    server.answers["/slow"] = answer
    harvested(place, listed, server)
    undisturbed = Workplace(tmp_path / "undisturbed")
    harvested(undisturbed, listed, server)
    assert status_lines(place, "", lambda: NOON)[0]
    assert drafted(place, listed)[:2] == (drafted(undisturbed, listed)[0], True)
    assert sign_off(place, Q1, "E. Editor", "", lambda: NOON).items


def test_killed_before_its_first_source_was_done_there_is_nothing_to_draft(
    tmp_path: Path, listed: Path, server: FaultyServer
) -> None:
    place = Workplace(tmp_path / "var")
    server.answers |= {"/swift": hangs, "/slow": hangs}
    harvested(place, listed, server, until=0)
    complete, said = status_lines(place, "", lambda: NOON)
    assert not complete
    assert next(iter(said)) == "2026Q1: no harvest of it was finished: digest run 2026Q1"
    with pytest.raises(InputError, match="nothing is stored of 2026Q1: harvest it first"):
        drafted(place, listed)


def test_no_panel_is_asked_about_the_draft_of_a_harvest_that_was_stopped(panel: Panel) -> None:
    draft = panel.draft
    first, *others = draft.sources
    stopped = replace(draft, sources=(replace(first, outcome="unfinished"), *others))
    Shelf(panel.place.editions).put_draft(stopped)
    with pytest.raises(InputError, match=f"with 1 of 3 sources .{first.id}.: run it again"):
        panel.open()
    assert not panel.place.packet(Q1).exists()


def test_a_correction_that_is_refused_leaves_the_open_one_as_it_is(alone: Panel) -> None:
    shelf = Shelf(alone.place.editions)
    sign_off(alone.place, Q1, "Ed Itor", "", alone.clock)
    shelf.publish(alone.draft, alone.now)
    amendment = Correction("amendment", "not about AI", "Ed Itor", (alone.draft.items[0].id,))
    correct(alone.place, Q1, amendment, STORED, alone.clock)
    draft = shelf.draft(Q1)
    with writing(alone.place.database) as connection:
        history.note_begun(connection, Q1, ["sample-regulator"], alone.now)
    update = Correction("update", "new reports came", "Ed Itor")
    with pytest.raises(InputError, match="was stopped before it was done with 1 of 3 sources"):
        correct(alone.place, Q1, update, STORED, alone.clock, refresh=True)
    assert (shelf.proposal(Q1), shelf.draft(Q1)) == (amendment, draft)


def test_a_source_is_unfinished_until_its_outcome_is_stored(place: Workplace) -> None:
    """Also when the process ends between the two."""
    with writing(place.database) as connection:
        history.note_begun(connection, Q1, ["a", "b"], NOON)
        half = Outcome("a", ANSWERED, None, Counts())  # type: ignore[arg-type]
        with pytest.raises(duckdb.ConstraintException):
            history.note_outcome(connection, Q1, half, NOON)
        history.note_outcome(connection, Q1, Outcome("b", ANSWERED, "", Counts()), NOON)
        found = history.latest_outcomes(connection, Q1)
    assert {name: one.outcome for name, one in found.items()} == {
        "a": "unfinished",
        "b": "answered",
    }


def test_of_many_sources_a_few_are_named() -> None:
    (source,) = edition().sources
    sources = tuple(replace(source, id=f"s{n}", outcome="unfinished") for n in range(7))
    assert "7 of 7 sources (s0, s1, s2, s3, s4 and 2 more)" in unfinished_line(
        edition(sources=sources)
    )
