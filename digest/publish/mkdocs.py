"""MkDocs: the configuration of one run, and the run itself."""

from __future__ import annotations

import atexit
import errno
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

import yaml
from markupsafe import Markup, escape

from digest.errors import ConfigError, DigestError
from digest.publish import builder
from digest.publish.machine import Licence, Site
from digest.publish.render import write
from digest.taxonomy import Codebook

# The people's part of the site lives in the repository, not in the package.
REPOSITORY = Path(__file__).resolve().parents[2]
SETTINGS = REPOSITORY / "mkdocs.yml"
HOOKS = [builder.__file__]
OWN = "Counts, labels and words of this site: {licence}."
# The letter of a reader who reports a problem, and the link to it.
LETTER = {
    "link": "Report a problem with this page",
    "subject": "Problem with a page of the digest",
    "page": "Page",
    "edition": "Edition",
    "problem": "What is wrong, and what shows it:",
}
_MAIL = re.compile(r"[\w.+-]+@[\w.-]+")
FRONT = {"Editions": "editions", "Corrections": "corrections", "Cite": "cite", "About": "about"}


def human_part() -> Path:
    """The folder of what people wrote for the site.

    Raises:
        ConfigError: ``site/`` or ``mkdocs.yml`` is not there.
    """
    for needed in (SETTINGS, REPOSITORY / "site" / "pages"):
        if not needed.exists():
            raise ConfigError(
                f"{needed} is missing: the site is built from a clone of the repository; install "
                "the project there in editable mode"
            )
    return REPOSITORY / "site"


def settings(file: Path = SETTINGS) -> dict[str, Any]:
    """What people set for the site."""
    found: dict[str, Any] = yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return found


def the_site(file: Path = SETTINGS) -> Site:
    """What ``mkdocs.yml`` says of the site.

    Raises:
        ConfigError: the public address, or that for reports, is not one.
    """
    config = settings(file)
    extra = config["extra"]
    address, licence, report = config["site_url"] or "", extra.get("licence"), extra.get("report")
    if report and not _MAIL.fullmatch(report):
        raise ConfigError(
            f'{file}: extra.report is {report!r}; give a mail address, or "" for no reports'
        )
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.query):
        raise ConfigError(
            f"{file}: site_url is {address!r}; give the site's public address, such as "
            'https://example.org/digest/, or "" for relative links'
        )
    return Site(
        config["site_name"],
        config["site_description"],
        f"{address.rstrip('/')}/" if address else "",
        Licence(licence["name"], licence["address"]) if licence else None,
        report or "",
    )


def footer(site: Site, owners: str, own: str) -> str:
    """What stands at the foot of each page, as HTML.

    ``owners`` says whose the quoted texts are; ``own`` has a place for the licence of our own part.
    """
    if site.licence is None:
        return owners
    link = Markup('<a href="{}" rel="license">{}</a>').format(
        site.licence.address, site.licence.name
    )
    return f"{owners} {escape(own).replace('{licence}', link)}"


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
        "INHERIT": str(SETTINGS),
        "hooks": HOOKS,
        "docs_dir": str(scratch.resolve() / "docs"),
        "site_dir": str(scratch.resolve() / "site"),
        "theme": {"custom_dir": str(REPOSITORY / "site" / "theme")},
        "copyright": footer(the_site(), settings()["copyright"], OWN),
        "extra": {"draft": draft, "letter": LETTER},
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
    building = _waiting() or _Builder()
    try:
        said = building.build(config, moment)
    except BaseException:
        building.end()  # or it would go on writing after its starter was told to stop
        raise
    _idle.put(building)
    if said is not None:
        if os.strerror(errno.ENOSPC) in said:
            raise OSError(errno.ENOSPC, said)
        raise DigestError(f"the site could not be built from {config.parent}; MkDocs says:\n{said}")


class _Builder:
    """A process that builds sites (``builder``); half of a small site's time is its start."""

    def __init__(self) -> None:
        fixed = {
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "PYTHONWARNINGS": "ignore",
            "NO_MKDOCS_2_WARNING": "1",
        }
        self._printed = TemporaryFile()  # noqa: SIM115  (closed with the process)
        self._process = subprocess.Popen(  # noqa: S603  (our own file)
            # By its path: as a module it would first import all of this package.
            [sys.executable, "-P", builder.__file__],
            env={**os.environ, **fixed},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            text=True,
        )
        atexit.register(self.end)

    @property
    def is_alive(self) -> bool:
        """Whether the process is there; one that waits may have been killed."""
        return self._process.poll() is None

    def build(self, config: Path, moment: int) -> str | None:
        """What MkDocs said against the build; None when it was content.

        Raises:
            DigestError: the process ended before it answered.
        """
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        with suppress(BrokenPipeError):
            print(
                json.dumps({"config": str(config.resolve()), "moment": moment}),
                file=asked,
                flush=True,
            )
        if not (answer := answers.readline()):
            code = self._process.wait()
            self._printed.seek(0)
            printed = self._printed.read().decode(errors="replace").strip()[-2000:]
            raise DigestError(
                f"the site could not be built from {config.parent}: MkDocs' process ended with "
                f"{code}; run it again. It printed:\n{printed}"
            )
        said: str | None = json.loads(answer)["said"]
        return said if said is None else said.strip()[-2000:]

    def end(self) -> None:
        """End the process, whatever it is at."""
        self._process.communicate()
        self._printed.close()
        atexit.unregister(self.end)


# Those that wait for the next site; several threads may build at once.
_idle: SimpleQueue[_Builder] = SimpleQueue()


def _waiting() -> _Builder | None:
    with suppress(Empty):
        while not (building := _idle.get_nowait()).is_alive:
            building.end()
        return building
    return None
