"""The encoder: a text becomes the mean of its tokens' states, scaled to unit length.

Each window of a text is inferred by itself, never in a batch with others: on a CPU that is as fast
(tokens fill the cores, not texts; benchmarks/encode.py), wastes nothing on padding, and makes a
vector depend on its text alone. So labels do not depend on what else is in the run, on where it
was killed, or on how it was spread over processes.

A text longer than one window is read whole, in consecutive windows; its vector is the mean over
all its tokens.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW = 254  # tokens, besides the two special ones; the encoder was trained on 256
BLOCK = 256  # texts in hand at a time: bounds memory
LENGTH_STEP = 16  # lengths are padded up to a multiple: few distinct shapes to prepare


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the encoder makes of one text.

    ``vector``: float32 (hidden size,), unit length. ``tokens``: how many it read. With states
    asked for, ``states`` is float32 (tokens, hidden size) and ``spans`` int (tokens, 2), the
    characters of the text that each token covers; else both are None.
    """

    vector: NDArray[np.float32]
    tokens: int
    states: NDArray[np.float32] | None = None
    spans: NDArray[np.int64] | None = None


class Encoder:
    """A tokenizer and a graph from one folder; loading takes about two seconds."""

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self._tokenizer = _tokenizer(folder)
        self._requests = _requests(folder, threads or os.cpu_count() or 1)

    def encode(self, texts: Iterable[str], *, states: bool = False) -> Iterator[Encoding]:
        """Encode texts, in order, lazily; every text gets an answer (an empty one too)."""
        remaining = iter(texts)
        while block := list(islice(remaining, BLOCK)):
            yield from self._block(block, states)

    def _block(self, texts: list[str], states: bool) -> Iterator[Encoding]:
        batch = self._tokenizer(
            texts, add_special_tokens=False, return_offsets_mapping=True,
            return_attention_mask=False, return_token_type_ids=False, verbose=False,
        )  # fmt: skip
        results: dict[tuple[int, int], NDArray[np.float32]] = {}
        self._requests.set_callback(
            lambda request, job: results.__setitem__(job[0], _own_states(request, job[1], states))
        )
        windows = [_windows(ids) for ids in batch["input_ids"]]
        for text, parts in enumerate(windows):
            for part, ids in enumerate(parts):
                self._requests.start_async(self._inputs(ids), ((text, part), len(ids) + 2))
        self._requests.wait_all()
        for text, parts in enumerate(windows):
            read = [results[text, part] for part in range(len(parts))]
            lengths = [len(ids) for ids in parts]
            yield _encoding(read, lengths, batch["offset_mapping"][text] if states else None)

    def _inputs(self, ids: list[int]) -> dict[str, NDArray[np.int64]]:
        length = -(-(len(ids) + 2) // LENGTH_STEP) * LENGTH_STEP
        row = np.full((1, length), self._tokenizer.pad_token_id, dtype=np.int64)
        row[0, : len(ids) + 2] = [self._tokenizer.cls_token_id, *ids, self._tokenizer.sep_token_id]
        mask = np.zeros((1, length), dtype=np.int64)
        mask[0, : len(ids) + 2] = 1
        return {"input_ids": row, "attention_mask": mask}


def _windows(ids: list[int]) -> list[list[int]]:
    return [ids[i : i + WINDOW] for i in range(0, len(ids), WINDOW)] or [[]]


def _own_states(request: Any, length: int, states: bool) -> NDArray[np.float32]:
    """The states of a window's own tokens, or their sum; copied out of the request's buffer."""
    own = request.get_output_tensor(0).data[0, :length]
    result: NDArray[np.float32] = own.copy() if states else own.sum(axis=0, dtype=np.float64)
    return result


def _encoding(
    read: list[NDArray[Any]], lengths: list[int], offsets: list[tuple[int, int]] | None
) -> Encoding:
    tokens = sum(lengths)
    if offsets is None:
        return Encoding(_unit(np.sum(read, axis=0)), tokens)
    total = np.sum([states.sum(axis=0, dtype=np.float64) for states in read], axis=0)
    inner = np.concatenate([states[1:-1] for states in read])
    return Encoding(_unit(total), tokens, inner, np.asarray(offsets, np.int64).reshape(-1, 2))


def _unit(total: NDArray[np.float64]) -> NDArray[np.float32]:
    return (total / np.linalg.norm(total)).astype(np.float32)


def _tokenizer(folder: Path) -> Any:
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
    import transformers

    transformers.logging.set_verbosity_error()
    return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)


def _requests(folder: Path, threads: int) -> Any:
    import openvino as ov

    core = ov.Core()
    settings = {
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": str(threads),
        "INFERENCE_NUM_THREADS": str(threads),
        # Without this, processors with bfloat16 would compute other numbers than those without.
        "INFERENCE_PRECISION_HINT": "f32",
    }
    compiled = core.compile_model(core.read_model(folder / "encoder.xml"), "CPU", settings)
    return ov.AsyncInferQueue(compiled, 2 * threads)
