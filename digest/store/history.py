"""What happened: harvests with what became of each source, rejected entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from digest.items import digest_of
from digest.quarter import Quarter
from digest.store.database import transaction
from digest.store.ingest import Counts
from digest.store.moments import from_store, to_store

if TYPE_CHECKING:
    import duckdb

UNLABELLED = "not labelled"  # the status of an item that waits for its labels
ANSWERED, EMPTY, FAILED, NOT_ASKED = "answered", "empty", "failed", "not asked"
UNFINISHED = "unfinished"  # asked by a harvest that was stopped before it was done with the source


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source in one harvest; ``detail`` is the failure in a sentence."""

    source: str
    outcome: str
    detail: str
    counts: Counts

    @property
    def is_complete(self) -> bool:
        """Whether the digest can rely on having this source."""
        return self.outcome == ANSWERED

    @property
    def is_missed(self) -> bool:
        """Whether this source was asked, and gave less than it should have."""
        return self.outcome in {EMPTY, FAILED, UNFINISHED}


def note_begun(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, sources: Iterable[str], now: datetime
) -> None:
    """Remember whom a harvest is going to ask: until it is done with them they are unfinished."""
    detail = "its harvest was stopped before it was done"
    with transaction(connection):
        for source in sources:
            _note(connection, quarter, Outcome(source, UNFINISHED, detail, Counts()), now)


def note_outcome(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, outcome: Outcome, now: datetime
) -> None:
    """Remember what became of a source; earlier harvests stay in the table if they were done."""
    with transaction(connection):
        _note(connection, quarter, outcome, now)


def _note(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, outcome: Outcome, now: datetime
) -> None:
    connection.execute(
        "DELETE FROM harvest WHERE quarter = ? AND source = ? AND outcome = ?",
        [str(quarter), outcome.source, UNFINISHED],
    )
    connection.execute(
        "INSERT INTO harvest VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [str(quarter), outcome.source, to_store(now), outcome.outcome,
         outcome.detail, *astuple(outcome.counts)],
    )  # fmt: skip


def latest_outcomes(connection: duckdb.DuckDBPyConnection, quarter: Quarter) -> dict[str, Outcome]:
    """The last outcome of each source that was asked for a quarter, by source."""
    rows = connection.execute(
        """
        SELECT source, outcome, detail, read, stored, known, out_of_quarter, rejected
        FROM harvest WHERE quarter = ?
        QUALIFY row_number() OVER (PARTITION BY source ORDER BY finished_at DESC, rowid DESC) = 1
        ORDER BY source
        """,
        [str(quarter)],
    ).fetchall()
    return {row[0]: Outcome(row[0], row[1], row[2], Counts(*row[3:])) for row in rows}


def failing_since(connection: duckdb.DuckDBPyConnection, quarter: Quarter, source: str) -> datetime:
    """When a source began to give its last outcome and has not answered since; it has failed."""
    row = connection.execute(
        """
        WITH own AS (SELECT * FROM harvest WHERE quarter = ? AND source = ?)
        SELECT min(finished_at) FROM own WHERE finished_at > coalesce(
            (SELECT max(finished_at) FROM own WHERE outcome = ?), TIMESTAMP '1970-01-01')
        """,
        [str(quarter), source, ANSWERED],
    ).fetchone()
    assert row is not None
    moment: datetime = row[0]
    return from_store(moment)


def state_of(connection: duckdb.DuckDBPyConnection, quarter: Quarter) -> str:
    """A fingerprint of what is stored of a quarter, as far as an edition shows it; labels aside."""
    items = connection.execute(
        "SELECT count(*), bit_xor(hash(item_id, kind, published, date_inferred, withdrawn, "
        "lead_record, text_hash, sources)) FROM item WHERE quarter = ?",
        [str(quarter)],
    ).fetchone()
    outcomes = [
        (o.source, o.outcome, o.detail) for o in latest_outcomes(connection, quarter).values()
    ]
    refused = rejections(connection, quarter)
    records = record_count(connection, quarter)
    return digest_of(items, records, outcomes, refused, prefix="q1-")


