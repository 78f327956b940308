"""Shards: texts that are read together, here or in another process, and what reading them gives.

    texts -> shard of texts (Parquet) -> a worker -> shard of readings (Parquet) -> the one writer

Reading is what costs: recognising the language and encoding. It needs the texts and the model and
nothing else, so it can happen anywhere; what labels follow is decided by the writer, from vectors.
A reading depends on its text alone, so it does not matter who reads which texts, or how often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digest import __version__
from digest.classify.label import Text, status_of
from digest.items import LABELLED, digest_of
from digest.store.archive import replacing, storage_errors

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from digest.classify.model import Model

# A short text, a usual one, and one of several windows, with numbers and signs in them.
_SPECIMEN = (
    "In 2026, 41 % of the villages (n=1,204) had no safe water; the model's error was ±0.3. "
)
_SPECIMENS = (1, 10, 40)


@dataclass(frozen=True, slots=True)
class ToRead:
    """A text that waits to be read.

    ``declared`` is the language that its source declares, ``recognised`` the one that an earlier
    reading found, or ``""``. ``has_vector``: the encoder has read it before, and need not again.
    """

    text_hash: str
    title: str
    body: str
    declared: str
    recognised: str
    has_vector: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a text gives: whether it can be labelled, and its language.

    ``vector``, float32 (hidden size,) of unit length, of ``tokens`` tokens; None where the model
    cannot read the text, or has read it before.
    """

    text_hash: str
    status: str
    language: str
    tokens: int
    vector: NDArray[np.float32] | None


Shard = Sequence[ToRead]
# Reads shards, wherever; the answers come in the order of the shards, each with all its texts.
Executor = Callable[[Iterator[Shard]], Iterator[list[Reading]]]


def in_this_process(model: Model) -> Executor:
    """Reads each shard when its answer is asked for; the encoder is loaded when it is needed."""
    return lambda shards: (read(shard, model) for shard in shards)


def read(shard: Shard, model: Model) -> list[Reading]:
    """Recognise the texts' languages and encode those that the model can read, in order."""
    texts = [Text(waiting.title, waiting.body, waiting.declared) for waiting in shard]
    known = [_status(w, text, model) for w, text in zip(shard, texts, strict=True)]
    wanted = [
        text.joined for waiting, text, (status, _) in zip(shard, texts, known, strict=True)
        if status == LABELLED and not waiting.has_vector
    ]  # fmt: skip
    encodings = model.encoder.encode(wanted) if wanted else iter(())
    readings = []
    for waiting, (status, language) in zip(shard, known, strict=True):
        encoding = next(encodings) if status == LABELLED and not waiting.has_vector else None
        tokens, vector = (encoding.tokens, encoding.vector) if encoding else (0, None)
        readings.append(Reading(waiting.text_hash, status, language, tokens, vector))
    return readings


def _status(waiting: ToRead, text: Text, model: Model) -> tuple[str, str]:
    if waiting.recognised in model.languages:
        return LABELLED, waiting.recognised
    return status_of(text, model)


def shard_name(shard: Shard, reader: str) -> str:
    """Names a shard by all that its readings depend on: its texts, and who reads them."""
    texts = [list(map(str, astuple(waiting))) for waiting in shard]
    return digest_of(reader, texts, prefix="s1-", length=24)


def keep_texts(path: Path, shard: Shard) -> None:
    """Write a shard for a worker.

    Raises:
        StorageFull: it cannot be written.
    """
    import pyarrow as pa

    columns = {f.name: [getattr(w, f.name) for w in shard] for f in fields(ToRead)}
    _keep(path, pa.table(columns))


def kept_texts(path: Path) -> list[ToRead]:
    """A shard as ``keep_texts`` wrote it.

    Raises:
        OSError: the file is not there, or not whole.
    """
    return [ToRead(**row) for row in _kept(path).to_pylist()]


def keep_readings(path: Path, readings: Sequence[Reading]) -> None:
    """Write what a worker read; the file appears whole or not at all.

    Raises:
        StorageFull: it cannot be written.
    """
    import pyarrow as pa

    vectors = [None if r.vector is None else r.vector.tolist() for r in readings]
    columns = {
        name: [getattr(r, name) for r in readings]
        for name in ("text_hash", "status", "language", "tokens")
    }
    _keep(path, pa.table(columns | {"vector": pa.array(vectors, pa.list_(pa.float32()))}))


def kept_readings(path: Path) -> list[Reading]:
    """Readings as ``keep_readings`` wrote them, to the last bit.

    Raises:
        OSError: the file is not there, or not whole.
    """
    return [
        Reading(**row | {"vector": None if vector is None else np.array(vector, np.float32)})
        for row in _kept(path).to_pylist()
        for vector in [row["vector"]]
    ]


def _keep(path: Path, table: pa.Table) -> None:
    import pyarrow.parquet as pq

    with storage_errors(path), replacing(path) as out:
        pq.write_table(table, out, compression="zstd")


def _kept(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path, partitioning=None)
    except pa.ArrowInvalid as error:  # a file that a failing disk cut off
        raise OSError(f"{path} is not whole: {error}") from None


def fingerprint(model: Model) -> str:
    """Two processes with the same fingerprint read every text alike, to the last bit.

    Made of this program's version, of the model, and of what its encoder makes of a few texts: a
    processor of another kind may add up in another order.
    """
    texts = [_SPECIMEN * times for times in _SPECIMENS]
    vectors = [encoding.vector.tobytes().hex() for encoding in model.encoder.encode(texts)]
    about = (__version__, model.encoder_id, sorted(model.languages))
    return digest_of(*about, *vectors, prefix="f1-", length=24)
