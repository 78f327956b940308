"""The front pages: what stands over all editions, and the pages that people wrote.

People's pages (``site/pages/*.md``) are templates, too: they may name ``licence``, ``root`` and the
other values of the front pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digest.publish import machine, mkdocs
from digest.publish.pages import SAMPLE
from digest.publish.parts import Part
from digest.publish.render import environment, write

GENERATED = ("index", "editions", "corrections", "cite")


def write_front_pages(parts: Sequence[Part], docs: Path, *, draft: bool) -> None:
    """Write the front pages into ``docs``, where people's pages are, and what robots may read."""
    site, values = mkdocs.the_site(), _values(parts, draft=draft)
    access = "Disallow" if draft else "Allow"
    found = f"Sitemap: {site.url('sitemap.xml')}\n" if site.address and not draft else ""
    write(docs / "robots.txt", f"User-agent: *\n{access}: /\n{found}".encode())
    env = environment()
    texts = {file: env.from_string(file.read_text("utf-8")) for file in docs.glob("*.md")}
    texts |= {docs / f"{name}.md": env.get_template(f"{name}.md.j2") for name in GENERATED}
    for file, template in texts.items():
        page = _with_head(file.stem, template.render(values), site, draft=draft)
        write(file, page.encode())


def _values(parts: Sequence[Part], *, draft: bool) -> dict[str, Any]:
    newest, site = parts[0].summary, mkdocs.the_site()
    # Each version under its own address; a draft has no other than the quarter's.
    versions = [part.summary for part in parts if draft or not part.slot.is_first]
    by_day = sorted(versions, key=lambda v: v["edition"]["published"], reverse=True)
    return newest | {
        "site": site.name,
        "licence": site.licence,
        "report": site.report,
        "has_address": bool(site.address),
        "root": f"{newest['edition']['quarter']}/",
        "banners": [SAMPLE] if newest["sample"] else [],
        "quarters": [part.summary for part in parts if part.slot.is_first],
        "versions": versions,
        "cite": machine.cite_page(site, indexes(parts, draft=draft)),
        "corrections": [one for one in by_day if one["changes"]],
    }


def indexes(parts: Sequence[Part], *, draft: bool) -> list[machine.Index]:
    """Each version once, from its own address; a draft has no other than the quarter's."""
    return [part.index() for part in parts if draft or not part.slot.is_first]


def _with_head(name: str, markdown: str, site: machine.Site, *, draft: bool) -> str:
    title, description = machine.described(markdown)
    path = "" if name == "index" else f"{name}/"
    page = machine.Page(
        path=path,
        title=title,
        description=description,
        canonical=path,
        languages=machine.in_languages(path) if not path and not draft else {},
        things=() if path else [machine.periodical(site, "index.html")],
        has_feeds=not draft,
    )
    return machine.with_head(markdown, page, site)