def last_harvest(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter | None = None
) -> tuple[Quarter, datetime | None] | None:
    """The quarter harvested last, or the given one, and when its last source was finished: None
    when its harvest was stopped before the first was."""
    row = connection.execute(
        "SELECT quarter, max(finished_at) FILTER (outcome <> ?) FROM harvest "
        "WHERE quarter = coalesce(?, quarter) GROUP BY quarter ORDER BY max(finished_at) DESC",
        [UNFINISHED, quarter and str(quarter)],
    ).fetchone()
    return (Quarter.parse(row[0]), row[1] and from_store(row[1])) if row else None


def is_harvested(connection: duckdb.DuckDBPyConnection, quarter: Quarter) -> bool:
    """Whether a harvest was done with at least one source of the quarter."""
    last = last_harvest(connection, quarter)
    return last is not None and last[1] is not None


def has_answered(connection: duckdb.DuckDBPyConnection, quarter: Quarter, since: datetime) -> bool:
    """Whether any source has answered a harvest of a quarter since a moment."""
    row = connection.execute(
        "SELECT 1 FROM harvest WHERE quarter = ? AND outcome = ? AND finished_at >= ? LIMIT 1",
        [str(quarter), ANSWERED, to_store(since)],
    ).fetchone()
    return row is not None


def rejections(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter
) -> tuple[tuple[str, int], ...]:
    """How many entries were refused in documents asked for a quarter, by reason.

    An entry in several documents of a source counts once; one without an id goes by its place.
    """
    rows = connection.execute(
        "SELECT reason, count(DISTINCT (r.source, external_id, if(external_id = '', position, 0))) "
        "FROM rejection r JOIN document USING (document_id) WHERE quarter = ? "
        "GROUP BY reason ORDER BY reason",
        [str(quarter)],
    ).fetchall()
    return tuple((reason, number) for reason, number in rows)


def documents_read(connection: duckdb.DuckDBPyConnection) -> int:
    """How many times a document was parsed to its end, by whatever parser."""
    row = connection.execute("SELECT count(*) FROM ingest").fetchone()
    assert row is not None
    return int(row[0])


def documents_read_for(connection: duckdb.DuckDBPyConnection, quarter: Quarter) -> set[str]:
    """The ids of the documents that were read for a quarter, by whatever parser, to any end."""
    rows = connection.execute(
        "SELECT document_id FROM ingest WHERE list_contains(string_split(quarters, ' '), ?)",
        [str(quarter)],
    )
    return {document_id for (document_id,) in rows.fetchall()}


def record_count(connection: duckdb.DuckDBPyConnection, quarter: Quarter) -> int:
    """The distinct records behind the quarter's items."""
    row = connection.execute(
        "SELECT count(*) FROM item_record SEMI JOIN (SELECT item_id FROM item WHERE quarter = ?) "
        "USING (item_id)",
        [str(quarter)],
    ).fetchone()
    assert row is not None
    return int(row[0])


def item_counts(connection: duckdb.DuckDBPyConnection, quarter: Quarter) -> dict[str, int]:
    """How many items the quarter has, by kind (paper, news)."""
    rows = connection.execute(
        "SELECT kind, count(*) FROM item WHERE quarter = ? GROUP BY kind", [str(quarter)]
    ).fetchall()
    return dict(rows)


def item_states(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter
) -> dict[str, tuple[str, bool]]:
    """The quarter's items by id: the hash of the text, and whether the item is withdrawn."""
    rows = connection.execute(
        "SELECT item_id, text_hash, withdrawn FROM item WHERE quarter = ?", [str(quarter)]
    )
    return {item_id: (text_hash, withdrawn) for item_id, text_hash, withdrawn in rows.fetchall()}


def waiting(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, model: str, codebook: str
) -> int:
    """How many of the quarter's items have no labelling by a model and codebook."""
    row = connection.execute(
        "SELECT count(*) FROM item WHERE quarter = ? AND text_hash NOT IN "
        "(SELECT text_hash FROM labelling WHERE model = ? AND codebook = ?)",
        [str(quarter), model, codebook],
    ).fetchone()
    assert row is not None
    return int(row[0])


def labelling_counts(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter
) -> dict[tuple[str, str], dict[str, int]]:
    """By model and codebook: how many of the quarter's items are labelled, or why they are not."""
    rows = connection.execute(
        "SELECT model, codebook, status, count(*) FROM item JOIN labelling USING (text_hash) "
        "WHERE quarter = ? GROUP BY ALL ORDER BY ALL",
        [str(quarter)],
    ).fetchall()
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for model, codebook, status, number in rows:
        counts.setdefault((model, codebook), {})[status] = number
    return counts
