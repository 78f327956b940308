"""The site in a real Chromium: nothing runs that should not, nothing leaves, nothing overflows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from digest.publish.languages.tongue import CATALOGUE
from digest.tongue import Speech

pytestmark = pytest.mark.browser
PAGES = (
    "", "2026Q1/", "2026Q1/goals/", "2026Q1/sdg/1/", "2026Q1/sdg/14/", "2026Q1/risks/",
    "2026Q1/risk/democracy/", "2026Q1/matrix/", "2026Q1/explore/", "2026Q1/changes/",
    "2026Q1/sources/", "2026Q1/method/", "2026Q1/data/", "2026Q1/v1.0/", "editions/",
    "corrections/", "cite/", "about/",
)  # fmt: skip


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


@pytest.mark.parametrize("tag", ["", "ar/", "es/", "fr/", "ru/", "zh/"])
def test_the_matrix_moves_beside_its_names_and_shows_numbers_on_a_phone(
    watched: tuple[Any, list[str]], address: str, tag: str
) -> None:
    page, complaints = watched
    page.goto(f"{address}{tag}2026Q1/matrix/")
    # What a reader can focus is what moves; in Arabic it moves to the left.
    region, name, way = page.locator(".matrix"), page.locator(".matrix tbody th[scope=row]"), 1
    if tag == "ar/":
        way = -1
    wide, seen = region.evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert seen < wide < 1000
    before = name.first.bounding_box()
    region.evaluate("(e, x) => { e.scrollLeft = x }", way * 150)
    assert name.first.bounding_box() == before
    assert before["width"] < 0.6 * seen
    assert complaints == []


def _search(page: Any, address: str, words: str) -> str:
    """What the search of a page finds, as text."""
    page.goto(address)
    page.click(".md-header label.md-header__button[for=__search]", timeout=5000)
    page.fill(".md-search__input", words)
    page.press(".md-search__input", "End")  # the theme listens to keys, which fill() does not press
    page.wait_for_selector(".md-search-result__item a", timeout=15000)
    # Between words of Chinese the index has spaces without width.
    return str(page.inner_text(".md-search-result__list")).replace("\u200b", "")


def _as_written(text: str) -> str:
    """Text without the choice of a space or the marks of direction."""
    return re.sub(r"[\u200e\u200f]", "", re.sub(r"\s", " ", text))


@pytest.mark.parametrize("words", ["onerror broken", "засухи", "households"])
def test_search_finds_items_and_shows_them_as_text(
    watched: tuple[Any, list[str]], address: str, words: str
) -> None:
    page, complaints = watched
    found = _search(page, address, words)
    assert words.split(maxsplit=1)[0] in found
    assert not page.query_selector(".md-search-result__list script, .md-search-result__list img")
    assert page.evaluate("window.broken === undefined")
    assert complaints == []


@pytest.mark.parametrize(
    ("tag", "words", "name"),
    [
        ("ar", "القضاء على الفقر", "الهدف 1: القضاء على الفقر"),
        ("ar", "فقر", "الهدف 1: القضاء على الفقر"),  # the text has it with its article
        ("ar", "الرفاه", "الهدف 3: الصحة الجيدة والرفاه"),  # … with "and"
        ("ar", "المدن", "الهدف 11: مدن ومجتمعات محلية مستدامة"),  # … without the article
        ("ar", "مجتمعات", "الهدف 11: مدن ومجتمعات محلية مستدامة"),
        ("ar", "تحقيق", "الهدف 17: عقد الشراكات لتحقيق الأهداف"),  # … with "for"
        ("zh", "零饥饿", "零饥饿"),
        ("zh", "饥饿", "零饥饿"),
        ("en", "Zero hunger", "Goal 2: Zero hunger"),
        ("en", "droughts", "drought"),
        ("fr", "inégalité", "Inégalités réduites"),
        ("fr", "eaux", "Eau propre et assainissement"),
        ("fr", "égalité", "Égalité entre les sexes"),
        ("ru", "нищета", "Ликвидация нищеты"),
        ("ru", "морская экосистема", "Сохранение морских экосистем"),
        ("es", "energías", "Energía asequible y no contaminante"),
        ("es", "Hambre cero", "Hambre cero"),
        ("es", "educacion", "Educación de calidad"),  # without its accent
        ("ar", "الاهداف", "الهدف 17: عقد الشراكات لتحقيق الأهداف"),  # … its hamza
    ],
)
def test_search_finds_a_goal_in_each_language_whatever_the_form_of_the_word(
    watched: tuple[Any, list[str]], address: str, tag: str, words: str, name: str
) -> None:
    page, complaints = watched
    assert name in _search(page, address + ("" if tag == "en" else f"{tag}/"), words)
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


def test_explore_filters_by_its_address_and_keeps_it_up_to_date(
    watched: tuple[Any, list[str]], address: str
) -> None:
    page, complaints = watched
    page.goto(address + "2026Q1/explore/?goal=1&kind=paper")
    page.wait_for_selector(".explore-items li")
    found = int(page.inner_text(".explore-state").split()[0].replace(",", ""))
    assert page.input_value("#explore-goal") == "1"
    lines = page.query_selector_all(".explore-items li")
    assert 0 < len(lines) <= min(found, 50)
    assert all("Goal 1: No poverty" in line.inner_text() for line in lines)
    assert all("Paper ·" in line.inner_text() for line in lines)
    page.select_option("#explore-confidence", "high")
    fewer = int(page.inner_text(".explore-state").split()[0].replace(",", ""))
    assert 0 < fewer < found
    assert page.evaluate("location.search") == "?goal=1&kind=paper&confidence=high"
    page.click("main button[type=reset]")
    page.wait_for_url(lambda url: "?" not in url)
    assert int(page.inner_text(".explore-state").split()[0].replace(",", "")) > found
    assert complaints == []


def test_explore_turns_pages_by_keyboard_and_says_where_it_is(
    watched: tuple[Any, list[str]], address: str
) -> None:
    page, complaints = watched
    page.goto(address + "2026Q1/explore/")
    page.wait_for_selector(".explore-items li")
    first = page.inner_text(".explore-items li")
    page.focus(".explore-pages button[data-step='1']")
    page.keyboard.press("Enter")
    assert page.inner_text(".explore-items li") != first
    assert page.evaluate("location.search") == "?page=2"
    assert page.inner_text(".explore-pages span").startswith("Page 2 of ")
    assert "explore-state" in page.evaluate("document.activeElement.className").split()
    assert page.get_attribute(".explore-state", "role") == "status"
    assert complaints == []


def test_explore_finds_words_of_a_title_and_shows_hostile_ones_as_text(
    watched: tuple[Any, list[str]], address: str
) -> None:
    page, complaints = watched
    page.goto(address + "2026Q1/explore/?text=засухи")
    page.wait_for_selector(".explore-items li")
    assert "Прогноз засухи" in page.inner_text(".explore-items li")
    page.fill("#explore-text", "window.broken")
    page.wait_for_selector("text=onerror")
    assert "<script>" in page.inner_text(".explore-items li")
    assert not page.query_selector(".explore-items script, .explore-items img")
    assert not page.query_selector(".explore-items li:first-child > span:first-child > a")
    assert page.evaluate("window.broken === undefined")
    page.goto(address + "2026Q1/explore/?goal=nonsense&page=-3&by=<script>")
    page.wait_for_selector(".explore-items li")
    assert complaints == []


def test_explore_works_in_another_language(watched: tuple[Any, list[str]], address: str) -> None:
    page, complaints = watched
    page.goto(address + "ar/2026Q1/explore/?goal=1")
    page.wait_for_selector(".explore-items li")
    page.click(".explore-items li a[href='../goals/#goal-1']")
    assert page.inner_text("#goal-1").startswith("الهدف 1")
    assert complaints == []


def test_explore_says_in_the_reader_s_language_what_the_panel_decided(
    watched: tuple[Any, list[str]], address: str
) -> None:
    page, complaints = watched
    for path, said in {"": "decided by the panel", "fr/": "décidé par le groupe"}.items():
        page.goto(address + f"{path}2026Q1/explore/?goal=2&by=people")
        page.wait_for_selector(".explore-items li")
        lines = page.query_selector_all(".explore-items li")
        assert len(lines) == 3
        assert all(said in line.inner_text() for line in lines)
    assert complaints == []


def test_explore_shows_each_item_as_decided_by_people_or_by_the_machine_alone(
    watched: tuple[Any, list[str]], address: str
) -> None:
    page, complaints = watched

    def found(by: str) -> int:
        page.goto(address + f"2026Q1/explore/?by={by}")
        page.wait_for_selector(".explore-items li")
        return int(page.inner_text(".explore-state").split()[0])

    everything, people, machine = found(""), found("people"), found("machine")
    assert people > 0
    assert people + machine == everything
    assert complaints == []


def test_explore_writes_as_the_language_does(watched: tuple[Any, list[str]], address: str) -> None:
    page, complaints = watched

    paper = ["A title", "2603.00001", "2026-03-31", 0, 0, 0, [[0, 96, 0]]]
    names = {"labels": ["sdg/1"], "makers": ["machine"], "regions": ["global"], "languages": ["en"]}
    many = names | {"items": [paper] * 5_993}  # more than an edition for tests has
    page.route("**/explore/items.json", lambda route: route.fulfill(json=many))
    for tag, kind in {"es": "Artículo", "fr": "Article", "ar": "ورقة بحثية", "en": "Paper"}.items():
        page.goto(address + f"{'' if tag == 'en' else f'{tag}/'}2026Q1/explore/")
        page.wait_for_selector(".explore-items li")
        tongue = Speech(tag, CATALOGUE)
        line = _as_written(page.inner_text(".explore-items li"))
        assert f"{kind} · {_as_written(tongue.day('2026-03-31'))} · " in line
        assert _as_written(tongue.whole_percent(0.96)) in line
        assert tongue.number(5_993) in page.inner_text(".explore-state")
    assert complaints == []


def test_explore_without_scripts_has_tables_and_links(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "2026Q1/explore/")
    assert not page.is_visible(".explore form")
    assert "Filters need a script" in page.inner_text(".explore")
    assert page.is_visible("table.counts a[href='../sdg/1/']")
    assert page.is_visible("table.counts a[href='../risk/democracy/']")
    context.close()
