"""Moments in the database: in UTC, wherever whoever tells them is."""

from __future__ import annotations

from datetime import timedelta, timezone

from digest.config import Workplace
from digest.store.database import writing
from digest.store.labels import MadeBy, store_labels
from digest.store.moments import from_store, to_store
from tests.examples import NOON

NAIROBI = timezone(timedelta(hours=3))


def test_a_moment_comes_back_as_the_same_moment() -> None:
    assert from_store(to_store(NOON.astimezone(NAIROBI))) == NOON


def test_labels_are_stamped_in_utc_too(place: Workplace) -> None:
    row = {
        "text_hash": "t1-a", "scheme": "sdg", "label": "3", "probability": 0.9, "threshold": 0.5,
        "assigned": True, "unsure": False,
    }  # fmt: skip
    with writing(place.database) as connection:
        store_labels(connection, MadeBy("m", "c", NOON.astimezone(NAIROBI)), [], [row], [])
        (found,) = connection.execute("SELECT made_at FROM label").fetchall()
    assert from_store(found[0]) == NOON
