"""Reviewing in a real Chromium: by keyboard, without a connection, without scripts, by axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from digest.review.events import Undone, of_kind
from tests.review.acts import Watch
from tests.review.web.desk import HOSTILE, PAPER, STORY, Served

pytestmark = pytest.mark.browser
Enter = Callable[..., Any]
ITEM = f"/2026Q1/item?queue=selected&id={PAPER.id}"


@pytest.fixture
def enter(browser: Any, served: Served) -> Iterator[Enter]:
    """Enters by a link in a browser of one's own and gives its page; complaints fail the test."""
    complaints: list[str] = []
    contexts = []

    def entered(person: str, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": 375, "height": 700}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("console", lambda m: complaints.append(m.text) if "Security" in m.text else None)
        page.goto(served.base + served.link(person))
        page.click("main button")
        page.wait_for_url("**/account*")
        return page

    yield entered
    for context in contexts:
        context.close()
    assert complaints == []


def saved(page: Any, words: str) -> None:
    """Waits until the line at the top says that something is saved."""
    page.wait_for_selector(f"#status .said >> nth=0 >> visible=true >> xpath=.. >> text={words}")


def focused(page: Any) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


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
    assert focused(page) == "instead-risk-group-discrimination"
    page.keyboard.press("d")  # in a list keys choose from it
    page.select_option(":focus", "risk/security")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    saved(page, "Rejected: Discrimination")
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
    page.goto(served.base + ITEM)
    for key in "aar":
        page.keyboard.press(key)
    page.wait_for_selector("text=This item is done.")
    page.keyboard.press("r")
    page.keyboard.press("ArrowUp")
    assert focused(page) == "label-risk-group-discrimination"
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
    assert page.inner_text("#done") == "done by you: 1"
    page.keyboard.press("z")  # leads back to where it was decided, and says so in the address
    page.wait_for_selector(f"[data-item='{before}']")
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
    page.wait_for_selector("#refused:has-text('Not saved: Phones for clinics – Goal 3:')")
    assert "Nothing decided yet" in page.inner_text("#status")
    page.goto(served.base + "/help")
    page.wait_for_selector("#refused:has-text('Phones for clinics')")
    page.click("#refused button")
    page.reload()
    assert page.inner_text("#refused") == ""


def test_a_form_without_its_choice_asks_for_it(enter: Enter, served: Served) -> None:
    page = enter("ada")
    page.goto(served.base + f"/2026Q1/item?queue=goal/3&id={quote(STORY[0].id)}")
    page.keyboard.press("l")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "instead-sdg-3"
    page.click("text=Those chosen are about something else")
    assert page.evaluate("document.activeElement.name") == "other"
    page.click("#label-sdg-3 button[value=accept]")
    saved(page, "Accepted: Goal 3")
    assert len(served.events) == 1
    assert page.inner_text("#refused") == ""


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
    page.click("#status button")
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


EVERYBODYS = (
    "/2026Q1/", "/2026Q1/item?queue=selected", "/2026Q1/item?queue=goal/3&id=" + STORY[0].id,
    "/2026Q1/queue?name=selected", "/2026Q1/edition", "/2026Q1/page?label=sdg/3", "/help",
    "/account",
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
