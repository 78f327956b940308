"""What the README shows is run as it stands, against local inputs; what it names is there."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer.main

from digest.classify.heads import NONE
from digest.classify.label import label_lines
from digest.classify.model import Model
from digest.cli.app import app
from digest.settings import DEFAULT
from digest.sources import catalogue
from tests.command import DIGEST, ENVIRONMENT, REPOSITORY
from tests.local_inputs import write_feeds, write_snapshot

README = (REPOSITORY / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
CONSOLE = [line for kind, text in BLOCKS if kind == "console" for line in text.splitlines()]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the README's commands read, and the command ``digest``."""
    folder = tmp_path_factory.mktemp("readme")
    write_snapshot(folder / "arxiv-metadata.json.gz", 12)
    write_feeds(folder / "feeds", "sample-regulator", "sample-agency-ar")
    command = folder / "bin" / "digest"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.join(DIGEST)} "$@"\n')
    command.chmod(0o755)
    return folder


def shell(line: str, here: Path) -> subprocess.CompletedProcess[str]:
    path = {"PATH": f"{here / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=here, env=ENVIRONMENT | path, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def shown(part: str) -> str:
    """The one line of the README that has a part."""
    (line,) = (line for line in CONSOLE if part in line)
    return line


def test_every_line_of_the_readme_is_tested_here() -> None:
    parts = (
        "make demo",
        "make test",
        "--contact",
        "--snapshot",
        "--print-settings",
        "digest label",
    )
    assert sorted(CONSOLE) == sorted(map(shown, parts))


@pytest.mark.parametrize("part", ["make demo", "make test"])
def test_make_has_the_targets(part: str) -> None:
    line = shown(part).partition("#")[0].split()
    done = subprocess.run([*line, "--dry-run"], cwd=REPOSITORY, capture_output=True, check=False)
    assert done.returncode == 0


def test_the_run_that_asks_is_understood() -> None:
    """It would ask the real sources, so it is only parsed."""
    _, name, *arguments = shlex.split(shown("--contact"))
    command = typer.main.get_command(app).commands[name]
    context = command.make_context(name, arguments)
    assert context.params["contact"] == "mailto:you@example.org"


def test_the_run_from_local_files_publishes_a_site(here: Path) -> None:
    done = shell(shown("--snapshot"), here)
    assert (done.returncode, done.stderr) == (0, "")
    assert (here / "var" / "public" / "index.html").exists()
    said = done.stdout.splitlines()
    assert f"site: {here / 'var' / 'public' / 'index.html'}" in said
    for command in ("digest status 2026Q1", "digest doctor"):
        answer = shell(command, here)
        assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout


def test_the_settings_are_written_where_nothing_is_yet(here: Path, tmp_path: Path) -> None:
    done = shell(f"cd {tmp_path} && {shown('--print-settings')}", here)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "var" / "serve.toml").read_text("utf-8") == DEFAULT


def test_the_line_to_label_is_answered_as_described(here: Path) -> None:
    done = shell(shown("digest label"), here)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    described = README.partition("The answer has ")[2].partition("Schemes:")[0]
    label = answer["labels"][0]
    assert set(re.findall(r"`(\w+)`", described)) == answer.keys() - {"id"} | label.keys()
    assert {label["scheme"] for label in answer["labels"]} == {"sdg", "risk", "mit", "ai"}
    assigned = {f"{n['scheme']}/{n['label']}" for n in answer["labels"] if n["assigned"]}
    assert "sdg/2" in assigned
    assert answer["status"] == "labelled"


def test_the_likeliest_subdomain_and_none_are_had_from_an_answer() -> None:
    (code,) = (text for kind, text in BLOCKS if kind == "python")
    model, assigned = Model.load(), []
    for text in (
        "Phone images reveal cassava disease to smallholders.",
        "A chatbot gave its users false medical advice, and some of them followed it.",
    ):
        (answer,) = label_lines(io.BytesIO(json.dumps({"text": text}).encode()), model)
        found: dict[str, Any] = {"answer": json.loads(answer)}
        exec(code, found)
        (read,) = model.encoder.encode([text])
        (every,) = model.heads.probabilities(read.vector[None])
        wanted = {model.heads.labels[row][1]: every[row] for row in model.heads.rows("mit")}
        assert found["none"] == pytest.approx(wanted.pop(NONE), abs=0.002)
        assert len(found["subdomains"]) == len(wanted) == 24
        assert found["likeliest"]["label"] == max(wanted, key=lambda label: wanted[label])
        assigned.append(found["likeliest"]["assigned"])
    assert assigned == [False, True]


def test_the_source_of_your_own_is_a_source(tmp_path: Path) -> None:
    (entry,) = (text for kind, text in BLOCKS if kind == "toml")
    listed = catalogue.default_path().read_text("utf-8")
    (tmp_path / "mine.toml").write_text(f"{listed}\n{entry}", "utf-8")
    sources = catalogue.load(tmp_path / "mine.toml")
    assert sources[-1].id == "institute-news"
    assert len(sources) > 60


def test_the_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    missing = [target for target in targets if not (REPOSITORY / target).exists()]
    assert missing == []
