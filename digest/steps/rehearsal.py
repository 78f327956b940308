"""A working folder to try things in: as the real one, and gone afterwards.

The database is copied, everything else is linked: whoever writes an archive or a shelf puts new
files in the place of old ones and alters none, so a link is as good as a copy. The real folder's
files stay as they are to the byte, and nobody's turn is needed: while somebody writes, the last
snapshot is the database.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from digest.config import Workplace
from digest.store.archive import files_in, storage_errors
from digest.store.database import is_snapshot, reading, snapshot_path

PREFIX = ".rehearsal-"


@contextmanager
def rehearsal(place: Workplace) -> Iterator[Workplace]:
    """A working folder that begins like ``place``.

    Raises:
        StoreError: there is no database yet, or it cannot be read.
        StorageFull: no space for a copy of the database.
    """
    _sweep(place)
    with reading(place.database) as connection:
        with storage_errors(place.folder):
            scratch = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place.folder))
        lock = FileLock(scratch / "lock")
        lock.acquire()
        try:
            with storage_errors(scratch):
                within = Workplace(scratch)
                written = is_snapshot(connection, place.database)
                _copy(snapshot_path(place.database) if written else place.database, within.database)
                _link(place, within)
        except BaseException:
            _remove(scratch, lock)
            raise
    try:
        yield within
    finally:
        _remove(scratch, lock)


def _copy(database: Path, to: Path) -> None:
    """The database, and what a killed writer has not put into it yet."""
    shutil.copyfile(database, to)
    log = database.with_name(f"{database.name}.wal")
    if log.exists():
        shutil.copyfile(log, to.with_name(f"{to.name}.wal"))


def _link(place: Workplace, within: Workplace) -> None:
    for part, twin in ((place.raw, within.raw), (place.editions, within.editions)):
        for file in files_in(part):
            # Files that another run is writing have names with a dot, until they are whole.
            if not file.name.startswith("."):
                to = twin / file.relative_to(part)
                to.parent.mkdir(parents=True, exist_ok=True)
                _link_or_copy(file, to)
    for file, twin in (
        (place.rulings, within.rulings), (place.reference, within.reference),
    ):  # fmt: skip
        if file.exists():
            _link_or_copy(file, twin)
    for part, twin in ((place.model, within.model), (place.reviews, within.reviews)):
        if part.exists():
            twin.symlink_to(part.absolute())  # only read


def _link_or_copy(file: Path, to: Path) -> None:
    try:
        to.hardlink_to(file)
    except OSError:  # on another file system, or one without links
        shutil.copyfile(file, to)


def _sweep(place: Workplace) -> None:
    """Remove what killed rehearsals left: those that nobody holds any more."""
    for scratch in place.folder.glob(f"{PREFIX}*"):
        lock = FileLock(scratch / "lock")
        try:
            lock.acquire(blocking=False)
        except (Timeout, OSError):
            continue
        _remove(scratch, lock)


def _remove(scratch: Path, lock: FileLock) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    lock.release()
