"""The head of every page, put into the page's front matter.

The theme prints what stands there under ``head``.
"""

from __future__ import annotations

import html
from typing import Any

import orjson
import yaml

from digest.edition.select import SHOWN_SCHEMES
from digest.publish import views
from digest.publish.editions import Placement
from digest.publish.machine.addresses import IN_EVERY_LANGUAGE, Site, in_languages
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


def described(markdown: str) -> tuple[str, str]:
    """A page's title and description, as its front matter has them."""
    said = yaml.load(_apart(markdown)[0], Loader=yaml.CSafeLoader)
    # The theme prints both as they are, so generated pages hold escaped HTML.
    return html.unescape(said["title"]), html.unescape(said["description"])


def with_head(markdown: str, page: Page, site: Site) -> str:
    """A page's Markdown with its head in the front matter."""
    front, rest = _apart(markdown)
    lines = orjson.dumps(str(head(page, site))).decode()
    edition = f"edition: {orjson.dumps(page.edition).decode()}\n" if page.edition else ""
    return f"{_FENCE}{front}{edition}head: {lines}\n{_FENCE}{rest}"


def _apart(markdown: str) -> tuple[str, str]:
    front, rest = markdown.lstrip().removeprefix(_FENCE).split(_FENCE, 1)
    return front, rest


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
            for scheme in SHOWN_SCHEMES
            for label in codebook.scheme(scheme)
        }

    def added(self, name: str, markdown: str) -> str:
        """A page with its head; ``name`` is its file's, from the edition's folder."""
        title, description = described(markdown)
        edition = self.place.edition
        inside = name.removesuffix(".md").removesuffix("index")
        inside += "/" * bool(inside and not inside.endswith("/"))
        page = Page(
            path=f"{self.place.folder}/{inside}",
            title=title,
            description=description,
            canonical=canonical_path(self.place, inside),
            languages=self._languages(inside),
            place=self.place,
            things=self._things(inside),
            has_feeds=edition.version is not None,
            edition=f"{edition.manifest.quarter} {edition.version or 'draft'}",
        )
        return with_head(markdown, page, self.site)

    def _languages(self, inside: str) -> dict[str, str]:
        """Other languages have the newest version of a quarter, and no draft."""
        has_them = self.place.files and inside in IN_EVERY_LANGUAGE
        return in_languages(f"{self.place.folder}/{inside}") if has_them else {}

    def _things(self, inside: str) -> list[dict[str, Any]]:
        if not inside:
            at = f"{self.place.folder}/index.html"
            return edition_things(self.site, self.place, self.sha256, at)
        return [self._lists[inside]] if inside in self._lists else []
