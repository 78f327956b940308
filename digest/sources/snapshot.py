"""arXiv's public metadata snapshot: one paper a line, as JSON, for backfilling years.

Read line by line in constant memory. A line that cannot become a record is one rejection.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

import orjson

from digest.errors import Incomplete, Unreadable
from digest.items import Record, Rejection
from digest.sources.arxiv_record import (
    Stated,
    UnusableError,
    authors_in,
    categories_in,
    moment_in,
    record_of,
)

PARSER = "arxiv-snapshot/1"
LONGEST_LINE = 5_000_000  # bytes; a paper has about two thousand
_HINT = "what came was kept; get the file again"


def parse(body: IO[bytes], source: str) -> Iterator[Record | Rejection]:
    """The papers of a snapshot, in its order; a rejection's position is its line, from 1.

    Raises:
        Incomplete: after the papers that came, when the stream breaks off.
        Unreadable: at the end, when no line was a paper.
    """
    number = papers = 0
    for number, line in _lines(body, source):
        entry = _entry(line, source, number)
        papers += isinstance(entry, Record)
        yield entry
    if number and not papers:
        what = f"none of its {number:,} lines is a paper"
        raise Unreadable(source, f"line {number}", what, "is this arXiv's metadata snapshot?")


def _lines(body: IO[bytes], source: str) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are not blank; of an over-long one only its beginning."""
    from zstandard import ZstdError

    # The archive's streams cannot find lines by themselves.
    reader, number = io.BufferedReader(cast(io.RawIOBase, body), 1 << 20), 0
    try:
        while line := reader.readline(LONGEST_LINE + 1):
            number += 1
            if not line.isspace():
                yield number, line
            while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                line = reader.readline(LONGEST_LINE + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile, ZstdError) as error:
        what = f"the file breaks off after {number:,} lines: {error}"
        raise Incomplete(source, f"line {number}", what, _HINT) from error
    finally:
        reader.detach()  # the stream is the caller's to close


def _entry(line: bytes, source: str, number: int) -> Record | Rejection:
    identifier = ""
    try:
        data = _object(line)
        identifier = _text(data, "id")
        return record_of(_stated(data, identifier), source)
    except UnusableError as reason:
        return Rejection(source, number, identifier, str(reason))


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise UnusableError(f"it is longer than {LONGEST_LINE:,} bytes")
    try:
        data = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise UnusableError(f"it is not JSON: {error.msg}") from None
    if not isinstance(data, dict):
        raise UnusableError("it is not a JSON object")
    return data


def _stated(data: dict[str, Any], identifier: str) -> Stated:
    created = _version_dates(data)
    submitted = moment_in(created[0])
    return Stated(
        identifier=identifier,
        title=_text(data, "title"),
        abstract=_text(data, "abstract"),
        authors=authors_in(_text(data, "authors")),
        categories=categories_in(_text(data, "categories").split()),
        submitted=submitted,
        updated=moment_in(created[-1]) if len(created) > 1 else submitted,
        version=len(created),
        comments=_text(data, "comments"),
        doi=_text(data, "doi"),
    )


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnusableError(f"'{key}' is not text")
    return value


def _version_dates(data: dict[str, Any]) -> list[str]:
    versions = data.get("versions")
    if not isinstance(versions, list) or not versions:
        raise UnusableError("it has no versions, so no date")
    if not all(isinstance(version, dict) for version in versions):
        raise UnusableError("'versions' is not a list of objects")
    return [_text(version, "created") for version in versions]
