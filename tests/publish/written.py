"""The pages of an edition, before MkDocs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from digest.edition.manifest import Manifest
from digest.publish import PublishedEdition, write_pages
from digest.taxonomy import Codebook
from tests.publish.invented_edition import codebook, placements, published

Write = Callable[[PublishedEdition], dict[str, str]]


def written_in(
    edition: PublishedEdition, folder: Path, book: Codebook | None = None
) -> dict[str, str]:
    """The pages written into a folder, by name."""
    place = next(placements([edition]))
    sha256 = edition.manifest.sha256
    paths = write_pages(place, book or codebook(), folder, draft=False, sha256=sha256)
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in paths}


def written(edition: Manifest, folder: Path) -> dict[str, str]:
    """The pages of an edition that was published once."""
    return written_in(published(edition), folder)
