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
