"""The feeds, read back by a feed reader and held against what their specifications require."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser
import orjson
import pytest
from lxml import etree

from digest.publish.machine import Site
from tests.publish.machine.whole_edition import SITE, all_files, editions

Files = dict[str, bytes]
FOLDERS = ["feeds/", "2026Q1/feeds/", "2026Q1/v1.0/feeds/", "2025Q4/v1.0/feeds/"]
ATOM = "{http://www.w3.org/2005/Atom}"


def _parsed(files: Files, folder: str, name: str) -> Any:
    parsed = feedparser.parse(files[f"{folder}{name}"])
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def _json(files: Files, folder: str) -> Any:
    return orjson.loads(files[f"{folder}feed.json"])


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_feed_reader_finds_the_same_entries_in_all_three(files: Files, folder: str) -> None:
    rss, atom = _parsed(files, folder, "rss.xml"), _parsed(files, folder, "atom.xml")
    items = _json(files, folder)["items"]
    assert (rss.version, atom.version) == ("rss20", "atom10")
    assert items
    ids = [item["id"] for item in items]
    assert [e.id for e in rss.entries] == [e.id for e in atom.entries] == ids
    assert len(set(ids)) == len(ids)
    days = [item["date_published"][:10] for item in items]
    assert [e.published[:10] for e in atom.entries] == days
    assert [f"{parsedate_to_datetime(e.published):%Y-%m-%d}" for e in rss.entries] == days
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("folder", FOLDERS)
def test_rss_has_what_it_requires(files: Files, folder: str) -> None:
    root = etree.fromstring(files[f"{folder}rss.xml"])
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    channel = root.find("channel")
    assert channel is not None
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert channel.findtext(name)
    own = channel.find(f"{ATOM}link")
    assert own is not None
    assert own.get("href") == f"{SITE.address}{folder}rss.xml"
    for item in channel.iterfind("item"):
        assert item.findtext("title")
        assert item.findtext("link", "").startswith("https://")
        guid = item.find("guid")
        assert guid is not None
        assert guid.get("isPermaLink") == "false"


@pytest.mark.parametrize("folder", FOLDERS)
def test_atom_has_what_it_requires(files: Files, folder: str) -> None:
    root = etree.fromstring(files[f"{folder}atom.xml"])
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iterfind(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert element.findtext(f"{ATOM}id", "").startswith("urn:uuid:")
        datetime.fromisoformat(element.findtext(f"{ATOM}updated", ""))
        assert len(element.findall(f"{ATOM}link[@rel='alternate']")) == 1
    assert root.findtext(f"{ATOM}author/{ATOM}name") == SITE.name


@pytest.mark.parametrize("folder", FOLDERS)
def test_json_feed_has_what_it_requires(files: Files, folder: str) -> None:
    feed = _json(files, folder)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["feed_url"] == f"{SITE.address}{folder}feed.json"
    for item in feed["items"]:
        assert item["content_text"]
        assert item["url"].startswith(SITE.address)
        assert all(set(author) == {"name"} for author in item.get("authors", []))
        datetime.fromisoformat(item["date_published"])


def test_every_version_is_an_entry_and_a_correction_says_what_it_corrects(files: Files) -> None:
    correction, first, before = _json(files, "feeds/")["items"]
    assert [i["url"].removeprefix(SITE.address) for i in (correction, first, before)] == [
        "2026Q1/v1.1/", "2026Q1/v1.0/", "2025Q4/v1.0/",
    ]  # fmt: skip
    assert [i["tags"] for i in (correction, first)] == [["correction"], ["edition"]]
    assert correction["title"] == "2026Q1: January to March 2026, corrected (v1.1)"
    told = correction["content_text"]
    assert "1 item entered; also changed: the model." in told
    assert "Update: new evidence came in. A source <answered> at last." in told
    assert "Corrected by Amina Okafor." in told
    assert correction["date_published"] == "2026-05-02T00:00:00Z"


def test_the_items_of_an_edition_are_those_that_its_pages_show(files: Files) -> None:
    manifest = editions()[0].manifest
    items = {i.id: i for i in manifest.items if not i.withdrawn}
    chosen = {i for s in manifest.sections for i in s.chosen} & items.keys()
    feed = _json(files, "2026Q1/v1.0/feeds/")
    assert {i["external_url"] for i in feed["items"]} == {items[i].url for i in chosen}
    assert len(feed["items"]) == len(chosen)
    entry = next(i for i in feed["items"] if "decided by panel:r-7" in i["content_text"])
    assert "by machine" not in entry["content_text"]
    assert "“" in entry["content_text"]


def test_an_item_keeps_its_id_in_every_version(files: Files) -> None:
    old, new = (
        {i["external_url"]: i["id"] for i in _json(files, f)["items"] if "external_url" in i}
        for f in ("2026Q1/v1.0/feeds/", "2026Q1/feeds/")
    )
    assert old.items() <= new.items()


def test_hostile_text_stays_text(files: Files) -> None:
    folder = "2026Q1/feeds/"
    entry = next(e for e in _parsed(files, folder, "atom.xml").entries if "evil" in e.title)
    assert entry.title_detail.type == "text/plain"
    assert "<script>alert(1)</script>" in entry.title
    assert entry.link == f"{SITE.address}2026Q1/sdg/1/"
    raw = etree.fromstring(files[f"{folder}rss.xml"])
    texts = [item.findtext("description", "") for item in raw.iter("item")]
    # A reader takes the description for HTML: after XML's unescaping no tag may be left.
    assert not any("<script" in text for text in texts)
    assert any("&lt;script&gt;" in text for text in texts)
    for name in ("rss.xml", "atom.xml", "feed.json"):
        assert not set(files[f"{folder}{name}"].decode()) & set("\u202e\u202c\ufffe\x07")
        assert len(entry.title) <= 300


def test_without_an_address_links_are_relative_to_the_feed() -> None:
    files = all_files(Site("Digest", "A digest."))
    assert _json(files, "feeds/")["items"][0]["url"] == "../2026Q1/v1.1/"
    assert _json(files, "feeds/")["home_page_url"] == "../"
    feed = _json(files, "2026Q1/v1.0/feeds/")
    assert (feed["home_page_url"], feed["feed_url"]) == ("../", "feed.json")
    assert feed["items"][0]["url"].startswith("../")


def test_ids_do_not_depend_on_the_address(files: Files) -> None:
    moved = all_files(Site("Renamed", "A digest.", "https://elsewhere.example/"))
    for folder in FOLDERS:
        now = [i["id"] for i in _json(moved, folder)["items"]]
        assert now == [i["id"] for i in _json(files, folder)["items"]]
        was = etree.fromstring(files[f"{folder}atom.xml"]).findtext(f"{ATOM}id")
        assert etree.fromstring(moved[f"{folder}atom.xml"]).findtext(f"{ATOM}id") == was
