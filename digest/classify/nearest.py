"""The written exemplars nearest to a text: what the codebook's own examples say about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digest.config import Report
from digest.errors import StorageFull
from digest.items import digest_of
from digest.store.archive import replacing, storage_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.classify.model import Model
    from digest.classify.train.data import Example


@dataclass(frozen=True, slots=True)
class Near:
    """An exemplar and the cosine between its vector and the text's, from -1 to 1."""

    example: Example
    cosine: float


@dataclass(frozen=True, slots=True)
class Exemplars:
    """Exemplars with their vectors, float32 (exemplars, hidden size), of unit length."""

    examples: tuple[Example, ...]
    vectors: NDArray[np.float32]

    def nearest(
        self, vector: NDArray[np.float32], scheme: str, label: str, number: int = 2
    ) -> tuple[Near, ...]:
        """Of the exemplars with a label those most like a text's ``vector``, most like first."""
        rows = [n for n, e in enumerate(self.examples) if label in e.labels.get(scheme, ())]
        cosines = self.vectors[rows] @ vector
        best = np.argsort(-cosines, kind="stable")[:number]
        return tuple(Near(self.examples[rows[n]], round(float(cosines[n]), 4)) for n in best)


def read_exemplars(
    examples: Sequence[Example], model: Model, folder: Path, report: Report
) -> Exemplars:
    """Exemplars with their vectors, from the file in ``folder`` that an earlier call left there.

    The file is named for the encoder and the texts: another encoder or another text makes another
    file. Where there is none, the exemplars are read first, and ``report`` gets a sentence.

    A file that cannot be written is told, and the exemplars are read again next time.
    """
    path = vectors_path(examples, model, folder)
    vectors = _stored(path, len(examples))
    if vectors is None:
        report(f"reading {len(examples):,} written exemplars; this is done once")
        encodings = model.encoder.encode(example.text for example in examples)
        vectors = np.stack([encoding.vector for encoding in encodings])
        try:
            with storage_errors(path), replacing(path) as out:
                np.save(out, vectors)
        except StorageFull as error:
            report(f"{error}; until then the exemplars are read each time")
    return Exemplars(tuple(examples), vectors)


def vectors_path(examples: Sequence[Example], model: Model, folder: Path) -> Path:
    """Where the vectors of these exemplars by this model's encoder are kept."""
    texts = digest_of([example.text for example in examples], prefix="", length=12)
    return folder / f"exemplars-{model.encoder_id}-{texts}.npy"


def _stored(path: Path, number: int) -> NDArray[np.float32] | None:
    """The vectors in the file, None if it is not there or not what was written."""
    try:
        vectors: NDArray[np.float32] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.ndim == 2 and len(vectors) == number else None
