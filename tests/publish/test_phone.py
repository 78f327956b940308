"""Tables and charts on a phone's screen: words stay whole, and nothing lies beyond its place."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser
# Words of tables with letters on two lines. A table of sources has addresses, which may be torn.
TORN = r"""() => {
  const torn = [];
  for (const cell of document.querySelectorAll("article table:not(.sources) :is(th, td)")) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode())
      for (const word of texts.currentNode.data.matchAll(/[\p{L}\p{M}]+/gu)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(line => line.top)).size > 1) torn.push(word[0]);
      }
  }
  return torn;
}"""
BEYOND = """() => [...document.querySelectorAll("article svg.chart text")].filter(text => {
  const own = text.getBoundingClientRect(), chart = text.ownerSVGElement.getBoundingClientRect();
  return own.left < chart.left - 1 || own.right > chart.right + 1;
}).map(text => text.textContent)"""


@pytest.mark.parametrize(
    "path",
    [
        "2026Q1/", "2026Q1/explore/", "2026Q1/method/", "2026Q1/v1.1/data/", "ar/2026Q1/",
        "es/2026Q1/", "es/2026Q1/explore/", "fr/2026Q1/", "ru/2026Q1/",
    ],
)  # fmt: skip
def test_no_word_is_torn_and_no_label_lies_beyond_its_chart(
    browser: Any, address: str, path: str
) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(address + path)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate(TORN) == []
    assert page.evaluate(BEYOND) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.close()


def test_the_matrix_keeps_its_heads_in_sight_and_says_that_it_goes_on(
    browser: Any, address: str
) -> None:
    for path in ("2026Q1/matrix/", "ar/2026Q1/matrix/"):
        page = browser.new_page(viewport={"width": 375, "height": 800})
        page.goto(address + path)
        assert page.locator(".sideways").is_visible()
        caption = page.locator(".matrix caption").bounding_box()
        assert caption["x"] >= 0
        assert caption["x"] + caption["width"] <= 375
        in_sight = """() => [...document.querySelectorAll(".matrix thead th.n")].filter(head => {
          const own = head.getBoundingClientRect(), all = head.closest(".matrix");
          const place = all.getBoundingClientRect();
          return own.left >= place.left && own.right <= place.right && own.top >= place.top;
        }).length"""
        assert page.evaluate(in_sight) >= 7
        page.evaluate("document.querySelector('.matrix').scrollTop = 400")
        assert page.evaluate("document.querySelector('.matrix').scrollTop") == 400
        assert page.evaluate(in_sight) >= 7
        page.close()
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address + "2026Q1/matrix/")
    assert not page.locator(".sideways").is_visible()
    page.close()


MOVED = """() => {
  const place = document.createElement("section");
  place.className = "scroll";
  place.innerHTML = `<table class="plain"><thead><tr><th>الهدف أو فئة المخاطر</th><th>النوع</th>
    <th>التغيّر</th><th class="n">الآن</th><th class="n">من قبل</th></tr></thead><tbody><tr>
    <th scope="row">الهدف 11: مدن ومجتمعات محلية مستدامة</th><td>الأوراق البحثية</td>
    <td>انخفاض</td><td class="n">130 من 26,970</td><td class="n">212 من 27,868</td></tr></tbody>`;
  document.querySelector("article").append(place);
  return place.scrollWidth - place.clientWidth;
}"""


def test_the_table_of_what_moved_fits_a_phone_in_arabic(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(address + "ar/2026Q1/")
    assert page.evaluate(MOVED) <= 0
    page.close()


def test_a_menu_that_goes_on_below_the_screen_has_a_shade_there(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address + "2026Q1/sdg/3/")
    menu = ".md-sidebar--primary .md-sidebar__scrollwrap"
    page.wait_for_function(
        f"(m => m.scrollHeight > m.clientHeight)(document.querySelector('{menu}'))"
    )
    style = f"getComputedStyle(document.querySelector('{menu}')).backgroundAttachment"
    assert page.evaluate(style) == "local, scroll"  # what hides the shade moves with the menu
    page.close()
