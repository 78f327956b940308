"""Reviewing on a connection that drops: what waits, is lost on its way, or is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from digest.review.events import Undone, of_kind
from tests.review.acts import Watch
from tests.review.web.browsing import ITEM, Enter, saved
from tests.review.web.desk import PAPER, STORY, Served

pytestmark = pytest.mark.browser


def test_a_page_that_was_fetched_in_advance_knows_what_was_done_since(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + "/2026Q1/item?queue=selected")
    page.wait_for_load_state("networkidle")
    before = page.get_attribute("#item", "data-item")
    for _ in page.query_selector_all("#labels > .label"):
        page.keyboard.press("a")
    page.wait_for_selector("#done:has-text('done by you: 1')")
    assert "This item is done." in page.inner_text(".goto")
    page.keyboard.press("n")
    page.wait_for_function(
        "before => document.getElementById('item')?.dataset.item !== before", arg=before
    )
    assert page.inner_text("#done") == "items done by you: 1"
    assert page.inner_text("#status .last").endswith(f" – {PAPER.title}")
    page.keyboard.press("z")  # leads back to where it was decided, and says so in the address
    page.wait_for_selector(f"[data-item='{before}']")
    assert page.inner_text("#status .last").startswith("Taken back Accepted:")
    assert PAPER.title not in page.inner_text("#status .last")
    page.reload()
    assert page.get_attribute("#item", "data-item") == before


def test_without_a_connection_decisions_wait_and_are_saved_once(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.wait_for_load_state("networkidle")  # the next items were fetched in advance
    page.context.set_offline(True)
    page.keyboard.press("a")
    page.wait_for_selector("#waits:has-text('waiting: 1')")
    page.keyboard.press("r")
    page.wait_for_selector("#waits:has-text('waiting: 2')")
    page.keyboard.press("z")  # what waits is undone by not sending it
    page.wait_for_selector("#waits:has-text('waiting: 1')")
    page.wait_for_selector("#status >> text=/Taken back Discrimination.* – Phones for clinics/")
    page.keyboard.press("n")
    page.wait_for_selector(f"[data-item='{STORY[0].id}']")
    page.keyboard.press("r")
    page.wait_for_selector("#waits:has-text('waiting: 2')")
    assert served.events == []
    page.context.set_offline(False)
    saved(page, "Rejected: Goal 3")
    page.wait_for_selector("#waits", state="hidden")
    assert served.decisions == [
        ("ada", PAPER.id, "sdg/3", "accept"), ("ada", STORY[0].id, "sdg/3", "reject"),
    ]  # fmt: skip


def test_what_waited_does_not_overrule_what_was_decided_in_another_browser_meanwhile(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.keyboard.press("a")
    page.wait_for_selector("#waits:has-text('waiting: 1')")
    page.keyboard.press("r")
    page.wait_for_selector("#waits:has-text('waiting: 2')")
    page.keyboard.press("ArrowUp")  # and otherwise, of the second label
    page.keyboard.press("ArrowDown")
    page.keyboard.press("u")
    page.wait_for_selector("#waits:has-text('waiting: 3')")
    served.visitor("ada").decide("reject")  # of the first one, at another desk
    page.context.set_offline(False)
    page.wait_for_selector("#refused:has-text('Not saved: Goal 3: Good health')")
    assert "you decided otherwise since, in another browser" in page.inner_text("#refused")
    saved(page, "Unsure")  # the last one is no more said to wait while it is being sent
    decided = [(label, verdict) for _, _, label, verdict in served.decisions]
    second = decided[1][0]
    assert decided == [("sdg/3", "reject"), (second, "reject"), (second, "unsure")]
    page.reload()
    page.click(".label[data-label='sdg/3'] button[value=accept]")  # who has seen it may
    saved(page, "Accepted: Goal 3")
    assert served.decisions[-1][2:] == ("sdg/3", "accept")


def test_what_waits_is_shown_as_decided_on_a_page_that_does_not_know_of_it(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.route("**/decide", lambda route: route.abort())
    page.goto(served.base + ITEM)
    first, second = (one.get_attribute("id") for one in page.query_selector_all("#labels > .label"))
    page.keyboard.press("r")
    page.wait_for_selector("#waits:has-text('waiting: 1')")
    page.reload()
    assert page.get_attribute(f"#{first} button[value=reject]", "aria-pressed") == "true"
    assert page.get_attribute(".label[aria-current]", "id") == second  # what the next key decides
    page.keyboard.press("a")
    page.unroute("**/decide")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page, "Accepted:")
    verdicts = [verdict for _, _, _, verdict in served.decisions]
    assert verdicts == ["reject", "accept"]


@pytest.mark.parametrize("width", [375, 1440])
def test_without_a_connection_one_reads_that_what_one_decided_is_kept_until_it_is_sent(
    enter: Enter, served: Served, width: int
) -> None:
    page = enter("ada")
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(served.base + ITEM)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.click("#label-sdg-3 button[value=accept]")
    page.wait_for_selector("#waits:has-text('waiting: 1')")
    lines = [page.locator(one) for one in ("#status .last", "#waits")]
    assert len({line.bounding_box()["x"] for line in lines}) == 1
    page.click("#next")
    page.wait_for_selector(f"[data-item='{STORY[0].id}']")
    for _ in range(3):  # until nothing more was fetched in advance
        page.click("#next")
        page.wait_for_timeout(200)
    page.wait_for_selector("#alarm:has-text('What you decided is kept in this browser')")
    page.context.set_offline(False)
    saved(page, "Accepted: Goal 3")
    page.wait_for_selector("#alarm p", state="detached")
    assert len(served.decisions) == 1


def press_and_lose_the_answer(page: Any, key: str) -> None:
    """The server has the decision, and the browser does not know."""

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/decide", lose)
    page.keyboard.press(key)
    page.wait_for_selector("#waits:has-text('waiting: 1')")
    page.unroute("**/decide")


def test_an_answer_that_is_lost_on_its_way_does_not_save_twice(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    press_and_lose_the_answer(page, "a")
    assert len(served.events) == 1
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page, "Accepted: Goal 3")
    assert len(served.events) == 1


def test_an_undo_after_an_answer_that_was_lost_takes_back_that_decision_and_no_other(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    page.keyboard.press("a")
    saved(page, "Accepted: Goal 3")

    press_and_lose_the_answer(page, "r")
    assert len(served.events) == 2
    page.keyboard.press("z")
    page.wait_for_selector("text=Taken back")
    page.wait_for_selector("#waits", state="hidden")
    undone = [payload for _, payload in of_kind(served.events, Undone)]
    assert [one.event_id for one in undone] == [served.events[1].event_id]


def test_what_waits_when_the_session_ends_is_sent_after_entering_again(
    enter: Enter, served: Served, watch: Watch
) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    watch.wait(hours=13)
    page.keyboard.press("a")
    page.wait_for_selector("#waits:has-text('Your session has ended')")
    page.reload()
    assert page.url.endswith("/enter")
    page.goto(served.base + served.link("ben"))  # another person at the same computer
    page.click("main button")
    page.goto(served.base + ITEM)
    page.wait_for_load_state("networkidle")
    assert served.events == []
    page.goto(served.base + served.link("ada"))
    page.click("main button")
    saved(page, "Accepted: Goal 3")  # whatever page she opens
    assert served.decisions == [("ada", PAPER.id, "sdg/3", "accept")]


def test_what_waits_outlasts_another_person_in_the_same_browser(
    enter: Enter, served: Served
) -> None:
    page = enter("ada")
    page.goto(served.base + f"/2026Q1/item?queue=selected&id={quote(STORY[0].id)}")
    other = page.context.new_page()
    other.goto(served.base + served.link("ben"))
    other.click("main button")
    other.wait_for_url("**/account*")
    page.keyboard.press("a")
    page.wait_for_selector("#waits:has-text('Your session has ended')")
    assert "Nothing decided yet" in page.inner_text("#status")
    page.keyboard.press("p")  # no page of one person within that of another
    page.wait_for_selector("nav.who >> text=Ben Okri")
    other.goto(served.base + served.link("ada"))
    other.click("main button")
    saved(other, "Accepted: Goal 3")
    assert served.decisions == [("ada", STORY[0].id, "sdg/3", "accept")]


def test_what_is_refused_is_shown_until_one_has_seen_it(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.goto(served.base + ITEM)
    served.visitor("ada").post("/2026Q1/declare", item=PAPER.id)
    page.keyboard.press("a")
    page.wait_for_selector("#refused:has-text('Not saved: Goal 3: Good health')")
    assert "Nothing decided yet" in page.inner_text("#status")
    page.goto(served.base + "/help")
    page.wait_for_selector("#refused:has-text('Phones for clinics')")
    page.click("#refused button")
    page.reload()
    assert page.inner_text("#refused") == ""
