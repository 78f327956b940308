"""A real ``digest serve`` in a process of its own, as its user and outside systems see it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from digest import taxonomy
from digest.classify.model import Model
from digest.config import Workplace, utc_now
from digest.edition.shelf import Shelf
from digest.errors import DigestError
from digest.quarter import Quarter
from digest.settings import settings_path
from digest.steps.classify import classify
from digest.steps.draft import draft
from digest.steps.drafting import Drafting
from digest.steps.harvest import harvest, known_sources
from digest.store.database import reading, writing
from digest.store.outbox import Raised, events, unhandled
from digest.store.turn import turn_holder
from tests.command import DIGEST, ENVIRONMENT, REPOSITORY
from tests.flows.history import put_history
from tests.flows.newsstand import Newsstand

Q1 = Quarter(2026, 1)
SECONDS = 480.0  # on a machine with much else to do
HTTP = httpx.Client(timeout=30)  # one: each makes its TLS context anew, which takes 30 ms


def until(what: Callable[[], Any], seconds: float = SECONDS, every: float = 0.3) -> Any:
    """Wait for something to be true, and give it. Each look takes time from those who work."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, f"did not come in {seconds:.0f} s"
        time.sleep(every)
    return found


@dataclass
class Serving:
    """A running ``digest serve``: its process, its working folder, what it says."""

    process: subprocess.Popen[bytes]
    place: Workplace
    said: Path

    @property
    def api(self) -> str:
        return until(lambda: re.search(r"^page: (\S+)$", self.text, re.MULTILINE))[1] + "/api"

    @property
    def text(self) -> str:
        assert self.process.poll() in (None, 0), self.said.read_text()
        return self.said.read_text()

    def ask(self, path: str, **body: Any) -> Any:
        """The server's answer; one that is being started again is waited for."""

        def answer() -> httpx.Response | None:
            try:
                return HTTP.post(f"{self.api}/{path}", json=body).raise_for_status()
            except httpx.TransportError:
                return None

        return until(answer).json()

    def deployments(self) -> dict[str, str]:
        """The ids of the deployments by their names."""
        return {d["name"]: d["id"] for d in self.ask("deployments/filter")}

    def runs(self, *states: str) -> list[dict[str, Any]]:
        """The flow runs that are, or have been, at work; of some types of states or of all. The
        hundreds that are planned for later days are not asked for."""
        types = {"any_": states} if states else {"not_any_": ["SCHEDULED"]}
        return list(self.ask("flow_runs/filter", flow_runs={"state": {"type": types}}))

    def has_runs_to_come(self) -> bool:
        """Whether a run is at work or due."""
        late = {"before_": datetime.now(UTC).isoformat()}
        due = {"state": {"type": {"any_": ["SCHEDULED"]}}, "expected_start_time": late}
        return bool(self.runs("RUNNING", "PENDING") or self.ask("flow_runs/count", flow_runs=due))

    def post(self, name: str, quarter: Quarter = Q1, times: int = 1, again: int = 1) -> None:
        """An outside system tells so many times of an event, and sends all that again and again."""
        now = datetime.now(UTC).isoformat()
        body = [
            {"id": str(uuid4()), "occurred": now, "event": name, "payload": {},
             "resource": {"prefect.resource.id": f"digest.quarter.{quarter}"}}
            for _ in range(times)
        ]  # fmt: skip
        for _ in range(again):
            HTTP.post(f"{self.api}/events", json=body).raise_for_status()

    def open_events(self) -> list[Raised]:
        with reading(self.place.database) as connection:
            return unhandled(connection)

    def raised(self, name: str, quarter: Quarter = Q1) -> list[Raised]:
        with reading(self.place.database) as connection:
            return events(connection, quarter, name)

    def is_at_rest(self) -> bool:
        """Nothing runs, nothing is about to run, nothing waits; asked in this order, since what a
        run raises waits before the run ends."""
        if turn_holder(self.place) or self.has_runs_to_come():
            return False
        try:
            return not self.open_events()
        except DigestError:
            return False

    def draft(self, quarter: Quarter = Q1) -> str:
        """The sha256 of the draft, once it is this and nothing is under way."""
        manifest = Shelf(self.place.editions).draft(quarter)
        return manifest.sha256 if manifest else ""

    def child(self, name: str) -> int:
        """The number of the supervisor's process with a name."""
        (number,) = until(lambda: [p for p in family(self.process.pid) if name in command(p)])
        return int(number)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.said.read_text()


def expected(undisturbed: Workplace, stand: Newsstand) -> str:
    """What the draft must be, by steps that nobody disturbs."""
    model = _model(undisturbed.model_in_use)
    using = Drafting(model, taxonomy.load(), known_sources(stand.inputs), sample=True)
    with writing(undisturbed.database) as connection:
        list(harvest(connection, undisturbed, Q1, stand.inputs, utc_now))
        list(classify(connection, Q1, model, utc_now))
        return draft(connection, undisturbed, Q1, using).sha256


@cache
def _model(folder: Path) -> Model:
    """A model of which nothing changes while the tests run; its encoder is loaded once."""
    return Model.load(folder)


def settled(serve: Serving, sha256: str) -> None:
    """The chain comes to rest, and the draft and its site are these."""
    until(lambda: serve.draft() == sha256)
    until(serve.is_at_rest)
    assert serve.draft() == sha256
    assert (serve.place.drafts / str(Q1) / "index.html").exists()


@contextmanager
def serving(
    place: Workplace, base: str, *lines: str, env: Mapping[str, str] | None = None
) -> Iterator[Serving]:
    """Start it for the sample's sources at ``base``; nothing is left of it after the block."""
    place.folder.mkdir(parents=True, exist_ok=True)
    told = ['contact = "mailto:a@sample.example"', *lines, "[sample]", f'base = "{base}"']
    settings_path(place).write_text("\n".join(told))
    with started(place, env) as serve:
        yield serve


@contextmanager
def started(place: Workplace, env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """Start it with the settings that the folder has; nothing is left of it after the block."""
    if not (place.prefect).exists():
        put_history(place)
    said = place.folder / "said.txt"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [*DIGEST, "serve", "--var", str(place.folder), "--port", "0"],
            stdout=out, stderr=subprocess.STDOUT, env=ENVIRONMENT | (env or {}), cwd=REPOSITORY,
        )  # fmt: skip
    with process:
        serve = Serving(process, place, said)
        try:
            yield serve
        finally:
            if process.poll() is None:
                process.terminate()


def family(pid: int) -> list[int]:
    """The children of a process that live, and theirs."""
    numbers = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    found = [number for number in numbers if parent(number) == pid]
    return found + [grandchild for child in found for grandchild in family(child)]


def parent(pid: int) -> int | None:
    """The number of a process's parent; None when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
