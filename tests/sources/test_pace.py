"""The pace: one request at a time for each group of hosts, across threads, runs and kills."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from digest.errors import LeftAlone, Refused, StorageFull
from digest.sources.http import Pace, PoliteClient
from tests.servers import body, in_turn, slowly, status, together
from tests.sources.http_rig import AGENT, LOCAL, Rig


def test_arxiv_and_all_its_hosts_are_one_group_of_three_seconds(tmp_path: Path) -> None:
    pace = Pace(tmp_path)
    for host in ("arxiv.org", "export.arxiv.org", "oaipmh.arxiv.org:443", "rss.arxiv.org"):
        assert pace.group_of(host) == ("arxiv.org", 3.0)
    assert pace.group_of("notarxiv.org") == ("notarxiv.org", 1.0)
    assert pace.group_of("arxiv.org.evil.example") == ("arxiv.org.evil.example", 1.0)


def test_one_request_at_a_time_per_host_across_threads(rig: Rig) -> None:
    server = rig.serve({"/": slowly(0.05, body(b"x"))})
    client = rig.client()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: client.get(server.url(), source="s"), range(8)))
    assert len(server.asked) == 8
    assert min(server.gaps) >= 0.05  # none came before the one before it was answered


def test_different_hosts_are_asked_at_once(rig: Rig) -> None:
    all_here = together(4, body(b"x"))
    servers, client = [rig.serve({"/": all_here}) for _ in range(4)], rig.client()
    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(lambda server: client.get(server.url(), source="s"), servers))
    assert [document.body for document in came] == [b"x"] * 4


RUN = """
import sys
from pathlib import Path
from digest.sources.http import Pace, PoliteClient
url, folder = sys.argv[1:]
pace = Pace(Path(folder), groups={"127.0.0.1": 0.3})
here = frozenset({"127.0.0.1"})
with PoliteClient("t (+mailto:a@b.example)", pace=pace, allow_private=here) as client:
    for number in range(3):
        client.get(url, source="s")
"""


def test_two_runs_on_one_machine_share_one_pace(rig: Rig, tmp_path: Path) -> None:
    server = rig.serve({"/": slowly(0.1, body(b"x"))})
    command = [sys.executable, "-c", RUN, server.url(), str(tmp_path / "shared")]
    runs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [run.communicate()[1] for run in runs] == ["", ""]
    assert len(server.asked) == 6
    assert min(server.gaps) > 0.1 + 0.3 - 0.01


def test_a_killed_run_holds_nobody_up(rig: Rig, tmp_path: Path) -> None:
    server = rig.serve({"/": in_turn(slowly(20, body(b"x")), body(b"x"))})
    folder = tmp_path / "shared"
    run = subprocess.Popen([sys.executable, "-c", RUN, server.url(), str(folder)])
    deadline = time.monotonic() + 15
    while not list(folder.glob("*.next")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.1)
    run.kill()
    run.wait()
    pace = Pace(folder, groups={"127.0.0.1": 0.3})
    started = time.monotonic()
    with PoliteClient(AGENT, pace=pace, allow_private=LOCAL) as client:
        assert client.get(server.url(), source="s").body == b"x"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("asked", "free", "rests"),
    [
        pytest.param("99999999999", "99999999999.5", [0.5], id="the-clock-was-put-back"),
        pytest.param("0", "99999999999", [], id="the-clock-was-put-on-in-between"),
    ],
)
def test_a_clock_that_was_wrong_once_does_not_stop_a_run_for_long(
    rig: Rig, tmp_path: Path, asked: str, free: str, rests: list[float]
) -> None:
    server = rig.serve({"/": body(b"x")})
    client = rig.client()
    client.get(server.url(), source="s")
    for state in (tmp_path / "pace").glob("*.next"):
        state.write_text(f"{asked} {free}")
    client.get(server.url(), source="s")
    assert rig.rests == rests


def test_a_long_rest_ends_though_the_clock_was_put_back(rig: Rig, tmp_path: Path) -> None:
    server = rig.serve({"/": body(b"x")})
    client = rig.client()
    client.get(server.url(), source="s")
    for state in (tmp_path / "pace").glob("*.next"):
        state.write_text("99999990000 99999993600")
    with pytest.raises(LeftAlone):
        client.get(server.url(), source="s")
    rig.rests.append(3600)
    assert client.get(server.url(), source="s").body == b"x"


def test_no_server_is_left_alone_for_more_than_a_day(rig: Rig) -> None:
    server = rig.serve({"/": in_turn(status(503, {"Retry-After": "999999999"}), body(b"x"))})
    with pytest.raises(Refused):
        rig.client().get(server.url(), source="s")
    rig.rests.append(86_400)
    assert rig.client().get(server.url(), source="s").body == b"x"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    pace = Pace(tmp_path / "file" / "pace")
    with (
        PoliteClient(AGENT, pace=pace) as client,
        pytest.raises(StorageFull, match="choose another"),
    ):
        client.get("http://example.org/", source="s")
