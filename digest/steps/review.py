"""Review: a draft is frozen when its quarter is over, signed off by people, and then published.

    draft -> freeze (quarter end + look-back) -> sign off (a person, this manifest) -> publish

A frozen draft stays as it is until it is published; what arrives meanwhile waits, and makes a
proposed draft afterwards. A sign-off is for one manifest: it never publishes another one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from digest.config import Clock, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Shelf
from digest.errors import InputError
from digest.events import Event, SignedOff
from digest.quarter import Quarter
from digest.steps import announce
from digest.store.database import transaction, writing
from digest.store.outbox import raise_event
from digest.store.signoffs import SignOff, note_signoff, signoffs


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
        with writing(place.database) as connection:
            announce.frozen(connection, quarter, draft.sha256, clock())
    return frozen


def sign_off(place: Workplace, quarter: Quarter, by: str, note: str, clock: Clock) -> Manifest:
    """Sign the quarter's draft off as it is now; returns its manifest. The caller has the turn.

    Raises:
        InputError: there is no name, or no draft.
    """
    if not by.strip():
        raise InputError("a sign-off needs the name of who answers for it: give --by NAME")
    manifest = _draft(place, quarter)
    signed = SignOff(quarter, manifest.sha256, by.strip(), note.strip(), clock())
    payload = SignedOff(signed.sha256, signed.by, signed.note)
    event = Event(quarter, payload, cause=f"{signed.sha256} {signed.by}")
    with writing(place.database) as connection, transaction(connection):
        note_signoff(connection, signed)
        raise_event(connection, event, signed.at)
    return manifest


def missing_for_publication(place: Workplace, quarter: Quarter) -> str:
    """What the quarter's draft lacks to be published, in a sentence; ``""`` when nothing."""
    manifest = Shelf(place.editions).draft(quarter)
    if manifest is None:
        return f"{quarter} has no draft"
    with writing(place.database) as connection:
        signed = signoffs(connection, quarter)
    if any(s.sha256 == manifest.sha256 for s in signed):
        return ""
    if signed:
        return (
            f"the draft of {quarter} is {manifest.sha256} now, and what {signed[-1].by} signed off "
            f"was {signed[-1].sha256}: review it again (digest sign-off {quarter} --by NAME)"
        )
    return f"nobody has signed the draft of {quarter} off (digest sign-off {quarter} --by NAME)"


def _draft(place: Workplace, quarter: Quarter) -> Manifest:
    manifest = Shelf(place.editions).draft(quarter)
    if manifest is None:
        raise InputError(
            f"{quarter} has no draft to sign off: make one first (digest run {quarter} "
            "--no-publish, or digest serve)"
        )
    return manifest
