"""The book: once, all or none, on disk when it says so, for many at once, and never altered."""

from __future__ import annotations

import os
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config import utc_now
from digest.errors import (
    DigestError,
    InputError,
    ReviewConflict,
    StorageFull,
    StoreBusy,
    StoreCorrupt,
    StoreError,
)
from digest.review.book import Book
from digest.review.events import Comment, New
from tests.examples import NOON, Q1, Q4
from tests.review.acts import Watch, decides, new

ACCEPT = new("one", "ada", decides())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "review" / "book.sqlite"


@pytest.fixture
def book(path: Path) -> Book:
    return Book(path, Watch())


def test_what_is_saved_is_read_back_numbered_and_dated(book: Book) -> None:
    (saved,) = book.append(ACCEPT)
    assert (saved.number, saved.at, saved.payload) == (1, NOON, decides())
    book.append(replace(ACCEPT, event_id="two-----", quarter=Q4))
    (third,) = book.append(replace(ACCEPT, event_id="three---", person="bo"))
    assert book.events(Q1) == [saved, third]
    assert [event.number for event in book.events()] == [1, 2, 3]
    assert book.events(Q1, after=1) == [third]
    assert (book.last(Q1), book.last(Q4), book.last(Q1.next())) == (3, 2, 0)


def test_reading_makes_no_book(book: Book, path: Path) -> None:
    assert (book.events(), book.last(Q1)) == ([], 0)
    assert not path.parent.exists()


def test_the_book_is_for_nobody_else_on_the_machine(book: Book, path: Path) -> None:
    book.append(ACCEPT)
    modes = {p.name: p.stat().st_mode & 0o077 for p in path.parent.glob("book.sqlite*")}
    assert modes == dict.fromkeys(modes, 0)
    assert "book.sqlite-wal" in modes


def test_what_is_sent_twice_is_one_event(path: Path) -> None:
    watch = Watch()
    book = Book(path, watch)
    (first,) = book.append(ACCEPT)
    watch.wait(hours=1)
    assert book.append(ACCEPT, ACCEPT) == [first, first]
    assert book.events() == [first]


@pytest.mark.parametrize(
    "other",
    [
        replace(ACCEPT, payload=decides("reject")),
        replace(ACCEPT, person="eve"),
        replace(ACCEPT, quarter=Q4),
        replace(ACCEPT, payload=Comment("edition", "?")),
    ],
    ids=["payload", "person", "quarter", "kind"],
)
def test_one_id_is_not_two_events_and_then_nothing_is_saved(book: Book, other: New) -> None:
    book.append(ACCEPT)
    with pytest.raises(ReviewConflict, match="one-----"):
        book.append(new("two", "ada", decides("reject")), other)
    assert [event.payload for event in book.events()] == [decides()]


def test_what_is_saved_together_has_one_time(path: Path) -> None:
    book = Book(path, utc_now)
    relabel = book.append(
        new("one", "ada", decides("reject")), new("two", "ada", decides(label="sdg/4"))
    )
    assert len({event.at for event in relabel}) == 1


@pytest.mark.parametrize(
    "wrong", ["", "short", "x" * 65, "with blank", "../etc/passwd", "ключключ"]
)
def test_an_id_is_an_id(book: Book, wrong: str) -> None:
    with pytest.raises(InputError, match="no event's id"):
        book.append(ACCEPT, replace(ACCEPT, event_id=wrong))
    assert book.events() == []


def test_a_payload_that_cannot_be_is_not_saved(book: Book) -> None:
    with pytest.raises(InputError, match="verdict"):
        book.append(ACCEPT, new("two", "ada", decides("perhaps")))
    assert book.events() == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET person = 'eve'",
        "UPDATE event SET payload = '{}' WHERE number = 1",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT number, event_id, quarter, 'eve', kind, payload, at "
        "FROM event",
        "INSERT OR REPLACE INTO event SELECT 9, event_id, quarter, 'eve', kind, payload, at "
        "FROM event",
        "REPLACE INTO event SELECT number, 'other-id', quarter, person, kind, payload, at "
        "FROM event",
    ],
)
def test_the_file_itself_refuses_to_alter_an_event(book: Book, path: Path, sql: str) -> None:
    saved = book.append(ACCEPT)
    with closing(sqlite3.connect(path)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="an event is never"):
            connection.execute(sql)
        connection.commit()
    assert book.events() == saved


Step = tuple[int, str, bool]  # which id, which verdict, and whether it goes with the next
STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["accept", "reject"]), st.booleans()), max_size=12
)


@settings(max_examples=25)  # each of them writes files
@given(STEPS)
def test_the_book_is_the_list_of_first_savings(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[Step]
) -> None:
    """Against a list in memory: batches that contradict the book or themselves leave no trace."""
    with closing(Book(tmp_path_factory.mktemp("b") / "book.sqlite", Watch())) as book:
        expected: dict[str, New] = {}
        batch: list[New] = []
        for number, verdict, together in [*steps, (9, "accept", False)]:
            batch.append(new(f"id-{number}", "ada", decides(verdict)))
            if together:
                continue
            after = dict(expected)
            fits = all(after.setdefault(act.event_id, act) == act for act in batch)
            try:
                saved = book.append(*batch)
                assert fits
                assert [event.payload for event in saved] == [act.payload for act in batch]
                expected = after
            except ReviewConflict:
                assert not fits
            batch = []
        found = book.events()
        assert [event.event_id for event in found] == list(expected)
        assert [event.number for event in found] == list(range(1, len(found) + 1))
        assert [event.payload for event in found] == [act.payload for act in expected.values()]


