"""The command line: help, documentation, exit status, and what a command does not load."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from digest import __version__
from digest.cli.app import app
from tests.command import ENVIRONMENT, REPOSITORY, digest

HEAVY = ("prefect", "duckdb", "numpy", "openvino", "transformers", "httpx", "pyarrow", "rich.live")


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its words, groups left out."""
    for name, command in getattr(group, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*words, "--help"], prog_name="digest")
    said = done.stdout
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"Usage: digest {' '.join(words)}" in said
    for option in COMMANDS[words].params:
        if option.param_type_name == "option" and not option.hidden:
            assert option.help, f"{option.name} has no help"
            assert option.opts[0] in said


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_in_the_readme(words: tuple[str, ...]) -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert re.search(rf"`digest {' '.join(words)}\b", readme)


def test_help_and_version_answer_at_once() -> None:
    """Without the modules that take seconds to load."""
    found = subprocess.run(
        [sys.executable, "-c", "import digest.cli.app, sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert set(HEAVY) & set(found.stdout.split()) == set()
    assert digest("--version").stdout.decode() == f"digest {__version__}\n"


def test_the_source_list_is_printed() -> None:
    done = digest("sources", "list")
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert len(lines) >= 60
    assert all(len(line.split()) >= 6 for line in lines)
