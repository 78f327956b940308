"""The bar at the window's edge: Next at one place, and on a phone the decision at hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest

from tests.review.web.browsing import ITEM, Enter, saved
from tests.review.web.desk import PAPER, STORY, Served

pytestmark = pytest.mark.browser

ACCEPT = ".label[aria-current] .verdicts button[value=accept]"

# How many letters of the line at the top one sees.
SHOWN = """() => {
  const line = document.querySelector("#status .last");
  const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const edge = line.getBoundingClientRect().right;
  const range = document.createRange();
  let seen = 0;
  while (texts.nextNode()) {
    for (let n = 0; n < texts.currentNode.length; n += 1) {
      range.setStart(texts.currentNode, n);
      range.setEnd(texts.currentNode, n + 1);
      const box = range.getBoundingClientRect();
      if (box.width && box.right <= edge) seen += 1;
    }
  }
  return seen;
}"""


def place(page: Any, selector: str) -> tuple[int, int]:
    """Where something ends: at its line's end, and at its foot, in pixels of the window."""
    box = page.locator(selector).bounding_box()
    return round(box["x"] + box["width"]), round(box["y"] + box["height"])


@pytest.mark.parametrize("width", [360, 412])
def test_on_a_phone_an_item_is_decided_without_scrolling_and_next_stays_where_it_is(
    enter: Enter, served: Served, width: int
) -> None:
    page = enter("ada")
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(served.base + ITEM)
    following, accept = place(page, "#next"), place(page, ACCEPT)
    assert accept[1] < following[1] <= 640
    assert page.evaluate("scrollY") == 0
    for name in ("Goal 3: Good health and well-being", "Discrimination and unfair treatment"):
        assert place(page, ACCEPT) == accept
        sure, _, about = page.inner_text(".label[aria-current] .on").partition(" · ")
        assert about.startswith(name)
        assert sure in {"94%", "71%"}
        group = page.get_by_role("group", name=f"Your decision on {name}").last
        assert group.get_by_role("button", name="Accept").count() == 1  # said once
        page.click(ACCEPT)
        saved(page, f"Accepted: {name}")
        assert page.locator("#status").bounding_box()["height"] < 45  # one line
        assert place(page, "#next") == following
    page.wait_for_selector("#next.main-button")
    assert place(page, "#next") == following
    assert page.eval_on_selector_all(
        ".verdicts", "all => all.every(one => getComputedStyle(one).position === 'static')"
    )


def test_on_a_phone_the_bar_of_an_item_that_is_done_says_what_one_decided_and_changes_it(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    for verdict in ("accept", "reject"):
        page.click(f".label[aria-current] button[value={verdict}]")
        page.wait_for_selector(f".done button[value={verdict}][aria-pressed=true]")
    own = page.locator(".decided")
    assert own.inner_text().startswith("Accepted: Goal 3: Good health and well-being · Rejected: ")
    assert own.locator("span").evaluate(  # all of it
        "one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight"
    )
    assert place(page, ".decided")[1] <= page.locator(".goto").bounding_box()["y"] + 1
    page.set_viewport_size({"width": 1280, "height": 700})
    assert not own.is_visible()  # the cards are beside it
    page.set_viewport_size({"width": 375, "height": 700})
    page.click(".decided a >> text=Change")
    assert not own.is_visible()
    assert place(page, ACCEPT)[1] > page.locator(".goto").bounding_box()["y"] - 20
    page.click(".label[aria-current] button[value=unsure]")
    saved(page, "Unsure: Goal 3")
    page.reload()  # who comes back has the buttons at hand, with what they said
    assert page.is_visible(".label[aria-current] .verdicts .on")
    assert page.get_attribute(".label[aria-current] button[value=unsure]", "aria-pressed") == "true"


def test_on_a_phone_the_line_at_the_top_says_first_what_was_decided_or_taken_back(
    enter: Enter, served: Served
) -> None:
    page = enter("ada", has_touch=True)  # on which no key is shown
    page.goto(served.base + ITEM)

    def require_seen(words: str) -> None:
        """That they are within the part of the line that is not cut off."""
        assert page.inner_text("#status .last").startswith(words)
        assert page.evaluate(SHOWN) >= len(words)

    for label in ("sdg-3", "risk-group-discrimination"):
        page.click(f"#label-{label} button[value=accept]")
        page.wait_for_selector(f"#label-{label}.done")
    page.click("#next")
    page.wait_for_selector(f"#item[data-item='{STORY[0].id}']")
    require_seen("Saved Accepted: Discrimination")
    page.click("#status button")
    page.wait_for_selector("#status >> text=Taken back")
    require_seen("Taken back Accepted: D")
    assert page.locator("#status").bounding_box()["height"] < 45  # one line


def test_on_a_phone_the_button_of_another_label_stays_under_the_finger(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.click("#label-risk-group-discrimination button[value=reject]")
    saved(page, "Rejected: Discrimination")
    assert page.get_attribute(".label[aria-current]", "data-label") == "sdg/3"


def test_on_a_phone_what_has_the_focus_is_not_behind_the_bar(enter: Enter, served: Served) -> None:
    page = enter("cho")
    page.set_viewport_size({"width": 375, "height": 640})
    page.goto(served.base + ITEM)
    page.focus("#title")
    for _ in range(12):
        page.keyboard.press("Tab")
        within, foot, edge = page.evaluate(
            "((one, bar) => [Boolean(one.closest('.goto, .verdicts')),"
            " one.getBoundingClientRect().bottom, bar.getBoundingClientRect().top])"
            "(document.activeElement, document.querySelector('.label[aria-current] .verdicts'))"
        )
        assert within or foot <= edge


@pytest.mark.parametrize(("person", "width"), [("ada", 1440), ("ada", 1040), ("cho", 1440)])
def test_on_a_wide_window_next_is_below_the_first_button_of_the_labels(
    enter: Enter, served: Served, person: str, width: int
) -> None:
    page = enter(person)
    page.set_viewport_size({"width": width, "height": 800})

    def edges(selector: str) -> tuple[float, float]:
        box = page.locator(selector).bounding_box()
        return box["x"], box["x"] + box["width"]

    def require_below() -> None:
        (left, right), (first, last) = (
            edges("#label-sdg-3 .verdicts [value=accept]"),
            edges("#next"),
        )
        assert left <= (first + last) / 2 <= right
        assert place(page, "#next")[1] == foot

    page.goto(served.base + ITEM)
    foot = place(page, "#next")[1]
    require_below()
    page.goto(served.base + f"/2026Q1/item?queue=selected&id={quote(STORY[0].id)}")
    require_below()
    page.click("#label-sdg-3 button[value=accept]")
    page.wait_for_selector("#next.main-button")
    require_below()
    row = sorted(edges(one) for one in ("#previous", ".goto .state", "#next"))
    assert all(before[1] < after[0] for before, after in pairwise(row))


def test_next_stands_at_one_place_however_long_the_page_is(enter: Enter, served: Served) -> None:
    page, found = enter("ada"), set()
    page.set_viewport_size({"width": 1280, "height": 800})
    for item, queue in ((PAPER, "selected"), (STORY[0], "goal/3"), (PAPER, "disagree")):
        page.goto(served.base + f"/2026Q1/item?queue={queue}&id={quote(item.id)}")
        found.add(place(page, "#next"))
        page.evaluate("scrollTo(0, 100_000)")
        found.add(place(page, "#next"))
        assert place(page, "footer > div")[1] <= page.locator(".goto").bounding_box()["y"]
    assert len(found) == 1
