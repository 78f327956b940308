"""In a real Chromium: what one types is saved, or not left without a word."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.review.web.browsing import ITEM, Enter, focused, saved
from tests.review.web.desk import PAPER, STORY, Served

pytestmark = pytest.mark.browser


def test_a_note_that_is_being_typed_survives_the_saving_of_another_label(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.click("#label-risk-group-discrimination details.more summary")
    page.fill("#reason-risk-group-discrimination", "half a thou")
    page.click("#label-sdg-3 button[value=accept]")
    saved(page, "Accepted: Goal 3")
    assert page.input_value("#reason-risk-group-discrimination") == "half a thou"


def test_what_is_being_typed_survives_what_changes_the_whole_item(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.fill("#reason-risk-group-discrimination", "half a thought")
    page.fill("#add-reason", "it is about schools")
    page.select_option("#add", "sdg/4")
    page.fill("#remark", "half a comment")
    page.evaluate("{ const add = document.getElementById('add').form;"
                  " add.requestSubmit(add.querySelector('button')); }")  # fmt: skip
    page.wait_for_selector("#label-sdg-4")
    assert focused(page) == "remark"
    page.keyboard.type("!")
    assert page.input_value("#remark") == "half a comment!"
    assert page.input_value("#reason-risk-group-discrimination") == "half a thought"
    assert page.is_visible("#reason-risk-group-discrimination")
    assert page.input_value("#add-reason") == ""


def test_what_is_typed_and_not_saved_is_not_left_without_a_word(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.click("#label-sdg-3 details.more summary")
    page.fill("#reason-sdg-3", "Only mice")
    page.click("#next")
    page.wait_for_selector("#alarm >> text=not saved: Accept, Reject or Unsure saves it")
    assert page.get_attribute("#item", "data-item") == PAPER.id
    assert page.locator("#reason-sdg-3").evaluate("field => field === document.activeElement")
    page.click("#label-sdg-3 button[value=reject]")
    saved(page, "Rejected: Goal 3")
    assert [e.payload.reason for e in served.events] == ["Only mice"]
    page.click("#next")  # nothing is lost any more
    page.wait_for_selector(f"#item[data-item='{STORY[0].id}']")
    page.click("summary >> text=Comments on this item")
    page.fill("#remark", "Is this the same?")
    page.keyboard.press("Escape")
    page.click("#next")
    page.wait_for_selector("#alarm >> text=not saved. Save it with “Save the comment”")
    page.click("#next")  # who goes on once more leaves it
    page.wait_for_selector(f"#item:not([data-item='{STORY[0].id}'])")
    assert len(served.events) == 1


def test_a_note_typed_after_a_decision_that_waits_is_not_left_without_a_word(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.wait_for_load_state("networkidle")  # the next item was fetched in advance
    page.context.set_offline(True)
    page.click("#label-sdg-3 details.more summary")
    page.fill("#reason-sdg-3", "Only mice\nand rats")
    page.click("#label-sdg-3 button[value=reject]")
    page.wait_for_selector("#waits:has-text('waiting: 1')")
    assert page.evaluate("dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    page.fill("#reason-sdg-3", "Only mice\nand rats, and few")
    page.click("#next")
    page.wait_for_selector("#alarm >> text=What you typed here is not saved")
    assert focused(page) == "reason-sdg-3"
    assert page.get_attribute("#item", "data-item") == PAPER.id
    page.context.set_offline(False)
    saved(page, "Rejected: Goal 3")  # of the decision as it was sent
    page.wait_for_selector("#label-sdg-3.done")
    assert page.input_value("#reason-sdg-3") == "Only mice\nand rats, and few"
    assert focused(page) == "reason-sdg-3"
    with page.expect_response("**/decide"):
        page.click("text=Save the note")
    said = [event.payload.reason for event in served.events]
    assert said == ["Only mice\nand rats", "Only mice\nand rats, and few"]
    page.click("#next")
    page.wait_for_selector(f"#item[data-item='{STORY[0].id}']")


def test_what_is_typed_is_not_lost_by_going_back_by_undoing_or_by_closing_the_window(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.click("#label-sdg-3 button[value=accept]")
    saved(page, "Accepted: Goal 3")
    page.click("#next")
    page.wait_for_selector(f"#item[data-item='{STORY[0].id}']")
    assert page.evaluate("dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    page.click("#label-sdg-3 details.more summary")
    page.fill("#reason-sdg-3", "Only mice")
    assert not page.evaluate("dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    page.click("#status button")  # of what was decided on the item before
    page.wait_for_selector(
        "#status >> text=Taken back Accepted: Goal 3: Good health and well-being – Phones"
    )
    page.go_back()
    page.wait_for_selector("#alarm >> text=What you typed here is not saved")
    assert page.input_value("#reason-sdg-3") == "Only mice"
    assert quote(STORY[0].id, safe="") in page.url
    page.go_back()
    page.wait_for_selector(f"#item[data-item='{PAPER.id}']")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_line_at_the_top_says_that_a_comment_is_saved(
    enter: Enter, served: Served, scripts: bool
) -> None:
    page = enter("ada", java_script_enabled=scripts)
    page.goto(served.base + ITEM)
    page.click("summary >> text=Comments on this item")
    page.fill("#remark", "Is this the same?")
    page.click("text=Save the comment")
    saved(page, "Comment")


def test_after_a_decision_a_note_is_saved_by_a_button_of_its_own(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    assert page.locator("text=Save the note").count() == 0
    page.click("#label-sdg-3 button[value=reject]")
    saved(page, "Rejected: Goal 3")
    page.click("#label-sdg-3 details.more summary")
    page.fill("#reason-sdg-3", "Only mice")
    page.click("#next")
    page.wait_for_selector("#alarm >> text=not saved. Save it with “Save the note”")
    page.click("#label-sdg-3 >> text=Save the note")
    page.wait_for_selector("#status >> text=reason kept")
    assert [event.payload.reason for event in served.events] == ["", "Only mice"]
    assert [verdict for *_, verdict in served.decisions] == ["reject", "reject"]
