"""The finished site, as files: links, weights, policy, and what its pages say."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson
import pytest
from lxml import html

from digest.taxonomy import LANGUAGES
from tests.publish.documents import documents


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, html.HtmlElement]:
    """Every page of the site, parsed once for these tests, which only read it."""
    return documents(site)


def test_every_link_inside_the_site_leads_somewhere(
    site: Path, pages: dict[Path, html.HtmlElement]
) -> None:
    ids = {p: set(d.xpath("//@id")) for p, d in pages.items()}
    broken = []
    for page, document in pages.items():
        start = site if page.name == "404.html" else page.parent
        for link in document.xpath("//a/@href | //link/@href | //script/@src | //img/@src"):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            base = site if parts.path.startswith("/") else start
            target = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            if not target.exists() or (parts.fragment and parts.fragment not in ids[target]):
                broken.append((str(page.relative_to(site)), link))
    assert len(pages) > 100
    assert not broken


def test_nothing_is_loaded_from_another_host_and_no_script_is_inline(
    pages: dict[Path, html.HtmlElement],
) -> None:
    for page, document in pages.items():
        loaded = document.xpath("//script/@src | //link[@rel!='canonical']/@href | //img/@src")
        assert not [x for x in loaded if urlsplit(x).netloc], page
        inline = document.xpath(
            "//script[not(@src)][not(@type='application/json')][not(@type='application/ld+json')]"
        )
        assert not inline, page
        assert not document.xpath("//*[@style] | //style"), page
        policy = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert "default-src 'none'" in policy[0], page
        assert "unsafe" not in policy[0], page


def test_ids_are_unique_and_tables_and_images_are_named(
    pages: dict[Path, html.HtmlElement],
) -> None:
    for page, document in pages.items():
        ids = document.xpath("//article//@id")
        assert len(ids) == len(set(ids)), page
        assert not document.xpath("//article//th[not(@scope)]"), page
        assert not document.xpath("//article//table[not(caption)]"), page
        assert not document.xpath("//article//svg[@role='img'][not(title) or not(desc)]"), page


def test_pages_are_light(site: Path) -> None:
    weights = {p: p.stat().st_size for p in site.rglob("*.html")}
    assert max(weights.values()) < 300_000


def test_hostile_text_is_text(site: Path, hostile_title: str) -> None:
    document = html.fromstring((site / "2026Q1/sdg/1/index.html").read_text("utf-8"))
    heading = document.xpath("//h3[@id='guid-hostile']")[0]
    assert heading.text_content().startswith(hostile_title[:60])
    assert "{{ 7 * 7 }}" in heading.text_content()
    assert "[link](javascript:alert(1)) **bold**" in heading.text_content()
    article = heading.getparent()
    assert article.tag == "article"
    assert not article.xpath(".//script | .//img | .//strong | .//pre | .//h1")
    assert article.xpath(".//div[@class='labels']//li"), "the hostile title swallowed its labels"
    assert len(document.xpath("//h3[@id='guid-hostile']")) == 1


def test_the_short_address_has_the_newest_version_and_the_old_one_says_so(
    site: Path, pages: dict[Path, html.HtmlElement]
) -> None:
    newest = (site / "2026Q1/index.html").read_text("utf-8")
    old = (site / "2026Q1/v1.0/index.html").read_text("utf-8")
    assert "Version v1.1" in newest
    assert "replaces it" not in newest
    assert "This is version v1.0. Version v1.1, published 20 May 2026, replaces it" in old
    assert 'href="v1.0/"' in newest
    assert 'href="../v1.1/"' in old
    assert 'href="../v1.1/manifest.json"' in (site / "2026Q1/data/index.html").read_text("utf-8")
    editions = (site / "editions/index.html").read_text("utf-8")
    assert editions.index("2026Q1/v1.1/") < editions.index("2026Q1/v1.0/")
    assert editions.index("2026Q1/v1.0/") < editions.index("2025Q4/v1.0/")
    home = pages[site / "index.html"]
    listed = home.xpath("//h2[@id='editions']/following-sibling::div[1]//a/@href")
    assert listed == ["2026Q1/", "2025Q4/"]


def test_a_published_site_may_be_indexed_and_a_sample_says_so(site: Path) -> None:
    home = (site / "index.html").read_text("utf-8")
    assert "noindex" not in home
    assert "Draft for review" not in home
    assert "Sample: invented texts" in home
    assert "Sample: invented texts" in (site / "2025Q4/v1.0/method/index.html").read_text("utf-8")
    assert (site / "robots.txt").read_text() == "User-agent: *\nAllow: /\n"


def test_search_finds_each_item_once_under_the_short_address(site: Path) -> None:
    index = (site / "search/search_index.json").read_text("utf-8")
    assert "2026Q1/sdg/1/#guid-hostile" in index
    assert "2026Q1/v1.1/" not in index


def test_search_tells_quarters_apart_and_the_newest_weighs_most(site: Path) -> None:
    for path in ("", "fr/"):
        index = orjson.loads((site / path / "search/search_index.json").read_bytes())
        docs = {doc["location"]: doc for doc in index["docs"]}
        newer, older = (docs[f"{quarter}/goals/"] for quarter in ("2026Q1", "2025Q4"))
        assert newer["title"].endswith(" (2026Q1)")
        assert older["title"].endswith(" (2025Q4)")
        assert older["boost"] < newer["boost"]
        assert "boost" not in docs[""]


def test_search_passes_over_what_only_leads_to_items(
    site: Path, pages: dict[Path, html.HtmlElement]
) -> None:
    for path, goal in {"": "Zero hunger", "fr/": "Faim"}.items():
        index = orjson.loads((site / path / "search/search_index.json").read_bytes())
        explore = [doc for doc in index["docs"] if "/explore/" in doc["location"]]
        assert explore
        assert not [doc for doc in explore if goal in doc["text"]]
    # The theme takes the first end of an element of the same name for the end of what it left out.
    for file, document in pages.items():
        for left_out in document.iterfind(".//*[@data-search-exclude]"):
            assert left_out.find(f".//{left_out.tag}") is None, file


def test_heavy_files_stand_once_under_their_version(site: Path) -> None:
    seen: dict[str, Path] = {}
    for file in sorted(site.rglob("*")):
        if (
            file.suffix in {".csv", ".parquet", ".json", ".bib", ".ris"}
            and "feeds" not in file.parts
        ):
            assert "v1." in str(file.relative_to(site)) or file.parent in {site, *_searches(site)}
            seen[str(file.relative_to(site))] = file
    assert {"2026Q1/v1.0/data/items.csv", "2026Q1/v1.1/explore/items.json"} <= seen.keys()
    assert "2026Q1/feeds/rss.xml" in {str(f.relative_to(site)) for f in site.rglob("rss.xml")}


def _searches(site: Path) -> set[Path]:
    return set(site.rglob("search"))


def _head(page: Path) -> dict[str, str]:
    document = html.fromstring(page.read_text("utf-8"))
    said = {m.get("property"): m.get("content") for m in document.xpath("//meta[@property]")}
    said |= {m.get("name"): m.get("content") for m in document.xpath("//meta[@name]")}
    return said | {
        f"lang {x.get('hreflang')}": x.get("href") for x in document.xpath("//head/link")
    }


def test_every_page_says_what_it_is_to_search_engines_and_link_previews(
    pages: dict[Path, html.HtmlElement],
) -> None:
    descriptions = []
    for page, document in pages.items():
        if page.name == "404.html":
            continue
        said = _head(page)
        assert said["description"] == said["og:description"], page
        assert said["og:title"], page
        assert len(document.xpath("//link[@rel='canonical']")) == 1, page
        (things,) = document.xpath("//script[@type='application/ld+json']/text()")
        licences = [
            t["license"]
            for t in orjson.loads(str(things))["@graph"]
            if t["@type"] not in {"ItemList", "Dataset"}  # other people's texts are in these
        ]
        assert set(licences) <= {"https://creativecommons.org/licenses/by/4.0/"}, page
        descriptions.append(said["description"])
    assert len(descriptions) > 100


@pytest.mark.parametrize("page", ["", "2026Q1/", "2026Q1/goals/", "2026Q1/method/"])
def test_a_page_and_its_translations_name_each_other(site: Path, page: str) -> None:
    for tag in ("", "ar/", "zh/"):
        here = site / tag / page
        said = _head(here / "index.html")
        for language in LANGUAGES:
            other = site / ("" if language == "en" else language) / page / "index.html"
            assert (here / said[f"lang {language}"] / "index.html").resolve() == other, (tag, page)
    assert "lang ar" not in _head(site / "2026Q1/v1.0/index.html")
    assert "lang ar" not in _head(site / "2026Q1/sdg/1/index.html")


def test_without_an_address_for_reports_no_page_asks_for_one(site: Path) -> None:
    assert not [p for p in site.rglob("*.html") if "mailto:" in p.read_text("utf-8")]


def test_a_site_without_an_address_has_no_map(site: Path) -> None:
    assert not list(site.rglob("sitemap.xml*"))


def test_the_method_page_says_its_rates_in_numbers(site: Path) -> None:
    for page in ("2026Q1/method", "fr/2026Q1/method"):
        said = html.fromstring((site / page / "index.html").read_text("utf-8")).text_content()
        assert "10" in said.partition("discover" if page[0] == "2" else "découvertes")[2][:40], page
        assert "False" not in said


def test_a_correction_says_what_it_is_why_and_who_made_it(site: Path) -> None:
    for page in ("corrections/", "2026Q1/", "2026Q1/changes/"):
        said = html.fromstring((site / page / "index.html").read_text("utf-8")).text_content()
        assert "Amendment: what was said of some items is put right." in said, page
        assert "A news item was <missing> under Goal 1." in said, page
        assert "Corrected by Amina Okafor" in said, page


QUESTIONS = {
    "2026Q1/#findings": "Early warnings reach",
    "2026Q1/#shares": "interval",
    "2026Q1/goals/": "Goal 2: Zero hunger",
    "corrections/": "2026Q1 v1.1, 20 May 2026",
    "2026Q1/data/": "shares.csv",
    "cite/": "version v1.0",
}


def test_the_home_page_answers_questions_with_one_click(
    site: Path, pages: dict[Path, html.HtmlElement]
) -> None:
    home = pages[site / "index.html"]
    links = home.xpath("//h2[@id='questions']/following-sibling::div[1]//a/@href")
    assert links == list(QUESTIONS)
    for link, answer in QUESTIONS.items():
        page = html.fromstring((site / link.split("#")[0] / "index.html").read_text("utf-8"))
        assert answer in page.text_content(), link
    decided = html.fromstring((site / "2026Q1/sdg/2/index.html").read_text("utf-8"))
    assert "Labelled by machine" in decided.xpath("//article[@class='item']")[0].text_content()
