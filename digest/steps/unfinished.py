"""Unfinished: a harvest that was stopped leaves sources of which the draft has less than they gave.

Such a draft can be looked at, but nobody reviews it or answers for it: the harvest ends first.
"""

from __future__ import annotations

from digest.edition.manifest import Manifest
from digest.errors import InputError, some_of
from digest.store.history import UNFINISHED


def unfinished(manifest: Manifest) -> tuple[str, ...]:
    """The ids of the sources whose harvest was stopped before it was done with them."""
    return tuple(source.id for source in manifest.sources if source.outcome == UNFINISHED)


def unfinished_line(manifest: Manifest) -> str:
    """What a draft lacks, and what to do, in a sentence; it must lack something."""
    found = unfinished(manifest)
    return (
        f"the harvest of {manifest.quarter} was stopped before it was done with {len(found):,} of "
        f"{len(manifest.sources):,} sources ({some_of(found)}): run it again to "
        f"its end (digest run {manifest.quarter})"
    )


def require_finished(manifest: Manifest) -> None:
    """Raises InputError for a draft of a harvest that was stopped."""
    if unfinished(manifest):
        raise InputError(unfinished_line(manifest))
