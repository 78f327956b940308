"""Brief: alarms about a quarter become signals, and each signal a drafted brief for the panel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from digest.config import Workplace
from digest.edition.alarms import alarms
from digest.edition.brief import Brief, brief
from digest.edition.shelf import Shelf
from digest.events import BRIEF, BriefReady, Event
from digest.publish.briefs import build_briefs
from digest.quarter import Quarter
from digest.store.archive import replacing, storage_errors
from digest.store.database import transaction
from digest.store.outbox import note_handled, raise_event

if TYPE_CHECKING:
    import duckdb

    from digest.taxonomy import Codebook


@dataclass(frozen=True, slots=True)
class Briefed:
    """The briefs of a quarter as they are now, those among them that are new, and their site."""

    briefs: tuple[Brief, ...]
    new: tuple[Brief, ...]
    site: Path


def draft_briefs(place: Workplace, quarter: Quarter, codebook: Codebook) -> Briefed:
    """Draft a brief for every alarm about the quarter's draft, and build the site of all briefs.

    A brief that was drafted once stays, whatever later runs make of its alarm; one whose items
    changed is drafted anew.
    """
    manifest = Shelf(place.editions).draft(quarter)
    found = [brief(manifest, alarm) for alarm in alarms(manifest)] if manifest else []
    kept = {one.slug: one for one in _read(place.briefs)}
    new = tuple(one for one in found if kept.get(one.slug) != one)
    kept |= {one.slug: one for one in found}
    all_of_them = tuple(one for _, one in sorted(kept.items()))
    site = place.drafts / "briefs"
    if new or (all_of_them and not site.exists()):
        build_briefs(all_of_them, codebook, site)
    for one in new:  # last: what is kept is on the site, also after a run that was killed
        _keep(place.briefs / f"{one.slug}.json", one)
    return Briefed(tuple(b for b in all_of_them if b.quarter == str(quarter)), new, site)


def briefed(
    connection: duckdb.DuckDBPyConnection,
    quarter: Quarter,
    briefs: Sequence[Brief],
    asked: Sequence[str],
    now: datetime,
) -> None:
    """Tell that briefs are drafted, of each once, and that what ``asked`` for them is done."""
    with transaction(connection):
        for one in briefs:
            payload = BriefReady(one.signal, one.sha256)
            raise_event(connection, Event(quarter, payload, one.sha256, one.signal), now)
        note_handled(connection, BRIEF, asked, now)


def _keep(path: Path, one: Brief) -> None:
    with storage_errors(path), replacing(path) as out:
        out.write(one.canonical())


def _read(folder: Path) -> Iterator[Brief]:
    reader = TypeAdapter(Brief)
    for path in sorted(folder.glob("*.json")):
        yield reader.validate_json(path.read_bytes())
