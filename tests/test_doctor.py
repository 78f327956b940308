"""``digest doctor``: a sound working folder has no fault, and each kind of damage is named."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from digest.config import SHIPPED_MODEL, Workplace, utc_now
from digest.doctor import Finding, examine
from digest.edition.shelf import Basis, Shelf
from digest.review.book import Book
from digest.review.events import Comment, New
from digest.review.packet import write_packet
from digest.store.archive import Archive
from digest.store.database import snapshot_path, writing
from digest.taxonomy import load
from tests.examples import NOON, Q1, another_writer, edition


@pytest.fixture
def small_model(harvested: Workplace) -> Path:
    """A model of the working folder itself, so that the large one is not read each time."""
    harvested.model.mkdir()
    about = orjson.loads((SHIPPED_MODEL / "model.json").read_bytes())
    shutil.copy(SHIPPED_MODEL / "heads.npz", harvested.model)
    about["files"] = {"heads.npz": about["files"]["heads.npz"]}
    about["codebook"] = load().version
    (harvested.model / "model.json").write_bytes(orjson.dumps(about))
    return harvested.model


@pytest.fixture
def whole(harvested: Workplace, small_model: Path) -> Workplace:
    """A harvested working folder with a model, a published edition and a draft."""
    shelf = Shelf(harvested.editions)
    shelf.publish(edition(), NOON, Basis(load(), None))
    shelf.put_draft(edition(records=2))
    return harvested


def wrong(place: Workplace) -> list[str]:
    return [str(finding) for finding in examine(place) if not finding.is_well]


def test_a_sound_folder_has_no_fault(whole: Workplace) -> None:
    findings = list(examine(whole))
    assert [f for f in findings if not f.is_well] == []
    assert [f.what for f in findings] == [
        "database", "counts and links", "items", "snapshot for readers", "raw archive", "model",
        "codebook", "editions",
    ]  # fmt: skip
    assert re.fullmatch(
        r"ok    database: .* \d+ documents, \d+ records, \d+ items", str(findings[0])
    )


def test_it_changes_nothing(whole: Workplace) -> None:
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in whole.folder.rglob("*")}
    list(examine(whole))
    assert {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in whole.folder.rglob("*")} == before


def test_a_finding_is_one_line() -> None:
    assert str(Finding(False, "model", "gone")) == "WRONG model: gone"
    assert str(Finding(True, "model", "there")) == "ok    model: there"


def test_the_shipped_model_is_whole_and_of_the_codebook_in_use(place: Workplace) -> None:
    findings = {f.what: f for f in examine(place)}
    assert findings["model"].is_well
    assert findings["codebook"].is_well


@pytest.mark.parametrize("harm", ["gone", "no-database", "cut"])
def test_a_database_that_is_not_there_or_not_whole_is_named_with_the_way_out(
    whole: Workplace, harm: str
) -> None:
    content = whole.database.read_bytes()
    whole.database.unlink()
    if harm != "gone":
        whole.database.write_bytes(b"no database" if harm == "no-database" else content[:-9_000])
    (sentence,) = wrong(whole)
    assert sentence.startswith("WRONG database: ")
    assert "'digest reparse'" in sentence
    assert harm == "cut" or str(whole.database) in sentence


def test_an_empty_folder_is_told_to_harvest(place: Workplace) -> None:
    first = next(iter(examine(place)))
    assert not first.is_well
    assert first.detail.endswith("harvest a quarter first (digest run 2026Q1)")
    assert not place.folder.exists()


def test_a_contradiction_is_named_by_its_rows(whole: Workplace) -> None:
    with writing(whole.database) as connection:
        connection.execute("UPDATE item SET withdrawn = true WHERE item_id = 'arxiv:2601.00005'")
        connection.execute("DELETE FROM document WHERE source = 'sample-journal'")
    lines = wrong(whole)
    assert any(line.startswith("WRONG items: arxiv:2601.00005 are not what") for line in lines)
    assert any("and 4 more are records of documents that are not known" in line for line in lines)
    assert all("'digest reparse'" in line for line in lines)


def test_what_the_archive_lost_is_named(whole: Workplace) -> None:
    archive = Archive(whole.raw)
    gone, damaged = (next(archive.documents(s)) for s in ("sample-journal", "sample-intergov"))
    next(whole.raw.rglob(f"{gone.sha256}.zst")).unlink()
    next(whole.raw.rglob(f"{damaged.sha256}.zst")).write_bytes(b"something else")
    lines = wrong(whole)
    assert len(lines) == 2
    assert any(gone.document_id in line and "is gone" in line for line in lines)
    assert any(
        damaged.document_id in line and "is not what its name says" in line for line in lines
    )


def test_an_answer_without_its_note_is_named(whole: Workplace) -> None:
    lost = next(Archive(whole.raw).documents("sample-journal"))
    next(whole.raw.rglob(f"{lost.document_id}.json")).unlink()
    (sentence,) = wrong(whole)
    assert f"{lost.document_id} of sample-journal are in the database and not in" in sentence


def test_a_note_that_cannot_be_read_is_named_and_the_rest_is_examined(whole: Workplace) -> None:
    note = next(whole.raw.rglob("d1-*.json"))
    note.write_bytes(b"{")
    findings = list(examine(whole))
    bad = [f for f in findings if not f.is_well]
    assert all(str(note) in f.detail and f.what == "raw archive" for f in bad)
    assert bad
    assert findings[-1].what == "editions"


def test_an_altered_model_is_named(whole: Workplace) -> None:
    heads = whole.model / "heads.npz"
    heads.write_bytes(heads.read_bytes() + b"x")
    (sentence,) = wrong(whole)
    assert f"the model's file {heads} was altered" in sentence


def test_a_model_for_another_codebook_is_named(whole: Workplace) -> None:
    path = whole.model / "model.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | {"codebook": "c1-other"}))
    (sentence,) = wrong(whole)
    assert re.search(r"codebook: c1-\w+, but the model was trained for c1-other: train", sentence)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("v1.0.json", edition(records=7).canonical(), id="another-manifest"),
        pytest.param("v1.0.json", b"{}", id="no-manifest"),
        pytest.param("v1.0.basis.json", b"{}", id="another-basis"),
        pytest.param("v1.0.meta.json", b"{}", id="no-date"),
        pytest.param("draft.json", b"no JSON", id="draft"),
    ],
)
def test_an_altered_edition_is_named(whole: Workplace, name: str, content: bytes) -> None:
    path = whole.editions / "2026Q1" / name
    path.write_bytes(content)
    (sentence,) = wrong(whole)
    assert sentence.startswith("WRONG editions: ")
    assert str(path) in sentence


@pytest.mark.parametrize("name", ["v1.0.json", ""])
def test_an_edition_that_may_not_be_read_is_named(whole: Workplace, name: str) -> None:
    """A folder where a file is looked for, and the other way round: the modes do not bind root."""
    path = whole.editions / "2026Q1" / name
    if name:
        path.unlink()
        path.mkdir()
    else:
        path = whole.editions
        shutil.rmtree(path)
        path.touch()
    (said,) = [line for line in wrong(whole) if f"cannot use {path}: " in line]
    assert said.startswith("WRONG editions: ")


def test_leftovers_of_killed_runs_are_named_and_are_no_fault(whole: Workplace) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = [
        whole.folder / ".digest.rebuilt.duckdb",
        whole.raw / "documents" / f".d1-x.json.{dead.pid}",
        whole.raw / f".incoming-{dead.pid}",
        whole.drafts / ".2026Q1.building",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    own = whole.raw / f".incoming-{os.getpid()}"
    own.touch()
    half = whole.editions / "2026Q1" / "v1.1.json"
    half.write_bytes(edition().canonical())
    aside = whole.folder / "digest.corrupt.duckdb"
    aside.touch()
    findings = list(examine(whole))
    assert all(f.is_well for f in findings)
    said = [f.detail for f in findings if f.what == "leftover"]
    for path in left:
        killed = f"{path} is of a run that was killed; when no digest runs, it may be deleted"
        assert killed in said
    assert f"{own} belongs to the running process {os.getpid()}" in said
    assert any(detail.startswith(f"{half} was not published to the end") for detail in said)
    assert any(detail.startswith(f"{aside} is a database that could not be") for detail in said)


def test_copies_under_names_of_no_quarter_are_named_and_not_examined(whole: Workplace) -> None:
    with closing(Book(whole.book, utc_now)) as book:
        book.append(New("a" * 32, Q1, "ada", Comment("edition", "well")))
        write_packet(whole.packet(Q1), "abc", Q1, [], {"selected": []}, utc_now)
    strays = [
        whole.editions / "2026Q1-old",
        whole.reviews / "2026Q1-copy.packet.sqlite",
        whole.reviews / "2026q1.papers.json",
    ]
    strays[0].mkdir()
    strays[1].write_bytes(b"half a copy")
    strays[2].touch()
    findings = list(examine(whole))
    assert all(f.is_well for f in findings)
    assert [f.detail for f in findings if f.what == "leftover"] == [
        f"{path} is named after no quarter and nothing reads it: keep it elsewhere"
        for path in strays
    ]
    assert any("1 packets with 0 items" in f.detail for f in findings)


def test_while_somebody_writes_the_snapshot_is_examined(whole: Workplace) -> None:
    with another_writer(whole.database):
        findings = list(examine(whole))
    assert findings[0].detail == "somebody is writing it; this is about its snapshot"
    assert all(f.is_well for f in findings)


def test_a_snapshot_that_cannot_be_read_is_made_anew_by_the_next_run(whole: Workplace) -> None:
    snapshot_path(whole.database).write_bytes(b"no database")
    (sentence,) = wrong(whole)
    assert sentence.startswith("WRONG snapshot for readers: ")
    assert sentence.endswith("the next digest run makes it anew")


def test_the_book_and_the_packets_of_reviews_are_read(whole: Workplace) -> None:
    assert not any(finding.what == "review" for finding in examine(whole))
    with closing(Book(whole.book, utc_now)) as book:
        book.append(New("a" * 32, Q1, "ada", Comment("edition", "well")))
    write_packet(whole.packet(Q1), "abc", Q1, [], {"selected": []}, utc_now)
    (found,) = (finding for finding in examine(whole) if finding.what == "review")
    assert found.is_well
    assert found.detail == "1 events in the book, 1 packets with 0 items: all can be read"
    whole.packet(Q1).write_bytes(b"no packet" * 999)
    (sentence,) = wrong(whole)
    assert sentence.startswith(f"WRONG review: the packet {whole.packet(Q1)} cannot be read")
    whole.book.write_bytes(b"no book" * 999)
    (sentence,) = wrong(whole)
    assert str(whole.book) in sentence
