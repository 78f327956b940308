"""Who signed which manifest off, and when: one row each time, never altered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from digest.quarter import Quarter
from digest.store.moments import from_store, to_store

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class SignOff:
    """That a person answers for a manifest, known by its sha256."""

    quarter: Quarter
    sha256: str
    by: str
    note: str
    at: datetime


def note_signoff(connection: duckdb.DuckDBPyConnection, signed: SignOff) -> None:
    """Remember a sign-off."""
    connection.execute(
        "INSERT OR IGNORE INTO signoff VALUES (?, ?, ?, ?, ?)",
        [str(signed.quarter), signed.sha256, signed.by, signed.note,
         to_store(signed.at)],
    )  # fmt: skip


def signoffs(connection: duckdb.DuckDBPyConnection, quarter: Quarter) -> list[SignOff]:
    """The sign-offs of a quarter's manifests, oldest first."""
    rows = connection.execute(
        "SELECT sha256, signed_by, note, signed_at FROM signoff WHERE quarter = ? "
        "ORDER BY signed_at, signed_by",
        [str(quarter)],
    ).fetchall()
    return [SignOff(quarter, sha, by, note, from_store(at)) for sha, by, note, at in rows]
