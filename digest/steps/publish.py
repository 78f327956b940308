"""Publish: a draft becomes the quarter's next version, and the public site shows it.

A manifest that is published already is not published again; a site that shows the same editions,
built from the same templates, is not built again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digest.classify.evaluate.report import report
from digest.config import Clock, Workplace
from digest.edition.manifest import Changes, Manifest, compare
from digest.edition.shelf import Edition, Shelf
from digest.errors import InputError
from digest.items import digest_of
from digest.publish import PublishedEdition, build_site
from digest.quarter import Quarter
from digest.store.archive import replacing, storage_errors

if TYPE_CHECKING:
    from digest.taxonomy import Codebook

STAMP = "build.txt"
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Published:
    """The outcome: the quarter's edition, whether it is new, and where the site is."""

    edition: Edition
    is_new: bool
    site: Path


def changes_since_published(place: Workplace, manifest: Manifest) -> Changes | None:
    """What a draft would change on the site; None when nothing of the quarter is published."""
    shelf = Shelf(place.editions)
    editions = shelf.editions(Quarter.parse(manifest.quarter))
    return compare(shelf.manifest(editions[-1]), manifest) if editions else None


def publish(place: Workplace, quarter: Quarter, codebook: Codebook, clock: Clock) -> Published:
    """Publish the quarter's draft and bring the public site up to date.

    Raises:
        InputError: the quarter has no draft.
    """
    shelf = Shelf(place.editions)
    manifest = shelf.draft(quarter)
    if manifest is None:
        raise InputError(
            f"{quarter} has no draft to publish: make one first (digest run {quarter})"
        )
    editions = shelf.editions(quarter)
    is_new = not editions or editions[-1].sha256 != manifest.sha256
    edition = shelf.publish(manifest, clock()) if is_new else editions[-1]
    _build(place.public, _on_site(shelf, place.model_in_use), codebook, draft=False)
    return Published(edition, is_new, place.public)


def build_draft(place: Workplace, manifest: Manifest, codebook: Codebook) -> Path:
    """Build the site of a draft, for the panel; returns its folder."""
    site = place.drafts / manifest.quarter
    return _build(site, [_as_draft(place, manifest)], codebook, draft=True)


def draft_is_built(place: Workplace, manifest: Manifest, codebook: Codebook) -> bool:
    """Whether the draft's site shows this manifest, in today's templates."""
    out = place.drafts / manifest.quarter
    return _is_built(out, _stamp([_as_draft(place, manifest)], codebook))


def _as_draft(place: Workplace, manifest: Manifest) -> PublishedEdition:
    changes = changes_since_published(place, manifest)
    tests = report(manifest.model, place.model_in_use)
    return PublishedEdition(manifest, None, "", changes, tests)


def _on_site(shelf: Shelf, model: Path) -> list[PublishedEdition]:
    shown: list[PublishedEdition] = []
    for edition in shelf.editions():
        manifest = shelf.manifest(edition)
        before = shown[-1].manifest if shown and shown[-1].quarter == edition.quarter else None
        changes = compare(before, manifest) if before else None
        day = edition.published_at.date().isoformat()
        tests = report(manifest.model, model)
        shown.append(PublishedEdition(manifest, edition.version, day, changes, tests))
    return shown


def _build(out: Path, editions: list[PublishedEdition], codebook: Codebook, *, draft: bool) -> Path:
    stamp_path, stamp = _stamp_path(out), _stamp(editions, codebook)
    if _is_built(out, stamp):
        return out
    stamp_path.unlink(missing_ok=True)
    build_site(editions, codebook, out, draft=draft, scratch=out.with_name(f".{out.name}.building"))
    with storage_errors(stamp_path), replacing(stamp_path) as file:
        file.write(stamp.encode())
    return out


def _is_built(out: Path, stamp: str) -> bool:
    path = _stamp_path(out)
    return out.is_dir() and path.exists() and path.read_text("utf-8") == stamp


def _stamp_path(out: Path) -> Path:
    return out.with_name(f"{out.name}.{STAMP}")


def _stamp(editions: list[PublishedEdition], codebook: Codebook) -> str:
    """Identity of all that a site is made from.

    Editions, codebook, the model's test results, and every template and page.
    """
    shown = [
        (e.manifest.sha256, e.version, e.published, str(e.changes), e.report) for e in editions
    ]
    parts = [Path(__file__).parents[1] / "publish", REPOSITORY / "site", REPOSITORY / "mkdocs.yml"]
    files = [file for part in parts for file in ([part] if part.is_file() else part.rglob("*"))]
    made_of = hashlib.sha256()
    for file in sorted(f for f in files if f.is_file() and "__pycache__" not in f.parts):
        made_of.update(file.name.encode() + file.read_bytes())
    return digest_of(shown, codebook.version, made_of.hexdigest(), prefix="b1-")
