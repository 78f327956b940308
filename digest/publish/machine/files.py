"""The machine's files under their addresses: those of an edition, and those of the whole site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from digest.publish.editions import Placement, PublishedEdition
from digest.publish.machine import citations
from digest.publish.machine.addresses import Site, permanent
from digest.publish.machine.chosen import Chosen, chosen_items
from digest.publish.machine.entries import editions_feed, items_feed
from digest.publish.machine.feeds import TYPES, feed_files
from digest.publish.machine.schema import Data
from digest.publish.machine.tables import data_files
from digest.taxonomy import Codebook

INDEX = "edition.json"
_TYPES = {
    ".csv": "text/csv; charset=utf-8; header=present",
    ".parquet": "application/vnd.apache.parquet",
    "csv-metadata.json": "application/csvm+json",
    ".json": "application/json",
    ".bib": "application/x-bibtex",
    ".ris": "application/x-research-info-systems",
}
Files = Iterator[tuple[str, bytes]]


def edition_files(site: Site, places: Sequence[Placement], codebook: Codebook) -> Files:
    """The files of an edition in each of its ``places``: paths from the site's root.

    The manifest, its data files, its citations, the feed of its items (a draft has none), and last
    ``edition.json``, which lists the others with their sizes and hashes.
    """
    listed: dict[str, list[dict[str, Any]]] = {place.folder: [] for place in places}
    edition = places[0].edition
    manifest = edition.manifest.canonical()
    sha256 = hashlib.sha256(manifest).hexdigest()
    chosen = chosen_items(edition.manifest, codebook)
    for name, content in _alike(edition, codebook, manifest, chosen):
        about = _listed(name, content)
        for place in places:
            listed[place.folder].append(about)
            yield f"{place.folder}/{name}", content
    for place in places:
        for path, content in _own(site, place, sha256, chosen):
            listed[place.folder].append(_listed(path.removeprefix(f"{place.folder}/"), content))
            yield path, content
        index = _about(place, sha256) | {"files": listed[place.folder]}
        yield f"{place.folder}/{INDEX}", _json(index)


def _alike(
    edition: PublishedEdition, codebook: Codebook, manifest: bytes, chosen: Sequence[Chosen]
) -> Files:
    """Files that are the same wherever the edition stands; paths from its folder."""
    yield "manifest.json", manifest
    for name, content in data_files(Data(edition, codebook)):
        yield f"data/{name}", content
    of_items = [citations.item_reference(one) for one in chosen]
    for ending, write in citations.FORMATS.items():
        yield f"cite/items.{ending}", write(of_items)


def _own(site: Site, place: Placement, sha256: str, chosen: Sequence[Chosen]) -> Files:
    """Files that name addresses, which depend on where they lie; paths from the site's root."""
    for ending, write in citations.FORMATS.items():
        path = f"{place.folder}/cite/edition.{ending}"
        yield path, write([citations.edition_reference(site, place, sha256, path)])
    if place.edition.version:
        yield from feed_files(items_feed(site, place, chosen), site)


def _listed(path: str, content: bytes) -> dict[str, Any]:
    name = path.rpartition("/")[2]
    media = TYPES.get(name) or next(kind for end, kind in _TYPES.items() if name.endswith(end))
    sha256 = hashlib.sha256(content).hexdigest()
    return {"path": path, "type": media, "bytes": len(content), "sha256": sha256}


def _about(place: Placement, sha256: str) -> dict[str, Any]:
    edition = place.edition
    return {
        "edition": edition.manifest.quarter,
        "version": edition.version,
        "published": edition.published or None,
        "sha256": sha256,
        "sample": edition.manifest.sample,
    }


def site_files(site: Site, places: Sequence[Placement], indexes: Mapping[str, bytes]) -> Files:
    """The files of the whole site, from its root: feeds of all versions, and ``latest.json``.

    ``indexes`` has each published version's ``edition.json`` by the version's folder. A site
    without a published version has no such files.
    """
    versions = [place for place in places if place.edition.version and not place.is_first]
    if not versions:
        return
    known = {place.folder: orjson.loads(indexes[place.folder]) for place in versions}
    sha256 = {folder: index["sha256"] for folder, index in known.items()}
    yield from feed_files(editions_feed(site, versions, sha256), site)
    yield "latest.json", _json(_latest(site, versions, known))


def _latest(
    site: Site, versions: Sequence[Placement], known: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """The newest quarter's newest version with its files, then every version, newest first."""
    newest = max(versions, key=lambda place: place.edition.order)
    folder = permanent(newest)
    files = [one | {"url": site.url(folder + one["path"])} for one in known[newest.folder]["files"]]
    ordered = sorted(versions, key=lambda place: place.edition.order, reverse=True)
    return {
        "name": site.name,
        "latest": _entry(site, newest, known) | {"files": files},
        "editions": [_entry(site, place, known) for place in ordered],
    }


def _entry(site: Site, place: Placement, known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    index = {name: value for name, value in known[place.folder].items() if name != "files"}
    return index | {
        "is_latest_of_its_quarter": place.versions[0].version == place.edition.version,
        "url": site.url(permanent(place)),
        "index": site.url(f"{place.folder}/{INDEX}"),
    }


def _json(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
