"""The database file: opened by one writer, migrated, copied for readers, its errors explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import StorageFull, StoreBusy, StoreCorrupt, StoreError
from digest.store.archive import storage_errors

if TYPE_CHECKING:
    import duckdb

MIGRATIONS = Path(__file__).parent / "migrations"


@contextmanager
def writing(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The one writer's connection to the database at ``path``, made and migrated when needed.

    Raises:
        StoreBusy: another process writes; the message has its number.
        StoreCorrupt: the file is no database, or of a newer version of this program.
        StorageFull: no space or no right to write.
    """
    with storage_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with explained(path):
        connection = _connect(path, read_only=False)
        try:
            migrate(connection, path)
            yield connection
        finally:
            connection.close()


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reader's connection: to the database, or to its last snapshot while somebody writes.

    Raises:
        StoreError: when nothing was harvested into this folder yet.
    """
    if not path.exists():
        raise StoreError(
            f"there is no database at {path}: harvest a quarter first (digest run 2026Q1)"
        )
    with explained(path):
        try:
            connection = _connect(path, read_only=True)
        except StoreBusy:
            if not snapshot_path(path).exists():
                raise
            connection = _connect(snapshot_path(path), read_only=True)
        try:
            yield connection
        finally:
            connection.close()


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
    connection.execute(f"ATTACH '{_quoted(fresh)}' AS fresh")
    try:
        connection.execute(f'COPY FROM DATABASE "{name[0]}" TO fresh')
    finally:
        connection.execute("DETACH fresh")
    fresh.replace(snapshot_path(path))


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bring the schema up to date: every numbered script that has not run yet, each at once."""
    connection.execute("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)")
    done = {row[0] for row in connection.execute("SELECT number FROM migration").fetchall()}
    scripts = {int(script.name[:4]): script for script in sorted(MIGRATIONS.glob("*.sql"))}
    if done - scripts.keys():
        raise StoreCorrupt(
            f"{path} was written by a newer digest (migration {max(done)}): update digest"
        )
    for number in sorted(scripts.keys() - done):
        with transaction(connection):
            connection.execute(scripts[number].read_text("utf-8"))
            connection.execute("INSERT INTO migration VALUES (?)", [number])


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block's writes, or none."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors about the file into sentences; other errors are defects and pass."""
    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException) as error:
        raise explanation(path, str(error)) from None
    except duckdb.Error as error:
        if "TransactionContext Error" in str(error) and "No space" in str(error):
            raise explanation(path, str(error)) from None
        raise


def explanation(path: Path, message: str) -> StoreError:
    """What DuckDB's message about the file means for the person who ran the command."""
    if holder := re.search(r"Conflicting lock is held in (.+?) \(PID (\d+)\)", message):
        return StoreBusy(
            f"{path} is being written by another process (number {holder[2]}, {holder[1]}): "
            "wait until it has finished, or stop it"
        )
    if "Could not set lock" in message:
        return StoreBusy(f"{path} is being written by another process: wait until it has finished")
    if "No space left" in message:
        return StorageFull(
            f"cannot write to {path}: the disk is full: free some space and run again, "
            "nothing is lost"
        )
    if "Permission denied" in message or "Read-only" in message:
        return StorageFull(f"cannot write to {path}: no permission to write there")
    return StoreCorrupt(
        f"{path} cannot be read as a database ({message.splitlines()[0][:160]}): move it away "
        "and run 'digest reparse', which rebuilds it from the raw archive"
    )


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "2GB",
        "threads": "2",
        "allow_unsigned_extensions": "false",
        "autoinstall_known_extensions": "false",
    }
    with explained(path):
        return duckdb.connect(str(path), read_only=read_only, config=config)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
