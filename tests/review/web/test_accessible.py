"""The review's pages by the rules of axe, at two widths, in light and dark."""

from __future__ import annotations

import pytest

from tests.review.web.browsing import Enter
from tests.review.web.desk import PAPER, STORY, Served

pytestmark = pytest.mark.browser


EVERYBODYS = (
    "/2026Q1/", "/2026Q1/item?queue=selected", "/2026Q1/item?queue=goal/3&id=" + STORY[0].id,
    "/2026Q1/queue?name=selected", "/2026Q1/edition", "/2026Q1/page?label=sdg/3", "/help",
    "/account", "/account?welcome=1",
)  # fmt: skip


EDITORS = (
    "/2026Q1/", "/2026Q1/item?queue=selected", "/2026Q1/edition", "/2026Q1/agreement", "/people",
    "/people/person?id=ben", "/log", "/2026Q1/reports",
)  # fmt: skip


@pytest.mark.parametrize(
    ("person", "paths", "looks"),
    [
        ("cho", EVERYBODYS, {"light": 375, "dark": 1440}),
        ("chair", EVERYBODYS, {"light": 1440, "dark": 375}),
        ("ed", EDITORS, {"light": 375, "dark": 1440}),
    ],
    ids=["Arabic", "English", "editor"],
)  # fmt: skip
def test_no_page_violates_a_rule_of_axe_or_overflows(
    enter: Enter, served: Served, person: str, paths: tuple[str, ...], looks: dict[str, int]
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    served.visitor("ada").decide("accept")
    served.visitor("ben").decide("reject", reason="no")
    served.visitor("ada").post("/2026Q1/finding", page="sdg/3", statement="So it is.",
                               evidence="limited", agreement="low", item=PAPER.id)  # fmt: skip
    page = enter(person, color_scheme="light", bypass_csp=True)
    axe, found = Axe(), []
    for path in (*paths, "/enter", "/nowhere"):
        page.goto(served.base + path)
        for details in page.query_selector_all("details:not([open]) > summary"):
            if details.is_visible():
                details.click()
        for scheme, width in looks.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            for broken in axe.run(page).response["violations"]:
                targets = [node["target"] for node in broken["nodes"]][:3]
                found.append((path, scheme, width, broken["id"], targets))
    assert found == []
