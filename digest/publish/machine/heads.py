"""The head of every page of an edition, put into the page's front matter.

The theme prints what stands there under ``head``.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from digest.publish import views
from digest.publish.editions import Placement
from digest.publish.machine.addresses import Site
from digest.publish.machine.chosen import chosen_items
from digest.publish.machine.metadata import (
    Page,
    canonical_path,
    edition_things,
    head,
    items_thing,
)
from digest.taxonomy import Codebook

_FENCE = "---\n"
NOWHERE: Mapping[str, str] = MappingProxyType({})


class Heads:
    """Makes the heads of an edition's pages in one place of the site."""

    def __init__(self, site: Site, place: Placement, codebook: Codebook, sha256: str) -> None:
        self.site, self.place, self.sha256 = site, place, sha256
        manifest = place.edition.manifest
        found = {one.item.id: one for one in chosen_items(manifest, codebook)}
        chosen = {
            (s.scheme, s.label): [found[item] for item in s.chosen if item in found]
            for s in manifest.sections
        }
        self._lists = {
            views.href_of(label): items_thing(
                views.display_name(label), chosen.get((label.scheme, label.id), [])
            )
            for scheme in ("sdg", "risk")
            for label in codebook.scheme(scheme)
        }

    def added(self, name: str, markdown: str, languages: Mapping[str, str] = NOWHERE) -> str:
        """A page with its head; ``name`` is its file's, from the edition's folder.

        ``languages`` gives the path, from the site's root, of the page in each language that has
        it, English among them.
        """
        front, rest = markdown.lstrip().removeprefix(_FENCE).split(_FENCE, 1)
        inside = name.removesuffix(".md").removesuffix("index")
        inside += "/" * bool(inside and not inside.endswith("/"))
        page = Page(
            path=f"{self.place.folder}/{inside}",
            title=_said(front, "title"),
            description=_said(front, "description"),
            canonical=canonical_path(self.place, inside),
            languages=languages,
            place=self.place,
            things=self._things(inside),
            has_feeds=self.place.edition.version is not None,
        )
        lines = orjson.dumps(str(head(page, self.site))).decode()
        return f"{_FENCE}{front}head: {lines}\n{_FENCE}{rest}"

    def _things(self, inside: str) -> list[dict[str, Any]]:
        if not inside:
            at = f"{self.place.folder}/index.html"
            return edition_things(self.site, self.place, self.sha256, at)
        return [self._lists[inside]] if inside in self._lists else []


def _said(front: str, name: str) -> str:
    """A text of the front matter, which holds it as JSON of escaped HTML."""
    start = f"{name}: "
    line = next(line for line in front.splitlines() if line.startswith(start))
    return html.unescape(orjson.loads(line.removeprefix(start)))
