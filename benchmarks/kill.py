"""Kill ``digest run`` with SIGKILL at random moments, run it again, and compare what is published.

    python benchmarks/kill.py --snapshot papers.jsonl.gz --feeds feeds/ --kills 20

One run is left alone and says what should come out, and how long it takes. Then rounds: in a new
folder the same command is started and killed at a random moment of that time, again and again,
until a run comes through; what it has published must be the same to the byte, no process may be
left behind, and ``digest doctor`` must be content. The rounds go on until there were enough kills.
Linux only: it looks for processes in /proc. Exit status 1 when something differs.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

DIGEST = [sys.executable, "-c", "from digest.cli import main; main()"]
STAGES = ("start", "harvest", "classify", "draft", "publish", "end")
_STAGE = re.compile(r"(harvest|classify|draft|publish|to look at it)[: ]")


@dataclass(frozen=True)
class Attempt:
    """One run: how long it lasted, in which stage it ended, whether it was killed."""

    seconds: float
    stage: str
    killed: bool
    said: str


def attempt(command: list[str], kill_after: float | None) -> Attempt:
    """Run a command on a terminal of its own, which shows every stage; kill it after a time."""
    terminal, side = os.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "200"}
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=side, stderr=side, env=environment)
    os.close(side)
    said: list[str] = []
    reader = threading.Thread(target=_read, args=(terminal, said))
    reader.start()
    try:
        process.wait(kill_after)
        killed = False
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        killed = True
    seconds = time.monotonic() - started
    reader.join()
    os.close(terminal)
    text = "".join(said)
    found = _STAGE.findall(text)
    stage = found[-1].replace("to look at it", "end") if found else "start"
    return Attempt(seconds, stage, killed, text)


def _read(terminal: int, said: list[str]) -> None:
    try:
        while chunk := os.read(terminal, 1 << 16):
            said.append(chunk.decode("utf-8", "replace"))
    except OSError:  # nobody holds the other side any more
        return


def left_behind(folder: Path, patience: float = 3.0) -> list[str]:
    """Processes that have to do with a folder, after they had a little time to notice."""
    until = time.monotonic() + patience
    while (found := _processes(folder)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _processes(folder: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
                about = command + (entry / "environ").read_bytes()
            except OSError:  # ended while we looked
                continue
            if command and str(folder).encode() in about:
                found.append(command.replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def published(folder: Path) -> dict[str, str]:
    """The SHA-256 of every published manifest and every file of the public site."""
    paths = [*folder.glob("editions/*/v*.?.json"), *folder.glob("public/**/*")]
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
        if path.is_file()
    }


def faults(folder: Path, expected: dict[str, str]) -> list[str]:
    """What is not as it should be after a run that came through."""
    found = published(folder)
    differing = sorted(n for n in found.keys() | expected.keys() if found.get(n) != expected.get(n))
    wrong = (
        [f"{len(differing)} published files differ, such as {differing[0]}"] if differing else []
    )
    doctor = subprocess.run(
        [*DIGEST, "doctor", "--var", str(folder)], capture_output=True, text=True, check=False
    )
    if doctor.returncode:
        wrong.append(f"digest doctor: {doctor.stdout}{doctor.stderr}")
    return wrong


def main() -> int:
    """Run the rounds and print a line for each attempt, then the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--snapshot", type=Path, required=True)
    parser.add_argument("--feeds", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        return rounds(given, Path(work))


def rounds(given: argparse.Namespace, work: Path) -> int:
    """The reference run, then rounds of killed runs; 1 when anything differed."""
    command = [*DIGEST, "run", "2026Q1", "--snapshot", str(given.snapshot), "--feeds",
               str(given.feeds), "--sign-off", "A. Editor", "--var"]  # fmt: skip
    reference = attempt([*command, str(work / "undisturbed")], None)
    expected = published(work / "undisturbed")
    if reference.stage != "end" or not expected:
        print(f"the undisturbed run did not come through: {reference.said[-2000:]}")
        return 1
    print(f"undisturbed: {reference.seconds:.1f} s, {len(expected)} published files")
    moments = random.Random(given.seed)
    kills: Counter[str] = Counter()
    wrong: list[str] = []
    done = 0
    while kills.total() < given.kills:
        done += 1
        folder = work / f"round-{done}"
        wrong += _round(given, [*command, str(folder)], folder, reference.seconds, moments, kills)
        wrong += faults(folder, expected)
    by_stage = ", ".join(f"{stage} {kills[stage]}" for stage in STAGES if kills[stage])
    print(f"{kills.total()} kills in {done} rounds: {by_stage}")
    for fault in wrong:
        print(f"WRONG {fault}")
    print("every round published the same bytes" if not wrong else f"{len(wrong)} faults")
    return int(bool(wrong))


def _round(
    given: argparse.Namespace, command: list[str], folder: Path, seconds: float,
    moments: random.Random, kills: Counter[str],
) -> list[str]:  # fmt: skip
    """Start and kill until a run comes through; returns what was wrong on the way."""
    wrong = []
    while True:
        enough = kills.total() >= given.kills
        ran = attempt(command, None if enough else moments.uniform(0, seconds))
        state = f"killed in {ran.stage}" if ran.killed else f"came through to {ran.stage}"
        print(f"{folder.name}: {state} after {ran.seconds:.1f} s", flush=True)
        if not ran.killed:
            return wrong + ([] if ran.stage == "end" else [f"{folder.name}: {ran.said[-1500:]}"])
        kills[ran.stage] += 1
        wrong += [f"left behind: {process}" for process in left_behind(folder)]


if __name__ == "__main__":
    sys.exit(main())
