"""In a real Chromium: nothing is decided that one did not mean, by a key, a mouse or a finger."""

from __future__ import annotations

import pytest

from tests.review.web.browsing import ITEM, Enter, focused, hold_clock, saved
from tests.review.web.desk import PAPER, Served

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("touch", [False, True])
def test_who_opens_a_part_with_a_field_writes_in_it_and_presses_no_keys(
    enter: Enter, served: Served, touch: bool
) -> None:
    page = enter("ada", has_touch=touch)
    page.goto(served.base + ITEM)
    press = page.tap if touch else page.click
    for part, field in (
        ("#label-risk-group-discrimination details.more > summary",
         "reason-risk-group-discrimination"),
        ("summary >> text=Comments on this item", "remark"),
        ("summary >> text=I have a conflict of interest", "conflict"),
        ("summary >> text=Add a label that is missing", "add"),
    ):  # fmt: skip
        press(part)
        assert focused(page) == field
        page.keyboard.type("arn")
        page.keyboard.press("Escape")
    assert page.input_value("#remark") == "arn"
    assert page.get_attribute("#item", "data-item") == PAPER.id
    assert served.events == []
    press("summary >> text=Comments on this item")  # which closes it
    assert not page.is_visible("#remark")


def test_a_part_that_the_page_opens_by_itself_does_not_take_the_focus(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.click("#label-risk-group-discrimination details.more summary")
    page.fill("#reason-risk-group-discrimination", "half a thought")
    page.keyboard.press("Escape")
    page.click("#label-sdg-3 details.more summary")
    page.select_option("#instead-sdg-3", "sdg/4")
    page.click("#label-sdg-3 button[value=relabel]")  # after which the whole item is made anew
    page.wait_for_selector("#label-sdg-4")
    assert page.is_visible("#reason-risk-group-discrimination")
    assert not focused(page).startswith(("reason", "instead"))


@pytest.mark.parametrize("height", [480, 200])
def test_a_key_does_not_decide_on_a_label_that_is_out_of_sight(
    enter: Enter, served: Served, height: int
) -> None:
    served.visitor("ada").decide("accept")
    page = enter("ada")
    page.set_viewport_size({"width": 1280, "height": height})
    page.goto(served.base + ITEM)
    card = page.locator("#label-risk-group-discrimination")
    assert card.get_attribute("aria-current") == "true"
    assert card.bounding_box()["y"] > height
    page.keyboard.press("r")
    assert 0 < card.bounding_box()["y"] < height - 64
    assert focused(page) == "label-risk-group-discrimination"
    assert page.inner_text("#status .last").startswith("Saved Accepted: Goal 3")
    page.keyboard.press("r")
    saved(page, "Rejected: Discrimination")
    page.focus("#label-sdg-3")
    page.evaluate("scrollTo(0, 100_000)")  # above what one sees
    page.keyboard.press("u")
    assert card.evaluate("() => scrollY") < 100_000
    assert page.locator("#label-sdg-3").bounding_box()["y"] > 0
    assert len(served.events) == 2


def test_on_a_phone_a_label_that_the_bar_names_is_in_sight(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    assert page.locator("#label-sdg-3 h3").bounding_box()["y"] > 300
    page.evaluate("scrollTo(0, 100_000)")
    page.keyboard.press("r")
    saved(page, "Rejected: Goal 3")


def test_a_double_click_decides_once(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.set_viewport_size({"width": 1280, "height": 1400})
    page.goto(served.base + ITEM)
    page.dblclick("#label-sdg-3 button[value=accept]")
    saved(page, "Accepted: Goal 3")
    page.wait_for_timeout(300)
    assert served.decisions == [("ada", PAPER.id, "sdg/3", "accept")]
    page.click("#label-sdg-3 button[value=reject]")  # a wish of its own
    saved(page, "Rejected: Goal 3")


def test_a_double_tap_does_not_decide_on_the_label_whose_button_came_under_the_finger(
    enter: Enter, served: Served
) -> None:
    page = enter("ada", has_touch=True)
    page.goto(served.base + ITEM)
    accept = page.locator(".label[aria-current] button[value=accept]").bounding_box()
    at = accept["x"] + 20, accept["y"] + 10
    hold_clock(page)
    page.touchscreen.tap(*at)
    page.touchscreen.tap(*at)
    saved(page, "Accepted: Goal 3")
    page.wait_for_timeout(500)
    assert served.decisions == [("ada", PAPER.id, "sdg/3", "accept")]
    page.clock.run_for(1_000)
    page.touchscreen.tap(*at)
    saved(page, "Accepted: Discrimination")


def test_the_mark_follows_the_ring_and_only_a_mouse_that_moves(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(served.base + ITEM)
    page.click("#optional summary")
    page.evaluate("scrollTo(0, 0)")
    sentence = "() => Boolean(document.querySelector('mark.now'))"
    rests_on_none = page.locator("#label-ai-relevant")
    box = page.locator("#label-sdg-3").bounding_box()
    at = box["x"] + 40, box["y"] + 60
    page.mouse.move(*at)
    assert page.evaluate(sentence)
    rests_on_none.evaluate("(card, y) => scrollBy(0, card.getBoundingClientRect().y - y)", at[1])
    page.wait_for_timeout(400)  # in which browsers tell what came under the mouse
    assert page.evaluate(
        "at => Boolean(document.elementFromPoint(...at).closest('#label-ai-relevant'))", at
    )
    assert page.evaluate(sentence)
    page.mouse.move(at[0] + 3, at[1] + 3)
    assert not page.evaluate(sentence)
    page.focus("#label-risk-group-discrimination")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(400)
    assert page.evaluate(sentence)
