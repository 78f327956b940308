"""Moments to and from the database, whose timestamps are in UTC and do not say so."""

from __future__ import annotations

from datetime import UTC, datetime


def to_store(moment: datetime) -> datetime:
    """An aware moment as it is stored: in UTC, naive."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def from_store(moment: datetime) -> datetime:
    """A stored moment, aware again."""
    return moment.replace(tzinfo=UTC)
