"""Lines of a stream, as they come: a caller who sends one and waits is not kept waiting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

CHUNK = 1 << 20


class Stream(Protocol):
    """A binary stream that gives what it has, and waits only when it has nothing."""

    def read1(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes by one reading; ``b""`` at the end."""


class _Line:
    """The line that is being read: its bytes, or that there are more than ``longest``."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._bytes: bytearray | None = bytearray()

    def add(self, piece: bytes) -> None:
        if self._bytes is not None and len(self._bytes) + len(piece) <= self._longest:
            self._bytes += piece
        else:
            self._bytes = None

    def take(self) -> bytes | None:
        taken, self._bytes = self._bytes, bytearray()
        return None if taken is None else bytes(taken)

    @property
    def is_begun(self) -> bool:
        return self._bytes is None or len(self._bytes) > 0


def blocks_of_lines(stream: Stream, most: int, longest: int) -> Iterator[list[bytes | None]]:
    r"""The lines of a stream, without ``\n``, in order, in blocks of at most ``most``.

    A block is what can be had without waiting. None stands for a line of more than ``longest``
    bytes, which is read to its end and not kept.
    """
    line = _Line(longest)
    while chunk := stream.read1(CHUNK):
        *ends, begin = chunk.split(b"\n")
        lines = []
        for end in ends:
            line.add(end)
            lines.append(line.take())
        line.add(begin)
        for at in range(0, len(lines), most):
            yield lines[at : at + most]
    if line.is_begun:
        yield [line.take()]
