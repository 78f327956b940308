"""The site in a real Chromium: nothing runs that should not, nothing leaves, nothing overflows."""

from __future__ import annotations

import functools
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.browser
PAGES = (
    "", "2026Q1/", "2026Q1/sdg/", "2026Q1/sdg/1/", "2026Q1/sdg/14/", "2026Q1/risk/society/",
    "2026Q1/sources/", "2026Q1/late/", "2026Q1/method/", "2026Q1/v1.0/", "editions/", "about/",
)  # fmt: skip


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM:
        missing = pytest.fail if os.environ.get("DIGEST_REQUIRE_BROWSER") else pytest.skip
        missing("NO CHROMIUM is installed: the site was not tested in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def watched(browser: Any, address: str) -> Iterator[tuple[Any, list[str]]]:
    """A page on a phone's screen, and the complaints that it gave rise to."""
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda r: None if r.url.startswith(address) else complaints.append(r.url))
    yield page, complaints
    page.close()


def test_pages_run_nothing_foreign_ask_no_other_host_and_fit_a_phone(
    watched: tuple[Any, list[str]], address: str
) -> None:
    page, complaints = watched
    for path in PAGES:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 375, path
        assert page.evaluate("window.broken === undefined"), path
        assert page.evaluate("!document.documentElement.classList.contains('no-js')"), path
    assert complaints == []


@pytest.mark.parametrize("words", ["onerror broken", "засухи", "households"])
def test_search_finds_items_and_shows_them_as_text(
    watched: tuple[Any, list[str]], address: str, words: str
) -> None:
    page, complaints = watched
    page.goto(address)
    page.click(".md-header label.md-header__button[for=__search]", timeout=5000)
    page.fill(".md-search__input", words)
    page.press(".md-search__input", "End")  # the theme listens to keys, which fill() does not press
    page.wait_for_selector(".md-search-result__item a", timeout=15000)
    found = page.inner_text(".md-search-result__list")
    assert words.split(maxsplit=1)[0] in found
    assert not page.query_selector(".md-search-result__list script, .md-search-result__list img")
    assert page.evaluate("window.broken === undefined")
    assert complaints == []


def test_the_reader_s_choice_of_colours_is_kept(
    watched: tuple[Any, list[str]], address: str
) -> None:
    page, complaints = watched
    page.goto(address)
    page.click("label[title='Use dark colours']")
    page.goto(address + "2026Q1/sdg/1/")
    assert page.get_attribute("body", "data-md-color-scheme") == "slate"
    assert complaints == []


def test_pages_are_readable_without_scripts(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "2026Q1/sdg/1/")
    assert page.inner_text("article.item:nth-of-type(2) h3")
    page.goto(address + "nowhere/")
    context.close()
