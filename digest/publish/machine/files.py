"""The machine's files under their addresses: those of an edition, and those of the whole site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson

from digest.publish.editions import Placement, PublishedEdition
from digest.publish.machine import citations
from digest.publish.machine.addresses import Site
from digest.publish.machine.chosen import Chosen, chosen_items
from digest.publish.machine.entries import editions_feed, items_feed, summary
from digest.publish.machine.feeds import TYPES, feed_files
from digest.publish.machine.index import NAME, Index
from digest.publish.machine.schema import Data
from digest.publish.machine.tables import data_files, rights
from digest.taxonomy import Codebook

_TYPES = {
    ".csv": "text/csv; charset=utf-8; header=present",
    ".parquet": "application/vnd.apache.parquet",
    "csv-metadata.json": "application/csvm+json",
    ".json": "application/json",
    ".bib": "application/x-bibtex",
    ".ris": "application/x-research-info-systems",
}
Files = Iterator[tuple[str, bytes]]


def edition_files(site: Site, place: Placement, codebook: Codebook, canonical: bytes) -> Files:
    """The files of an edition where it stands, named from its folder.

    The manifest (``canonical``), its data files, its citations, the feed of its items (a draft has
    none), and last ``edition.json``, which lists the others with their sizes and hashes. A
    quarter's own address has only the feed, which goes on when the next version comes: the other
    files stand once, under their version.
    """
    if place.files:
        yield from _feeds(site, place, chosen_items(place.edition.manifest, codebook))
        return
    listed = []
    index = _index(place.edition, hashlib.sha256(canonical).hexdigest())
    for name, content in _files(site, place, codebook, canonical, index):
        listed.append(_listed(name, content))
        yield name, content
    yield NAME, replace(index, files=tuple(listed)).to_json()


def _index(edition: PublishedEdition, sha256: str) -> Index:
    manifest = edition.manifest
    published = edition.version, edition.published
    return Index(manifest.quarter, *published, sha256, manifest.sample, summary(edition), ())


def _files(
    site: Site, place: Placement, codebook: Codebook, canonical: bytes, index: Index
) -> Files:
    yield "manifest.json", canonical
    licence = site.licence.address if site.licence else ""
    for name, content in data_files(Data(place.edition, codebook), licence):
        yield f"data/{name}", content
    chosen = chosen_items(place.edition.manifest, codebook)
    of_items = [citations.item_reference(one) for one in chosen]
    for ending, write in citations.FORMATS.items():
        yield f"cite/edition.{ending}", write([citations.edition_reference(site, index)])
        yield f"cite/items.{ending}", write(of_items)
    if place.edition.version:
        yield from _feeds(site, place, chosen)


def _feeds(site: Site, place: Placement, chosen: Sequence[Chosen]) -> Files:
    for path, content in feed_files(items_feed(site, place, chosen), site):
        yield path.removeprefix(f"{place.folder}/"), content


def _listed(path: str, content: bytes) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    media = TYPES.get(name) or next(kind for end, kind in _TYPES.items() if name.endswith(end))
    sha256 = hashlib.sha256(content).hexdigest()
    return {"path": path, "type": media, "bytes": len(content), "sha256": sha256}


def site_files(site: Site, indexes: Iterable[Index]) -> Files:
    """The files of the whole site, from its root: feeds of all versions, and ``latest.json``.

    ``indexes`` are those of all versions at their permanent addresses. A site without a published
    version has no such files.
    """
    versions = sorted((i for i in indexes if i.version), key=lambda i: i.order, reverse=True)
    if not versions:
        return
    yield from feed_files(editions_feed(site, versions), site)
    latest = orjson.dumps(
        _latest(site, versions), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )
    yield "latest.json", latest


def _latest(site: Site, versions: Sequence[Index]) -> dict[str, Any]:
    """The newest quarter's newest version with its files, then every version, newest first."""
    newest = versions[0]
    files = [one | {"url": site.url(newest.folder + one["path"])} for one in newest.files]
    of_quarter = {one.edition: one.version for one in reversed(versions)}
    return {
        "name": site.name,
        "licence": site.licence.address if site.licence else None,
        "rights": rights(),
        "latest": _entry(site, newest) | {"files": files},
        "editions": [
            _entry(site, one) | {"is_latest_of_its_quarter": one.version == of_quarter[one.edition]}
            for one in versions
        ],
    }


def _entry(site: Site, one: Index) -> dict[str, Any]:
    return {
        "edition": one.edition,
        "version": one.version,
        "published": one.published,
        "sha256": one.sha256,
        "sample": one.sample,
        "summary": one.summary,
        "url": site.url(one.folder),
        "index": site.url(one.folder + NAME),
    }
