"""The command line as a user has it: a process, its exit status, what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DIGEST = (
    sys.executable, "-c",
    "import sys; sys.argv[0] = 'digest'; from digest.cli import main; main()",
)  # fmt: skip
# Nobody's settings, a console of the usual width, and the tree that is being tested.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("DIGEST_", "PREFECT_", "PYTHONDONTWRITE"))
} | {"PYTHONPATH": str(REPOSITORY), "COLUMNS": "80", "TERM": "dumb"}


def digest(
    *arguments: str | Path,
    cwd: Path | None = None,
    given: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end; a hang is a failure."""
    return subprocess.run(
        [*DIGEST, *map(str, arguments)],
        cwd=cwd, input=given, capture_output=True, timeout=240, check=False,
        env=ENVIRONMENT | (env or {}),
    )  # fmt: skip


def sentence(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one sentence that a refused command leaves on standard error."""
    said = done.stderr.decode()
    assert done.returncode == 2, f"exit {done.returncode}: {said}"
    assert said.startswith("digest: "), said
    assert said.count("\n") == 1, said
    return said.removeprefix("digest: ").rstrip("\n")
