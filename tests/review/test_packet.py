"""The packet: what was written is read back, an older one stays readable, damage is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from digest.errors import StorageFull, StoreCorrupt, StoreError
from digest.review.packet import About, Packet, PacketItem, PacketLabel, write_packet
from tests.examples import NOON, Q1

HEALTH = PacketLabel("sdg", "3", 0.8, 0.5, True, False, "It helps nurses.", 11, 27)
ONE = PacketItem(
    id="arxiv:2602.00001", kind="paper", date="2026-02-03", title="Une étude",
    text="We study 1. It helps nurses.", url="https://arxiv.org/abs/2602.00001", language="en",
    authors=("A. Author", "B. Author"), outlets=("arXiv",), sources=("arxiv-cs-ai",),
    categories=("cs.AI",), withdrawn=False, late=False, story="s1", labels=(HEALTH,),
    pages=(("sdg", "3"),),
)  # fmt: skip
TWO = replace(
    ONE, id="url:2", kind="news", title="别的", story="s1", labels=(), pages=(), late=True
)
THREE = replace(ONE, id="url:3", story="", labels=(), pages=())
ABOUT = About("first", 7, {"url:3": 0.25, "url:2": 1.0}, {"unsure": 12}, 3)
QUEUES = {"selected": [ONE.id], "late": [], "sample": ["url:3", "url:2"], "goal/3": [ONE.id]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "review" / "2026Q1.packet.sqlite"


def write(path: Path, sha256: str = "abc") -> None:
    every = [ONE, TWO, THREE]
    drawn_from = ((item.id, item.kind) for item in every)
    write_packet(path, sha256, Q1, every, QUEUES, lambda: NOON, ABOUT, drawn_from)


def test_what_was_written_is_read(path: Path) -> None:
    write(path)
    packet = Packet(path)
    assert (packet.sha256, packet.quarter, packet.made_at) == ("abc", Q1, NOON.isoformat())
    assert packet.about == ABOUT
    assert packet.item(ONE.id) == ONE
    assert packet.items(["url:3", "nobody", ONE.id]) == [THREE, ONE]
    assert packet.ids() == [ONE.id, "url:2", "url:3"]
    assert packet.item("nobody") is None
    assert packet.queues() == [("selected", 1), ("late", 0), ("sample", 2), ("goal/3", 1)]
    assert packet.queue("sample") == ["url:3", "url:2"]
    assert packet.queue("late") == packet.queue("no-such-queue") == []
    assert packet.story("s1") == [ONE.id, "url:2"]
    assert packet.story("") == []
    assert packet.population() == {ONE.id: "paper", "url:2": "news", "url:3": "paper"}


def test_a_packet_from_before_all_of_this_was_kept_is_read(path: Path) -> None:
    write(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE population")
        connection.execute("DELETE FROM meta WHERE key = 'people'")
    packet = Packet(path)
    assert packet.population() == {}
    assert packet.about == replace(ABOUT, people=None)


def test_a_reader_keeps_its_packet_when_another_takes_its_place(path: Path) -> None:
    write(path)
    before = Packet(path)
    write(path, "def")
    assert (before.sha256, before.item(ONE.id)) == ("abc", ONE)
    assert Packet(path).sha256 == "def"
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_several_threads_read_one_packet(path: Path) -> None:
    write(path)
    packet, found = Packet(path), []
    threads = [Thread(target=lambda: found.append(packet.item("url:2"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [TWO] * 8


def test_a_missing_a_damaged_and_an_unreadable_packet_are_told_apart(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Packet(path)
    write(path)
    path.write_bytes(path.read_bytes()[:50] + b"x" * 5000)
    with pytest.raises(StoreCorrupt, match=r"2026Q1\.packet\.sqlite cannot be read: make it anew"):
        Packet(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreError, match=r"cannot use .*2026Q1\.packet\.sqlite: Is a directory"):
        Packet(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "review").write_text("a file")
    with pytest.raises(StorageFull, match="a part of this path is a file"):
        write(tmp_path / "review" / "p.sqlite")
