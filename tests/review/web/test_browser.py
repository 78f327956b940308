"""Reviewing in a real Chromium: by keyboard, by typing, on a phone, without scripts."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from digest.review.events import Undone
from digest.taxonomy import load
from tests.review.web.browsing import ITEM, Enter, focused, saved
from tests.review.web.desk import HELPS, HOSTILE, PAPER, STORY, Served

pytestmark = pytest.mark.browser


def test_an_item_is_reviewed_by_keyboard_alone(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.keyboard.press("Tab")
    page.goto(served.base + "/2026Q1/")
    for _ in range(20):
        page.keyboard.press("Tab")
        if "Selected for" in page.evaluate("document.activeElement.innerText"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".label[aria-current]")
    assert page.get_attribute(".label[aria-current]", "data-label") == "sdg/3"
    page.keyboard.press("a")
    saved(page, "Accepted: Goal 3")
    assert focused(page) == "label-risk-group-discrimination"
    page.keyboard.press("ArrowUp")
    assert focused(page) == "label-sdg-3"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("l")
    assert focused(page) == "reason-risk-group-discrimination"  # what comes first
    page.keyboard.press("Escape")
    assert focused(page) == "label-risk-group-discrimination"
    page.keyboard.press("l")
    page.keyboard.press("Tab")
    assert focused(page) == "instead-risk-group-discrimination"
    page.keyboard.press("d")  # in a list keys choose from it
    page.select_option(":focus", "risk/security")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#status >> text=/^[^:]+ instead of Discrimination/")
    page.wait_for_selector("#label-risk-security")
    page.keyboard.press("z")
    page.wait_for_selector("#label-risk-security", state="detached")
    page.wait_for_selector("#status >> text=Taken back")
    page.focus("#label-risk-group-discrimination")
    page.keyboard.press("u")
    saved(page, "Unsure: Discrimination")
    assert focused(page) == "next"
    page.keyboard.press("n")
    page.wait_for_selector(f"[data-item='{STORY[0].id}']")
    assert focused(page) == "title"
    page.keyboard.press("p")
    page.wait_for_selector(f"[data-item='{PAPER.id}']")
    assert [event.payload.__class__.__name__ for event in served.events] == [
        "Decision", "Decision", "Decision", "Undone", "Undone", "Decision",
    ]  # fmt: skip


def test_one_key_too_many_changes_nothing(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(served.base + ITEM)
    for key in "aar":
        page.keyboard.press(key)
    page.wait_for_selector("text=This item is done.")
    keys = page.locator(".verdicts kbd >> visible=true")
    assert keys.count() == 0  # nor is one promised
    page.keyboard.press("r")
    page.keyboard.press("ArrowUp")
    assert focused(page) == "label-risk-group-discrimination"
    assert keys.all_inner_texts() == ["a", "r", "u"]
    page.keyboard.press("u")
    saved(page, "Unsure: Discrimination")
    assert [verdict for *_, verdict in served.decisions] == ["accept", "accept", "unsure"]


def test_on_a_phone_the_page_does_not_leap_when_one_decides(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.click("#label-sdg-3 button[value=accept]")
    saved(page, "Accepted: Goal 3")
    button = page.locator("#label-risk-group-discrimination button[value=accept]")
    button.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    button.click()
    saved(page, "Accepted: Discrimination")
    assert focused(page) == "next"
    assert page.evaluate("scrollY") == before


def test_on_a_wide_window_the_sentence_stands_out_in_the_text_and_is_not_said_twice(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    quote = page.locator("#why-sdg-3")
    assert quote.bounding_box()["height"] > 20
    page.set_viewport_size({"width": 1440, "height": 240})
    assert quote.bounding_box()["height"] <= 1
    assert quote.inner_text() == HELPS  # still there for a screen reader, beside the buttons

    def standing_out() -> list[str]:
        return page.eval_on_selector_all("mark.now", "all => all.map(one => one.textContent)")

    page.mouse.move(1, 1)
    assert standing_out() == [HELPS]
    page.keyboard.press("a")  # which brings the label into this low window
    page.keyboard.press("a")
    page.keyboard.press("u")
    saved(page, "Unsure: Discrimination")
    assert standing_out() == [HELPS]  # as the legend says, also of what is decided
    page.click("#optional summary")
    page.hover("#label-ai-relevant h3", position={"x": 5, "y": 5})  # which rests on no sentence
    assert standing_out() == []
    page.mouse.move(1, 1)
    assert standing_out() == [HELPS]
    page.focus("#label-sdg-3")
    page.evaluate("document.querySelector('.item > article').scrollTop = 10_000")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(
        "(([frame, mark]) => mark.top >= frame.top && mark.bottom <= frame.bottom)"
        "(['.item > article', 'mark.now'].map(one => document.querySelector(one)"
        ".getBoundingClientRect()))"
    )


def test_keys_work_on_a_keyboard_of_another_script(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'ф', code: 'KeyA', bubbles: true}))"
    )
    saved(page, "Accepted: Goal 3")


def test_keys_do_nothing_while_one_types_and_can_be_switched_off(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.keyboard.press("l")
    page.fill("#reason-sdg-3", "")
    page.type("#reason-sdg-3", "ranzu?a")
    page.keyboard.press("?")
    page.click(".help-keys summary")
    page.uncheck("#use-keys")
    page.keyboard.press("r")
    page.fill("#reason-sdg-3", "")  # or the browser would ask whether to leave it
    page.reload()
    page.keyboard.press("a")
    assert not page.query_selector(".label[aria-current]")
    page.click("#label-sdg-3 button[value=accept]")
    saved(page, "Accepted: Goal 3")
    assert [verdict for *_, verdict in served.decisions] == ["accept"]


def test_a_queue_comes_to_its_end_however_fast_one_decides(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.goto(served.base + "/2026Q1/item?queue=selected")
    for keys in ("aan", "an", "an"):  # pages fetched in advance know nothing of these
        page.wait_for_load_state("networkidle")
        before = page.get_attribute("#item", "data-item")
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_function(
            "before => document.getElementById('item')?.dataset.item !== before", arg=before
        )
    page.wait_for_selector("text=You are through with this queue.")
    assert len(served.decisions) == 4


def test_a_form_without_its_choice_asks_for_it(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.goto(served.base + f"/2026Q1/item?queue=goal/3&id={quote(STORY[0].id)}")
    page.keyboard.press("l")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "instead-sdg-3"
    page.click("text=Those chosen are about something else")
    assert page.evaluate("document.activeElement.name") == "other"
    page.click("#label-sdg-3 button[value=accept]")
    saved(page, "Accepted: Goal 3")
    assert len(served.events) == 1
    assert page.inner_text("#refused") == ""


def test_a_label_that_is_chosen_says_what_it_is_and_marks_are_explained(
    enter: Enter, served: Served
) -> None:
    page = enter("cho")
    page.goto(served.base + ITEM)
    legend = page.locator(".legend")
    assert "المنقَّط" in legend.inner_text()
    assert "الجمل التي" not in legend.inner_text()  # which is said where no script tells them apart
    page.keyboard.press("l")
    page.select_option("#instead-sdg-3", "sdg/4")
    chosen = page.locator("#chosen-sdg-3")
    assert chosen.inner_text() == load().label("sdg", "4").definition
    assert (chosen.get_attribute("lang"), chosen.get_attribute("dir")) == ("en", "ltr")
    page.select_option("#instead-sdg-3", "")
    assert chosen.is_hidden()
    page.click("text=أضف تصنيفًا")
    page.select_option("#add", "risk/democracy")
    assert "govern themselves" in page.inner_text("#chosen-add")


def test_what_a_label_was_added_or_exchanged_for_is_where_one_looks(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.click("#optional summary")
    page.click("text=Add a label that is missing")
    page.select_option("#add", "sdg/10")  # the machine nearly gives it: it has a card there
    page.click("text=Add the label >> visible=true")
    saved(page, "Accepted: Goal 10")
    assert focused(page) == "label-sdg-10"
    page.click("#label-sdg-10 details.more summary")
    page.select_option("#instead-sdg-10", "sdg/4")
    page.click("#label-sdg-10 button[value=relabel]")
    saved(page, "Goal 4: Quality education instead of Goal 10: Reduced inequalities")
    assert page.get_attribute("#label-sdg-4 button[value=accept]", "aria-pressed") == "true"
    assert page.get_attribute("#optional", "open") is not None
    assert page.get_attribute(".help-keys", "open") is None
    for label in ("sdg-3", "risk-group-discrimination"):
        page.click(f"#label-{label} button[value=accept]")
    page.wait_for_selector(".goto >> text=This item is done.")
    page.click("#label-sdg-3 details.more summary")
    page.select_option("#instead-sdg-3", "ai/relevant")  # the last of the labels
    page.click("#label-sdg-3 button[value=relabel]")
    saved(page, "About artificial intelligence instead of Goal 3")
    assert 0 < page.locator("#label-ai-relevant").bounding_box()["y"] < 700


@pytest.mark.parametrize("width", [1280, 375])
def test_of_a_label_that_is_longer_than_the_window_one_sees_the_beginning(
    enter: Enter, served: Served, width: int
) -> None:
    page = enter("ada")
    page.set_viewport_size({"width": width, "height": 420})
    page.goto(served.base + ITEM)
    for label in ("sdg-3", "risk-group-discrimination"):
        page.click(f"#label-{label} button[value=accept]")
        page.wait_for_selector(f"#label-{label}.done")
    page.click("#optional summary")
    page.click("#label-ai-relevant details.more summary")
    page.select_option("#instead-ai-relevant", "sdg/4")  # whose card comes above this one
    page.click("#label-ai-relevant button[value=relabel]")
    saved(page, "Goal 4: Quality education instead of About artificial intelligence")
    top = page.locator("#label-sdg-4 h3").bounding_box()["y"]
    assert page.locator(".status").bounding_box()["height"] < top < 300


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_on_a_check_box_decides_nothing(enter: Enter, served: Served, scripts: bool) -> None:
    page = enter("ada", java_script_enabled=scripts)
    page.goto(served.base + f"/2026Q1/item?queue=goal/3&id={quote(STORY[0].id)}")
    for form in ("#story + form", "#label-sdg-3"):
        page.press(f"{form} input[type=checkbox] >> nth=0", "Enter")
    page.click("#label-sdg-3 button[value=reject]")
    page.wait_for_selector("#status >> text=Rejected")
    assert [verdict for *_, verdict in served.decisions] == ["reject"]
    assert len(served.events) == 1
    assert not page.query_selector("#refused .alarm")


def test_without_scripts_each_button_is_a_form_that_comes_back_to_the_item(
    enter: Enter, served: Served
) -> None:
    page = enter("ada", java_script_enabled=False)
    page.goto(served.base + ITEM)
    page.click("#label-sdg-3 button[value=accept]")
    assert "Accepted: Goal 3" in page.inner_text("#status")
    assert not page.is_visible("kbd")
    page.click("#status button")
    assert page.inner_text("#status").startswith("Taken back Accepted: Goal 3: Good health")
    assert "Nothing decided yet" in page.inner_text("#status")
    page.click("#next")
    assert page.get_attribute("#item", "data-item") == STORY[0].id
    assert isinstance(served.events[-1].payload, Undone)


def test_hostile_titles_and_texts_do_nothing(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.goto(served.base + "/2026Q1/item?queue=sample")
    assert page.inner_text("h1") == HOSTILE.title
    page.keyboard.press("a")
    saved(page, "Accepted: About artificial intelligence")
    page.goto(served.base + "/2026Q1/queue?name=sample")
    assert page.evaluate("window.broken === undefined")
