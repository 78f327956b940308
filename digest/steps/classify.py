"""Classify: label the quarter's texts that this model has not labelled yet.

Texts go in batches, each stored as a whole, so a killed run loses at most one batch of work and
nothing else. A text's vector is kept: a new codebook or new heads cost no new encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.classify.heads import NONE
from digest.classify.label import LABELLED, Text, status_of
from digest.config import Clock
from digest.quarter import Quarter
from digest.store import labels as store
from digest.store.labels import MadeBy, Pending

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from digest.classify.model import Model

BATCH = 512


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the labelling is; ``encoded`` counts the texts whose vector was not known."""

    done: int
    total: int
    encoded: int


def classify(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, model: Model, clock: Clock
) -> Iterator[Progress]:
    """Label what is not labelled; yields after each stored batch. Doing it again does nothing."""
    waiting = store.pending(connection, quarter, model.id, model.codebook)
    remaining = iter(waiting)
    done = encoded = 0
    while batch := list(islice(remaining, BATCH)):
        by = MadeBy(model.id, model.codebook, clock())
        encoded += _label(connection, batch, model, by)
        done += len(batch)
        yield Progress(done, len(waiting), encoded)


def _label(
    connection: duckdb.DuckDBPyConnection, batch: list[Pending], model: Model, by: MadeBy
) -> int:
    texts = [Text(p.title, p.text, p.declared) for p in batch]
    known = [_status(p, text, model) for p, text in zip(batch, texts, strict=True)]
    readable = {
        p.text_hash: text
        for p, text, (status, _) in zip(batch, texts, known, strict=True)
        if status == LABELLED
    }
    vectors = store.cached_vectors(connection, list(readable), model.encoder_id)
    missing = [text_hash for text_hash in readable if text_hash not in vectors]
    embeddings = []
    encodings = model.encoder.encode(readable[h].joined for h in missing) if missing else ()
    for text_hash, encoding in zip(missing, encodings, strict=True):
        vectors[text_hash] = encoding.vector
        embeddings.append(
            {"text_hash": text_hash, "encoder": model.encoder_id, "tokens": encoding.tokens,
             "vector": encoding.vector}
        )  # fmt: skip
    statuses = [
        {"text_hash": p.text_hash, "status": status, "language": language}
        for p, (status, language) in zip(batch, known, strict=True)
    ]
    rows = _rows(list(readable), vectors, model)
    store.store_labels(connection, by, statuses, rows, embeddings)
    return len(missing)


def _status(pending: Pending, text: Text, model: Model) -> tuple[str, str]:
    if pending.recognised and pending.recognised in model.languages:
        return LABELLED, pending.recognised
    return status_of(text, model)


def _rows(
    text_hashes: list[str], vectors: dict[str, NDArray[np.float32]], model: Model
) -> list[dict[str, Any]]:
    """Rows for the labels that are assigned or nearly so; the others follow from the vector."""
    if not text_hashes:
        return []
    heads = model.heads
    probabilities = heads.probabilities(np.stack([vectors[h] for h in text_hashes]))
    assigned, unsure = heads.assigned(probabilities), heads.unsure(probabilities)
    return [
        {
            "text_hash": text_hashes[text],
            "scheme": heads.labels[row][0],
            "label": heads.labels[row][1],
            "probability": float(probabilities[text, row]),
            "threshold": round(float(heads.threshold[row]), 4),
            "assigned": bool(assigned[text, row]),
            "unsure": bool(unsure[text, row]),
        }
        for text, row in np.argwhere(assigned | unsure)
        if heads.labels[row][1] != NONE
    ]
