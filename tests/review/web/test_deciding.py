"""A member reviews without scripts: each button saves, once; undoing; others after one's own."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from uuid import uuid4

from digest.review.events import Declared, StoryRuling, Undone, of_kind
from digest.review.packet import write_packet
from tests.examples import Q1
from tests.review.web.desk import ACME, ITEMS, LATE, PAPER, QUEUES, STORY, Served, card_of


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
    assert "a secret re" not in before
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
    ada.decide("unsure")
    assert "Not settled yet: 2 more persons must accept or reject it." in ada.item()
    ada.decide("accept")
    assert "Not settled yet: 1 more person must accept or reject it." in ada.item()
    ben.decide("reject")
    assert "Not settled yet: no majority, so the chair decides." in ada.item()
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


def test_a_member_says_that_items_are_not_one_story(served: Served) -> None:
    ada = served.visitor("ada")
    ada.post("/2026Q1/split", item=STORY[0].id, other=STORY[1].id, queue="goal/3")
    ruling = served.events[-1].payload
    assert isinstance(ruling, StoryRuling)
    assert ruling.items == (STORY[0].id, STORY[1].id)
    foreign = ada.post("/2026Q1/split", item=STORY[0].id, other=PAPER.id, queue="goal/3")
    assert foreign.status_code == 400


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


def test_that_a_comment_is_saved_is_said_as_of_a_decision_and_the_button_says_what_it_undoes(
    served: Served,
) -> None:
    ada = served.visitor("ada")
    said = ada.post("/2026Q1/remark", item=PAPER.id, text="Is this the same?").text
    assert _saved(said).startswith("Comment · Nothing decided yet.")
    ada.decide("accept")
    ada.client.headers["Accept"] = "application/json"
    answer = ada.post("/2026Q1/remark", item=LATE.id, text="And this?", queue="late").json()
    line, _, button = answer["status"].partition("<button")
    assert _seen(line) == "Saved Comment"
    assert "Undo: Accepted: Goal 3" in _seen(button)
    assert f" – {PAPER.title}" in _seen(button)
    assert _saved(ada.item()).startswith("Accepted: Goal 3")  # which is what stands later on


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
    assert "Undo also: Rejected: Discrimination" in _seen(button)
    assert f" – {ACME.title}" in _seen(button)


def _saved(page: str) -> str:
    """The line that says what was saved, without its first word."""
    found = re.search(r'<p class="last(?: quiet)?">(.+?)</p>', page, re.DOTALL)
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


def _pressed(page: str, anchor: str) -> str:
    found = re.search(r'value="(\w+)"[^>]*aria-pressed="true"', card_of(page, anchor))
    return found[1] if found else ""
