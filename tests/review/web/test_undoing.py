"""In a real Chromium: undoing takes back one thing, and keys then act on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from digest.review.events import kind_of
from tests.review.web.browsing import ITEM, Enter, hold_clock, saved
from tests.review.web.desk import STORY, Served

pytestmark = pytest.mark.browser


def test_a_double_tap_on_undo_takes_back_one_decision(enter: Enter, served: Served) -> None:
    page = enter("ada", has_touch=True)
    page.goto(served.base + ITEM)
    page.click("#label-sdg-3 button[value=accept]")
    saved(page, "Accepted: Goal 3")
    page.goto(served.base + f"/2026Q1/item?queue=goal/3&id={quote(STORY[0].id)}")
    page.click("#label-sdg-3 button[value=reject]")
    saved(page, "Rejected: Goal 3")
    top = page.evaluate("scrollY")
    hold_clock(page)
    page.tap("#status button")
    page.wait_for_selector("#status >> text=Taken back")
    page.clock.run_for(300)
    page.tap("#status button")
    page.wait_for_timeout(300)
    assert [kind_of(e.payload) for e in served.events] == ["decision", "decision", "undone"]
    assert page.evaluate("scrollY") == top
    page.clock.run_for(1_500)
    with page.expect_response("**/undo"):  # a wish of its own
        page.tap("#status button")
    assert [kind_of(e.payload) for e in served.events][3:] == ["undone"]


def test_what_can_be_undone_also_does_not_come_under_the_finger_however_slow_the_answer_is(
    enter: Enter, served: Served
) -> None:
    page = enter("ada", has_touch=True)
    page.goto(served.base + ITEM)
    for label in ("sdg-3", "risk-group-discrimination"):
        page.click(f"#label-{label} button[value=accept]")
        page.wait_for_selector(f"#label-{label}.done")
    place = page.locator("#status button").bounding_box()
    hold_clock(page)
    asked: list[Any] = []

    def hold(route: Any) -> None:
        asked.append(route)

    page.route("**/undo", hold)
    with page.expect_request("**/undo"):
        page.tap("#status button")
    page.clock.run_for(1_000)
    asked[0].continue_()
    page.wait_for_selector("#status >> text=Taken back")
    page.clock.run_for(200)
    page.tap("#status button")
    assert page.locator("#status button").bounding_box()["x"] > place["x"] + place["width"]
    page.wait_for_timeout(500)
    assert len(asked) == 1
    assert [kind_of(e.payload) for e in served.events] == ["decision", "decision", "undone"]


def test_after_undoing_the_keys_act_on_the_label_that_was_taken_back_and_it_is_in_view(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.set_viewport_size({"width": 1280, "height": 420})
    page.goto(served.base + ITEM)
    page.keyboard.press("a")
    saved(page, "Accepted: Goal 3")
    page.click("#label-sdg-3 details.rules summary")  # which makes the card long
    page.focus("#label-risk-group-discrimination")
    page.locator("#label-risk-group-discrimination").evaluate("card => card.scrollIntoView()")
    page.evaluate("document.querySelector('.item > article').scrollTop = 1000")
    page.keyboard.press("z")
    page.wait_for_selector("#status >> text=Taken back")
    page.wait_for_selector("#label-sdg-3[aria-current]:not(.done)")
    place = page.locator("#label-sdg-3").bounding_box()
    assert 0 <= place["y"] < 420
    page.keyboard.press("r")
    saved(page, "Rejected: Goal 3")
