"""Turns: one request per host group at a time, and a rest after each, across the whole machine.

A turn is a file lock, which ends with the process that holds it, and a file with the time of the
last request and the time from which the next may start. Both lie in one folder of the user's, so
that two runs started at once wait for each other, and a server's ``Retry-After`` holds for both.
Whoever will not wait for as long as that is sent away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from digest.errors import StorageFull

ARXIV_SECONDS = (
    3.0  # arXiv's terms: one connection, one request in three seconds, all APIs together
)
LONGEST_REST = 86_400.0  # seconds; after a day any server is asked again


class RestingError(Exception):
    """A host group that is to be left alone until a moment, longer than somebody would wait."""

    def __init__(self, group: str, until: datetime) -> None:
        super().__init__(f"{group} wants to be left alone until {until:%Y-%m-%d %H:%M:%S} UTC")


@dataclass
class Turn:
    """A request's turn. ``rest``: seconds that the host is to be left alone when it ends."""

    rest: float


@dataclass(frozen=True)
class Pace:
    """Seconds from the end of a request to the start of the next one, by host group.

    ``groups`` maps a host to its seconds, and covers its subdomains; ``host:port`` names one.
    Every other host (with its port) is a group of its own, with ``others`` seconds.
    """

    folder: Path
    groups: Mapping[str, float] = field(default_factory=lambda: {"arxiv.org": ARXIV_SECONDS})
    others: float = 1.0

    def group_of(self, netloc: str) -> tuple[str, float]:
        """The group and seconds for ``host`` or ``host:port``."""
        host = netloc.rpartition(":")[0] if re.search(r":\d+$", netloc) else netloc
        for name, seconds in self.groups.items():
            if name in (netloc, host) or host.endswith(f".{name}"):
                return name, seconds
        return netloc, self.others

    @contextmanager
    def turn(
        self,
        netloc: str,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        patience: float,
    ) -> Iterator[Turn]:
        """Wait for this host's turn and hold it until the block ends.

        Raises:
            RestingError: the host's rest takes more than ``patience`` seconds still.
            StorageFull: the folder cannot be written.
        """
        group, seconds = self.group_of(netloc)
        name = re.sub(r"[^a-z0-9.-]", "_", group.lower())[:120]
        free_at = self.folder / f"{name}.next"
        turn = Turn(seconds)
        with self._lock(name):
            asked, free = _read(free_at)
            here = now().timestamp()
            # A clock that was put back since has the whole rest before it, and no more.
            wait = min(free, asked + LONGEST_REST) - max(here, asked)
            if wait > patience:
                # Counted from now, or that clock would have the whole rest before it every time.
                self._write(free_at, here, wait)
                raise RestingError(group, datetime.fromtimestamp(here + wait, UTC))
            if wait > 0:
                sleep(wait)
            # Written before as well as after: a process killed in mid-request has asked, too.
            self._write(free_at, now().timestamp(), seconds)
            try:
                yield turn
            finally:
                self._write(free_at, now().timestamp(), turn.rest)

    def _lock(self, name: str) -> FileLock:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{name}.lock").touch()
        except OSError as error:
            raise self._unwritable(error) from error
        return FileLock(self.folder / f"{name}.lock")

    def _write(self, path: Path, asked: float, rest: float) -> None:
        try:
            path.write_text(f"{asked:.3f} {asked + rest:.3f}", "ascii")
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> StorageFull:
        return StorageFull(
            f"cannot write to '{self.folder}', where runs on this machine agree on whose turn it is"
            f" to ask a source: {error.strerror}; make the folder writable or choose another"
        )


def _read(path: Path) -> tuple[float, float]:
    """The stored times in seconds since 1970; 0 where there are none or they are half-written."""
    with suppress(OSError, ValueError):
        asked, free = map(float, path.read_text("ascii").split())
        return asked, free
    return 0.0, 0.0
