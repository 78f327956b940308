"""MkDocs: the configuration of one run, and the run itself."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from markupsafe import escape

from digest.errors import ConfigError, DigestError
from digest.publish.machine import Site
from digest.publish.render import write
from digest.taxonomy import Codebook

# The people's part of the site lives in the repository, not in the package.
REPOSITORY = Path(__file__).resolve().parents[2]
FRONT = {"Editions": "editions", "Corrections": "corrections", "Cite": "cite", "About": "about"}


def human_part() -> Path:
    """The folder of what people wrote for the site.

    Raises:
        ConfigError: ``site/`` or ``mkdocs.yml`` is not there.
    """
    for needed in (REPOSITORY / "mkdocs.yml", REPOSITORY / "site" / "pages"):
        if not needed.exists():
            raise ConfigError(
                f"{needed} is missing: the site is built from a clone of the repository; install "
                "the project there in editable mode"
            )
    return REPOSITORY / "site"


def the_site() -> Site:
    """Name, description and public address of the site, as ``mkdocs.yml`` has them."""
    config = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text("utf-8"))
    return Site(config["site_name"], config["site_description"], config["site_url"] or "")


def edition_nav(codebook: Codebook, folder: str) -> list[Any]:
    """What the pages of one edition link to: its own pages, and the site's front pages.

    Names are escaped: the theme prints them as they are.
    """
    return [
        {"Home": "./"},
        {folder.replace("/", " "): edition_pages(codebook, folder)},
        *({name: f"{page}/"} for name, page in FRONT.items()),
    ]


def edition_pages(codebook: Codebook, folder: str) -> list[Any]:
    """The pages of an edition under ``folder`` (``2026Q1``), as MkDocs' ``nav`` wants them."""
    named = {
        "Goals and risks": "matrix", "Explore": "explore", "Changes": "changes",
        "Sources": "sources", "Method": "method", "Data": "data",
    }  # fmt: skip
    goals = [
        {str(escape(f"{label.id}. {label.name}")): f"{folder}/sdg/{label.id}.md"}
        for label in codebook.scheme("sdg")
    ]
    risks = [
        {str(escape(label.name)): f"{folder}/risk/{label.id}.md"}
        for label in codebook.scheme("risk")
    ]
    return [
        f"{folder}/index.md",
        *({name: f"{folder}/{page}.md"} for name, page in named.items()),
        {"Goals": [{"All goals": f"{folder}/goals.md"}, *goals]},
        {"Risks": [{"All risks": f"{folder}/risks.md"}, *risks]},
    ]


def front_nav(newest: str) -> list[Any]:
    """What the front pages link to: each other, and the newest quarter."""
    return [
        {"Home": "index.md"},
        {newest: f"{newest}/"},
        *({name: f"{page}.md"} for name, page in FRONT.items()),
    ]


def build(scratch: Path, nav: list[Any], moment: int, *, draft: bool) -> Path:
    """Build ``scratch/docs`` as if it were ``moment`` (seconds since 1970); returns the site.

    Raises:
        DigestError: MkDocs refused, with what it said.
        OSError: there was no space for the site.
    """
    config = {
        "INHERIT": str(REPOSITORY / "mkdocs.yml"),
        "docs_dir": str(scratch.resolve() / "docs"),
        "site_dir": str(scratch.resolve() / "site"),
        "theme": {"custom_dir": str(REPOSITORY / "site" / "theme")},
        "extra": {"draft": draft},
        "nav": nav,
        # Pages of other parts of the site are not among the files of this run.
        "validation": {"nav": {"not_found": "ignore"}},
    }
    text = yaml.safe_dump(config, allow_unicode=True)
    run_mkdocs(write(scratch / "mkdocs.yml", text.encode()), moment)
    return scratch / "site"


def run_mkdocs(config: Path, moment: int) -> None:
    """Build the site of a configuration as if it were ``moment`` (seconds since 1970).

    Raises:
        DigestError: MkDocs refused, with what it said.
        OSError: there was no space for the site.
    """
    fixed = {
        "SOURCE_DATE_EPOCH": str(moment),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONWARNINGS": "ignore",
        "NO_MKDOCS_2_WARNING": "1",
    }
    command = [sys.executable, "-m", "digest.publish.builder"]
    with subprocess.Popen(  # noqa: S603  (our own interpreter and our own file)
        [*command, "build", "--strict", "-f", str(config)],
        env={**os.environ, **fixed},
        stdin=subprocess.PIPE,  # held open, see builder
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as building:
        assert building.stdout is not None
        said = building.stdout.read().strip()[-2000:]
    if building.returncode != 0:
        if os.strerror(errno.ENOSPC) in said:
            raise OSError(errno.ENOSPC, said)
        raise DigestError(f"the site could not be built from {config.parent}; MkDocs says:\n{said}")
