"""The finished site, as files: links, weights, policy, drafts, and the same bytes everywhere."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from digest.errors import DigestError, StorageFull
from digest.publish import PublishedEdition, build_site
from digest.publish.editions import placements
from digest.publish.render import write
from digest.publish.site import run_mkdocs
from tests.publish.invented_edition import codebook, manifest, published

TESTS = Path(__file__).parent


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
        inline = document.xpath("//script[not(@src)][not(@type='application/json')]")
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
    assert len(document.xpath("//article[@class='item']")) == 13


def test_the_short_address_has_the_newest_version_and_the_old_one_says_so(site: Path) -> None:
    newest = (site / "2026Q1/index.html").read_text("utf-8")
    old = (site / "2026Q1/v1.0/index.html").read_text("utf-8")
    assert "Version v1.1" in newest
    assert "replaces it" not in newest
    assert "This is version v1.0. Version v1.1, published 20 April 2026, replaces it" in old
    assert 'href="v1.0/"' in newest
    assert 'href="../v1.1/"' in old
    for file in ("manifest.json", "data/items.csv"):
        same = (site / "2026Q1" / file).read_bytes()
        assert same == (site / "2026Q1/v1.1" / file).read_bytes()
        assert same != (site / "2026Q1/v1.0" / file).read_bytes()
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
    out = build_site(
        [draft], codebook(), tmp_path / "draft", draft=True, scratch=tmp_path / "scratch"
    )
    documents = _documents(out)
    assert len(documents) > 25
    for page, document in documents.items():
        banner = document.xpath("//aside[contains(@class, 'md-banner')]")[0].text_content()
        assert "Draft for review by the panel, not published" in banner, page
        assert document.xpath("//meta[@name='robots']/@content") == ["noindex"], page
    assert (out / "robots.txt").read_text() == "User-agent: *\nDisallow: /\n"


_BUILD = """
import sys
from pathlib import Path
from tests.publish.invented_edition import codebook, manifest, published
from digest.publish import build_site
out = Path(sys.argv[1])
editions = [published(manifest(items=60)), published(manifest(seed=2, items=30, quarter="2025Q4"))]
build_site(editions, codebook(), out / "site", draft=False, scratch=out / "scratch")
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
    assert "sitemap.xml.gz" in found[0]


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
        build_site(
            [published(manifest(items=3))],
            codebook(),
            tmp_path / "file" / "site",
            draft=False,
            scratch=tmp_path / "file" / "scratch",
        )


def test_an_installed_package_without_its_repository_says_what_to_do(tmp_path: Path) -> None:
    package = TESTS.parents[1] / "digest"
    for part in ("errors.py", "quarter.py", "items.py", "text.py", "__init__.py"):
        write(tmp_path / "digest" / part, (package / part).read_bytes())
    for part in ("publish", "edition", "store", "sources", "taxonomy"):
        shutil.copytree(
            package / part,
            tmp_path / "digest" / part,
            ignore=shutil.ignore_patterns("exemplars", "__pycache__"),
        )
    shutil.copytree(TESTS, tmp_path / "tests" / "publish")
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ConfigError" in done.stderr
    assert "mkdocs.yml is missing: the site is built from a clone" in done.stderr


def test_versions_are_ordered_as_numbers() -> None:
    editions = [published(manifest(items=3), v) for v in ("v1.9", "v1.10", "v1.0")]
    folders = [place.folder for place in placements(editions)]
    assert folders == ["2026Q1", "2026Q1/v1.10", "2026Q1/v1.9", "2026Q1/v1.0"]
