"""What the model made of the texts: vectors, labels, evidence. Keyed by text, not by item: the same
text has the same labels, and a text that changes is labelled anew beside the old."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.quarter import Quarter
from digest.store.database import transaction
from digest.store.ingest import insert
from digest.store.moments import to_store

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pending:
    """A text of the quarter that this model has not labelled yet.

    ``recognised`` is the language that an earlier labelling found, None if there was none.
    """

    text_hash: str
    title: str
    text: str
    declared: str
    recognised: str | None


@dataclass(frozen=True, slots=True)
class MadeBy:
    """Who labels, and when: the maker of every label row."""

    model: str
    codebook: str
    at: datetime


def pending(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, model: str, codebook: str
) -> list[Pending]:
    """The quarter's texts without labels by this model and codebook, in a fixed order."""
    rows = connection.execute(
        """
        SELECT item.text_hash, any_value(title), any_value(text), min(record.language),
               (SELECT min(l.language) FROM labelling l WHERE l.text_hash = item.text_hash)
        FROM item JOIN record ON record_id = lead_record
        WHERE quarter = ? AND item.text_hash NOT IN
              (SELECT text_hash FROM labelling WHERE model = ? AND codebook = ?)
        GROUP BY item.text_hash ORDER BY item.text_hash
        """,
        [str(quarter), model, codebook],
    ).fetchall()
    return [Pending(*row) for row in rows]


def cached_vectors(
    connection: duckdb.DuckDBPyConnection, text_hashes: list[str], encoder: str
) -> dict[str, NDArray[np.float32]]:
    """The vectors that this encoder made before, by text."""
    import pyarrow as pa

    asked = pa.table({"text_hash": text_hashes})  # noqa: F841 - DuckDB reads it by its name
    table = connection.sql(
        "SELECT text_hash, vector FROM embedding SEMI JOIN asked USING (text_hash) "
        f"WHERE encoder = '{encoder}'"
    ).to_arrow_table()
    matrix = np.asarray(table["vector"].combine_chunks().flatten(), np.float32)
    hashes = table["text_hash"].to_pylist()
    return dict(zip(hashes, matrix.reshape(len(hashes), -1), strict=True)) if hashes else {}


def store_labels(
    connection: duckdb.DuckDBPyConnection,
    by: MadeBy,
    labelled: Iterable[dict[str, Any]],
    labels: Iterable[dict[str, Any]],
    embeddings: Iterable[dict[str, Any]],
) -> None:
    """Store one batch, all of it or nothing: the texts' status, their labels, their new vectors."""
    maker = {"model": by.model, "codebook": by.codebook}
    with transaction(connection):
        insert(connection, "embedding", list(embeddings))
        stamp = maker | {"made_at": to_store(by.at)}
        insert(connection, "label", [row | stamp for row in labels])
        insert(connection, "labelling", [row | maker for row in labelled])


def known_evidence(
    connection: duckdb.DuckDBPyConnection, model: str, text_hashes: Iterable[str]
) -> dict[tuple[str, str, str], tuple[str, float]]:
    """The evidence found before in these texts, by (text, scheme, label): sentence and share."""
    rows = connection.execute(
        "SELECT text_hash, scheme, label, sentence, share FROM evidence "
        "WHERE model = ? AND text_hash IN (SELECT unnest(?::VARCHAR[]))",
        [model, list(text_hashes)],
    ).fetchall()
    return {row[:3]: row[3:] for row in rows}


def store_evidence(
    connection: duckdb.DuckDBPyConnection,
    model: str,
    found: dict[tuple[str, str, str], tuple[str, float]],
) -> None:
    """Keep evidence for the next draft."""
    rows = [
        {"text_hash": t, "scheme": s, "label": n, "model": model, "sentence": text, "share": share}
        for (t, s, n), (text, share) in found.items()
    ]
    insert(connection, "evidence", rows)


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """An item of the quarter as the edition needs it; ``labels`` as rows of the table."""

    item_id: str
    kind: str
    published: datetime
    date_inferred: bool
    version: int
    withdrawn: bool
    language: str
    text_hash: str
    sources: tuple[str, ...]
    status: str
    title: str
    url: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    labels: tuple[tuple[str, str, float, float, bool, bool], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that an item once had, with what stands around it in its source's record."""

    item_id: str
    text_hash: str
    title: str
    text: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]


