"""The raw archive: what came is kept as it came, once, and damage to it is found."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.errors import StorageFull, StoreCorrupt
from digest.store.archive import Archive, Archived, open_plain, replace_folder, replacing
from tests.examples import NOON, Q1, document


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "raw")


def files(archive: Archive) -> list[Path]:
    return [path for path in archive.folder.rglob("*") if path.is_file()]


def body_of(archive: Archive, archived: Archived) -> Path:
    (path,) = archive.folder.rglob(f"{archived.sha256}.zst")
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(body=st.binary(max_size=300), headers=st.dictionaries(st.text(max_size=5), st.text()))
def test_what_is_kept_comes_back_byte_for_byte(
    archive: Archive, body: bytes, headers: dict[str, str]
) -> None:
    headers = {k: v for k, v in headers.items() if (k + v).isprintable()}
    came = document(body, headers=headers, url=f"https://x.example/{sorted(headers.items())}")
    assert archive.document(archive.keep(came, "feed", Q1)) == came


def test_the_same_answer_again_is_the_first_one(archive: Archive) -> None:
    first = archive.keep(document(hours=0), "feed", Q1, "fr")
    again = archive.keep(document(hours=48, headers={"etag": "new"}), "feed", Q1.next(), "en")
    assert again == first
    assert list(archive.documents()) == [first]
    assert len(files(archive)) == 2


@pytest.mark.parametrize(
    "change",
    [{"body": b"else"}, {"url": "https://b.example/"}, {"status": 503}, {"source": "who"}],
    ids=lambda change: next(iter(change)),
)
def test_another_answer_is_another_document(archive: Archive, change: dict[str, Any]) -> None:
    ids = {archive.keep(document(**c), "feed", Q1).document_id for c in ({}, change)}
    assert len(ids) == 2


def test_one_body_of_two_documents_lies_there_once(archive: Archive) -> None:
    for source in ("un-news", "who"):
        archive.keep(document(source=source), "feed", Q1)
    assert len([path for path in files(archive) if path.suffix == ".zst"]) == 1


def test_documents_come_oldest_first_and_by_source(archive: Archive) -> None:
    kept = [
        archive.keep(document(url=f"https://x.example/{h}", hours=h, source=s), "feed", Q1)
        for h, s in ((5, "who"), (1, "un-news"), (3, "who"))
    ]
    assert list(archive.documents()) == [kept[1], kept[2], kept[0]]
    assert list(archive.documents("who")) == [kept[2], kept[0]]


def test_times_are_kept_in_utc(archive: Archive) -> None:
    moscow = NOON.astimezone(timezone(timedelta(hours=3)))
    archive.keep(document(fetched_at=moscow), "feed", Q1)
    (found,) = archive.documents()
    assert (found.fetched_at, found.fetched_at.tzinfo) == (NOON, UTC)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_local_file_is_kept_by_its_plain_content(
    archive: Archive, tmp_path: Path, packed: bool
) -> None:
    content = b'{"id": "1"}\n' * 100_000
    path = tmp_path / "snapshot.jsonl"
    path.write_bytes(gzip.compress(content) if packed else content)
    kept = archive.keep_file(path, "arxiv-snapshot", "arxiv-snapshot", Q1, NOON)
    with archive.open(kept) as body:
        assert body.read() == content
    assert (kept.bytes, kept.url, kept.fetched_at) == (len(content), "snapshot.jsonl", NOON)
    assert list(archive.damaged()) == []


def test_a_file_is_the_same_document_packed_or_not(archive: Archive, tmp_path: Path) -> None:
    ids = set()
    for folder, content in (("a", b"x"), ("b", gzip.compress(b"x"))):
        path = tmp_path / folder / "f.jsonl"
        path.parent.mkdir()
        path.write_bytes(content)
        ids.add(archive.keep_file(path, "s", "arxiv-snapshot", Q1, datetime.now(UTC)).document_id)
    assert len(ids) == 1


def test_gzip_is_told_by_its_first_bytes_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "named.txt"
    path.write_bytes(gzip.compress(b"inside"))
    with open_plain(path) as body:
        assert body.read() == b"inside"


def test_damage_is_found_and_named(archive: Archive) -> None:
    good, gone, other, cut = (
        archive.keep(document(os.urandom(2_000), url=f"https://x.example/{n}"), "feed", Q1)
        for n in range(4)
    )
    body_of(archive, gone).unlink()
    body_of(archive, other).write_bytes(body_of(archive, good).read_bytes())
    body_of(archive, cut).write_bytes(body_of(archive, cut).read_bytes()[:1_000])
    found = {archived.document_id: what for archived, what in archive.damaged()}
    assert found.keys() == {gone.document_id, other.document_id, cut.document_id}
    assert "is gone; restore it from a backup" in found[gone.document_id]
    assert "is not what its name says; restore it" in found[other.document_id]
    assert archive.document(good).body
    for damaged in (gone, other, cut):
        with pytest.raises(StoreCorrupt, match=damaged.document_id):
            archive.document(damaged)


def test_what_comes_again_takes_the_place_of_a_lost_or_damaged_body(archive: Archive) -> None:
    came = [document(os.urandom(2_000), url=f"https://x.example/{n}") for n in range(3)]
    gone, other, cut = (archive.keep(one, "feed", Q1) for one in came)
    body_of(archive, gone).unlink()
    body_of(archive, other).write_bytes(body_of(archive, cut).read_bytes())
    body_of(archive, cut).write_bytes(body_of(archive, cut).read_bytes()[:1_000])
    assert [archive.is_whole(one) for one in (gone, other, cut)] == [False] * 3
    assert [archive.keep(one, "feed", Q1) for one in came] == [gone, other, cut]
    assert [archive.is_whole(one) for one in (gone, other, cut)] == [True] * 3
    assert list(archive.damaged()) == []


def test_a_note_that_cannot_be_read_is_named(archive: Archive) -> None:
    kept = archive.keep(document(), "feed", Q1)
    note = archive.folder / "documents" / "un-news" / f"{kept.document_id}.json"
    note.write_bytes(note.read_bytes()[:40])
    with pytest.raises(StoreCorrupt, match="cannot be read") as error:
        list(archive.documents())
    assert str(note) in str(error.value)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.json"
    with replacing(path) as out:
        out.write(b"first")
    with pytest.raises(KeyboardInterrupt), replacing(path) as out:
        out.write(b"seco")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"first"
    assert list(path.parent.iterdir()) == [path]


def test_a_reader_of_the_old_file_is_not_disturbed_by_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(b"first")
    with replacing(path) as out:
        out.write(b"second")
        assert path.read_bytes() == b"first"
    with path.open("rb") as reader:
        with replacing(path) as out:
            out.write(b"third")
        assert reader.read() == b"second"


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    place = tmp_path / "public"
    for name in ("old", "new"):
        built = tmp_path / "built"
        built.mkdir()
        (built / name).touch()
        replace_folder(built, place)
    assert [path.name for path in place.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["public"]


def test_a_full_disk_is_named_and_leaves_no_halves(small_disk: Path) -> None:
    archive = Archive(small_disk / "raw")
    with pytest.raises(StorageFull, match="the disk is full: free some space and run again"):
        for n in range(20):
            archive.keep(document(os.urandom(1_000_000), url=f"https://x.example/{n}"), "feed", Q1)
    assert len(list(archive.documents())) > 3
    assert list(archive.damaged()) == []
    assert not list(small_disk.rglob(".*"))


def test_a_local_file_that_does_not_fit_is_named_and_leaves_no_halves(
    small_disk: Path, tmp_path: Path
) -> None:
    path = tmp_path / "snapshot.jsonl"
    path.write_bytes(os.urandom(10_000_000))
    archive = Archive(small_disk / "raw")
    with pytest.raises(StorageFull, match="the disk is full"):
        archive.keep_file(path, "arxiv-snapshot", "arxiv-snapshot", Q1, NOON)
    assert files(archive) == []
