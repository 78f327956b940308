"""Local files in the place of the network: which there are, and whose answers they are."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from digest.config import Inputs, require_utf8
from digest.errors import InputError
from digest.store.archive import open_plain

_DATED_FILE = re.compile(r"(?P<source>.+?)[._-](?P<date>\d{4}-\d{2}-\d{2})")
_LINE = 1 << 20


def local_files(inputs: Inputs) -> dict[str, list[tuple[Path, datetime | None]]]:
    """The local feed documents by source, oldest first, each with the date in its name.

    ``feed_x.2026-01-31.xml.gz`` is what the source ``feed-x`` answered on that day.

    Raises:
        InputError: a path does not exist.
    """
    for path in (*inputs.snapshots, *inputs.feeds):
        if not path.exists():
            raise InputError(f"there is no file or folder {path}: check the path")
    by_source: dict[str, list[tuple[Path, datetime | None]]] = {}
    for path in sorted(file for given in inputs.feeds for file in _files(given)):
        source, date = _named(path)
        by_source.setdefault(source, []).append((path, date))
    return by_source


def require_local(inputs: Inputs) -> None:
    """Refuse what somebody gave by mistake, before anything is done with it.

    Raises:
        InputError: a path does not exist, a folder has no documents, or one whose name is no
            UTF-8, a file is no snapshot.
    """
    local_files(inputs)
    for path in inputs.feeds:
        files = list(_files(path))
        if not files:
            raise InputError(f"there is no feed document in the folder {path}: check the path")
        for file in files:
            require_utf8(str(file))
    for path in inputs.snapshots:
        _require_snapshot(path)


def _files(given: Path) -> Iterable[Path]:
    if given.is_file():
        return [given]
    return (p for p in given.rglob("*") if p.is_file() and not p.name.startswith("."))


def _named(path: Path) -> tuple[str, datetime | None]:
    stem = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
    match = _DATED_FILE.fullmatch(stem)
    try:
        date = datetime.fromisoformat(match["date"]).replace(tzinfo=UTC) if match else None
    except ValueError:  # digits that are no day
        match = date = None
    name = match["source"] if match else stem
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "file", date


def _require_snapshot(path: Path) -> None:
    """Look at the beginning; what is wrong further on is a failure or a rejection with its line."""
    if not path.is_file():
        raise InputError(f"the snapshot {path} is not a file: give each file of its own")
    try:
        with open_plain(path) as body:
            start = body.read(_LINE).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"the snapshot {path} cannot be read ({error}): get it again") from None
    if not start:
        raise InputError(f"the snapshot {path} is empty: get it again")
    if not start.startswith(b"{"):
        raise InputError(
            f"{path} is not arXiv's metadata snapshot, which has a JSON object in every line: "
            "check the path, or give feed documents with --feeds"
        )
