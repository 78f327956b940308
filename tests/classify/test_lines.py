from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from digest.classify.lines import CHUNK, blocks_of_lines


def test_nothing_has_no_line() -> None:
    assert list(blocks_of_lines(io.BytesIO(b""), 64, 100)) == []


@given(
    st.lists(st.binary(max_size=12).filter(lambda line: b"\n" not in line)),
    st.integers(1, 5),
    st.booleans(),
)
def test_every_line_comes_once_in_order(lines: list[bytes], most: int, ends: bool) -> None:
    content = b"\n".join(lines) + (b"\n" if ends else b"")
    blocks = list(blocks_of_lines(io.BytesIO(content), most, 100))
    expected = content.split(b"\n")
    assert [line for block in blocks for line in block] == expected[
        : -1 if not expected[-1] else None
    ]
    assert all(0 < len(block) <= most for block in blocks)


def test_a_line_that_is_too_long_is_one_line_and_not_kept() -> None:
    long = b"x" * (3 * CHUNK)
    content = b"a\n" + long + b"\nb\n" + long
    found = [line for b in blocks_of_lines(io.BytesIO(content), 64, 2 * CHUNK) for line in b]
    assert found == [b"a", None, b"b", None]


def test_a_line_may_be_as_long_as_is_allowed() -> None:
    found = list(blocks_of_lines(io.BytesIO(b"12345\n123456\n"), 64, 5))
    assert found == [[b"12345", None]]


def test_a_line_is_given_as_soon_as_it_has_come() -> None:
    """A pipe whose writer waits for each answer: neither waits for ever."""
    theirs, ours = os.pipe()
    answered = threading.Semaphore(0)

    def writer() -> None:
        with os.fdopen(ours, "wb", buffering=0) as pipe:
            for line in (b"one\n", b"two\nthree\nfo", b"ur\n", b"fi"):
                pipe.write(line)
                if line.endswith(b"\n"):
                    assert answered.acquire(timeout=20)

    thread = threading.Thread(target=writer)
    thread.start()
    with os.fdopen(theirs, "rb") as pipe:
        lines: Iterator[bytes | None] = (x for b in blocks_of_lines(pipe, 64, 100) for x in b)
        assert next(lines) == b"one"
        answered.release()
        assert [next(lines), next(lines), next(lines)] == [b"two", b"three", b"four"]
        answered.release()
        assert list(lines) == [b"fi"]
    thread.join(20)
    assert not thread.is_alive()
