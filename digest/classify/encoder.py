"""The encoder: a text becomes the mean of its tokens' states, scaled to unit length.

Each window of a text is inferred by itself, never in a batch with others: on a CPU that is as fast
(tokens fill the cores, not texts; benchmarks/encode.py), wastes nothing on padding, and makes a
vector depend on its text alone. So labels do not depend on what else is in the run, on where it
was killed, or on how it was spread over processes.

A text longer than one window is read whole, in consecutive windows; its vector is the mean over
all its tokens. Of the tokens' states only sums are kept, a sum for each sentence where sentences
are asked for, so that a book costs no more memory than its sentences.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW = 254  # tokens, besides the two special ones; the encoder was trained on 256
# In hand at a time, which bounds memory: so many texts, or as many as have so many characters.
BLOCK = 256
BLOCK_CHARACTERS = 1_000_000
LENGTH_STEP = 16  # lengths are padded up to a multiple: few distinct shapes to prepare


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts of a text add to its vector.

    ``total``: float64 (hidden size,), the sum of all states, which scaled to unit length is the
    text's vector. ``sums``: float64 (parts, hidden size), what each part's tokens add to it;
    ``tokens``: int (parts,), how many these are.
    """

    total: NDArray[np.float64]
    sums: NDArray[np.float64]
    tokens: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the encoder makes of one text.

    ``vector``: float32 (hidden size,), unit length. ``tokens``: how many it read. ``parts``: what
    each part of the text adds, where parts were asked for.
    """

    vector: NDArray[np.float32]
    tokens: int
    parts: Parts | None = None


class Encoder:
    """A tokenizer and a graph from one folder; loading takes about two seconds."""

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self._tokenizer = _tokenizer(folder)
        self._requests = _requests(folder, threads or os.cpu_count() or 1)

    def encode(
        self, texts: Iterable[str], parts: Iterable[Sequence[Span]] | None = None
    ) -> Iterator[Encoding]:
        """Encode texts, in order, lazily; every text gets an answer (an empty one too).

        ``parts`` says for each text where its parts begin and end, in order; a token belongs to
        the last part that begins before it.
        """
        wanted = zip(texts, parts, strict=True) if parts is not None else ((t, ()) for t in texts)
        for block in _blocks(wanted):
            yield from self._block(block, parts is not None)

    def _block(
        self, block: list[tuple[str, Sequence[Span]]], with_parts: bool
    ) -> Iterator[Encoding]:
        batch = self._tokenizer(
            [text for text, _ in block], add_special_tokens=False, return_attention_mask=False,
            return_token_type_ids=False, return_offsets_mapping=with_parts, verbose=False,
        )  # fmt: skip
        read: dict[Span, _Read] = {}
        self._requests.set_callback(
            lambda request, job: read.__setitem__(job[0], _read(request, *job[1:]))
        )
        windows = [_windows(ids) for ids in batch["input_ids"]]
        for text, (pieces, (_, spans)) in enumerate(zip(windows, block, strict=True)):
            owners = _owners(batch["offset_mapping"][text], spans) if spans else None
            for piece, ids in enumerate(pieces):
                own = owners[piece * WINDOW :][: len(ids)] if owners is not None else None
                self._requests.start_async(self._inputs(ids), ((text, piece), len(ids) + 2, own))
        self._requests.wait_all()
        for text, (pieces, (_, spans)) in enumerate(zip(windows, block, strict=True)):
            found = [read.pop((text, piece)) for piece in range(len(pieces))]
            total = np.sum([window.total for window in found], axis=0)
            parts = _parts(found, total, len(spans)) if with_parts else None
            yield Encoding(_unit(total), sum(map(len, pieces)), parts)

    def _inputs(self, ids: list[int]) -> dict[str, NDArray[np.int64]]:
        length = -(-(len(ids) + 2) // LENGTH_STEP) * LENGTH_STEP
        row = np.full((1, length), self._tokenizer.pad_token_id, dtype=np.int64)
        row[0, : len(ids) + 2] = [self._tokenizer.cls_token_id, *ids, self._tokenizer.sep_token_id]
        mask = np.zeros((1, length), dtype=np.int64)
        mask[0, : len(ids) + 2] = 1
        return {"input_ids": row, "attention_mask": mask}


def _windows(ids: list[int]) -> list[list[int]]:
    return [ids[i : i + WINDOW] for i in range(0, len(ids), WINDOW)] or [[]]


def _blocks(
    wanted: Iterable[tuple[str, Sequence[Span]]],
) -> Iterator[list[tuple[str, Sequence[Span]]]]:
    block: list[tuple[str, Sequence[Span]]] = []
    characters = 0
    for text, spans in wanted:
        block.append((text, spans))
        characters += len(text)
        if len(block) == BLOCK or characters > BLOCK_CHARACTERS:
            yield block
            block, characters = [], 0
    if block:
        yield block


@dataclass(frozen=True, slots=True)
class _Read:
    """One window: the sum of its states, and sums over its tokens in ``parts`` (their numbers)."""

    total: NDArray[np.float64]
    parts: NDArray[np.int64]
    sums: NDArray[np.float64]
    tokens: NDArray[np.int64]


def _read(request: Any, length: int, owners: NDArray[np.int64] | None) -> _Read:
    """Add up a window of ``length`` tokens, the two special ones included."""
    states = request.get_output_tensor(0).data[0, :length]
    total = states.sum(axis=0, dtype=np.float64)
    if owners is None or not len(owners):
        nothing = np.zeros(0, np.int64)
        return _Read(total, nothing, np.zeros((0, len(total))), nothing)
    parts, first, tokens = np.unique(owners, return_index=True, return_counts=True)
    return _Read(total, parts, np.add.reduceat(states[1:-1], first, dtype=np.float64), tokens)


def _owners(offsets: list[Span], spans: Sequence[Span]) -> NDArray[np.int64]:
    """For each token the part that it belongs to; never falls, as tokens follow the text."""
    begins = np.array([begin for begin, _ in spans])
    tokens = np.fromiter((begin for begin, _ in offsets), np.int64, len(offsets))
    return np.maximum(np.searchsorted(begins, tokens, side="right") - 1, 0)


def _parts(read: list[_Read], total: NDArray[np.float64], number: int) -> Parts:
    sums = np.zeros((number, len(total)))
    tokens = np.zeros(number, np.int64)
    for window in read:
        sums[window.parts] += window.sums
        tokens[window.parts] += window.tokens
    return Parts(total, sums, tokens)


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
