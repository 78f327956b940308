"""A real ``digest review serve`` in a process of its own, which is killed and started again."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from types import TracebackType

from digest.config import Workplace
from tests.command import DIGEST, ENVIRONMENT, REPOSITORY

_ADDRESS = re.compile(rb"http://127\.0\.0\.1:(\d+)/")


@dataclass
class ReviewProcess:
    """The application over a working folder; it comes back at the port that it had."""

    place: Workplace
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(
            [*DIGEST, "review", "serve", "--var", str(self.place.folder), "--port", str(self.port)],
            stdout=subprocess.PIPE, env=ENVIRONMENT, cwd=REPOSITORY,
        )  # fmt: skip
        assert self._process.stdout
        said = self._process.stdout.readline()
        found = _ADDRESS.search(said)
        assert found, f"digest review serve does not start: {said!r}"
        self.port = int(found[1])

    def kill(self) -> None:
        """End it as a power cut would: it is asked nothing."""
        assert self._process
        self._process.kill()
        self._end()

    def _end(self) -> None:
        assert self._process
        assert self._process.stdout
        self._process.wait(30)
        self._process.stdout.close()

    def __enter__(self) -> ReviewProcess:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        assert self._process
        if self._process.poll() is None:
            self._process.terminate()
        self._end()
