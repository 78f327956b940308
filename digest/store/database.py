"""The database file: opened by one writer, migrated, copied for readers, its errors explained."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest.config import Report
from digest.errors import StorageFull, StoreBusy, StoreCorrupt, StoreError
from digest.store.archive import storage_errors

if TYPE_CHECKING:
    import duckdb

MIGRATIONS = Path(__file__).parent / "migrations"
BRIEF = 2.0  # seconds: longer than a reader's look
PATIENCE = 600.0  # seconds: longer than the reading of all that is there, or a copy of it
LOOK = 0.1  # seconds between two tries
_LOGGER = logging.getLogger("digest.progress")


def _tell(line: str) -> None:
    _LOGGER.warning("%s", line)


@contextmanager
def writing(
    path: Path, wait: float = PATIENCE, say: Report = _tell
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The one writer's connection to the database at ``path``, made and migrated when needed.

    ``wait`` is for how many seconds others may have it still: a reader keeps a writer out, too,
    and no run shall end because somebody looks. ``say`` hears, once, who has it when it takes
    longer than a moment; unless told otherwise whoever follows the progress does.

    Raises:
        StoreBusy: another process has it still; the message has its number.
        StoreCorrupt: the file is no readable database.
        StoreError: it was written by a newer version of this program.
        StorageFull: no space or no right to write.
    """
    with storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with explained(path):
        connection = _connect_for_writing(path, wait, say)
        try:
            migrate(connection, path)
            yield connection
        finally:
            connection.close()


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reader's connection: to the database, or to its last snapshot while somebody writes.

    Raises:
        StoreError: nothing was harvested into this folder yet, or by another version.
        StoreBusy: another process writes, and there is no snapshot yet.
        StoreCorrupt: the file is no readable database.
    """
    if not path.exists():
        raise StoreError(
            f"there is no database at {path}: harvest a quarter first (digest run 2026Q1), or "
            "rebuild one that was lost (digest reparse)"
        )
    with explained(path):
        try:
            connection = _connect(path, read_only=True)
        except StoreBusy:
            if not snapshot_path(path).exists():
                raise
            connection = _connect(snapshot_path(path), read_only=True)
        try:
            _require_current(connection, path)
            yield connection
        finally:
            connection.close()


def is_snapshot(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether a reader has the snapshot of the database at ``path``, because somebody writes."""
    found = connection.execute(
        "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchone()
    return found is not None and Path(found[0]).name == snapshot_path(path).name


def writer_lines(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[str]:
    """What to say when a reader has the snapshot of the database at ``path``; else nothing."""
    if is_snapshot(connection, path):
        made = datetime.fromtimestamp(snapshot_path(path).stat().st_mtime, UTC)
        yield (
            "somebody is writing to the database right now; this is how it was on "
            f"{made:%Y-%m-%d at %H:%M} UTC"
        )


def snapshot_path(path: Path) -> Path:
    """Where readers find the last snapshot of the database at ``path``."""
    return path.with_name(f"{path.stem}.read{path.suffix}")


def snapshot(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Checkpoint, then make a copy that readers can use while the next run writes."""
    fresh = path.with_name(f".{path.stem}.fresh{path.suffix}")
    fresh.unlink(missing_ok=True)
    connection.execute("CHECKPOINT")
    name = connection.execute("SELECT current_database()").fetchone()
    assert name is not None
    with attached(connection, fresh, "fresh"):
        connection.execute(f'COPY FROM DATABASE "{name[0]}" TO fresh')
    fresh.replace(snapshot_path(path))


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Iterator[None]:
    """Another database file under a name of its own, for the length of the block.

    Raises:
        StoreError: as ``writing``; the message names this file.
    """
    import duckdb

    with explained(path):
        connection.execute(f"ATTACH '{_quoted(path)}' AS {name}")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):
            connection.execute(f"DETACH {name}")
        raise
    connection.execute(f"DETACH {name}")


def migrate(connection: duckdb.DuckDBPyConnection, path: Path, folder: Path = MIGRATIONS) -> None:
    """Bring the schema up to date: every numbered script that has not run yet, each at once.

    Raises:
        StoreError: the database has migrations that this version does not know.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)")
    scripts = _scripts(folder)
    done = _migrations(connection)
    _refuse_newer(path, done - scripts.keys())
    for number in sorted(scripts.keys() - done):
        with transaction(connection):
            connection.execute(scripts[number].read_text("utf-8"))
            connection.execute("INSERT INTO migration VALUES (?)", [number])


def _require_current(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Readers change nothing, so they can only read the schema that they know."""
    has_any = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'migration'")
    done = _migrations(connection) if has_any.fetchone() else set()
    known = _scripts(MIGRATIONS).keys()
    _refuse_newer(path, done - known)
    if known - done:
        raise StoreError(
            f"{path} is of an older digest, or was not finished: the next digest run brings it up "
            "to date"
        )


def _scripts(folder: Path) -> dict[int, Path]:
    return {int(script.name[:4]): script for script in folder.glob("*.sql")}


def _migrations(connection: duckdb.DuckDBPyConnection) -> set[int]:
    return {row[0] for row in connection.execute("SELECT number FROM migration").fetchall()}


def _refuse_newer(path: Path, unknown: set[int]) -> None:
    if unknown:
        raise StoreError(
            f"{path} was written by a newer digest (migration {max(unknown)}): update digest"
        )


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block's writes, or none."""
    import duckdb

    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        # After a failure of the disk there is nothing left to roll back: that failure is the news.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors about the file into sentences; other errors are defects and pass.

    Raises:
        StoreError: what is wrong with the file.
        KeyboardInterrupt: Ctrl-C came while a statement ran; DuckDB makes another error of it.
    """
    import duckdb

    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise
    except duckdb.Error as error:
        about_file = isinstance(
            error, duckdb.IOException | duckdb.FatalException | duckdb.SerializationException
        )
        # A failing commit and a wrong checksum come as errors of other kinds.
        if about_file or re.search(_FULL + "|Corrupt database file", str(error)):
            raise explanation(path, str(error)) from None
        raise


_FULL = "No space left|File too large|Disk quota exceeded"


def explanation(path: Path, message: str) -> StoreError:
    """What DuckDB's message about the file means for the person who ran the command."""
    if holder := re.search(r"Conflicting lock is held in (.+?) \(PID (\d+)\)", message):
        return StoreBusy(
            f"{path} is in use by another process (number {holder[2]}, {holder[1]}): "
            "wait until it has finished, or stop it"
        )
    if "Could not set lock" in message:
        return StoreBusy(f"{path} is in use by another process: wait until it has finished")
    if re.search(_FULL, message):
        return StorageFull(
            f"cannot write to {path}: the disk is full: free some space and run again, "
            "nothing is lost"
        )
    if "Permission denied" in message or "Read-only" in message:
        return StorageFull(f"cannot open {path}: no permission to read and write it")
    return StoreCorrupt(
        f"{path} cannot be read as a database ({message.splitlines()[0][:160]}): run "
        "'digest reparse', which rebuilds it from the raw archive"
    )


def _connect_for_writing(path: Path, wait: float, say: Report) -> duckdb.DuckDBPyConnection:
    began, said = time.monotonic(), False
    while True:
        try:
            return _connect(path, read_only=False)
        except StoreBusy as error:
            waited = time.monotonic() - began
            if waited > wait:
                raise
            if waited > BRIEF and not said:
                said = True
                say(f"waiting: {error}")
        time.sleep(LOOK)


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "2GB",
        "threads": "2",
        "allow_unsigned_extensions": "false",
        "autoinstall_known_extensions": "false",
    }
    with explained(path):
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
    connection.execute("SET enable_progress_bar = false")  # it would draw over ours
    return connection


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
