"""digest serve as a real process: the chain by events, faults on real processes, stop and restart.

One server runs for the module. A test drops news into the sources, does its harm while the chain
is at work, and waits until all is at rest: then the draft must be what steps without any server
and any harm make of the same sources.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from digest.config import Workplace
from digest.edition.shelf import Shelf
from digest.store.turn import turn_holder
from tests.command import ENVIRONMENT, digest, sentence
from tests.disks import full, small_disk
from tests.flows.newsstand import Newsstand, newsstand
from tests.flows.serving import (
    Q1,
    Serving,
    expected,
    family,
    is_alive,
    parent,
    serving,
    settled,
    until,
)
from tests.holders import held

pytestmark = pytest.mark.timeout(1200)
CLOCK = Path(__file__).parent / "moved_clock"
DUE, HARVESTED, LABELLED = (
    "digest.harvest.due", "digest.harvest.completed", "digest.labels.completed",
)  # fmt: skip


@pytest.fixture(scope="module")
def stand() -> Iterator[Newsstand]:
    with newsstand() as stand:
        yield stand


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with small_disk(tmp_path_factory.mktemp("serve") / "disk", megabytes=600) as disk:
        yield disk


@pytest.fixture(scope="module")
def place(disk: Path) -> Workplace:
    return Workplace(disk / "var")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A folder in which the same quarter is made without a server."""
    return Workplace(tmp_path_factory.mktemp("undisturbed") / "var")


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """By how many seconds the clock of the server and its children is wrong."""
    file = tmp_path_factory.mktemp("clock") / "seconds.txt"
    file.write_text("0")
    return file


@pytest.fixture(scope="module")
def serve(place: Workplace, stand: Newsstand, clock: Path) -> Iterator[Serving]:
    path = f"{CLOCK}{os.pathsep}{ENVIRONMENT['PYTHONPATH']}"
    # A clock that is wrong by a day must not end a look-back.
    line, env = "look_back_days = 366", {"TESTS_CLOCK": str(clock), "PYTHONPATH": path}
    with serving(place, stand.base, line, env=env) as serve:
        serve.post(DUE)
        until(lambda: serve.draft() and serve.is_at_rest())
        yield serve


def test_what_is_dropped_into_the_sources_comes_into_the_draft_and_on_its_site(
    serve: Serving, stand: Newsstand, undisturbed: Workplace
) -> None:
    before = serve.draft()
    paper, news = stand.drop(1)
    serve.post(DUE)
    # That was the last call: everything else happens because something has happened.
    settled(serve, expected(undisturbed, stand))
    assert serve.draft() != before
    site = "".join(p.read_text() for p in serve.place.drafts.glob("2026Q1/**/*.html"))
    shown = {item.title for item in Shelf(serve.place.editions).draft(Q1).items}  # type: ignore[union-attr]
    assert {paper, news} <= shown
    assert paper in site
    assert news in site


def test_an_unchanged_quarter_starts_nothing(serve: Serving) -> None:
    before, draft = len(serve.raised(HARVESTED)), serve.draft()
    due = len(serve.raised(DUE))
    serve.post(DUE)
    until(lambda: len(serve.raised(DUE)) > due and serve.is_at_rest())
    assert len(serve.raised(HARVESTED)) == before
    assert serve.draft() == draft


def test_the_same_event_a_hundred_times_and_events_in_reverse_order_change_nothing(
    serve: Serving, stand: Newsstand, undisturbed: Workplace
) -> None:
    stand.drop(2)
    wanted = expected(undisturbed, stand)
    serve.post(LABELLED, times=10, again=10)
    serve.post(HARVESTED)
    serve.post(DUE)
    settled(serve, wanted)
    assert len({event.event_id for event in serve.raised("digest.draft.ready")}) <= 3


def at_work(serve: Serving, flow: str) -> int:
    """Wait until a run of a flow has the turn; the number of its process."""

    def holder() -> int | None:
        if not any(run["name"].startswith(flow) for run in serve.runs("RUNNING")):
            return None
        found = turn_holder(serve.place)
        return found if found != serve.process.pid else None  # that is its relay

    return int(until(holder, every=0.1))


