"""The whole site: the parts of every edition, the front pages over them, and what people wrote.

    editions -> parts (a MkDocs run for each that changed) -> front pages (one run)
             -> other languages (a run for each) -> site

Everything is a real file before MkDocs starts, so no hook or plugin makes pages. The build happens
in a scratch folder, and the finished site takes the old one's place at once.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Container, Sequence
from itertools import chain
from pathlib import Path

from digest.publish import machine, mkdocs
from digest.publish.editions import Listed, slots
from digest.publish.front import indexes, write_front_pages
from digest.publish.languages import OTHERS, build_languages
from digest.publish.parts import LANGUAGE_PAGES, Part, build_missing, moment, parts_of, templates
from digest.publish.render import write
from digest.publish.search import finish_index
from digest.store.archive import replace_folder, storage_errors
from digest.taxonomy import Codebook


def build_site(
    editions: Sequence[Listed],
    codebook: Codebook,
    out: Path,
    *,
    draft: bool,
    scratch: Path,
    parts: Path,
) -> list[str]:
    """Build the site of ``editions`` and put it in the place of ``out``.

    Only parts that changed are built; returns their folders. ``scratch`` is emptied; finished
    parts are kept under ``parts``. Both must be on the same file system as ``out``. The same
    editions give the same bytes on any machine's clock, time zone and locale.

    Raises:
        ConfigError: ``site/`` or ``mkdocs.yml`` is not there.
        DigestError: MkDocs refused, with what it said.
        StorageFull: no space, or no right to write.
    """
    people = mkdocs.human_part()
    needed = parts_of(list(slots(editions)), parts, codebook, draft=draft)
    with storage_errors(scratch):
        built = build_missing(needed, codebook, scratch, draft=draft)
        shutil.rmtree(scratch, ignore_errors=True)
        docs = scratch / "docs"
        shutil.copytree(people / "pages", docs)
        write_front_pages(needed, docs, draft=draft)
        newest = needed[0].slot
        nav = mkdocs.front_nav(newest.listed.quarter)
        site = mkdocs.build(scratch, nav, moment(newest), draft=draft)
        for part in needed:
            _link_tree(part.folder / "pages", site / part.slot.folder)
        if not draft:  # the panel reviews in English what is then published in all six
            _add_languages(needed, site, scratch / "languages", parts)
        for path, content in machine.site_files(mkdocs.the_site(), indexes(needed, draft=draft)):
            write(site / path, content)
        _map(needed, site, draft=draft)
        of_parts = chain.from_iterable(part.search() for part in needed if part.slot.is_first)
        finish_index(site / "search" / "search_index.json", of_parts)
        replace_folder(site, out)
        shutil.rmtree(scratch, ignore_errors=True)
        _forget_others(needed, parts)
    return [part.slot.folder for part in built]


def _add_languages(parts: Sequence[Part], site: Path, scratch: Path, keep: Path) -> None:
    """Put the sites of the other languages beside the English one; they have newest versions."""
    newest = [part for part in parts if part.slot.is_first]
    summaries = [part.summary for part in newest]
    pages = [part.folder / LANGUAGE_PAGES for part in newest]
    built = build_languages(summaries, pages, scratch, moment(newest[0].slot), keep, templates())
    for tag, folder in built.items():
        _link_tree(folder, site / tag)


def _link_tree(source: Path, target: Path) -> None:
    """Put a part's files on the site without copying them: nobody alters a finished file."""
    for folder, _, names in os.walk(source):
        place = target / Path(folder).relative_to(source)
        place.mkdir(parents=True, exist_ok=True)
        for name in names:
            (place / name).hardlink_to(Path(folder) / name)


def _map(parts: Sequence[Part], site: Path, *, draft: bool) -> None:
    """Put the map of the site in the place of MkDocs', which knows the front pages alone."""
    for mkdocs_own in ("sitemap.xml", "sitemap.xml.gz"):
        (site / mkdocs_own).unlink()
    whole = mkdocs.the_site()
    if draft or not whole.address:
        return
    copies = {part.slot.folder for part in parts if part.slot.is_newest and not part.slot.is_first}
    days = {part.slot.folder: part.slot.listed.published for part in parts}
    newest = parts[0].slot.listed.published
    pages = sorted(path.parent.relative_to(site).as_posix() for path in site.rglob("index.html"))
    found = [
        ("" if page == "." else f"{page}/", days.get(_edition_of(page, days), newest))
        for page in pages
        if _edition_of(page, days) not in copies
    ]
    write(site / "sitemap.xml", machine.sitemap(whole, found))


def _edition_of(page: str, folders: Container[str]) -> str:
    """The folder of the edition that a page belongs to, in whatever language."""
    first, _, rest = page.partition("/")
    inside = rest if first in OTHERS else page
    quarter, version = (*inside.split("/"), "")[:2]
    return f"{quarter}/{version}" if f"{quarter}/{version}" in folders else quarter


def _forget_others(parts: Sequence[Part], folder: Path) -> None:
    """Remove parts that the site no longer has."""
    kept = {part.folder for part in parts} | {folder / f"language-{tag}" for tag in OTHERS}
    for found in folder.iterdir():
        if found not in kept:
            shutil.rmtree(found, ignore_errors=True)
