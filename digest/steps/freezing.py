"""Freezing: when a quarter and its look-back are over, its draft takes no more items by itself.

    draft -> freeze (quarter end + look-back) -> review -> sign off -> publish

What arrives meanwhile waits, and makes a proposed draft afterwards, or comes late into the review.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from digest.config import Clock, Workplace
from digest.edition.shelf import Shelf
from digest.quarter import Quarter
from digest.steps import announce
from digest.store.database import writing


def look_back_ends(quarter: Quarter, days: int) -> datetime:
    """When late arrivals have had their time and the draft can be frozen."""
    return quarter.end + timedelta(days=days)


def harvested_now(now: datetime, look_back_days: int) -> list[Quarter]:
    """The quarters that a harvest asks for: the current one, and the last until its look-back."""
    current = Quarter.of(now)
    last = current.previous()
    return [last, current] if now < look_back_ends(last, look_back_days) else [current]


def freeze(place: Workplace, look_back_days: int, clock: Clock) -> list[Quarter]:
    """Freeze the drafts whose look-back is over and of which nothing is published yet.

    Returns the quarters that are frozen by now. The caller has the turn.
    """
    shelf = Shelf(place.editions)
    frozen = [
        quarter for quarter in shelf.drafts()
        if not shelf.editions(quarter) and look_back_ends(quarter, look_back_days) <= clock()
    ]  # fmt: skip
    for quarter in frozen:
        draft = shelf.draft(quarter)
        assert draft is not None
        if not shelf.is_frozen(quarter):
            shelf.freeze(draft, clock())
        if not place.packet(quarter).exists():  # under review the draft moves, and that is no news
            with writing(place.database) as connection:
                announce.frozen(connection, quarter, draft.sha256, clock())
    return frozen
