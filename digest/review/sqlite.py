"""The book's file: connections that are used again, transactions, errors in a sentence.

SQLite in WAL mode: readers never wait, writers wait for each other. A transaction is on disk when
its block ends (``synchronous=FULL``), also after a power cut, unless it is said not to matter.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock

from digest.errors import StorageFull, StoreBusy, StoreCorrupt, StoreError
from digest.store.archive import storage_errors

SCHEMA = Path(__file__).parent / "book.sql"
VERSION = 1  # of the schema, kept as the file's user_version
PATIENCE = 10.0  # seconds that a writer waits for the others: longer than anybody writes


class BookFile:
    """The SQLite file at ``path``, made with its tables when somebody first writes.

    ``patience`` is for how many seconds a writer waits for other processes. Threads may share it:
    each block has a connection to itself. ``close`` ends the idle ones.
    """

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self.path, self._patience = path, patience
        self._idle: deque[sqlite3.Connection] = deque()
        # Threads of one process queue here, in order: SQLite itself lets writers try again.
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection to read with; None where there is no book yet.

        Raises:
            StoreCorrupt: the file is no readable book.
            StoreError: it was written by a newer version of this program.
        """
        if not self.path.exists():
            yield None
            return
        with explained(self.path), self._connection() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction: all of the block's writes, or none; on disk when it ends.

        ``durable=False`` is for what may be lost in a power cut (not when the process is killed).

        Raises:
            StorageFull: no space, or no right to write.
            StoreBusy: others have been writing for too long.
            StoreCorrupt, StoreError: as ``reading``.
        """
        with explained(self.path), self._turn, self._connection() as connection:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # After a failure of the disk nothing may be left to roll back: that is the news.
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """End the connections that nobody uses; the next block opens a new one."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        try:
            yield connection
        except BaseException:
            connection.close()  # whatever is wrong with it, the next block begins anew
            raise
        self._idle.append(connection)

    def _open(self) -> sqlite3.Connection:
        with storage_errors(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                self.path.touch(mode=0o600)  # it holds who may enter; its side files follow
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}{self._mode()}", uri=True, timeout=self._patience,
            isolation_level=None, check_same_thread=False,
        )  # fmt: skip
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _mode(self) -> str:
        """In a folder that may not be written SQLite can make no side files, not even to read."""
        if os.access(self.path.parent, os.W_OK):
            return ""
        # Without a log of its last writers the file holds everything.
        log = self.path.with_name(f"{self.path.name}-wal")
        return "?mode=ro" if log.exists() else "?mode=ro&immutable=1"

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        if _version(connection) == 0:
            with FileLock(self.path.with_suffix(".lock")):
                if _version(connection) == 0:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript(SCHEMA.read_text("utf-8"))
        if (version := _version(connection)) != VERSION:
            raise StoreError(
                f"{self.path} was written by a newer digest (version {version}): update digest"
            )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about a file into sentences; other errors are defects and pass."""
    try:
        yield
    except sqlite3.Error as error:
        found = explanation(path, getattr(error, "sqlite_errorname", ""), str(error))
        if found is None:
            raise
        raise found from None


def explanation(path: Path, name: str, message: str) -> StoreError | None:
    """What SQLite's error about the file means for people; None when it is not about the file."""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(f"{path} is being written by others without a pause: try again")
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
        return StorageFull(
            f"cannot write to {path}: the disk is full, or files may not be so large: free some "
            "space and try again; what was saved before is safe"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StorageFull(f"cannot open {path}: no permission to read and write it")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR")):
        return StoreCorrupt(
            f"{path} cannot be read ({message}): put its last backup in its place; whatever "
            "was exported since can be read from events.jsonl"
        )
    return None
