"""A member reviews without scripts: each button saves, once; undoing; others after one's own."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from uuid import uuid4

from digest.review.events import Declared, StoryRuling, Undone, of_kind
from digest.review.packet import write_packet
from tests.examples import Q1
from tests.review.web.desk import ACME, HOSTILE, ITEMS, LATE, PAPER, QUEUES, STORY, Served


def test_each_button_saves_a_decision_and_says_so(served: Served) -> None:
    ada = served.visitor("ada")
    for verdict in ("accept", "reject", "unsure"):
        answer = ada.decide(verdict, reason=f"as {verdict}")
        assert answer.status_code == 200
        assert 'class="said">Saved</span>' in answer.text
        assert f'value="{verdict}" data-key="{verdict[0]}"' in answer.text
    assert served.decisions == [
        ("ada", PAPER.id, "sdg/3", verdict) for verdict in ("accept", "reject", "unsure")
    ]
    assert served.events[0].payload.reason == "as accept"  # type: ignore[union-attr]


def test_another_label_instead_is_a_reject_and_an_accept_saved_together(served: Served) -> None:
    ada = served.visitor("ada")
    ada.decide("relabel", instead="sdg/4", reason="it is about schools")
    assert served.decisions == [
        ("ada", PAPER.id, "sdg/3", "reject"), ("ada", PAPER.id, "sdg/4", "accept"),
    ]  # fmt: skip
    assert 'id="label-sdg-4"' in ada.item()


def test_a_label_that_the_machine_missed_can_be_added_and_others_are_asked_about_it(
    served: Served,
) -> None:
    served.visitor("ada").decide("relabel", label="", instead="sdg/4")
    assert served.decisions == [("ada", PAPER.id, "sdg/4", "accept")]
    seen = served.visitor("chair").item()
    assert "A reviewer proposes it." in seen
    assert "Ada Lovelace" not in seen  # nor who proposed it
    queues = served.visitor("chair").get("/2026Q1/").text
    assert "Proposed by reviewers" in queues


def test_the_same_form_sent_twice_is_saved_once(served: Served) -> None:
    ada, form = served.visitor("ada"), uuid4().hex
    for _ in range(2):
        assert ada.decide("accept", id=form).status_code == 200
    assert len(served.events) == 1
    ada.decide("reject", id=form)  # the same page, brought back, but another button
    assert [verdict for *_, verdict in served.decisions] == ["accept", "reject"]


def test_what_is_saved_is_said_to_be_also_when_its_queue_is_gone(served: Served) -> None:
    assert "Accepted: Goal 3" in served.visitor("ada").decide("accept", queue="gone").text


def test_near_duplicates_are_decided_together_and_undone_together(served: Served) -> None:
    ada = served.visitor("ada")
    assert "the 2 near-duplicates of this story" in ada.item(STORY[0].id, "goal/3")
    answer = ada.decide("reject", item=STORY[0].id, queue="goal/3", group="1")
    assert {item for _, item, *_ in served.decisions} == {item.id for item in STORY}
    assert "and 2 near-duplicates" in answer.text
    batch = re.search(r'name="batch" value="(\w+)"', answer.text)
    assert batch
    after = ada.post("/2026Q1/undo", batch=batch[1], item=STORY[0].id, queue="goal/3")
    assert after.status_code == 200
    assert 'aria-pressed="true"' not in after.text
    assert len(served.events) == 6  # nothing is deleted
    assert "Nothing decided yet" in after.text


def test_what_waited_in_a_browser_overrules_nothing_newer_of_its_author(served: Served) -> None:
    phone, desk, form = served.visitor("ada"), served.visitor("ada"), "0123456789ab" + "c" * 20
    last = re.search(r'data-last="(\d+)"', phone.item())
    assert last
    for _ in range(2):  # decided without a connection, one after the other
        assert phone.decide("accept", id=form, last=last[1]).status_code == 200
    again = "0123456789ab" + "d" * 20
    assert phone.decide("unsure", id=again, last=last[1]).status_code == 200
    desk.decide("reject")
    phone.client.headers["Accept"] = "application/json"
    stale = phone.decide("accept", id="0123456789ab" + "e" * 20, last=last[1])
    assert stale.status_code == 409
    assert stale.json()["error"].startswith("you decided otherwise since, in another browser")
    assert phone.decide("reject", id="0123456789ab" + "f" * 20, last=last[1]).status_code == 200
    assert phone.decide("unsure", id=again, last=last[1]).status_code == 200  # its answer was lost
    assert phone.decide("unsure", last="x").status_code == 400
    assert [verdict for *_, verdict in served.decisions] == ["accept", "unsure", "reject", "reject"]


def test_a_story_of_two_has_one_near_duplicate_and_says_that_it_was_withdrawn(
    served: Served,
) -> None:
    one, other = STORY[0], replace(STORY[1], withdrawn=True)
    queues = {"goal/3": [one.id, other.id]}
    write_packet(served.place.packet(Q1), "b" * 64, Q1, [one, other], queues, served.clock)
    ada = served.visitor("ada")
    for visitor in (ada, served.visitor("ed")):
        assert visitor.item(one.id, "goal/3").count("withdrawn by its source") == 1
    said = ada.decide("reject", item=one.id, queue="goal/3", group="1").text
    assert "and 1 near-duplicate<" in said or "and 1 near-duplicate " in said


def test_what_is_undone_is_said_to_be_also_when_its_item_is_gone(served: Served) -> None:
    ada = served.visitor("ada")
    batches = [
        _batch(ada.post("/2026Q1/declare", item=LATE.id, queue="late", reason=why).text)
        for why in ("mine", "mine, too")
    ]
    items = tuple(item for item in ITEMS if item.id != LATE.id)
    queues = {name: [i for i in ids if i != LATE.id] for name, ids in QUEUES.items()}
    write_packet(served.place.packet(Q1), "b" * 64, Q1, items, queues, served.clock)
    undone = ada.post("/2026Q1/undo", batch=batches[1], item=LATE.id, queue="late")
    assert (undone.status_code, undone.url.path) == (200, "/2026Q1/")
    ada.client.headers["Accept"] = "application/json"
    answer = ada.post("/2026Q1/undo", batch=batches[0], item=LATE.id, queue="late")
    assert answer.json() == {"address": "/2026Q1/"}
    assert len(of_kind(served.events, Undone)) == 2


def test_undo_takes_back_one_step_after_the_other_and_only_ones_own(served: Served) -> None:
    ada, chair = served.visitor("ada"), served.visitor("chair")
    ada.decide("accept")
    ada.decide("accept", label="risk/group-discrimination")
    batch = _batch(ada.item())
    chair.post("/2026Q1/undo", batch=batch, item=PAPER.id)
    assert _batch(ada.item()) == batch  # another's undo does nothing
    ada.post("/2026Q1/undo", batch=batch, item=PAPER.id)
    page = ada.item()
    assert _pressed(page, "sdg-3") == "accept"
    assert _pressed(page, "risk-group-discrimination") == ""
    ada.post("/2026Q1/undo", batch=_batch(page), item=PAPER.id)
    assert _pressed(ada.item(), "sdg-3") == ""


def test_others_decisions_are_seen_after_ones_own_and_not_before(served: Served) -> None:
    ben, ada = served.visitor("ben"), served.visitor("ada")
    ben.decide("reject", reason="a secret reason")
    ben.post("/2026Q1/remark", item=PAPER.id, text="a secret remark")
    before = ada.item()
    assert "Ben Okri" not in before
    assert "secret" not in before
    assert "Others' decisions are shown after your own." in before
    after = ada.decide("accept").text
    assert "Ben Okri" in after
    assert "a secret reason" in after
    assert "a secret remark" not in after  # another label of the item is still open
    done = ada.decide("unsure", label="risk/group-discrimination").text
    assert "a secret remark" in done
    assert "Ben Okri" in served.visitor("ed").item()  # editors see all, and do not vote


def test_a_quorum_settles_a_label_and_the_chair_a_tie(served: Served) -> None:
    ada, ben, chair = (served.visitor(name) for name in ("ada", "ben", "chair"))
    ada.decide("accept")
    assert ">open<" in ada.item()
    ben.decide("reject")
    assert ">open<" in ada.item()
    assert "Reviewers disagree" in ada.get("/2026Q1/").text
    done = chair.decide("reject", queue="disagree").text
    assert "This item is done." in done
    assert "no label that this queue asks about" not in done
    assert ">rejected<" in ada.item()


def test_who_has_a_conflict_of_interest_does_not_decide(served: Served) -> None:
    ben, ada = served.visitor("ben"), served.visitor("ada")
    assert "A name that is noted for you" in ben.item(ACME.id)
    refused = ben.decide("accept", "risk/group-discrimination", ACME.id)
    assert refused.status_code == 403
    assert served.decisions == []
    declared = ada.post("/2026Q1/declare", item=PAPER.id, reason="my sister's paper")
    assert "You have a conflict of interest with this item" in declared.text
    assert ada.decide("accept").status_code == 403
    assert isinstance(served.events[-1].payload, Declared)
    ada.post("/2026Q1/undo", batch=_batch(declared.text), item=PAPER.id)
    assert ada.decide("accept").status_code == 200


def test_a_conflict_is_taken_back_where_it_is_said_whatever_one_did_since(served: Served) -> None:
    ada = served.visitor("ada")
    ada.post("/2026Q1/declare", item=PAPER.id)
    ada.decide("accept", item=STORY[0].id)
    beside = ada.item(PAPER.id).split("You declared it", maxsplit=1)[1]
    ada.post("/2026Q1/undo", batch=_batch(beside), item=PAPER.id)
    assert "You have a conflict of interest" not in ada.item(PAPER.id)
    assert _pressed(ada.item(STORY[0].id), "sdg-3") == "accept"


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


def test_the_rules_are_open_where_one_first_meets_a_label_and_the_machine_is_not_confident(
    served: Served,
) -> None:
    queue, opened = "risk/group-discrimination", '<details class="rules" open>'
    ada = served.visitor("ada")
    assert opened not in ada.item(PAPER.id, "goal/3")  # high confidence: its gist is enough
    assert opened in ada.item(ACME.id, queue)
    ada.decide("accept", "risk/group-discrimination", queue=queue)
    assert opened not in ada.item(ACME.id, queue)


def test_the_time_left_is_said_after_ten_decisions_from_ones_own_pace(
    served: Served, watch: object
) -> None:
    ada = served.visitor("ada")
    for n in range(10):
        watch.wait(seconds=60)  # type: ignore[attr-defined]
        assert "said after ten decisions" in ada.get("/2026Q1/").text
        ada.decide("accept" if n % 2 else "reject")
    page = ada.get("/2026Q1/").text
    # Of the labels in her queues five are open: one of her goal's paper is hers already.
    left = re.search(r"still need you</dt><dd>(\d+)", page)
    assert left
    assert f"<dd>{left[1]} min</dd>" in page


def test_a_member_says_that_items_are_not_one_story(served: Served) -> None:
    ada = served.visitor("ada")
    ada.post("/2026Q1/split", item=STORY[0].id, other=STORY[1].id, queue="goal/3")
    ruling = served.events[-1].payload
    assert isinstance(ruling, StoryRuling)
    assert ruling.items == (STORY[0].id, STORY[1].id)
    foreign = ada.post("/2026Q1/split", item=STORY[0].id, other=PAPER.id, queue="goal/3")
    assert foreign.status_code == 400


def test_an_item_page_shows_why_and_by_which_criteria(served: Served) -> None:
    page = served.visitor("ada").item()
    assert '<mark data-labels="risk/group-discrimination sdg/10 sdg/3">' in page
    assert "with high confidence: 94%" in page
    assert "with medium confidence: 71%" in page
    assert "nearly gives this label: 47%" in page
    assert '<p class="definition">The text is about the health of people …</p>' in page
    card = _card(page, "sdg-3")
    order = [
        card.index(part) for part in (
            "Borderline cases, what counts and", "<h4>Rulings in borderline cases</h4>",
            "<p>… preventing, diagnosing, treating", "maternal health and",
        )
    ]  # fmt: skip
    assert order == sorted(order)
    assert card.count("<details") == 2  # of which the other is a form's
    assert "→ <b>Goal 4</b> and <b>Goal 3</b> (3.c).</li>" in card
    assert "battery health" in page  # what does not
    assert 'rel="noopener noreferrer"' in page
    late = served.visitor("ada").item(LATE.id, "late")
    assert "late arrival" in late


def test_of_a_label_that_the_machine_does_not_give_it_is_asked_whether_it_applies(
    served: Served,
) -> None:
    ada = served.visitor("ada")
    page = ada.item(PAPER.id, "unsure")
    asked, given = _card(page, "sdg-10"), _card(page, "sdg-3")
    assert "nearly gives this label: 47%. Does it apply? Accept if it does, reject" in asked
    assert "Does it apply?" not in given
    for card in (asked, given):
        assert '>Accept<span class="hidden">: the label applies</span>' in card
        assert '>Reject<span class="hidden">: the label does not apply</span>' in card


def test_the_labels_to_decide_on_if_one_likes_are_named_before_they_are_opened(
    served: Served,
) -> None:
    summary = served.visitor("ada").item().split('id="optional"')[1].split("</summary>")[0]
    assert "2 more labels of the machine" in summary
    named = "<bdi>Goal 10: Reduced inequalities</bdi> · <bdi>About artificial intelligence</bdi>"
    assert named in summary


def test_how_a_label_is_settled_and_what_the_marks_mean_is_said_once(served: Served) -> None:
    ada = served.visitor("ada")
    for label in ("sdg/3", "risk/group-discrimination", "sdg/10"):
        page = ada.decide("accept", label).text
    assert page.count("A label is settled when 2 persons have said accept or reject") == 1
    assert page.count('class="legend') == 1
    assert page.index('class="legend') < page.index('<p class="text"')
    assert 'class="legend' not in ada.item(HOSTILE.id, "sample")  # nothing is marked there


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


def test_items_are_called_items_and_labels_labels(served: Served) -> None:
    home = served.visitor("ada").get("/2026Q1/").text
    assert "Items settled by the panel: 0 of 4." in home
    assert "<b>0/4</b>" in home
    assert "<small>items done by you</small>" in home
    assert "<small>items settled by the panel</small>" in served.visitor("ed").get("/2026Q1/").text
    queue = served.visitor("ada").get("/2026Q1/queue?name=selected").text
    assert "Labels decided by you" in queue


def test_a_definition_that_begins_with_the_label_s_name_is_whole_among_its_rules(
    served: Served,
) -> None:
    card = _card(served.visitor("ada").item(HOSTILE.id, "sample"), "ai-relevant")
    assert 'class="definition"' not in card
    assert "<p>The text is about artificial intelligence: systems that learn" in card


def test_what_was_saved_names_its_item_only_where_another_is_looked_at(served: Served) -> None:
    ada = served.visitor("ada")
    here = ada.post("/2026Q1/decide", item=PAPER.id, label="sdg/3", verdict="accept", queue="late")
    assert _saved(here.text).startswith("Accepted: Goal 3")
    assert PAPER.title not in _saved(here.text)
    assert PAPER.title in _saved(ada.item(LATE.id, "late"))


def test_what_a_form_did_is_said_as_it_was_meant(served: Served) -> None:
    ada, health = served.visitor("ada"), "Goal 3: Good health and well-being"
    instead = ada.decide("relabel", instead="sdg/4", reason="it is about schools").text
    assert _saved(instead) == f"Goal 4: Quality education instead of {health} · reason kept"
    added = ada.decide("relabel", label="", instead="sdg/5").text
    assert _saved(added) == "Added: Goal 5: Gender equality"
    assert _saved(ada.decide("reject", "sdg/5").text) == "Rejected: Goal 5: Gender equality"
    assert _saved(ada.decide("accept", "sdg/5").text) == "Accepted: Goal 5: Gender equality"
    chair = served.visitor("chair")
    assert _saved(chair.decide("accept", "sdg/5").text) == "Accepted: Goal 5: Gender equality"
    missed = chair.decide("relabel", label="", instead="sdg/10").text  # the machine nearly gives it
    assert _saved(missed) == "Accepted: Goal 10: Reduced inequalities"


def test_after_undoing_the_line_says_what_was_taken_back_and_the_button_what_stands(
    served: Served,
) -> None:
    ada = served.visitor("ada")
    ada.decide("reject", "risk/group-discrimination", ACME.id)
    batch = _batch(ada.decide("accept").text)
    ada.client.headers["Accept"] = "application/json"
    status = ada.post("/2026Q1/undo", batch=batch, item=PAPER.id).json()["status"]
    line, _, button = status.partition("<button")
    assert _seen(line) == "Taken back Accepted: Goal 3: Good health and well-being"
    assert f"Undo also: {ACME.title} – Rejected: Discrimination" in _seen(button)


def _saved(page: str) -> str:
    """The line that says what was saved, without its first word."""
    found = re.search(r'<p class="last">(.+?)</p>', page, re.DOTALL)
    assert found
    line = _seen(found[1])
    assert line.startswith("Saved ")
    return line.removeprefix("Saved ")


def _seen(html: str) -> str:
    """A piece of a page without tags, nor what is hidden."""
    shown = re.sub(r"<span[^>]* hidden>(<bdi>.*?</bdi>|[^<])*</span>", "", html)
    return unescape(re.sub(r"<[^>]+>", "", shown)).strip()


def _batch(page: str) -> str:
    found = re.search(r'name="batch" value="(\w+)"', page)
    assert found
    return found[1]


def _card(page: str, anchor: str) -> str:
    return page.split(f'id="label-{anchor}"')[1].split("</section>", maxsplit=1)[0]


def _pressed(page: str, anchor: str) -> str:
    found = re.search(r'value="(\w+)"[^>]*aria-pressed="true"', _card(page, anchor))
    return found[1] if found else ""