EACH = 20  # acts of a writer


def write(book: Book, writer: int) -> None:
    """Each act is sent twice, as over a bad connection; the writers share one act, too."""
    for n in range(EACH):
        act = new(f"w{writer}-{n}", f"p{writer}", decides(item=f"item:{n}"))
        assert book.append(act) == book.append(act)
    book.append(new("of-all", "ada", decides()))


def assert_all_there(book: Book, writers: int) -> None:
    events = book.events(Q1)
    assert [event.number for event in events] == list(range(1, EACH * writers + 2))
    assert Counter(event.person for event in events) == {
        "ada": 1, **{f"p{writer}": EACH for writer in range(writers)},
    }  # fmt: skip
    for writer in range(writers):
        own = [e.payload for e in events if e.person == f"p{writer}"]
        assert own == [decides(item=f"item:{n}") for n in range(EACH)]


def test_fifty_threads_write_at_once(path: Path) -> None:
    book = Book(path, utc_now)
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda writer: write(book, writer), range(50)))
    assert_all_there(book, 50)
    book.close()


def run(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_fifty_writers_in_five_processes_make_the_book_together(path: Path) -> None:
    """None of them finds a book: its tables are made once."""
    processes = [run("write", path, first) for first in range(0, 50, 10)]
    for process in processes:
        _, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint
    assert_all_there(Book(path, utc_now), 50)


def test_what_was_said_to_be_saved_is_there_once_after_any_kill(path: Path) -> None:
    """A process saves and says so; killed anywhere, the next one repeats what was not said."""
    moments = random.Random(2026)
    said: list[str] = []
    for _ in range(6):
        process = run("save", path, len(said))
        assert process.stdout
        with process:
            said.append(process.stdout.readline().strip())  # it has begun
            time.sleep(moments.uniform(0.0, 0.15))
            process.kill()
            said += process.stdout.read().split("\n")[:-1]
    found = [event.event_id for event in Book(path, utc_now).events()]
    assert len(said) > 12
    assert found == [new(f"s{n}", "ada", decides()).event_id for n in range(len(found))]
    # The last kill may have come between the saving and the saying.
    assert found[: len(said)] == said
    assert len(found) - len(said) in (0, 1)


def test_a_full_disk_is_one_sentence_and_what_was_saved_stays(path: Path) -> None:
    process = run("fill", path)
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == 0, complaint
    *saved, sentence = said.splitlines()
    assert sentence.startswith(f"StorageFull: cannot write to {path}: the disk is full")
    book = Book(path, utc_now)
    assert [event.event_id for event in book.events()] == saved
    assert len(book.append(ACCEPT)) == 1  # there is room again


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFull, match="a part of this path is a file"):
        Book(tmp_path / "file" / "book.sqlite", utc_now).append(ACCEPT)


@pytest.mark.parametrize("content", [b"no database at all" * 100, None], ids=["other", "damaged"])
def test_a_broken_file_is_one_sentence(path: Path, content: bytes | None) -> None:
    with closing(Book(path, utc_now)) as book:
        book.append(*(new(f"n{n}", "ada", decides(item=f"item:{n}")) for n in range(200)))
    whole = path.read_bytes()
    # The head stays, so that it opens; what is in it cannot be read.
    path.write_bytes(content or whole[:4096] + os.urandom(len(whole) - 4096))
    with pytest.raises(StoreCorrupt, match="put its last backup in its place"):
        Book(path, utc_now).events(Q1)
    with pytest.raises(DigestError):
        Book(path, utc_now).append(ACCEPT)


def test_a_book_of_a_newer_digest_is_left_alone(path: Path, book: Book) -> None:
    book.append(ACCEPT)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer digest"):
        Book(path, utc_now).append(ACCEPT)


def test_who_waits_too_long_hears_why(book: Book, path: Path) -> None:
    book.append(ACCEPT)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = Book(path, utc_now, patience=0.1)
        with pytest.raises(StoreBusy, match="written by others"):
            waiting.append(new("two", "ada", decides()))
        assert waiting.last(Q1) == 1  # who reads need not wait
    assert len(waiting.append(new("two", "ada", decides()))) == 1


def main(what: str, path: Path, first: int) -> None:
    """What the other processes do."""
    book = Book(path, utc_now)
    if what == "write":
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda writer: write(book, writer), range(first, first + 10)))
    elif what == "save":
        for n in range(first, 100_000):
            act = new(f"s{n}", "ada", decides(item=f"item:{n}"))
            print(book.append(act)[0].event_id, flush=True)  # noqa: T201
    elif what == "fill":
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        try:
            for n in range(1_000):
                (saved,) = book.append(new(f"f{n}", "ada", Comment("edition", "long " * 700)))
                print(saved.event_id, flush=True)  # noqa: T201
        except DigestError as error:
            print(f"{type(error).__name__}: {error}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int([*sys.argv, "0"][3]))
