"""How a member finds the way: queues, what is next, what is left, ones own doubts."""

from __future__ import annotations

import re

from tests.review.web.desk import ACME, PAPER, STORY, Served


def test_next_leads_through_what_is_not_done_and_says_when_it_is(served: Served) -> None:
    ada = served.visitor("ada")
    first = ada.get("/2026Q1/item?queue=goal/3")
    assert "Phones for clinics" in first.text
    ada.decide("accept", queue="goal/3")
    for story in STORY:
        page = ada.get("/2026Q1/item?queue=goal/3")
        assert f'data-item="{story.id}"' in page.text
        ada.decide("accept", item=story.id, queue="goal/3")
    assert "You are through with this queue." in ada.get("/2026Q1/item?queue=goal/3").text
    assert "4/4" in ada.get("/2026Q1/").text


def test_who_enters_by_a_link_is_one_page_from_the_first_item_of_their_own_queue(
    served: Served,
) -> None:
    ada = served.visitor("ada")
    welcome = ada.get("/account?welcome=1").text
    assert "Read each item and say whether the machine's labels are right." in welcome
    assert 'href="/2026Q1/begin">Begin to review</a>' in welcome
    assert 'href="/2026Q1/begin">Begin, or go on</a>' in ada.get("/2026Q1/").text
    first = ada.get("/2026Q1/begin")  # Goal 3 is hers
    assert first.url.params.multi_items() == [("queue", "goal/3"), ("id", PAPER.id)]
    for item in (PAPER, *STORY):
        ada.decide("unsure" if item == PAPER else "accept", item=item.id, queue="goal/3")
    doubts = ada.get("/2026Q1/begin")
    assert doubts.url.params.multi_items() == [("queue", "doubts"), ("id", PAPER.id)]
    editor = served.visitor("ed").get("/account?welcome=1").text
    assert "As an editor you see everything and do not vote." in editor
    assert 'href="/">To the queues</a>' in editor


def test_what_the_panel_has_settled_is_offered_last(served: Served) -> None:
    for name in ("ada", "chair"):
        served.visitor(name).decide("accept", queue="goal/3")
    cho, offered = served.visitor("cho"), []
    for _ in range(4):
        page = cho.get("/2026Q1/item?queue=goal/3").text
        offered.append(
            next(item.id for item in (PAPER, *STORY) if f'data-item="{item.id}"' in page)
        )
        cho.decide("accept", item=offered[-1], queue="goal/3")
    assert offered == [*(item.id for item in STORY), PAPER.id]


def test_ones_own_queues_come_first_and_those_of_goals_and_risks_open_when_wanted(
    served: Served,
) -> None:
    home = served.visitor("ada").get("/2026Q1/").text.partition("<h2")[2]
    order = [
        home.index(part) for part in (
            ">Your queues<", "queue=goal/3", ">For everybody<", "queue=selected", ">By risk<",
            "queue=risk/group-discrimination",
        )
    ]  # fmt: skip
    assert order == sorted(order)  # Goal 3 is hers
    assert home.count("queue=goal/3") == 1
    assert home.count('<details class="group" open>') == 1  # everybody's
    editor = served.visitor("ed").get("/2026Q1/").text
    assert editor.count('<details class="group" open>') == 3


def test_the_time_left_is_said_after_ten_decisions_from_ones_own_pace(
    served: Served, watch: object
) -> None:
    ada = served.visitor("ada")
    for n in range(10):
        watch.wait(seconds=60)  # type: ignore[attr-defined]
        assert ("said after ten decisions" in ada.get("/2026Q1/").text) == (n > 0)
        ada.decide("accept" if n % 2 else "reject")
    page = ada.get("/2026Q1/").text
    # Of the labels in her queues five are open: one of her goal's paper is hers already.
    left = re.search(r"still need you</dt><dd>(\d+)", page)
    assert left
    assert f"<dd>{left[1]} min</dd>" in page


def test_figures_are_shown_once_there_is_something_to_count_and_say_of_how_many(
    served: Served,
) -> None:
    ada = served.visitor("ada")
    assert 'class="figures"' not in ada.get("/2026Q1/").text
    ada.decide("accept")
    served.visitor("ben").decide("accept")
    settled = "<dt>labels on the site are settled by the panel</dt><dd>1 of 4</dd>"
    for page in (ada, served.visitor("ed")):
        assert settled in page.get("/2026Q1/").text
    assert "<dt>decisions of yours</dt><dd>1</dd>" in ada.get("/2026Q1/").text


def test_ones_own_doubts_are_a_queue_until_one_knows(served: Served) -> None:
    ada, ben = served.visitor("ada"), served.visitor("ben")
    assert "Doubts of your own" not in ada.get("/2026Q1/").text
    ada.decide("unsure")
    ada.decide("unsure", "risk/group-discrimination", ACME.id)
    ada.decide("accept", "risk/group-discrimination")
    home = ada.get("/2026Q1/").text
    assert home.index("Doubts of your own") < home.index("Doubts of the machine")
    assert PAPER.title not in ben.get("/2026Q1/queue?name=doubts").text
    assert "Doubts of your own" not in ben.get("/2026Q1/").text
    assert PAPER.title in ada.get("/2026Q1/queue?name=doubts").text
    first = ada.get("/2026Q1/item?queue=doubts").text
    assert f'data-item="{PAPER.id}"' in first
    ada.decide("reject", queue="doubts")
    assert f'data-item="{ACME.id}"' in ada.get(f"/2026Q1/item?queue=doubts&after={PAPER.id}").text
    ada.decide("unsure", "risk/group-discrimination", ACME.id, queue="doubts")
    assert f'data-item="{ACME.id}"' in ada.get("/2026Q1/item?queue=doubts").text
    ada.decide("reject", "risk/group-discrimination", ACME.id, queue="doubts")
    assert "You are through with this queue." in ada.get("/2026Q1/item?queue=doubts").text
