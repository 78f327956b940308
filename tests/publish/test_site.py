"""The finished site, as files: links, weights, policy, drafts, and the same bytes everywhere."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
import pytest
from lxml import etree, html

from digest.errors import ConfigError, DigestError, StorageFull
from digest.publish import Listed, PublishedEdition, build_site, mkdocs
from digest.publish.editions import placements
from digest.publish.mkdocs import run_mkdocs
from digest.publish.render import write
from digest.taxonomy import LANGUAGES
from tests.publish.invented_edition import codebook, manifest, published

TESTS = Path(__file__).parent


def _build(editions: list[PublishedEdition], out: Path, *, draft: bool = False) -> list[str]:
    return build_site(
        [Listed.of(edition) for edition in editions],
        codebook(),
        out,
        draft=draft,
        scratch=out.with_name("scratch"),
        parts=out.with_name("parts"),
    )


def _documents(site: Path) -> dict[Path, html.HtmlElement]:
    return {p: html.fromstring(p.read_text("utf-8")) for p in sorted(site.rglob("*.html"))}


def _fingerprint(site: Path) -> dict[str, str]:
    return {
        str(p.relative_to(site)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(site.rglob("*"))
        if p.is_file()
    }


def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    documents = _documents(site)
    ids = {p: set(d.xpath("//@id")) for p, d in documents.items()}
    broken = []
    for page, document in documents.items():
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
    assert len(documents) > 100
    assert not broken


def test_nothing_is_loaded_from_another_host_and_no_script_is_inline(site: Path) -> None:
    for page, document in _documents(site).items():
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


def test_ids_are_unique_and_tables_and_images_are_named(site: Path) -> None:
    for page, document in _documents(site).items():
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


def test_the_short_address_has_the_newest_version_and_the_old_one_says_so(site: Path) -> None:
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
    home = _documents(site)[site / "index.html"]
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


def test_a_draft_says_so_on_every_page_and_asks_not_to_be_indexed(tmp_path: Path) -> None:
    draft = PublishedEdition(manifest(items=20), None, "")
    out = tmp_path / "draft"
    _build([draft], out, draft=True)
    documents = _documents(out)
    assert len(documents) > 25
    for page, document in documents.items():
        banner = document.xpath("//aside[contains(@class, 'md-banner')]")[0].text_content()
        assert "Draft for review by the panel, not published" in banner, page
        assert document.xpath("//meta[@name='robots']/@content") == ["noindex"], page
    assert (out / "robots.txt").read_text() == "User-agent: *\nDisallow: /\n"


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


def test_every_page_says_what_it_is_to_search_engines_and_link_previews(site: Path) -> None:
    descriptions = []
    for page, document in _documents(site).items():
        if page.name == "404.html":
            continue
        said = _head(page)
        assert said["description"] == said["og:description"], page
        assert said["og:title"], page
        assert len(document.xpath("//link[@rel='canonical']")) == 1, page
        (things,) = document.xpath("//script[@type='application/ld+json']/text()")
        licences = [
            t["license"] for t in orjson.loads(str(things))["@graph"] if t["@type"] != "ItemList"
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


ADDRESS = "https://digest.example/sdg/"


def test_with_an_address_every_canonical_link_is_absolute_and_on_the_map(tmp_path: Path) -> None:
    _clone(tmp_path)
    settings = tmp_path / "mkdocs.yml"
    text = settings.read_text("utf-8")
    text = text.replace('site_url: ""', f"site_url: {ADDRESS}")
    settings.write_text(text.replace('report: ""', "report: editor@digest.example"), "utf-8")
    done = _build_elsewhere(tmp_path)
    assert done.returncode == 0, done.stderr
    site = tmp_path / "out" / "site"
    known = set()
    for page, document in _documents(site).items():
        if page.name == "index.html":
            own = ADDRESS + page.relative_to(site).as_posix().removesuffix("index.html")
            (canonical,) = document.xpath("//link[@rel='canonical']/@href")
            assert canonical == own.replace("/v1.0/", "/")
            known.add(canonical)
    listed = [str(e.text) for e in etree.parse(site / "sitemap.xml").iter("{*}loc")]
    assert sorted(listed) == sorted(known)
    assert {f"{ADDRESS}zh/2026Q1/goals/", f"{ADDRESS}2025Q4/sdg/2/", ADDRESS} <= known
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (site / "robots.txt").read_text()
    assert f'href="{ADDRESS}feeds/atom.xml"' in (site / "feeds/atom.xml").read_text("utf-8")
    _letters_name_page_and_version(site)


def _letters_name_page_and_version(site: Path) -> None:
    for page in ("2026Q1/sdg/2/", "2026Q1/v1.0/method/", "ru/2026Q1/goals/"):
        document = html.fromstring((site / page / "index.html").read_text("utf-8"))
        (link,) = document.xpath("//p[@class='report']/a/@href")
        letter = urlsplit(link)
        said = parse_qs(letter.query)
        assert letter.path == "editor@digest.example"
        assert said["subject"][0].endswith(": 2026Q1 v1.0")
        assert f"{ADDRESS}{page}\r\n" in said["body"][0]
    assert "mailto:editor@" in (site / "corrections/index.html").read_text("utf-8")


def test_without_an_address_for_reports_no_page_asks_for_one(site: Path) -> None:
    assert not [p for p in site.rglob("*.html") if "mailto:" in p.read_text("utf-8")]


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    for address, report, said in (
        ("example.org", "", "give the site's public address"),
        ("ftp://example.org/", "", "give the site's public address"),
        ("https:///x", "", "give the site's public address"),
        ("", "editor at example.org", "give a mail address"),
        ("", "a@b.org?cc=c@d.org", "give a mail address"),
    ):
        named = f"site_name: x\nsite_description: x\nsite_url: '{address}'\n"
        settings = write(
            tmp_path / "mkdocs.yml", f"{named}extra: {{report: '{report}'}}\n".encode()
        )
        with pytest.raises(ConfigError, match=said):
            mkdocs.the_site(settings)


def test_a_site_without_an_address_has_no_map(site: Path) -> None:
    assert not list(site.rglob("sitemap.xml*"))


_BUILD = """
import sys
from pathlib import Path
from tests.publish.invented_edition import codebook, manifest, published
from tests.publish.full_edition import full
from digest.publish import Listed, build_site
out = Path(sys.argv[1])
before = full("2025Q4", items=60, seed=2)
editions = [Listed.of(published(e)) for e in (full(items=90, before=[before]), before)]
build_site(
    editions, codebook(), out / "site", draft=False, scratch=out / "scratch", parts=out / "parts"
)
"""


def test_the_same_editions_give_the_same_site_on_another_clock_locale_and_hash_seed(
    tmp_path: Path,
) -> None:
    surroundings = [
        {
            "TZ": "Pacific/Kiritimati",
            "LC_ALL": "C",
            "PYTHONHASHSEED": "1",
            "SOURCE_DATE_EPOCH": "1",
        },
        {"TZ": "America/Los_Angeles", "LC_ALL": "ar_EG.UTF-8", "PYTHONHASHSEED": "2"},
    ]
    found = []
    for n, env in enumerate(surroundings):
        subprocess.run(
            [sys.executable, "-c", _BUILD, str(tmp_path / str(n))],
            env={**os.environ, "PYTHONPATH": str(TESTS.parents[1]), **env},
            check=True,
        )
        found.append(_fingerprint(tmp_path / str(n) / "site"))
    assert found[0] == found[1]
    assert "2026Q1/v1.0/manifest.json" in found[0]


def test_the_method_page_says_its_rates_in_numbers(site: Path) -> None:
    for page in ("2026Q1/method", "fr/2026Q1/method"):
        said = html.fromstring((site / page / "index.html").read_text("utf-8")).text_content()
        assert "10" in said.partition("discover" if page[0] == "2" else "découvertes")[2][:40], page
        assert "False" not in said


def test_only_what_changed_is_built_again_and_the_rest_is_carried_over(tmp_path: Path) -> None:
    before = manifest(seed=2, items=20, quarter="2025Q4")
    first, second = manifest(items=20), manifest(items=21)
    out = tmp_path / "site"
    all_parts = ["2026Q1", "2026Q1/v1.0", "2025Q4", "2025Q4/v1.0"]
    assert _build([published(before), published(first)], out) == all_parts
    old = _fingerprint(out)
    assert _build([published(before), published(first)], out) == []
    assert _fingerprint(out) == old
    corrected = published(second, "v1.1")
    again = _build([published(before), published(first), corrected], out)
    # The version before now says that it is replaced.
    assert again == ["2026Q1", "2026Q1/v1.1", "2026Q1/v1.0"]
    new = _fingerprint(out)
    carried = [name for name in old if name.startswith("2025Q4/")]
    assert carried
    assert all(new[name] == old[name] for name in carried)
    assert "2026Q1/v1.1/index.html" in new
    # What was built in parts is what is built at once.
    _build([published(before), published(first), corrected], tmp_path / "at-once" / "site")
    assert _fingerprint(tmp_path / "at-once" / "site") == new
    assert _build([published(first), corrected], out) == []
    assert not (out / "2025Q4").exists()
    assert sorted(p.name for p in (tmp_path / "parts").iterdir()) == [
        "2026Q1", "2026Q1-v1.0", "2026Q1-v1.1",
        "language-ar", "language-es", "language-fr", "language-ru", "language-zh",
    ]  # fmt: skip


def test_an_edition_whose_parts_are_built_is_not_read(tmp_path: Path) -> None:
    listed = Listed.of(published(manifest(items=10)))
    folders = {"scratch": tmp_path / "scratch", "parts": tmp_path / "parts"}
    build_site([listed], codebook(), tmp_path / "site", draft=False, **folders)

    def refuse() -> PublishedEdition:
        raise AssertionError("it was read")

    unread = replace(listed, load=refuse)
    assert build_site([unread], codebook(), tmp_path / "site", draft=False, **folders) == []


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


def test_the_home_page_answers_questions_with_one_click(site: Path) -> None:
    home = _documents(site)[site / "index.html"]
    links = home.xpath("//h2[@id='questions']/following-sibling::div[1]//a/@href")
    assert links == list(QUESTIONS)
    for link, answer in QUESTIONS.items():
        page = html.fromstring((site / link.split("#")[0] / "index.html").read_text("utf-8"))
        assert answer in page.text_content(), link
    decided = html.fromstring((site / "2026Q1/sdg/2/index.html").read_text("utf-8"))
    assert "Labelled by machine" in decided.xpath("//article[@class='item']")[0].text_content()


def test_a_refused_build_leaves_the_old_site_and_tells_what_mkdocs_said(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("[gone](nowhere.md)")
    config = tmp_path / "mkdocs.yml"
    config.write_text("site_name: x\ntheme: {name: material, font: false}\n")
    with pytest.raises(DigestError, match=r"(?s)could not be built.*nowhere\.md"):
        run_mkdocs(config, 0)


def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFull, match="cannot write to"):
        _build([published(manifest(items=3))], tmp_path / "file" / "site")


def _clone(folder: Path) -> None:
    """What a build needs of the repository, in another place."""
    repository = TESTS.parents[1]
    unneeded = shutil.ignore_patterns("exemplars", "shipped", "review", "__pycache__")
    shutil.copytree(repository / "digest", folder / "digest", ignore=unneeded)
    shutil.copytree(TESTS, folder / "tests" / "publish")
    shutil.copytree(repository / "site", folder / "site")
    shutil.copy(repository / "mkdocs.yml", folder)


def _build_elsewhere(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _BUILD, str(folder / "out")],
        env={**os.environ, "PYTHONPATH": str(folder)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_installed_package_without_its_repository_says_what_to_do(tmp_path: Path) -> None:
    _clone(tmp_path)
    (tmp_path / "mkdocs.yml").unlink()
    done = _build_elsewhere(tmp_path)
    assert "ConfigError" in done.stderr
    assert "mkdocs.yml is missing: the site is built from a clone" in done.stderr


def test_versions_are_ordered_as_numbers() -> None:
    editions = [published(manifest(items=3), v) for v in ("v1.9", "v1.10", "v1.0")]
    folders = [place.folder for place in placements(editions)]
    assert folders == ["2026Q1", "2026Q1/v1.10", "2026Q1/v1.9", "2026Q1/v1.0"]
