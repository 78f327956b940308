"""The head of a page: parsed as a browser parses it, and read as a search engine reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import yaml
from lxml import html

from digest.publish.machine import Heads, Page, Site, head
from digest.publish.machine.chosen import chosen_items
from digest.publish.machine.metadata import canonical_path, edition_things, items_thing
from tests.publish.invented_edition import codebook, placements
from tests.publish.machine.whole_edition import HOSTILE, LICENCE, SITE, editions, places


def _page(folder: str, **changes: Any) -> Page:
    place = next(p for p in places() if p.folder == folder)
    values: dict[str, Any] = {
        "path": f"{folder}/sdg/1/",
        "title": HOSTILE,
        "description": 'A "quoted" <b>description</b>',
        "canonical": canonical_path(place, "sdg/1/"),
        "place": place,
    }
    return Page(**values | changes)


def _head(page: Page, site: Site = SITE) -> html.HtmlElement:
    return html.document_fromstring(f"<html><head>{head(page, site)}</head><body></body></html>")


def _things(document: html.HtmlElement) -> list[dict[str, Any]]:
    (text,) = document.xpath("//script[@type='application/ld+json']/text()")
    data = orjson.loads(str(text))
    assert data["@context"] == "https://schema.org"
    things: list[dict[str, Any]] = data["@graph"]
    return things


def _meta(document: html.HtmlElement) -> dict[str, str]:
    return {m.get("property"): m.get("content") for m in document.xpath("//meta[@property]")}


def test_the_latest_version_is_known_by_its_quarters_address_and_an_old_one_by_its_own() -> None:
    for folder, known in {"2026Q1": "2026Q1", "2026Q1/v1.1": "2026Q1"}.items():
        (link,) = _head(_page(folder)).xpath("//link[@rel='canonical']/@href")
        assert link == f"{SITE.address}{known}/sdg/1/"
    (old,) = _head(_page("2026Q1/v1.0")).xpath("//link[@rel='canonical']/@href")
    assert old == f"{SITE.address}2026Q1/v1.0/sdg/1/"


def test_the_page_in_other_languages_is_linked() -> None:
    languages = {"en": "2026Q1/goals/", "zh": "zh/2026Q1/goals/"}
    document = _head(_page("2026Q1", languages=languages))
    found = {x.get("hreflang"): x.get("href") for x in document.xpath("//link[@hreflang]")}
    assert found == {
        "en": f"{SITE.address}2026Q1/goals/",
        "zh": f"{SITE.address}zh/2026Q1/goals/",
        "x-default": f"{SITE.address}2026Q1/goals/",
    }


def test_link_previews_have_what_open_graph_requires() -> None:
    meta = _meta(_head(_page("2026Q1", title="Goal 1")))
    assert (meta["og:title"], meta["og:type"]) == ("Goal 1", "article")
    assert meta["og:url"] == f"{SITE.address}2026Q1/sdg/1/"
    assert meta["og:description"] == 'A "quoted" <b>description</b>'
    assert meta["article:published_time"] == "2026-05-02"
    assert "og:url" not in _meta(_head(_page("2026Q1"), Site("Digest", "A digest.")))


def test_feeds_can_be_found(files: dict[str, bytes]) -> None:
    document = _head(_page("2026Q1/v1.0"))
    links = document.xpath("//link[contains(@rel, 'alternate')][@type]/@href")
    paths = [link.removeprefix(SITE.address) for link in links]
    assert {p.rpartition("/")[0] for p in paths} == {"feeds", "2026Q1/v1.0/feeds"}
    assert len(paths) == 6
    assert set(paths) <= files.keys()


def test_without_an_address_links_are_relative_to_the_page(files: dict[str, bytes]) -> None:
    document = _head(_page("2026Q1/v1.0"), Site("Digest", "A digest."))
    (link,) = document.xpath("//link[@rel='canonical']/@href")
    assert link == "./"
    assert "../../../../feeds/rss.xml" in document.xpath("//link/@href")


def test_a_hostile_title_opens_and_ends_nothing() -> None:
    chosen = chosen_items(editions()[1].manifest, codebook())
    document = _head(_page("2026Q1", things=[items_thing(HOSTILE, chosen)]))
    assert len(document.xpath("//script")) == 1
    assert not document.xpath("//body//*")
    (things,) = _things(document)
    assert things["name"] == HOSTILE
    articles = [element["item"] for element in things["itemListElement"]]
    assert len(articles) == len(chosen) == things["numberOfItems"]
    assert {a["@type"] for a in articles} == {"ScholarlyArticle", "NewsArticle"}
    assert all(a["name"] and a["datePublished"] for a in articles)
    evil = next(a for a in articles if a["identifier"] == "guid:hostile")
    assert "url" not in evil


def test_the_edition_is_an_issue_with_a_data_set(files: dict[str, bytes]) -> None:
    place = next(p for p in places() if p.folder == "2026Q1")
    things = edition_things(SITE, place, "ab" * 32, "2026Q1/index.html")
    issue, data = _things(_head(_page("2026Q1", things=things)))
    assert (issue["@type"], issue["issueNumber"]) == ("PublicationIssue", "2026Q1")
    assert issue["hasPart"] == {"@id": data["@id"]}
    assert data["temporalCoverage"] == "2026-01-01/2026-03-31"
    assert 50 <= len(data["description"]) <= 5000  # what search engines accept
    for download in data["distribution"]:
        assert download["contentUrl"].removeprefix(SITE.address) in files


def test_a_page_carries_its_head_in_its_front_matter() -> None:
    place = next(p for p in places() if p.folder == "2026Q1/v1.0")
    heads = Heads(SITE, place, codebook(), "ab" * 32)
    front = '---\ntitle: "Goal 1 &amp; more"\ndescription: "What"\n---\n\n# Goal\n\n---\n'
    added = heads.added("sdg/1.md", front)
    meta = yaml.safe_load(added.split("---\n")[1])
    assert added.split("---\n", 2)[2] == front.split("---\n", 2)[2]
    assert (meta["title"], meta["description"]) == ("Goal 1 &amp; more", "What")
    document = html.document_fromstring(f"<html><head>{meta['head']}</head></html>")
    assert _meta(document)["og:title"] == "Goal 1 & more"
    assert document.xpath("//link/@hreflang") == []
    section = next(s for s in place.edition.manifest.sections if s.label == "1")
    withdrawn = {i.id for i in place.edition.manifest.items if i.withdrawn}
    (things,) = _things(document)
    listed = [element["item"]["identifier"] for element in things["itemListElement"]]
    assert listed == [i for i in section.chosen if i not in withdrawn]


def _headed(heads: Heads, name: str) -> html.HtmlElement:
    front = '---\ntitle: "T"\ndescription: "D"\n---\n'
    meta = yaml.safe_load(heads.added(name, front).split("---\n")[1])
    return html.document_fromstring(f"<html><head>{meta['head']}</head></html>")


def test_the_quarters_page_is_the_issue_and_another_page_is_a_page() -> None:
    place = next(p for p in places() if p.folder == "2026Q1")
    heads = Heads(SITE, place, codebook(), "ab" * 32)
    issue, data = _things(_headed(heads, "index.md"))
    assert [issue["@type"], data["@type"]] == ["PublicationIssue", "Dataset"]
    assert issue["license"] == LICENCE.address
    (page,) = _things(_headed(heads, "method.md"))
    assert (page["@type"], page["license"]) == ("WebPage", LICENCE.address)
    assert page["url"] == f"{SITE.address}2026Q1/method/"


def test_the_licence_is_of_our_own_part_of_the_data_set() -> None:
    place = next(p for p in places() if p.folder == "2026Q1/v1.1")
    issue, data = edition_things(SITE, place, "ab" * 32, "2026Q1/index.html")
    assert "license" not in data
    assert issue["usageInfo"] == data["usageInfo"] == f"{SITE.address}2026Q1/v1.1/data/#terms"
    assert "items.title" in data["copyrightNotice"]
    licensed = {
        download["contentUrl"].rpartition("/")[2]
        for download in data["distribution"]
        if download.get("license") == LICENCE.address
    }
    assert {"counts.csv", "shares.parquet", "decisions.json", "findings.csv"} <= licensed
    assert not licensed & {"items.csv", "labels.json", "stories.parquet", "sources.csv"}


def test_only_pages_that_every_language_has_name_their_translations() -> None:
    newest, version = (
        Heads(SITE, next(p for p in places() if p.folder == folder), codebook(), "ab" * 32)
        for folder in ("2026Q1", "2026Q1/v1.1")
    )
    known = {"ar", "en", "es", "fr", "ru", "zh", "x-default"}
    assert set(_headed(newest, "goals.md").xpath("//link/@hreflang")) == known
    assert set(_headed(newest, "index.md").xpath("//link/@hreflang")) == known
    assert _headed(newest, "sources.md").xpath("//link/@hreflang") == []
    assert _headed(version, "goals.md").xpath("//link/@hreflang") == []


def test_a_draft_offers_no_feed() -> None:
    draft = replace(editions()[0], version=None, published="")
    (place,) = placements([draft])
    front = '---\ntitle: "T"\ndescription: "D"\n---\n'
    assert "feeds/" not in Heads(SITE, place, codebook(), "ab" * 32).added("index.md", front)
