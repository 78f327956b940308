"""The house as drawn: which room may know which, and what the command line loads to answer."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import digest
import flows

# The ground that every room stands on: what knows no room.
GROUND = {
    "errors", "quarter", "text", "cells", "items", "config", "events", "tongue", "compiled",
    "__version__",
}  # fmt: skip
# Each room, and the rooms that it may know besides the ground.
ROOMS: dict[str, set[str]] = {
    "sources": set(),
    "taxonomy": set(),
    "sample": set(),
    "store": {"sources"},
    "classify": {"taxonomy", "store"},
    "edition": {"taxonomy", "store"},
    "review": {"edition", "taxonomy", "store"},
    "publish": {"edition", "taxonomy", "store"},
    "alerts": {"store"},
    "steps": {
        "sources", "store", "taxonomy", "classify", "edition", "review", "publish", "alerts",
    },
    "settings": {"sources", "sample", "alerts"},
    "report": {"sources", "store", "edition", "steps"},
    "status": {"classify", "store", "edition", "review", "steps"},
    "doctor": {"taxonomy", "store", "classify", "edition", "review"},
    "flows": {
        "store", "taxonomy", "classify", "edition", "review", "steps", "alerts", "settings",
    },
}  # fmt: skip
# Typer itself loads rich and pydantic where they are installed; these are ours to keep away.
HEAVY = {
    "arxiv", "duckdb", "feedparser", "httpx", "jinja2", "lxml", "mkdocs", "nh3", "numpy", "orjson",
    "openvino", "prefect", "pyarrow", "torch", "transformers", "yaml", "zstandard",
}  # fmt: skip

Import = tuple[str, str, bool]  # who, whom, and whether it happens when the module is loaded


def imports() -> Iterator[Import]:
    """Every import of the product that happens when it runs: not those for the type checker."""
    for package in (digest, flows):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*.py")):
            module = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
            tree = ast.parse(path.read_text("utf-8"))
            yield from _imports(tree, module.removesuffix(".__init__"), path.stem == "__init__")


def _imports(
    node: ast.AST, module: str, is_package: bool, at_load: bool = True
) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from ((module, alias.name, at_load) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = _base(child, module, is_package)
            yield from ((module, f"{base}.{alias.name}", at_load) for alias in child.names)
        is_later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from _imports(child, module, is_package, at_load and not is_later)


def _base(statement: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not statement.level:
        return str(statement.module)
    parts = module.split(".") + ([""] if is_package else [])
    return ".".join([*parts[: -statement.level], statement.module or ""]).rstrip(".")


def room(module: str) -> str:
    """``sources`` of ``digest.sources.http``, ``flows`` of ``flows.harvest``."""
    first, *rest = module.split(".")
    return rest[0] if first == "digest" and rest else first


EVERY = list(imports())
OWN = [(who, whom, at_load) for who, whom, at_load in EVERY
       if whom.split(".")[0] in ("digest", "flows")]  # fmt: skip


def test_the_imports_were_found() -> None:
    assert ("digest.cli.quarter", "flows.terminal.run_in_terminal", False) in EVERY
    assert ("digest.sample.server", "digest.sample.feeds", True) in EVERY
    assert len(EVERY) > 300


def test_nothing_in_digest_knows_prefect_or_the_flows() -> None:
    """But the command line, which starts them, inside its functions."""
    knowing = {
        (who, whom) for who, whom, at_load in EVERY
        if who.startswith("digest") and whom.split(".")[0] in ("prefect", "flows")
        and (room(who) != "cli" or at_load or whom.startswith("prefect"))
    }  # fmt: skip
    assert knowing == set()


@pytest.mark.parametrize("name", sorted({room(who) for who, _, _ in OWN} - {"digest", "cli"}))
def test_a_room_knows_only_the_rooms_that_the_plan_shows(name: str) -> None:
    allowed = GROUND | ROOMS.get(name, set()) | {name}
    known = {(who, whom) for who, whom, _ in OWN if room(who) == name}
    assert {(who, whom) for who, whom in known if room(whom) not in allowed | {"digest"}} == set()


def test_the_rooms_go_round_in_no_circle() -> None:
    graph: dict[str, set[str]] = defaultdict(set)
    for who, whom, _ in OWN:
        if room(who) != room(whom):
            graph[room(who)].add(room(whom))
    assert list(TopologicalSorter(graph).static_order())  # raises CycleError, which names them


def test_modules_load_in_no_circle() -> None:
    modules = {who for who, _, _ in EVERY}  # some import nothing of ours
    graph: dict[str, set[str]] = defaultdict(set)
    for who, whom, at_load in OWN:
        if at_load:
            target = whom if whom in modules else whom.rpartition(".")[0]
            if target != who:
                graph[who].add(target)
    assert list(TopologicalSorter(graph).static_order())


def test_the_store_knows_of_the_sources_only_what_an_answer_is() -> None:
    known = {whom for who, whom, _ in OWN if room(who) == "store" and room(whom) == "sources"}
    assert known == {"digest.sources.Document"}


def test_only_the_store_writes_sql() -> None:
    """Elsewhere a connection is passed on; CHECKPOINT is no question to a table.

    The review has files of its own, which the pipeline's database does not know.
    """
    for package in (digest, flows):
        folder = Path(str(package.__file__)).parent
        for path in folder.rglob("*.py"):
            if not {"store", "review"} & {*path.parts}:
                text = path.read_text("utf-8").replace('execute("CHECKPOINT")', "")
                assert ".execute(" not in text, path
                assert "connection.sql(" not in text, path


def loaded_by(code: str) -> set[str]:
    """The modules outside the standard library that are loaded after some code, by first name."""
    listing = "import sys; print(*{m.split('.')[0] for m in sys.modules}, file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", f"{code}\n{listing}"], capture_output=True, text=True, check=True
    )
    return set(result.stderr.split()) - sys.stdlib_module_names


HELP = """
from contextlib import suppress
import sys
from digest.cli.app import app
sys.argv = ["digest", {arguments}]
with suppress(SystemExit):
    app()
"""


@pytest.mark.parametrize(
    "arguments", ['"--help"', '"--version"', '"run", "--help"', '"sources", "--help"']
)
def test_help_loads_nothing_that_takes_time(arguments: str) -> None:
    """A second would be long: what is loaded decides it, and not how busy the machine is."""
    loaded = loaded_by(HELP.format(arguments=arguments))
    assert {"digest", "typer"} <= loaded
    assert loaded & HEAVY == set()
    assert "flows" not in loaded


@pytest.mark.parametrize("module", ["digest", "digest.errors", "digest.quarter", "digest.config"])
def test_the_ground_needs_only_the_standard_library(module: str) -> None:
    before = loaded_by("")
    assert loaded_by(f"import {module}") - before == {"digest"}


@pytest.mark.parametrize("module", sorted({who for who, _, _ in OWN if room(who) == "store"}))
def test_a_module_of_the_store_does_not_open_duckdb_by_being_loaded(module: str) -> None:
    assert "duckdb" not in {
        whom.split(".")[0] for who, whom, at_load in EVERY if who == module and at_load
    }
