"""The whole site: people's pages from ``site/``, generated pages of every edition, one MkDocs run.

Everything is a real file before MkDocs starts, so no hook or plugin makes pages. The build happens
in a scratch folder, and the finished site takes the old one's place at once.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from digest.errors import ConfigError, DigestError
from digest.publish import views, words
from digest.publish.editions import Placement, PublishedEdition, placements
from digest.publish.machine import INDEX, Site, cite_page, edition_files, site_files
from digest.publish.pages import SAMPLE, heading, navigation, write_pages
from digest.publish.render import environment, write
from digest.store.archive import replace_folder, storage_errors
from digest.taxonomy import Codebook

# The people's part of the site lives in the repository, not in the package.
REPOSITORY = Path(__file__).resolve().parents[2]


def build_site(
    editions: Sequence[PublishedEdition],
    codebook: Codebook,
    out: Path,
    *,
    draft: bool,
    scratch: Path,
) -> Path:
    """Build the site of ``editions`` and put it in the place of ``out``; returns ``out``.

    ``scratch`` is emptied, and must be on the same file system as ``out``. The same editions give
    the same bytes on any machine's clock, time zone and locale.

    Raises:
        ConfigError: ``site/`` or ``mkdocs.yml`` is not there.
        DigestError: MkDocs refused, with what it said.
        StorageFull: no space, or no right to write.
    """
    people = _human_part()
    places = list(placements(editions))
    with storage_errors(scratch):
        shutil.rmtree(scratch, ignore_errors=True)
        docs = scratch / "docs"
        shutil.copytree(people / "pages", docs)
        write(
            docs / "robots.txt", f"User-agent: *\n{'Disallow' if draft else 'Allow'}: /\n".encode()
        )
        for place in places:
            write_pages(
                place.edition,
                codebook,
                docs / place.folder,
                draft=draft,
                versions=place.versions,
                search=place.is_first,
            )
        site = the_site()
        _write_machine_files(site, places, codebook, docs)
        _write_front_pages(site, places, codebook, docs, draft)
        run_mkdocs(_write_config(scratch, places, codebook, draft), _moment(places[0].edition))
        replace_folder(scratch / "site", out)
        shutil.rmtree(scratch, ignore_errors=True)
    return out


def _human_part() -> Path:
    for needed in (REPOSITORY / "mkdocs.yml", REPOSITORY / "site" / "pages"):
        if not needed.exists():
            raise ConfigError(
                f"{needed} is missing: the site is built from a clone of the repository; install "
                "the project there in editable mode"
            )
    return REPOSITORY / "site"


def the_site() -> Site:
    """Name, description and public address, as ``mkdocs.yml`` has them."""
    config = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text("utf-8"))
    return Site(config["site_name"], config["site_description"], config["site_url"] or "")


def _write_machine_files(
    site: Site, places: Sequence[Placement], codebook: Codebook, docs: Path
) -> None:
    """Data, citations and feeds of every edition, and the feeds of all."""
    indexes = {}
    for _, same in groupby(places, key=lambda place: place.edition.order):
        for path, content in edition_files(site, list(same), codebook):
            write(docs / path, content)
            folder, _, name = path.rpartition("/")
            if name == INDEX:
                indexes[folder] = content
    for path, content in site_files(site, places, indexes):
        write(docs / path, content)


def _write_front_pages(
    site: Site, places: Sequence[Placement], codebook: Codebook, docs: Path, draft: bool
) -> None:
    """The home page, the list of editions, and how to cite them."""
    newest = places[0].edition
    view = views.EditionView(newest.manifest, codebook)
    values = {
        "site": site.name,
        "cite": cite_page(site, places),
        "edition": heading(newest, draft),
        "root": f"{newest.manifest.quarter}/",
        "banners": [SAMPLE] if newest.manifest.sample else [],
        "figures": views.figures(newest.manifest),
        "goals": view.goals(),
        "risk_groups": view.risk_groups(),
        "quarters": [_row(place) for place in places if place.is_first],
        # Each version under its own address; a draft has no other than the quarter's.
        "editions": [_row(place) for place in places if draft or not place.is_first],
    }
    env = environment()
    for name in ("index", "editions", "cite"):
        write(docs / f"{name}.md", env.get_template(f"{name}.md.j2").render(values).encode())


def _row(place: Placement) -> dict[str, str | None]:
    edition = place.edition
    return {
        "quarter": edition.manifest.quarter,
        "months": words.months(edition.manifest.quarter),
        "version": edition.version,
        "published": edition.published,
        "folder": f"{place.folder}/",
    }


def _write_config(
    scratch: Path, places: Sequence[Placement], codebook: Codebook, draft: bool
) -> Path:
    config = {
        "INHERIT": str(REPOSITORY / "mkdocs.yml"),
        "docs_dir": str(scratch.resolve() / "docs"),
        "site_dir": str(scratch.resolve() / "site"),
        "theme": {"custom_dir": str(REPOSITORY / "site" / "theme")},
        "extra": {"draft": draft},
        "nav": _nav([place.folder for place in places], codebook),
    }
    return write(scratch / "mkdocs.yml", yaml.safe_dump(config, allow_unicode=True).encode())


def _nav(folders: Sequence[str], codebook: Codebook) -> list[Any]:
    """Tabs: home, the newest quarter, all editions with the others under them, about."""
    others = [{f.replace("/", " "): navigation(codebook, f)} for f in folders[1:]]
    # One level more than it seems to need: the theme opens every section of the second level, and
    # would print all pages of all editions beside each page.
    older = [{"Earlier editions and versions": others}] if others else []
    return [
        {"Home": "index.md"},
        {folders[0]: navigation(codebook, folders[0])},
        {"Editions": [{"All editions": "editions.md"}, *older]},
        {"About": "about.md"},
        {"Cite": "cite.md"},
    ]


def _moment(newest: PublishedEdition) -> int:
    """The second since 1970 that the build takes for now, so that no clock gets into the site."""
    if newest.published:
        return int(datetime.fromisoformat(newest.published).replace(tzinfo=UTC).timestamp())
    return int(newest.quarter.end.timestamp())


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
