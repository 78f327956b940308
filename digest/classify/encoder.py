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

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from digest.classify import runtime

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

WINDOW = 254  # tokens, besides the two special ones; the encoder was trained on 256
# In hand at a time, which bounds memory: so many texts, or as many as have so many characters.
BLOCK = 256
BLOCK_CHARACTERS = 1_000_000
PIECE = 250_000  # characters that the tokenizer, which takes some 300 bytes for each, gets at once
SPECIAL_TOKENS = ("[CLS]", "[SEP]", "[PAD]")  # before and after a window, and after the last
LENGTH_STEP = 16  # lengths are padded up to a multiple: few distinct shapes to prepare


Span = tuple[int, int]
T = TypeVar("T")
# A text's tokens, and where in the text each begins; the latter is empty if it was not asked for.
_Tokens = tuple["NDArray[np.int64]", "NDArray[np.int64]"]


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
    """A tokenizer and a graph from one folder; loading takes about a second."""

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self._tokenizer = _tokenizer(folder)
        self._begin, self._end, self._pad = map(self._special, SPECIAL_TOKENS)
        self._requests = runtime.requests(folder, threads)

    def encode(
        self, texts: Iterable[str], parts: Iterable[Sequence[Span]] | None = None
    ) -> Iterator[Encoding]:
        """Encode texts, in order, lazily; every text gets an answer (an empty one too).

        ``parts`` says for each text where its parts begin and end, in order; a token belongs to
        the last part that begins before it.
        """
        wanted = zip(texts, parts, strict=True) if parts is not None else ((t, ()) for t in texts)
        for block in _blocks(wanted, lambda pair: len(pair[0])):
            yield from self._block(block, parts is not None)

    def _special(self, token: str) -> int:
        found = self._tokenizer.token_to_id(token)
        assert found is not None, f"a BERT tokenizer has {token}"
        return found

    def _block(
        self, block: list[tuple[str, Sequence[Span]]], with_parts: bool
    ) -> Iterator[Encoding]:
        read: dict[Span, _Read] = {}
        self._requests.set_callback(
            lambda request, job: read.__setitem__(job[0], _read(request, *job[1:]))
        )
        tokens = self._tokens([text for text, _ in block], with_begins=with_parts)
        try:
            for text, ((ids, begins), (_, spans)) in enumerate(zip(tokens, block, strict=True)):
                owners = _owners(begins, spans) if spans else None
                for window in _windows(len(ids)):
                    own = owners[window] if owners is not None else None
                    job = ((text, window.start), len(ids[window]) + 2, own)
                    self._requests.start_async(self._inputs(ids[window]), job)
        finally:  # Ctrl-C too: a request that is answered while Python ends aborts the process
            self._requests.wait_all()
        for text, ((ids, _), (_, spans)) in enumerate(zip(tokens, block, strict=True)):
            found = [read.pop((text, window.start)) for window in _windows(len(ids))]
            total = np.sum([window.total for window in found], axis=0)
            parts = _parts(found, total, len(spans)) if with_parts else None
            yield Encoding(_unit(total), len(ids), parts)

    def _tokens(self, texts: list[str], *, with_begins: bool) -> list[_Tokens]:
        """Each text's tokens, the special ones left out."""
        found: list[list[_Tokens]] = [[] for _ in texts]
        pieces = ((n, cut) for n, text in enumerate(texts) for cut in _cuts(text))
        # The fast way knows no offsets.
        cut_up = self._tokenizer.encode_batch if with_begins else self._tokenizer.encode_batch_fast
        for some in _blocks(pieces, lambda piece: piece[1].stop - piece[1].start):
            batch = cut_up([texts[n][cut] for n, cut in some], add_special_tokens=False)
            for encoded, (n, cut) in zip(batch, some, strict=True):
                spans = encoded.offsets if with_begins else []
                begins = np.fromiter((begin for begin, _ in spans), np.int64, len(spans))
                found[n].append((np.array(encoded.ids, np.int64), begins + cut.start))
        return [
            (np.concatenate(ids), np.concatenate(at))
            for ids, at in (zip(*own, strict=True) for own in found)
        ]

    def _inputs(self, ids: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
        length = -(-(len(ids) + 2) // LENGTH_STEP) * LENGTH_STEP
        row = np.full((1, length), self._pad, dtype=np.int64)
        row[0, 0], row[0, len(ids) + 1] = self._begin, self._end
        row[0, 1 : len(ids) + 1] = ids
        mask = np.zeros((1, length), dtype=np.int64)
        mask[0, : len(ids) + 2] = 1
        return {"input_ids": row, "attention_mask": mask}


def _blocks(items: Iterable[T], characters: Callable[[T], int]) -> Iterator[list[T]]:
    """Runs of at most ``BLOCK`` items, each ended by the item that makes it too long."""
    block: list[T] = []
    length = 0
    for item in items:
        block.append(item)
        length += characters(item)
        if len(block) == BLOCK or length > BLOCK_CHARACTERS:
            yield block
            block, length = [], 0
    if block:
        yield block


def _cuts(text: str) -> Iterator[slice]:
    """Pieces of a text that end at white space, where no token goes on."""
    begin = 0
    while len(text) - begin > PIECE:
        end = max(text.rfind(space, begin + 1, begin + PIECE) for space in " \n")
        end = end if end > begin else begin + PIECE
        yield slice(begin, end)
        begin = end
    yield slice(begin, len(text))


def _windows(tokens: int) -> list[slice]:
    """As few as can be and all alike, which costs the least; an empty text has one, too."""
    tokens = max(tokens, 1)
    size = -(-tokens // -(-tokens // WINDOW))
    return [slice(i, i + size) for i in range(0, tokens, size)]


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


def _owners(tokens: NDArray[np.int64], spans: Sequence[Span]) -> NDArray[np.int64]:
    """For tokens that begin there the part that each belongs to; never falls along the text."""
    begins = np.array([begin for begin, _ in spans])
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


def _tokenizer(folder: Path) -> Tokenizer:
    """By the library under transformers, whose own import takes longer than all else together."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
