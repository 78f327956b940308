"""``digest serve``: a supervisor that keeps the quarter running until it is told to stop.

    supervisor --+-- Prefect's server    API, page, schedules, automations; state in SQLite
                 +-- runner              starts flow runs as processes
                 +-- relay (a thread)    posts again what stays open

A child that dies is started again, after ever longer pauses. When the supervisor itself is killed,
the system ends its children. All state lies under the working folder, so a start finds what the
last one left.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from digest.config import Report, Workplace
from digest.errors import ConfigError, DigestError
from digest.settings import Settings, settings_path
from digest.store.archive import storage_errors
from digest.store.turn import only_server
from flows.relay import relay
from flows.served import FOLDER, LOOPBACK, registered_path
from flows.settings import QUIET, prepare

SECRET = "PREFECT_SERVER_API_AUTH_STRING"  # noqa: S105 - the name of the variable that holds it
LOOK = 0.25  # seconds between two looks at the children
PATIENCE = 600.0  # seconds that the server has to answer for the first time
GRACE = 15.0  # seconds that a child has to end before it is ended
LONGEST_PAUSE = 30.0  # seconds before a child is started again
WELL = 60.0  # seconds after which a child has started well


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page and the API are."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Of the page."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def api(self) -> str:
        """Of the API."""
        return f"{self.url}/api"


@dataclass
class Child:
    """A process that runs as long as the supervisor; its last words are in a file of its own."""

    name: str
    environment: Mapping[str, str]
    log: Path
    _process: subprocess.Popen[bytes] | None = None
    _pause: float = 0.0
    _since: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Start it, in a group of its own: its children end with it."""
        with storage_errors(self.log), self.log.open("ab") as said:
            self._process = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", "flows.children", self.name],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=said,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self._since = time.monotonic()

    def is_running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def watch(self, say: Report) -> None:
        """Start it again when it has died, and its last start is long enough ago."""
        if self.is_running():
            self._pause = 0.0 if time.monotonic() - self._since > WELL else self._pause
            return
        if self._process is not None:
            say(f"the {self.name} has ended by itself (see {self.log}): it is started again")
            self._kill_group()
            self._process = None
            self._since = time.monotonic()
            return
        if time.monotonic() - self._since >= self._pause:
            self._pause = min(2 * self._pause + 1, LONGEST_PAUSE)
            self.start()

    def stop(self) -> None:
        """Have it end, with all that it has started."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        self._kill_group()
        self._process.wait()

    def _kill_group(self) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


def serve(place: Workplace, settings: Settings, address: Address, say: Report) -> None:
    """Run until SIGINT or SIGTERM.

    Raises:
        StoreBusy: another ``digest serve`` runs in the working folder.
        ConfigError: the address cannot be used, or it can be reached by others and has no password;
            the harvest is set to no time of the clock.
        DigestError: the server does not start.
        StorageFull: the working folder cannot be written.
    """
    stop = threading.Event()
    with only_server(place), _stopped_by_signals(stop):
        environment = environment_of(place, settings, address, os.environ)
        usable_port(address.host, address.port)
        _require_time(place, settings)
        logs = place.state / "serve"
        logs.mkdir(parents=True, exist_ok=True)
        children = [Child(n, environment, logs / f"{n}.log") for n in ("server", "runner")]
        for child in children:
            child.log.unlink(missing_ok=True)
        relaying = threading.Thread(target=relay, args=(place, environment, stop, say))
        try:
            _run(place, settings, address, children, relaying, stop, say)
        finally:
            stop.set()
            for child in reversed(children):
                child.stop()
            if relaying.is_alive():
                relaying.join()
    say("stopped")


def _run(  # noqa: PLR0913, PLR0917 - the parts of one supervisor
    place: Workplace,
    settings: Settings,
    address: Address,
    children: list[Child],
    relaying: threading.Thread,
    stop: threading.Event,
    say: Report,
) -> None:
    from flows.deploy import deployments, described

    server, runner = children
    say("starting Prefect's server …")
    server.start()
    _wait_for(server, lambda: _answers(address), stop)
    registered_path(place).unlink(missing_ok=True)
    if not stop.is_set():
        runner.start()
    _wait_for(runner, registered_path(place).exists, stop)
    if stop.is_set():
        return
    relaying.start()
    say(f"page: {address.url}")
    for line in described(deployments(settings)):
        say(line)
    while not stop.wait(LOOK):
        for child in children:
            child.watch(say)


def environment_of(
    place: Workplace, settings: Settings, address: Address, given: Mapping[str, str]
) -> dict[str, str]:
    """What the children are told; of Prefect's settings those that the user has set stay.

    Raises:
        ConfigError: others can reach the address, and no password is set.
    """
    # An empty password is none: Prefect's server would ask for it, and its clients give none.
    given = {name: value for name, value in given.items() if value or name != SECRET}
    secret = given.get(SECRET)
    if address.host not in LOOPBACK and not secret:
        raise ConfigError(
            f"who can reach {address.host} could do everything with this digest: set {SECRET} to "
            "name:password, or leave --host out and stay on this machine"
        )
    own = {
        FOLDER: str(place.folder.absolute()),
        "PREFECT_HOME": str(place.prefect.absolute()),
        "PREFECT_API_URL": address.api,
        "PREFECT_SERVER_API_HOST": address.host,
        "PREFECT_SERVER_API_PORT": str(address.port),
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
    } | ({"PREFECT_API_AUTH_STRING": secret} if secret else {})
    unless_set = {
        # Else every page that is open in the same browser may ask the API and tell it what to do.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{address.url},http://localhost:{address.port}",
        # Slots of runs that are limited outlive the server: else nobody would give them back.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE":
            "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
        # Its page shows the runs of the week to come; a hundred of each would be made otherwise.
        "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "7",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(settings.keep_days * 86_400),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{settings.keep_days}D",
    }  # fmt: skip
    return QUIET | unless_set | given | own


def usable_port(host: str, port: int) -> int:
    """A port at which ``host`` can be listened at: ``port``, or for ``0`` any that is free.

    Raises:
        ConfigError: there is no such host on this machine, or somebody else listens there.
    """
    try:
        family, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(where)
            usable: int = trial.getsockname()[1]
    except (OSError, UnicodeError) as error:  # the latter of a name that no host can have
        reason = getattr(error, "strerror", None) or "it is no name of a host"
        raise ConfigError(
            f"cannot listen at {host}, port {port} ({reason}): give another one with --port, or "
            "an address of this machine with --host"
        ) from None
    return usable


def _require_time(place: Workplace, settings: Settings) -> None:
    """Raises ConfigError if the harvest is set to no time that Prefect, which starts it, knows."""
    prepare(place)
    from prefect.client.schemas.schedules import CronSchedule

    try:
        CronSchedule(cron=settings.harvest)
    except ValueError:
        raise ConfigError(
            f"{settings_path(place)}: 'harvest': '{settings.harvest}' is no time: give minute, "
            'hour, day of the month, month and day of the week, such as "0 5 * * *" for each day '
            "at five"
        ) from None


def _answers(address: Address) -> bool:
    import httpx

    try:
        return httpx.get(f"{address.api}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _wait_for(child: Child, is_ready: Callable[[], bool], stop: threading.Event) -> None:
    until = time.monotonic() + PATIENCE
    while not stop.wait(LOOK) and not is_ready():
        if not child.is_running() or time.monotonic() > until:
            raise DigestError(
                f"the {child.name} of digest serve does not start: {_last_words(child.log)} "
                f"(more in {child.log})"
            )


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").split("\n") if log.exists() else []
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "it said nothing")


@contextmanager
def _stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
