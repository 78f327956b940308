from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

import pytest
import zstandard

from digest.errors import Incomplete, Unreadable
from digest.items import Record, Rejection
from digest.sample import data
from digest.sources import snapshot
from tests.memory import peak_of
from tests.sources.arxiv_rig import json_line

REAL = Path(__file__).parents[3] / "shared" / "data" / "arxiv" / "2026Q1.jsonl.gz"


def line(**given: Any) -> bytes:
    """A line of the snapshot; given fields replace the usual ones."""
    usual = {
        "id": "2601.00001",
        "submitter": None,
        "authors": "A. Author, B. Author",
        "title": "A title",
        "comments": None,
        "doi": None,
        "categories": "cs.AI cs.LG",
        "abstract": "An abstract.",
        "versions": [{"version": "v1", "created": "Mon, 05 Jan 2026 10:00:00 GMT"}],
        "update_date": "2026-01-06",
    }
    return json.dumps({**usual, **given}).encode() + b"\n"


def parse(content: bytes) -> list[Record | Rejection]:
    return list(snapshot.parse(io.BytesIO(content), "arxiv-snapshot"))


def test_the_sample_in_this_format_says_what_its_papers_say() -> None:
    papers = data.papers(1)
    entries = parse(b"".join(json_line(paper).read() for paper in papers))
    for entry, paper in zip(entries, papers, strict=True):
        assert isinstance(entry, Record)
        assert (entry.external_id, entry.title, entry.text) == (
            paper.id,
            paper.title,
            paper.abstract,
        )
        assert (entry.published, entry.updated) == (paper.submitted, paper.updated)
        assert (entry.authors, entry.categories) == (paper.authors, paper.categories)
        assert (entry.version, entry.comments) == (len(paper.versions), paper.comments)


def test_a_line_is_read() -> None:
    versions = [
        {"version": "v1", "created": "Wed, 31 Dec 2025 10:00:00 GMT"},
        {"version": "v2", "created": "Mon, 05 Jan 2026 10:00:00 GMT"},
    ]
    comment = "This paper has been withdrawn by the authors"
    (entry,) = parse(line(versions=versions, comments=comment, doi="10.1000/X.1"))
    assert entry == Record(
        source="arxiv-snapshot",
        external_id="2601.00001",
        kind="paper",
        title="A title",
        text="An abstract.",
        url="https://arxiv.org/abs/2601.00001",
        published=datetime(2025, 12, 31, 10, tzinfo=UTC),
        updated=datetime(2026, 1, 5, 10, tzinfo=UTC),
        authors=("A. Author", "B. Author"),
        categories=("cs.AI", "cs.LG"),
        doi="10.1000/x.1",
        arxiv_id="2601.00001",
        version=2,
        comments=comment,
        withdrawn=True,
    )


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (line()[:100] + b"\n", "it is not JSON"),
        (b"\xff\xfe\n", "it is not JSON"),
        (b"[1, 2]\n", "it is not a JSON object"),
        (b"null\n", "it is not a JSON object"),
        (line(id=None), "'' is not an arXiv id"),
        (line(id=2601.00001), "'id' is not text"),
        (line(id="hal-1"), "'hal-1' is not an arXiv id"),
        (line(title=None), "it has no title"),
        (line(title=["A"]), "'title' is not text"),
        (line(versions=None), "it has no versions"),
        (line(versions=[]), "it has no versions"),
        (line(versions=["v1"]), "'versions' is not a list of objects"),
        (line(versions=[{"version": "v1"}]), "'' is not a date"),
        (line(versions=[{"created": "some day"}]), "'some day' is not a date"),
        (line(versions=[{"created": "Mon, 05 Jan 1970 10:00:00 GMT"}]), "before arXiv's time"),
        (line(abstract="x" * snapshot.LONGEST_LINE), "it is longer than 5,000,000 bytes"),
        (b"[" * 10_000 + b"\n", "it is not JSON"),
    ],
)
def test_a_broken_line_is_one_rejection_with_its_number(broken: bytes, reason: str) -> None:
    before, rejected, after = parse(line() + broken + b"\n  \n" + line(id="2601.00002"))
    assert isinstance(before, Record)
    assert isinstance(rejected, Rejection)
    assert rejected.position == 2
    assert reason in rejected.reason
    assert "line" not in rejected.reason  # so that the same reason is counted once
    assert isinstance(after, Record)
    assert after.external_id == "2601.00002"


