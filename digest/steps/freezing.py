"""Freezing: when a quarter and its look-back are over, its draft takes no more items by itself.

    draft -> freeze (quarter end + look-back) -> review -> sign off -> publish

What arrives meanwhile waits, and makes a proposed draft afterwards, or comes late into the review.
What should have arrived before is asked for first: the machine may have been off at the time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from digest.config import Clock, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Shelf
from digest.quarter import Quarter
from digest.steps import announce
from digest.steps.unfinished import unfinished
from digest.store import history
from digest.store.database import writing

if TYPE_CHECKING:
    import duckdb


def look_back_ends(quarter: Quarter, days: int) -> datetime:
    """When late arrivals have had their time and the draft can be frozen."""
    return quarter.end + timedelta(days=days)


def harvested_now(now: datetime, look_back_days: int) -> list[Quarter]:
    """The quarters that a harvest asks for: the current one, and the last until its look-back."""
    current = Quarter.of(now)
    last = current.previous()
    return [last, current] if now < look_back_ends(last, look_back_days) else [current]


class Stage(Enum):
    """How far a quarter's draft is on its way to review."""

    OPEN = "it has no draft, its look-back is not over, or it is published"
    UNHARVESTED = "what its sources gave at its end is not in it: they are asked first"
    FROZEN = "it waits for review as it is"


def freeze(place: Workplace, quarter: Quarter, look_back_days: int, clock: Clock) -> Stage:
    """Freeze a quarter's draft if its look-back is over and nothing of it is published yet.

    A draft that was not harvested to the quarter's end is not frozen: a harvest is announced, again
    every time until one of its sources has answered. The caller has the turn.

    Raises:
        StoreCorrupt: the draft, or a note beside it, cannot be read.
    """
    shelf = Shelf(place.editions)
    is_over = look_back_ends(quarter, look_back_days) <= clock()
    draft = shelf.draft(quarter) if is_over and not shelf.editions(quarter) else None
    if draft is None:
        return Stage.OPEN
    reviewed = place.packet(quarter).exists()
    with writing(place.database) as connection:
        if not shelf.is_frozen(quarter):
            if not reviewed and not _is_whole(connection, draft):
                announce.due(connection, quarter, "freeze", clock())
                return Stage.UNHARVESTED
            shelf.freeze(draft, clock())
        if not reviewed:  # under review the draft moves, and that is no news
            announce.frozen(connection, quarter, draft.sha256, clock())
    return Stage.FROZEN


def _is_whole(connection: duckdb.DuckDBPyConnection, draft: Manifest) -> bool:
    """Whether its sources were asked when the quarter was over, and to the end of the harvest."""
    quarter = Quarter.parse(draft.quarter)
    return not unfinished(draft) and history.has_answered(connection, quarter, quarter.end)
