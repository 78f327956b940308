"""Files of texts that somebody gave, JSON lines or tables: what is wrong is named with its line."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from digest.errors import InputError, first_problem
from digest.store.archive import open_plain

T = TypeVar("T")


def rows(path: Path, kind: type[T]) -> Iterator[tuple[str, T]]:
    """The lines of a file, plain or gzip, as ``kind``, each with where it stands; no blank ones.

    Raises:
        InputError: the file cannot be read, or not to its end, or a line is of another kind.
    """
    shape = TypeAdapter(kind)
    for number, line in _lines(path):
        if line.isspace():
            continue
        where = f"{path}, line {number}"
        try:
            row = shape.validate_json(line)
        except ValidationError as error:
            raise InputError(f"{where}: {first_problem(error)}: check the file") from None
        yield where, row


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        with open_plain(path) as lines:
            for number, line in enumerate(lines, 1):
                yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        what = f"{path} breaks off after line {number:,} ({error}): get it again"
        raise InputError(what) from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None


def table(path: Path, *columns: str, delimiter: str = "\t") -> Iterator[dict[str, str]]:
    """The rows of a table whose first line names its columns; each has the ``columns``.

    Raises:
        InputError: the file cannot be read, is no text in UTF-8, or lacks a column or a cell.
    """
    number = 0
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, delimiter=delimiter)
            named = reader.fieldnames or ()
            if absent := [name for name in columns if name not in named]:
                raise InputError(f"{path} is no table with a column '{absent[0]}': check the file")
            for row in reader:
                number = reader.line_num
                if absent := [name for name in columns if row[name] is None]:
                    raise InputError(f"{path}, line {number}: no '{absent[0]}': check the file")
                yield row
    except (UnicodeDecodeError, csv.Error) as error:
        what = f"{path} is no table in UTF-8 after line {number:,} ({error}): check the file"
        raise InputError(what) from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
