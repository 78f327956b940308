"""Publish: a draft becomes the quarter's next version, and the public site shows it.

A manifest that is published already is not published again; a site that shows the same editions,
built from the same templates, is not built again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.classify.evaluate.report import CAVEAT, EVALUATION, report, with_intervals
from digest.config import Clock, Workplace
from digest.edition.difference import difference
from digest.edition.manifest import Manifest
from digest.edition.shelf import Basis, Edition, Shelf
from digest.errors import InputError
from digest.events import PUBLISH
from digest.items import digest_of
from digest.publish import Listed, PublishedEdition, build_site
from digest.publish.parts import templates
from digest.quarter import Quarter
from digest.steps import announce
from digest.steps.signing import missing_for_publication
from digest.store.archive import replacing, storage_errors
from digest.store.database import writing
from digest.taxonomy import load

if TYPE_CHECKING:
    from digest.taxonomy import Codebook

STAMP = "build.txt"


@dataclass(frozen=True, slots=True)
class Published:
    """The outcome: the quarter's edition, whether it is new, and where the site is."""

    edition: Edition
    is_new: bool
    site: Path


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
    if is_new:
        basis = Basis(codebook, _tests(shelf, manifest, place.model_in_use))
        edition = shelf.publish(manifest, clock(), basis)
    else:
        edition = editions[-1]
    _build(place.public, _on_site(shelf, place.model_in_use), codebook, draft=False)
    return Published(edition, is_new, place.public)


def publish_signed(place: Workplace, quarter: Quarter, clock: Clock) -> Published:
    """Publish the quarter's draft, which somebody signed off, and tell the rest of the house.

    Raises:
        InputError: the draft cannot be published yet; says what it lacks.
    """
    if missing := missing_for_publication(place, quarter, clock()):
        raise InputError(f"not published: {missing}")
    return publish_and_tell(place, quarter, clock)


def publish_and_tell(place: Workplace, quarter: Quarter, clock: Clock) -> Published:
    """Publish the quarter's draft, and note that this is what its sign-off asked for."""
    with writing(place.database) as connection:
        asked = announce.asked_of(connection, PUBLISH, quarter)
    published = publish(place, quarter, load(), clock)
    with writing(place.database) as connection:
        announce.published(connection, published.edition, asked, clock())
    return published


def build_draft(place: Workplace, manifest: Manifest, codebook: Codebook) -> Path:
    """Build the site of a draft, for the panel; returns its folder.

    What the test of its model found is kept: another may be trained before it is published.
    """
    if tests := report(manifest.model, place.model_in_use):
        Shelf(place.editions).keep_tests(Quarter.parse(manifest.quarter), tests)
    site = place.drafts / manifest.quarter
    return _build(site, [_as_draft(place, manifest)], codebook, draft=True)


def draft_is_built(place: Workplace, manifest: Manifest, codebook: Codebook) -> bool:
    """Whether the draft's site shows this manifest, in today's templates."""
    out = place.drafts / manifest.quarter
    return _is_built(out, _stamp([_as_draft(place, manifest)], codebook))


def _as_draft(place: Workplace, manifest: Manifest) -> Listed:
    shelf = Shelf(place.editions)
    editions = shelf.editions(Quarter.parse(manifest.quarter))
    before = shelf.manifest(editions[-1]) if editions else None
    changes = difference(before, manifest) if before else None
    tests = _tests(shelf, manifest, place.model_in_use)
    proposed = shelf.proposal(Quarter.parse(manifest.quarter))
    return Listed.of(PublishedEdition(manifest, None, "", changes, tests, proposed))


def _tests(shelf: Shelf, manifest: Manifest, model: Path) -> dict[str, Any] | None:
    """What the test of an unpublished manifest's model found: in its folder, or as it was kept."""
    quarter = Quarter.parse(manifest.quarter)
    return report(manifest.model, model) or _kept(shelf.tests(quarter, manifest.model))


def _kept(tests: dict[str, Any] | None) -> dict[str, Any] | None:
    """Results of a test as they were kept, perhaps by an earlier version."""
    return tests and with_intervals(tests)


def _on_site(shelf: Shelf, model: Path) -> list[Listed]:
    """What the shelf has, not read yet: most of it stands on the site as it is."""
    shown: list[Listed] = []
    before: Edition | None = None
    for edition in shelf.editions():
        if before and before.quarter != edition.quarter:
            before = None
        shown.append(_listed(shelf, edition, before, model))
        before = edition
    return shown


def _listed(shelf: Shelf, edition: Edition, before: Edition | None, model: Path) -> Listed:
    day = edition.published_at.date().isoformat()
    why = str(edition.correction) if edition.correction else ""
    rests_on = edition.basis or _today(model)
    made_of = edition.sha256, before.sha256 if before else "", rests_on, why

    def load() -> PublishedEdition:
        manifest = shelf.manifest(edition)
        changes = difference(shelf.manifest(before), manifest) if before else None
        basis = shelf.basis(edition)
        results = _kept(basis.tests) if basis else report(manifest.model, model)
        codebook = basis.codebook if basis else None
        return PublishedEdition(
            manifest, edition.version, day, changes, results, edition.correction, codebook
        )

    identity = digest_of(*made_of, prefix="e1-")
    has_words = bool(edition.basis)
    return Listed(str(edition.quarter), edition.version, day, identity, load, has_words)


def _today(model: Path) -> str:
    """What the pages of a version rest on with which nothing was kept."""
    found = (path.read_bytes() for name in (EVALUATION, CAVEAT) if (path := model / name).exists())
    content = b"".join(found)
    return hashlib.sha256(content).hexdigest() if content else ""


def _build(out: Path, editions: list[Listed], codebook: Codebook, *, draft: bool) -> Path:
    stamp_path, stamp = _stamp_path(out), _stamp(editions, codebook)
    if _is_built(out, stamp):
        return out
    stamp_path.unlink(missing_ok=True)
    build_site(
        editions, codebook, out, draft=draft,
        scratch=out.with_name(f".{out.name}.building"), parts=out.with_name(f"{out.name}.parts"),
    )  # fmt: skip
    with storage_errors(stamp_path), replacing(stamp_path) as file:
        file.write(stamp.encode())
    return out


def _is_built(out: Path, stamp: str) -> bool:
    path = _stamp_path(out)
    return out.is_dir() and path.exists() and path.read_text("utf-8") == stamp


def _stamp_path(out: Path) -> Path:
    return out.with_name(f"{out.name}.{STAMP}")


def _stamp(editions: list[Listed], codebook: Codebook) -> str:
    """Identity of all that a site is made from."""
    shown = [(e.quarter, e.version, e.published, e.identity) for e in editions]
    return digest_of(shown, codebook.version, templates(), prefix="b1-")