def test_the_last_line_needs_no_end_and_the_first_may_have_a_mark() -> None:
    entries = parse(b"\xef\xbb\xbf" + line() + line(id="2601.00002").strip())
    assert [entry.external_id for entry in entries] == ["2601.00001", "2601.00002"]


@pytest.mark.parametrize("packer", ["gzip", "zstd"])
def test_packed_streams_are_read_and_stay_open(packer: str) -> None:
    content = line() * 3
    stream: IO[bytes]
    if packer == "gzip":
        stream = cast(IO[bytes], gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(content))))
    else:
        packed = io.BytesIO(zstandard.compress(content))
        stream = cast(IO[bytes], zstandard.ZstdDecompressor().stream_reader(packed))
    assert len(list(snapshot.parse(stream, "arxiv-snapshot"))) == 3
    assert not stream.closed


@pytest.mark.parametrize("damage", ["truncated", "altered"])
def test_a_stream_that_breaks_off_keeps_what_came(damage: str) -> None:
    content = b"".join(line(id=f"2601.{n:05}", abstract=f"Text {n * n}.") for n in range(20_000))
    packed = bytearray(gzip.compress(content))
    if damage == "truncated":
        del packed[len(packed) // 2 :]
    else:
        packed[len(packed) // 2 : len(packed) // 2 + 200] = bytes(200)
    came = 0
    with (
        gzip.open(io.BytesIO(packed)) as stream,
        pytest.raises(Incomplete, match=r"breaks off after [\d,]+ lines") as problem,
    ):
        for _ in snapshot.parse(cast(IO[bytes], stream), "arxiv-snapshot"):
            came += 1
    assert 1_000 < came < 20_000
    assert problem.value.source == "arxiv-snapshot"


def test_a_file_of_something_else_is_named() -> None:
    with pytest.raises(Unreadable, match="none of its 2 lines is a paper"):
        parse(b"<html>\n</html>\n")


def test_an_empty_file_has_nothing() -> None:
    assert parse(b"") == []


class Endless(io.RawIOBase):
    """Lines without an end, made as they are read."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines, self._rest = lines, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or next(self._lines, b"")
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def read_many_lines() -> None:
    block = line(abstract="x " * 5_000) * 20  # 200 kB
    stream = Endless(block for _ in range(150))  # 30 MB
    assert sum(1 for _ in snapshot.parse(cast(IO[bytes], stream), "s")) == 3_000


def read_a_long_line() -> None:
    lines = iter([b'{"abstract": "', *[b"x" * 1_000_000] * 60, b'"}\n', line()])
    rejected, read = snapshot.parse(cast(IO[bytes], Endless(lines)), "s")
    assert isinstance(rejected, Rejection)
    assert isinstance(read, Record)


def test_memory_stays_the_same_however_long_the_file_or_a_line() -> None:
    assert peak_of(read_many_lines) < 5_000_000
    assert peak_of(read_a_long_line) < 25_000_000


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason=f"NO REAL DATA: {REAL} is missing")
def test_the_real_quarter_is_read_to_the_last_paper() -> None:
    ids = set()
    with gzip.open(REAL) as stream:
        for entry in snapshot.parse(cast(IO[bytes], stream), "arxiv-snapshot"):
            assert isinstance(entry, Record)
            assert entry.text
            assert entry.authors
            assert entry.categories
            ids.add(entry.arxiv_id)
    assert len(ids) == 34_333
