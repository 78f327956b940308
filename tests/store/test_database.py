"""The database file: one writer, readers beside it, migrations, and every refusal a sentence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import duckdb
import pytest

from digest.config import Workplace
from digest.errors import StorageFull, StoreBusy, StoreCorrupt, StoreError
from digest.store.database import (
    MIGRATIONS,
    explained,
    migrate,
    reading,
    snapshot,
    snapshot_path,
    transaction,
    writing,
)
from digest.store.ingest import ingest
from tests.examples import Q1, another_writer, archived, news, tables

Opened = Callable[[Path], AbstractContextManager[duckdb.DuckDBPyConnection]]


def busy(opened: Opened, path: Path) -> str:
    with pytest.raises(StoreBusy) as refusal, opened(path):
        pass
    return str(refusal.value)


def put(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    ingest(connection, archived(name), "test/1", frozenset({Q1}), [news(name)])


def count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT count(*) FROM item").fetchone()
    assert row
    return int(row[0])


def test_a_second_writer_is_told_who_holds_the_file(place: Workplace) -> None:
    with another_writer(place.database) as number:
        sentence = busy(partial(writing, wait=0), place.database)
    assert str(place.database) in sentence
    assert f"number {number}" in sentence
    assert "wait until it has finished" in sentence
    with writing(place.database):
        pass


def test_a_reader_has_the_snapshot_while_somebody_writes(place: Workplace) -> None:
    with writing(place.database) as connection:
        put(connection, "a")
        snapshot(connection, place.database)
        put(connection, "b")
    with another_writer(place.database), reading(place.database) as connection:
        assert count(connection) == 1
    with reading(place.database) as connection:
        assert count(connection) == 2


def test_a_reader_without_a_snapshot_is_told_who_writes(place: Workplace) -> None:
    with another_writer(place.database) as number:
        assert f"number {number}" in busy(reading, place.database)


def test_a_snapshot_holds_all_and_takes_the_place_of_the_last(place: Workplace) -> None:
    with writing(place.database) as connection:
        for name in "ab":
            put(connection, name)
            snapshot(connection, place.database)
        expected = tables(connection)
    with reading(snapshot_path(place.database)) as copy:
        assert tables(copy) == expected
    assert {path.name for path in place.folder.iterdir()} == {
        "digest.duckdb", "digest.read.duckdb",
    }  # fmt: skip


def test_a_snapshot_that_was_killed_leaves_the_last_one_and_is_made_again(
    place: Workplace,
) -> None:
    with writing(place.database) as connection:
        put(connection, "a")
        snapshot(connection, place.database)
        half = place.folder / ".digest.fresh.duckdb"
        half.write_bytes(snapshot_path(place.database).read_bytes()[:9_000])
        with reading(snapshot_path(place.database)) as copy:
            assert count(copy) == 1
        put(connection, "b")
        snapshot(connection, place.database)
    with reading(snapshot_path(place.database)) as copy:
        assert count(copy) == 2


def test_a_folder_with_a_quote_in_its_name_is_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "the panel's data" / "digest.duckdb"
    with writing(path) as connection:
        put(connection, "a")
        snapshot(connection, path)
    with reading(snapshot_path(path)) as copy:
        assert count(copy) == 1


def test_a_reader_of_nothing_is_told_what_to_do(place: Workplace) -> None:
    with pytest.raises(StoreError, match=r"no database at .*harvest a quarter first"):
        reading(place.database).__enter__()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: b"This is no database at all.", id="text"),
        pytest.param(lambda whole: b"", id="empty"),
        pytest.param(lambda whole: whole[:5_000], id="cut-in-the-header"),
        pytest.param(lambda whole: whole[: len(whole) // 3], id="cut-in-the-middle"),
        pytest.param(lambda whole: bytes(20_000) + whole[20_000:], id="zeros-at-the-start"),
        pytest.param(
            lambda whole: whole[:12_300] + bytes(b ^ 255 for b in whole[12_300:40_000])
            + whole[40_000:], id="flipped-bits",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("opened", [reading, writing])
def test_a_corrupt_file_is_named_with_the_way_out(
    place: Workplace, damage: Callable[[bytes], bytes], opened: Opened
) -> None:
    with writing(place.database) as connection:
        put(connection, "a")
    place.database.write_bytes(damage(place.database.read_bytes()))
    with pytest.raises(StoreCorrupt) as refusal, opened(place.database) as connection:
        tables(connection)
    assert str(place.database) in str(refusal.value)
    assert "'digest reparse'" in str(refusal.value)
    assert refusal.value.exit_code == 2


def test_a_database_of_a_newer_digest_is_not_touched(place: Workplace) -> None:
    with writing(place.database) as connection:
        connection.execute("INSERT INTO migration VALUES (9999)")
    for opened in (reading, writing):
        with pytest.raises(StoreError, match=r"9999.*update digest") as refusal:
            opened(place.database).__enter__()
        assert not isinstance(refusal.value, StoreCorrupt)


def test_a_database_that_was_killed_at_birth_is_finished_by_the_next_run(place: Workplace) -> None:
    place.folder.mkdir()
    duckdb.connect(str(place.database)).close()
    with pytest.raises(StoreError, match="next digest run brings it up to date"):
        reading(place.database).__enter__()
    with writing(place.database):
        pass
    with reading(place.database) as connection:
        assert count(connection) == 0


def test_migrations_run_once_in_order_and_all_or_nothing(tmp_path: Path) -> None:
    scripts = tmp_path / "migrations"
    scripts.mkdir()
    (scripts / "0002_second.sql").write_text("INSERT INTO steps VALUES (2);")
    (scripts / "0001_first.sql").write_text(
        "CREATE TABLE steps (n INTEGER); INSERT INTO steps VALUES (1);"
    )
    path = tmp_path / "digest.duckdb"
    with duckdb.connect(str(path)) as connection:
        migrate(connection, path, scripts)
        migrate(connection, path, scripts)
        assert connection.execute("SELECT n FROM steps").fetchall() == [(1,), (2,)]
        (scripts / "0003_broken.sql").write_text("INSERT INTO steps VALUES (3); SELECT nothing;")
        with pytest.raises(duckdb.Error):
            migrate(connection, path, scripts)
        assert connection.execute("SELECT n FROM steps").fetchall() == [(1,), (2,)]
        (scripts / "0003_broken.sql").write_text("INSERT INTO steps VALUES (3);")
        migrate(connection, path, scripts)
        assert connection.execute("SELECT n FROM steps").fetchall() == [(1,), (2,), (3,)]


def test_every_migration_has_its_own_number() -> None:
    numbers = [script.name[:4] for script in MIGRATIONS.glob("*.sql")]
    assert sorted(numbers) == [f"{n:04}" for n in range(1, len(numbers) + 1)]


def test_a_transaction_is_all_or_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(KeyboardInterrupt), transaction(connection):
        put_row = "INSERT INTO item_record VALUES ('a', 'b')"
        connection.execute(put_row)
        raise KeyboardInterrupt
    assert connection.execute("SELECT * FROM item_record").fetchall() == []
    with transaction(connection):
        connection.execute(put_row)
    assert connection.execute("SELECT * FROM item_record").fetchall() == [("a", "b")]


def test_a_mistake_in_the_program_keeps_its_own_error(place: Workplace) -> None:
    with pytest.raises(duckdb.CatalogException), explained(place.database):
        duckdb.connect().execute("SELECT * FROM nowhere")


WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
import duckdb, secrets
from digest.errors import DigestError
from digest.store.database import reading, writing
if os.getuid() == 0:
    os.setuid(65534)
for opened in (reading, writing):
    try:
        with opened(Path(sys.argv[1])):
            print("opened")
    except DigestError as error:
        print(f"{type(error).__name__}: {error}")
"""


