"""Tables for spreadsheet programs: CSV written so that nothing in it is run, CSV and xlsx read.

How is told in ``digest.cells``.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, repeat
from pathlib import Path

from digest.cells import defused, restored
from digest.errors import InputError
from digest.store.archive import storage_errors

MOST_BYTES = 200 << 20  # of a spreadsheet, unpacked
MOST_ROWS, MOST_COLUMNS = 50_000, 100
_TOO_LARGE = "{} is too large for a table of decisions: divide it"
_SEPARATORS = ",;\t"  # programs write what the country's decimal comma leaves

Row = tuple[int, dict[str, str]]  # the row's number, as the program shows it; its cells by column


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV in UTF-8, with the mark by which spreadsheet programs know it.

    Raises:
        StorageFull: it cannot be written.
    """
    with storage_errors(path), path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([defused(str(cell)) for cell in row] for row in rows)


def read_sheet(path: Path) -> list[Row]:
    """The rows of a CSV or xlsx file (its first sheet) under their header, without empty ones.

    Raises:
        InputError: it cannot be read, is too large, or is neither.
    """
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path} is neither .csv nor .xlsx: save the table as one of these")
    try:
        return _under_header(path, readers[path.suffix.lower()](path))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def _under_header(path: Path, rows: Iterator[Sequence[str]]) -> list[Row]:
    header = [cell.strip().casefold() for cell in next(rows, ())]
    found: list[Row] = []
    for number, cells in enumerate(rows, start=2):
        if any(cells):
            # A row may be short: what follows its last cell is empty.
            named = zip(header, map(restored, chain(cells, repeat(""))), strict=False)
            found.append((number, {name: cell for name, cell in named if name}))
        if number > MOST_ROWS:
            raise InputError(_TOO_LARGE.format(path))
    return found


def _csv_rows(path: Path) -> Iterator[Sequence[str]]:
    if path.stat().st_size > MOST_BYTES:
        raise InputError(_TOO_LARGE.format(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not in UTF-8: save it as 'CSV UTF-8', or as .xlsx") from None
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    except csv.Error as error:
        raise InputError(f"{path} is no readable CSV: {error}") from None


def _xlsx_rows(path: Path) -> Iterator[Sequence[str]]:
    import openpyxl

    broken = f"{path} is no readable .xlsx file: save the table anew"
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile:
        raise InputError(broken) from None
    if unpacked > MOST_BYTES:
        raise InputError(_TOO_LARGE.format(path))
    try:
        with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as workbook:
            rows = workbook.worksheets[0].iter_rows(
                max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True
            )
            yield from [[_cell(value) for value in row] for row in rows]
    except Exception:  # whatever a broken file makes the library stumble over
        raise InputError(broken) from None


def _cell(value: object) -> str:
    """A cell's text; a spreadsheet program keeps ``7`` as a number, some of them as ``7.0``."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
