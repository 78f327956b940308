"""axe in a real Chromium: no violation on any kind of page, in any language, light or dark; and no
page is wider than its window.

Of the combinations of page, colours and width each page has one, so that every language and every
kind of page meets each of the four.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser
ENGLISH = (
    "", "2026Q1/", "2026Q1/goals/", "2026Q1/sdg/1/", "2026Q1/sdg/14/", "2026Q1/risks/",
    "2026Q1/risk/democracy/", "2026Q1/matrix/", "2026Q1/explore/?goal=2", "2026Q1/changes/",
    "2026Q1/sources/", "2026Q1/method/", "2026Q1/data/", "2026Q1/v1.0/", "editions/",
    "corrections/", "cite/", "about/", "404.html",
)  # fmt: skip
OTHERS = ("", "2026Q1/", "2026Q1/goals/", "2026Q1/risks/", "2026Q1/matrix/", "2026Q1/explore/",
          "2026Q1/items/", "2026Q1/method/")  # fmt: skip
LOOKS = [("light", 375), ("dark", 1440), ("dark", 375), ("light", 1440)]


def _violations(page: Any, address: str) -> list[tuple[str, list[str]]]:
    page.goto(address)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize(("first", "tag"), list(enumerate(["en", "ar", "zh", "fr", "ru", "es"])))
def test_no_page_violates_a_rule_of_axe(browser: Any, address: str, first: int, tag: str) -> None:
    pages, root = (ENGLISH, "") if tag == "en" else (OTHERS, f"{tag}/")
    # Another beginning in each language, so that a kind of page is seen in each look.
    looks = islice(cycle(LOOKS), first, None)
    shown = {
        look: browser.new_page(
            color_scheme=look[0], viewport={"width": look[1], "height": 900}
        )
        for look in LOOKS
    }  # fmt: skip
    for path, look in zip(pages, looks, strict=False):
        page = shown[look]
        assert _violations(page, address + root + path) == [], (root + path, look)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= look[1], (root + path, look)
    for page in shown.values():
        page.close()
