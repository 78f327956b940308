"""Building the site: in parts, anywhere, to the same bytes, or not at all with a reason."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree, html

from digest.errors import ConfigError, DigestError, StorageFull
from digest.publish import Listed, PublishedEdition, build_site, mkdocs
from digest.publish.mkdocs import run_mkdocs
from digest.publish.render import write
from tests.publish.documents import documents
from tests.publish.invented_edition import codebook, manifest, placements, published

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


def _fingerprint(site: Path) -> dict[str, str]:
    return {
        str(p.relative_to(site)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(site.rglob("*"))
        if p.is_file()
    }


def test_a_draft_says_so_on_every_page_and_asks_not_to_be_indexed(tmp_path: Path) -> None:
    draft = PublishedEdition(manifest(items=20), None, "")
    out = tmp_path / "draft"
    _build([draft], out, draft=True)
    pages = documents(out)
    assert len(pages) > 25
    for page, document in pages.items():
        banner = document.xpath("//aside[contains(@class, 'md-banner')]")[0].text_content()
        assert "Draft for review by the panel, not published" in banner, page
        assert document.xpath("//meta[@name='robots']/@content") == ["noindex"], page
    assert (out / "robots.txt").read_text() == "User-agent: *\nDisallow: /\n"


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
    for page, document in documents(site).items():
        if page.name == "index.html":
            own = ADDRESS + page.relative_to(site).as_posix().removesuffix("index.html")
            (canonical,) = document.xpath("//link[@rel='canonical']/@href")
            assert canonical == own.replace("/v1.0/", "/")
            known.add(canonical)
    listed = [str(e.text) for e in etree.parse(site / "sitemap.xml").iter("{*}loc")]
    assert sorted(listed) == sorted(known)
    assert {f"{ADDRESS}zh/2026Q1/goals/", f"{ADDRESS}2026Q1/sdg/2/", ADDRESS} <= known
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (site / "robots.txt").read_text()
    assert f'href="{ADDRESS}feeds/atom.xml"' in (site / "feeds/atom.xml").read_text("utf-8")
    _letters_name_page_and_version(site)
    nowhere = html.fromstring((site / "404.html").read_text("utf-8"))
    menu = nowhere.xpath("//ul[@class='md-select__list']//a/@href")
    assert menu == ["/sdg/ar/", "/sdg/zh/", "/sdg/", "/sdg/fr/", "/sdg/ru/", "/sdg/es/"]


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


_BUILD = """
import sys
from pathlib import Path
from tests.publish.invented_edition import codebook, manifest, published
from tests.publish.full_edition import full
from digest.publish import Listed, build_site
out = Path(sys.argv[1])
before = full("2025Q4", items=60, seed=2)
editions = [Listed.of(published(full(items=90, before=[before])))]
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


def test_a_refused_build_leaves_the_old_site_and_tells_what_mkdocs_said(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("[gone](nowhere.md)")
    config = tmp_path / "mkdocs.yml"
    config.write_text("site_name: x\ntheme: {name: material, font: false}\n")
    with pytest.raises(DigestError, match=r"(?s)could not be built.*nowhere\.md"):
        run_mkdocs(config, 0)


def test_a_builder_that_is_killed_is_named_and_the_next_build_has_another(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# Home")
    hook = "import os\ndef on_pre_build(config):\n    os.kill(os.getpid(), 9)\n"
    (tmp_path / "hook.py").write_text(hook)
    config = tmp_path / "mkdocs.yml"
    theme = "site_name: x\ntheme: {name: material, font: false}\n"
    config.write_text(f"{theme}hooks: [hook.py]\n")
    with pytest.raises(DigestError, match="MkDocs' process ended with -9; run it again"):
        run_mkdocs(config, 0)
    config.write_text(theme)
    run_mkdocs(config, 0)
    idle = _builders()
    assert idle
    for waiting in idle:
        os.kill(waiting, signal.SIGKILL)
        os.waitid(os.P_PID, waiting, os.WEXITED | os.WNOWAIT)
    (tmp_path / "site" / "index.html").unlink()
    run_mkdocs(config, 0)
    assert (tmp_path / "site" / "index.html").exists()


_STOPPED = """
import sys
from pathlib import Path
from digest.publish.mkdocs import run_mkdocs
try:
    run_mkdocs(Path(sys.argv[1]), 0)
except KeyboardInterrupt:
    print("stopped", flush=True)
    sys.stdin.read()
"""


def test_a_build_that_is_stopped_leaves_no_builder_that_goes_on(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# Home")
    begun = tmp_path / "begun"
    begun.write_text("")
    hook = "import os, pathlib, time\ndef on_pre_build(config):\n"
    hook += f"    pathlib.Path({str(begun)!r}).write_text(str(os.getpid()))\n    time.sleep(60)\n"
    (tmp_path / "hook.py").write_text(hook)
    config = tmp_path / "mkdocs.yml"
    config.write_text("site_name: x\ntheme: {name: material, font: false}\nhooks: [hook.py]\n")
    with subprocess.Popen(
        [sys.executable, "-c", _STOPPED, str(config)],
        env={**os.environ, "PYTHONPATH": str(TESTS.parents[1])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout is not None
        while not (builder := begun.read_text()):
            assert starter.poll() is None
            time.sleep(0.02)
        starter.send_signal(signal.SIGINT)
        assert starter.stdout.readline() == "stopped\n"
        assert not Path("/proc", builder).exists()


def test_an_error_without_words_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# Home")
    (tmp_path / "hook.py").write_text("def on_pre_build(config):\n    raise MemoryError\n")
    config = tmp_path / "mkdocs.yml"
    config.write_text("site_name: x\ntheme: {name: material, font: false}\nhooks: [hook.py]\n")
    with pytest.raises(DigestError, match="MemoryError"):
        run_mkdocs(config, 0)


def _builders() -> list[int]:
    """The processes of this one in which MkDocs waits."""
    listed: list[str] = []
    for thread in Path(f"/proc/{os.getpid()}/task").iterdir():
        with suppress(OSError):  # a thread may end meanwhile
            listed += (thread / "children").read_text().split()
    found = [Path("/proc") / child for child in listed]
    return [int(p.name) for p in found if b"publish/builder.py" in (p / "cmdline").read_bytes()]


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