def passages(
    connection: duckdb.DuckDBPyConnection, wanted: Iterable[tuple[str, str]]
) -> dict[str, Passage]:
    """The texts of items as they were when a draft was made, by item.

    ``wanted`` are ids of items with the hashes of their texts. Records are never deleted, so a text
    is there when its item has another one by now, or is another item.
    """
    import pyarrow as pa

    pairs = list(wanted)
    asked = pa.table({  # noqa: F841 - DuckDB reads it by its name
        "item_id": pa.array([item for item, _ in pairs], pa.string()),
        "text_hash": pa.array([text for _, text in pairs], pa.string()),
    })  # fmt: skip
    rows = connection.execute(
        """
        SELECT asked.item_id, asked.text_hash, title, text, authors, categories
        FROM asked JOIN record USING (text_hash)
        LEFT JOIN item_record own USING (record_id)
        LEFT JOIN item ON item.item_id = own.item_id
        QUALIFY row_number() OVER (PARTITION BY asked.item_id ORDER BY
            coalesce(own.item_id = asked.item_id, FALSE) DESC,
            coalesce(record_id = item.lead_record, FALSE) DESC, record_id) = 1
        """
    ).fetchall()
    values: Iterator[Any] = (
        [tuple(value) if isinstance(value, list) else value for value in row] for row in rows
    )
    return {row[0]: Passage(*row) for row in values}


def labels_of_texts(
    connection: duckdb.DuckDBPyConnection, text_hashes: Iterable[str], model: str, codebook: str
) -> dict[str, tuple[tuple[str, str, float, float, bool, bool], ...]]:
    """The labels that a model gave or nearly gave to texts, by text.

    Each is (scheme, label, probability, threshold, assigned, unsure), ordered by scheme and then
    by falling probability.
    """
    rows = connection.execute(
        """
        SELECT text_hash, list((scheme, label, probability, threshold, assigned, unsure)
                               ORDER BY scheme, probability DESC, label)
        FROM label WHERE model = ? AND codebook = ?
                     AND text_hash IN (SELECT unnest(?::VARCHAR[]))
        GROUP BY text_hash
        """,
        [model, codebook, list(text_hashes)],
    ).fetchall()
    return {text_hash: tuple(labels) for text_hash, labels in rows}


def labelled_items(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, model: str, codebook: str
) -> Iterator[LabelledItem]:
    """Every item of the quarter with its labels, ordered by id.

    A label is (scheme, label, probability, threshold, assigned, unsure), ordered by scheme and
    then by falling probability.
    """
    rows = connection.execute(
        """
        WITH own AS (
            SELECT text_hash, list((scheme, label, probability, threshold, assigned, unsure)
                                   ORDER BY scheme, probability DESC, label) AS labels
            FROM label SEMI JOIN (SELECT text_hash FROM item WHERE quarter = ?) USING (text_hash)
            WHERE model = ? AND codebook = ? GROUP BY text_hash)
        SELECT item_id, item.kind, item.published, item.date_inferred, version, item.withdrawn,
               coalesce(nullif(labelling.language, ''), record.language), item.text_hash, sources,
               coalesce(status, 'not labelled'), title, url, authors, categories,
               coalesce(labels, [])
        FROM item JOIN record ON record_id = lead_record
        LEFT JOIN labelling ON labelling.text_hash = item.text_hash
                           AND labelling.model = ? AND labelling.codebook = ?
        LEFT JOIN own ON own.text_hash = item.text_hash
        WHERE quarter = ? ORDER BY item_id
        """,
        [str(quarter), model, codebook, model, codebook, str(quarter)],
    )
    while row := rows.fetchone():
        values: Any = [tuple(value) if isinstance(value, list) else value for value in row]
        yield LabelledItem(*values)
