"""Classify: label the quarter's texts that this model has not labelled yet.

Texts go in batches, each stored as a whole, so a killed run loses at most the batches under way
and nothing else. A text's vector is kept: a new codebook or new heads cost no new encoding. Who
reads the texts is the caller's choice (``executor``); labels are decided and stored here, batch
after batch in a fixed order, so that the choice changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.classify.heads import NONE
from digest.classify.shards import Executor, Reading, Shard, ToRead, in_this_process
from digest.config import Clock
from digest.events import CLASSIFY
from digest.items import LABELLED
from digest.quarter import Quarter
from digest.steps import announce
from digest.store import labels as store
from digest.store.labels import MadeBy, Pending

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from digest.classify.model import Model

BATCH = 256  # enough to keep a core busy for seconds; storing one costs some 40 ms
Vectors = dict[str, "NDArray[np.float32]"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the labelling is; ``encoded`` counts the texts whose vector was not known."""

    done: int
    total: int
    encoded: int


def classify(
    connection: duckdb.DuckDBPyConnection,
    quarter: Quarter,
    model: Model,
    clock: Clock,
    executor: Executor | None = None,
) -> Iterator[Progress]:
    """Label what is not labelled; yields after each stored batch. Doing it again does nothing.

    ``executor`` reads the texts, in this process unless told otherwise.
    """
    asked = announce.asked_of(connection, CLASSIFY, quarter)
    waiting = store.pending(connection, quarter, model.id, model.codebook)
    vectors_of: deque[Vectors] = deque()  # for each batch handed out and not yet stored
    shards = _shards(connection, waiting, model, vectors_of)
    done = encoded = 0
    for readings in (executor or in_this_process(model))(shards):
        by = MadeBy(model.id, model.codebook, clock())
        encoded += _store(connection, readings, vectors_of.popleft(), model, by)
        done += len(readings)
        yield Progress(done, len(waiting), encoded)
    by = MadeBy(model.id, model.codebook, clock())
    announce.labelled(connection, quarter, by, done, asked)


def _shards(
    connection: duckdb.DuckDBPyConnection,
    waiting: list[Pending],
    model: Model,
    vectors_of: deque[Vectors],
) -> Iterator[Shard]:
    """Batches of texts to read; what is known of their vectors already goes to ``vectors_of``."""
    remaining = iter(waiting)
    while batch := list(islice(remaining, BATCH)):
        hashes = [p.text_hash for p in batch]
        known = store.cached_vectors(connection, hashes, model.encoder_id)
        vectors_of.append(known)
        yield [_to_read(p, has_vector=p.text_hash in known) for p in batch]


def _to_read(pending: Pending, *, has_vector: bool) -> ToRead:
    p = pending
    return ToRead(p.text_hash, p.title, p.text, p.declared, p.recognised or "", has_vector)


def _store(
    connection: duckdb.DuckDBPyConnection,
    readings: Sequence[Reading],
    vectors: Vectors,
    model: Model,
    by: MadeBy,
) -> int:
    """Decide the labels of a batch and store all of it; how many vectors are new."""
    embeddings = [
        {"text_hash": r.text_hash, "encoder": model.encoder_id, "tokens": r.tokens,
         "vector": r.vector}
        for r in readings if r.vector is not None
    ]  # fmt: skip
    vectors |= {r.text_hash: r.vector for r in readings if r.vector is not None}
    statuses = [
        {"text_hash": r.text_hash, "status": r.status, "language": r.language} for r in readings
    ]
    rows = _rows([r.text_hash for r in readings if r.status == LABELLED], vectors, model)
    store.store_labels(connection, by, statuses, rows, embeddings)
    return len(embeddings)


def _rows(text_hashes: list[str], vectors: Vectors, model: Model) -> list[dict[str, Any]]:
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