def test_a_page_of_another_site_cannot_ask_it_nor_tell_it_what_to_do(serve: Serving) -> None:
    """Neither by its own name, nor by giving its name the address of this machine."""
    address = f"{serve.api}/flow_runs/filter"
    wishes = {"Access-Control-Request-Method": "POST"}
    own = serve.api.removesuffix("/api")
    allowed = {
        origin: httpx.options(address, headers={"Origin": origin} | wishes).status_code
        for origin in ("https://evil.example", own)
    }
    assert allowed == {"https://evil.example": 400, own: 200}
    answer = httpx.post(address, json={}, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    rebound = httpx.post(address, json={}, headers={"Host": "evil.example:4200"})
    assert rebound.status_code == 400


def test_a_killed_server_is_started_again_and_the_chain_goes_on(
    serve: Serving, stand: Newsstand, undisturbed: Workplace
) -> None:
    stand.drop(3)
    serve.post(DUE)
    at_work(serve, "harvest")
    killed = serve.child("flows.children server")
    os.kill(killed, signal.SIGKILL)
    settled(serve, expected(undisturbed, stand))
    assert serve.child("flows.children server") != killed
    assert "the server has ended by itself" in serve.text


def test_a_killed_flow_run_is_made_up_for_and_so_is_one_whose_fork_server_is_killed(
    serve: Serving, stand: Newsstand, undisturbed: Workplace
) -> None:
    stand.drop(4)
    serve.post(DUE)
    os.kill(at_work(serve, "classify"), signal.SIGKILL)
    drafting = at_work(serve, "draft")
    forks = parent(drafting)
    assert forks is not None
    assert parent(forks) == serve.child("flows.children runner")
    os.kill(forks, signal.SIGKILL)
    until(lambda: not is_alive(drafting), 30)
    settled(serve, expected(undisturbed, stand))
    crashed = {run["name"].partition(" ")[0] for run in serve.runs("CRASHED")}
    assert {"classify", "draft"} <= crashed


def test_a_killed_runner_is_started_again_and_leaves_no_run_behind(
    serve: Serving, stand: Newsstand, undisturbed: Workplace
) -> None:
    stand.drop(6)
    wanted = expected(undisturbed, stand)
    serve.post(DUE)
    worker = at_work(serve, "harvest")
    os.kill(serve.child("flows.children runner"), signal.SIGKILL)
    until(lambda: not is_alive(worker), 30)
    settled(serve, wanted)
    assert not serve.runs("RUNNING", "PENDING")


def test_a_database_that_another_process_holds_is_waited_for(
    serve: Serving, stand: Newsstand, undisturbed: Workplace
) -> None:
    stand.drop(7)
    before = serve.draft()
    with held(serve.place, "database"):
        serve.post(DUE)
        until(lambda: serve.runs("RUNNING"))
        time.sleep(5)
        assert serve.draft() == before
    settled(serve, expected(undisturbed, stand))


def test_a_disk_that_fills_up_in_mid_chain_loses_nothing(
    serve: Serving, stand: Newsstand, undisturbed: Workplace, disk: Path
) -> None:
    stand.drop(9)
    wanted, before = expected(undisturbed, stand), serve.draft()
    serve.post(DUE)
    worker = at_work(serve, "harvest")
    with full(disk):
        os.kill(worker, signal.SIGKILL)  # the server cannot write that it has crashed, either
        time.sleep(10)
        assert serve.draft() == before
        status = digest("status", "2026Q1", "--var", serve.place.folder).stdout.decode()
        assert f"digest serve runs as process number {serve.process.pid}" in status
    serve.post(DUE)  # as the next day does
    settled(serve, wanted)
    assert not serve.runs("RUNNING", "PENDING")
    found = digest("doctor", "--var", serve.place.folder).stdout.decode()
    assert "WRONG" not in found, found


def test_a_clock_that_is_moved_in_mid_chain_changes_nothing(
    serve: Serving, stand: Newsstand, undisturbed: Workplace, clock: Path
) -> None:
    stand.drop(10)
    wanted = expected(undisturbed, stand)
    serve.post(DUE)
    at_work(serve, "harvest")
    clock.write_text("7200")
    at_work(serve, "classify")
    clock.write_text("-7200")
    settled(serve, wanted)
    clock.write_text("0")
    until(serve.is_at_rest)
    assert serve.draft() == wanted
    # Nobody waits for the hour that was: the next harvest is as quick as any.
    began = time.monotonic()
    before = len(serve.raised(DUE))
    serve.post(DUE)
    until(lambda: len(serve.raised(DUE)) > before and serve.is_at_rest())
    assert time.monotonic() - began < 120
    begun = [datetime.fromisoformat(run["start_time"]) for run in serve.runs("COMPLETED")]
    assert max(begun) > datetime.now(UTC) + timedelta(hours=1)  # it was moved


def test_a_second_copy_is_refused(serve: Serving) -> None:
    said = sentence(digest("serve", "--var", serve.place.folder, "--port", "0"))
    assert said == (
        f"another digest serve runs in {serve.place.folder} (process number {serve.process.pid}): "
        "use that one, or stop it"
    )
    status = digest("status", "2026Q1", "--var", serve.place.folder).stdout.decode()
    assert f"\ndigest serve runs as process number {serve.process.pid}\n" in status


def test_what_is_signed_off_is_published_and_nothing_else(serve: Serving, stand: Newsstand) -> None:
    serve.post("digest.edition.signed-off")
    time.sleep(3)
    until(serve.is_at_rest)
    assert not Shelf(serve.place.editions).editions()
    signed = digest("sign-off", "2026Q1", "--by", "A. Editor", "--var", serve.place.folder)
    assert signed.returncode == 0
    (edition,) = until(lambda: Shelf(serve.place.editions).editions())
    assert edition.sha256 == serve.draft()
    until(lambda: serve.raised("digest.edition.published") and serve.is_at_rest())

    paper, _ = stand.drop(8)
    serve.post(DUE)
    until(lambda: serve.draft() != edition.sha256)
    until(serve.is_at_rest)
    proposed = Shelf(serve.place.editions).draft(Q1)
    assert proposed is not None
    assert paper in {item.title for item in proposed.items}
    assert Shelf(serve.place.editions).editions() == [edition]


def test_stopped_it_leaves_no_process_and_started_again_it_goes_on(
    serve: Serving, stand: Newsstand
) -> None:
    """Also with a run that was at work, and that nobody asks for again."""
    deployments, history = serve.deployments(), {run["id"] for run in serve.runs()}
    paper, _ = stand.drop(5)
    asked = serve.ask(
        f"deployments/{deployments['rerun']}/create_flow_run",
        parameters={"quarter": "2026Q1", "refresh": True},
    )
    at_work(serve, "rerun")
    processes = family(serve.process.pid)
    assert len(processes) >= 4
    started = time.monotonic()
    serve.stop()
    assert time.monotonic() - started < 40
    assert not [pid for pid in processes if is_alive(pid)]
    assert serve.said.read_text().endswith("stopped\n")
    with serving(serve.place, stand.base) as again:
        assert again.deployments() == deployments
        assert history <= {run["id"] for run in again.runs()}

        until(lambda: asked["id"] in {run["id"] for run in again.runs("COMPLETED")})
        until(again.is_at_rest)
        draft = Shelf(again.place.editions).draft(Q1)
        assert draft is not None
        assert paper in {item.title for item in draft.items}
        again.stop()


def test_killed_it_leaves_no_process(place: Workplace, stand: Newsstand, tmp_path: Path) -> None:
    with serving(Workplace(tmp_path / "var"), stand.base) as serve:
        assert serve.deployments()
        processes = family(serve.process.pid)
        serve.process.kill()
        serve.process.wait()
        until(lambda: not [pid for pid in processes if is_alive(pid)], 20)
