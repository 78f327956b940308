"""Parts of the site: the finished pages of one edition in one folder, built once and carried over.

A part lies in a folder of its own: ``pages/`` as they go on the site, ``search.json`` with what
search finds in them, ``summary.json`` with what the front pages say of the edition, and, written
last, ``stamp.txt``: the identity of all that the part was made from. While that is the same, the
part is not built again, and its edition need not even be read.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from digest.edition.difference import other_changes
from digest.items import digest_of
from digest.publish import estimates, explore, machine, mkdocs, views, words
from digest.publish.editions import Placement, Slot
from digest.publish.figures import figures
from digest.publish.languages import OTHERS, tongue_of, write_language_pages
from digest.publish.pages import heading, why, write_pages
from digest.publish.render import write
from digest.publish.sections import EditionView
from digest.quarter import Quarter
from digest.store.archive import replace_folder
from digest.taxonomy import Codebook

LEAST = 3  # goals that the home page names with their shares
LANGUAGE_PAGES = "languages"  # the folder of a part with the Markdown for the other languages


@dataclass(frozen=True)
class Part:
    """One part: its slot on the site and where it lies."""

    slot: Slot
    folder: Path
    stamp: str

    @property
    def is_built(self) -> bool:
        """Whether the part is there and made from what it would be made from now."""
        path = self.folder / "stamp.txt"
        return path.exists() and path.read_text("utf-8") == self.stamp

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What the front pages say of the edition."""
        found: dict[str, Any] = orjson.loads((self.folder / "summary.json").read_bytes())
        return found

    def index(self) -> machine.Index:
        """The version and its files, for the feeds and lists of the whole site."""
        return machine.Index.from_json((self.folder / "pages" / "edition.json").read_bytes())

    def search(self) -> list[Any]:
        """The entries for the site's search; none for a second copy of the same pages."""
        found: list[Any] = orjson.loads((self.folder / "search.json").read_bytes())
        return found


def parts_of(slots: Sequence[Slot], folder: Path, codebook: Codebook, *, draft: bool) -> list[Part]:
    """The parts that a site consists of, under ``folder``, in the order of the slots.

    ``codebook`` is today's, for editions that have no words of their own.
    """
    made_with = templates()
    parts = []
    for slot in slots:
        links = [(v.version, v.published) for v in slot.versions]
        stamp = digest_of(
            slot.listed.identity, slot.listed.version, slot.listed.published, links,
            "" if slot.listed.has_words else codebook.version, made_with, draft, prefix="p1-",
        )  # fmt: skip
        parts.append(Part(slot, folder / slot.folder.replace("/", "-"), stamp))
    return parts


def templates() -> str:
    """A hash of all that turns an edition into pages: code, templates, styles, configuration."""
    package = Path(__file__).parents[1]
    of_people = [mkdocs.REPOSITORY / "site", mkdocs.REPOSITORY / "mkdocs.yml"]
    made_of = hashlib.sha256()
    for part in (package / "publish", package / "edition", *of_people):
        files = [part] if part.is_file() else part.rglob("*")
        for file in sorted(f for f in files if f.is_file() and "__pycache__" not in f.parts):
            made_of.update(file.name.encode() + file.read_bytes())
    return made_of.hexdigest()


def build_missing(
    parts: Sequence[Part], codebook: Codebook, scratch: Path, *, draft: bool
) -> list[Part]:
    """Build the parts that are not built; returns them. An edition is read once for its parts.

    Each is built in its own words, else in those of ``codebook``.
    """
    missing = [part for part in parts if not part.is_built]
    for listed in dict.fromkeys(part.slot.listed for part in missing):
        edition = listed.load()
        own = edition.codebook or codebook
        canonical = edition.manifest.canonical()
        for part in missing:
            if part.slot.listed is listed:
                place = part.slot.filled(edition)
                _build(part, place, own, scratch, canonical, draft=draft)
    return missing


