"""In a real Chromium: nothing is decided that one did not mean, by a key, a mouse or a finger."""

from __future__ import annotations

import pytest

from tests.review.web.browsing import ITEM, Enter, focused
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
