"""Which files there are, under which addresses, and what says so."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import orjson

from digest.publish.machine import Index, edition_files, site_files
from tests.publish.invented_edition import codebook, placements
from tests.publish.machine.whole_edition import LICENCE, SITE, all_files, editions, whole

Files = dict[str, bytes]


def test_an_edition_lists_every_file_of_its_own(files: Files) -> None:
    for folder in ("2026Q1/v1.0", "2026Q1/v1.1", "2025Q4/v1.0"):
        index = orjson.loads(files[f"{folder}/edition.json"])
        inside = {p for p in files if p.startswith(f"{folder}/")}
        listed = {f"{folder}/{one['path']}": one for one in index["files"]}
        assert listed.keys() == inside - {f"{folder}/edition.json"}
        for path, one in listed.items():
            assert one["sha256"] == hashlib.sha256(files[path]).hexdigest()
            assert one["bytes"] == len(files[path])
            assert "/" in one["type"]


def test_latest_says_which_edition_is_latest(files: Files) -> None:
    said = orjson.loads(files["latest.json"])
    assert said["licence"] == LICENCE.address
    assert "items.title" in said["rights"], "the licence is not one of other people's texts"
    latest = said["latest"]
    assert (latest["edition"], latest["version"]) == ("2026Q1", "v1.1")
    assert latest["published"] == "2026-05-02"
    assert latest["sha256"] == editions()[1].manifest.sha256
    assert latest["url"] == f"{SITE.address}2026Q1/v1.1/"
    for one in latest["files"]:
        content = files[one["url"].removeprefix(SITE.address)]
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
    told = [(e["edition"], e["version"], e["is_latest_of_its_quarter"]) for e in said["editions"]]
    assert told == [
        ("2026Q1", "v1.1", True), ("2026Q1", "v1.0", False), ("2025Q4", "v1.0", True),
    ]  # fmt: skip


def test_the_quarters_address_has_a_feed_that_goes_on_and_no_copies(files: Files) -> None:
    inside = {p for p in files if p.startswith("2026Q1/") and not p.startswith("2026Q1/v1")}
    assert inside == {f"2026Q1/feeds/{name}" for name in ("rss.xml", "atom.xml", "feed.json")}
    assert "2026Q1/v1.1/data/labels.parquet" in files


def test_a_correction_changes_no_file_of_the_version_before() -> None:
    first, corrected, _ = editions()
    place = list(placements([first]))[-1]
    alone = dict(edition_files(SITE, place, codebook(), first.manifest.canonical()))
    both = all_files()
    assert {name: both[f"2026Q1/v1.0/{name}"] for name in alone} == alone
    assert corrected.version == "v1.1"


def test_a_draft_has_data_and_citations_but_nothing_to_subscribe_to() -> None:
    draft = replace(editions()[0], version=None, published="", manifest=whole(items=10))
    (place,) = placements([draft])
    files = dict(edition_files(SITE, place, codebook(), draft.manifest.canonical()))
    assert "data/labels.csv" in files
    assert orjson.loads(files["cite/edition.json"])[0]["version"] == "draft"
    assert "issued" not in orjson.loads(files["cite/edition.json"])[0]
    assert not [path for path in files if "feeds/" in path]
    index = Index.from_json(files["edition.json"])
    assert (index.folder, index.name) == ("2026Q1/", "2026Q1 draft")
    assert dict(site_files(SITE, [index])) == {}


def test_the_same_editions_give_the_same_bytes(files: Files) -> None:
    assert all_files() == files


def test_the_tenth_correction_is_newer_than_the_ninth(files: Files) -> None:
    first = Index.from_json(files["2026Q1/v1.0/edition.json"])
    several = [replace(first, version=f"v1.{n}") for n in (9, 10, 0)]
    said = orjson.loads(dict(site_files(SITE, several))["latest.json"])
    assert said["latest"]["version"] == "v1.10"
    assert [e["is_latest_of_its_quarter"] for e in said["editions"]] == [True, False, False]