def _build(
    part: Part,
    place: Placement,
    codebook: Codebook,
    scratch: Path,
    canonical: bytes,
    *,
    draft: bool,
) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    sha256 = hashlib.sha256(canonical).hexdigest()
    docs = scratch / "docs" / place.folder
    write_pages(place, codebook, docs, draft=draft, sha256=sha256)
    nav = mkdocs.edition_nav(codebook, place.folder)
    built = mkdocs.build(scratch, nav, moment(part.slot), draft=draft)
    finished = scratch / "part"
    finished.mkdir()
    (built / place.folder).rename(finished / "pages")
    for name, content in edition_files(place, codebook, canonical):
        write(finished / "pages" / name, content)
    found = orjson.loads((built / "search" / "search_index.json").read_bytes())["docs"]
    write(finished / "search.json", orjson.dumps(found))
    summary = orjson.dumps(_summary(place, codebook, draft=draft))
    write(finished / "summary.json", summary)
    if place.is_first:
        for tag in OTHERS:
            folder = finished / LANGUAGE_PAGES / tag
            write_language_pages(place.edition, codebook, tongue_of(tag), folder, draft=draft)
    write(finished / "stamp.txt", part.stamp.encode())
    replace_folder(finished, part.folder)


def edition_files(
    place: Placement, codebook: Codebook, canonical: bytes
) -> Iterator[tuple[str, bytes]]:
    """The files beside an edition's pages, named from its folder."""
    yield from machine.edition_files(mkdocs.the_site(), place, codebook, canonical)
    if not place.files:
        yield "explore/items.json", explore.data(place.edition.manifest)


def moment(slot: Slot) -> int:
    """The second since 1970 that a build takes for now, so that no clock gets into the site."""
    if slot.listed.published:
        published = datetime.fromisoformat(slot.listed.published)
        return int(published.replace(tzinfo=UTC).timestamp())
    return int(Quarter.parse(slot.listed.quarter).end.timestamp())


def _summary(place: Placement, codebook: Codebook, *, draft: bool) -> dict[str, Any]:
    view = EditionView(place.edition.manifest, codebook)
    return {
        "edition": asdict(heading(place.edition, draft)),
        "folder": f"{place.folder}/",
        "sample": place.edition.manifest.sample,
        "figures": [asdict(figure) for figure in figures(place.edition.manifest)],
        "least": _least(view),
        "goals": [
            {
                "name": s.name,
                "href": s.href,
                "swatch": s.swatch,
                "papers": s.papers,
                "news": s.news,
            }
            for s in view.goals
        ],
        "risk_groups": [
            {"name": g.name, "href": g.href, "names": [s.name for s in g.sections]}
            for g in view.risk_groups
        ],
        "changes": _changes(place),
        "members": _members(place),
        "findings": len(view.voices.findings()),
    }


def _least(view: EditionView) -> dict[str, Any] | None:
    """The under-served goals in short: how many they are, and those with the smallest shares."""
    said = estimates.verdicts(view.shares)
    if said is None or not said.under_served:
        return None
    return {
        "first": [
            f"{s.name} ({', '.join(filter(None, (s.share, s.interval)))})"
            for s in said.under_served[:LEAST]
        ],
        "number": len(said.under_served),
        "of": len(view.shares),
        "level": said.level,
        "basis": said.basis,
    }


def _members(place: Placement) -> list[dict[str, str]]:
    """Who reviewed the edition; nobody, where there was no panel."""
    panel = place.edition.manifest.panel
    return [
        {
            "name": words.clip(one.name, views.AUTHOR),
            "affiliation": words.clip(one.affiliation, views.TITLE),
        }
        for one in (panel.reviewers if panel else ())
    ]


def _changes(place: Placement) -> dict[str, Any] | None:
    """What the version corrected, in numbers; None for the first version of a quarter."""
    difference = place.edition.difference
    if difference is None:
        return None
    changes = difference.changes
    return {
        "why": why(place.edition.correction),
        "entered": len(changes.entered),
        "left": len(changes.left),
        "changed": len(changes.changed),
        "relabelled": len(difference.relabelled),
        "sources": list(changes.sources),
        "other": list(other_changes(changes)),
    }