def as_a_stranger(path: Path) -> list[str]:
    """What a user without rights gets from reading and from writing."""
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_RIGHTS, str(path)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


@pytest.fixture
def strangers_folder(tmp_path: Path) -> Iterator[Path]:
    """A working folder that everybody may enter and nobody may change."""
    inside = tmp_path / "var"
    with writing(inside / "digest.duckdb") as connection:
        put(connection, "a")
    modes = {folder: folder.stat().st_mode for folder in inside.parents}
    closed = {folder: mode for folder, mode in modes.items() if mode & 0o011 != 0o011}
    for folder, mode in closed.items():
        folder.chmod(mode | 0o011)
    inside.chmod(0o555)
    yield inside
    inside.chmod(0o755)
    for folder, mode in closed.items():
        folder.chmod(mode)


def test_a_folder_without_the_right_to_write_is_named(strangers_folder: Path) -> None:
    database = strangers_folder / "digest.duckdb"
    database.chmod(0o444)
    can_read, cannot_write = as_a_stranger(database)
    assert can_read == "opened"
    assert cannot_write == (
        f"StorageFull: cannot open {database}: no permission to read and write it"
    )


def test_a_file_without_the_right_to_read_is_named(strangers_folder: Path) -> None:
    database = strangers_folder / "digest.duckdb"
    database.chmod(0o000)
    for line in as_a_stranger(database):
        assert line == f"StorageFull: cannot open {database}: no permission to read and write it"


def test_a_folder_that_cannot_be_made_is_named(strangers_folder: Path) -> None:
    inner = strangers_folder / "inner" / "digest.duckdb"
    cannot_read, cannot_write = as_a_stranger(inner)
    assert cannot_read.startswith("StoreError: there is no database")
    assert cannot_write == (
        f"StorageFull: cannot write to {inner.parent}: no permission to write there"
    )


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("not a folder")
    with pytest.raises(StorageFull, match="is a file, not a folder"):
        writing(tmp_path / "var" / "digest.duckdb").__enter__()


FILL = """
import os, resource, sys
from pathlib import Path
from digest.errors import DigestError
from digest.store.database import transaction, writing
if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    with writing(Path(sys.argv[1])) as connection:
        for n in range(60):
            with transaction(connection):
                connection.execute(
                    "INSERT INTO record_key SELECT md5((i + ?)::VARCHAR) || md5(i::VARCHAR), 'r' "
                    "FROM range(20000) t(i)", [n * 20000])
            print(n, flush=True)
        connection.execute("CHECKPOINT")
except DigestError as error:
    print(f"{type(error).__name__}: {error}")
"""


def fill(path: Path, *limit: str) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-c", FILL, str(path), *limit], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def assert_full_and_whole(path: Path, lines: list[str]) -> None:
    """It said what is wrong, and every transaction that it acknowledged is there, no half one."""
    assert lines[-1] == (
        f"StorageFull: cannot write to {path}: the disk is full: free some space and run again, "
        "nothing is lost"
    )
    with reading(path) as connection:
        row = connection.execute("SELECT count(*) FROM record_key").fetchone()
        assert row
        assert divmod(row[0], 20_000) in ((len(lines) - 1, 0), (len(lines), 0))


def test_a_file_that_may_not_grow_is_a_full_disk(place: Workplace) -> None:
    place.folder.mkdir()
    assert_full_and_whole(place.database, fill(place.database, "6000000"))


def test_a_full_disk_is_named_and_loses_nothing(small_disk: Path) -> None:
    path = small_disk / "digest.duckdb"
    assert_full_and_whole(path, fill(path))
