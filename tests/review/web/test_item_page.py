"""What the page of an item shows: its labels, why, by which rules, and what is asked."""

from __future__ import annotations

from digest.taxonomy import load
from tests.review.web.desk import HOSTILE, LATE, PAPER, Served, card_of


def test_an_item_page_shows_why_and_by_which_criteria(served: Served) -> None:
    page = served.visitor("ada").item()
    assert '<textarea dir="auto" id="reason-sdg-3"' in page
    assert '<mark data-labels="risk/group-discrimination sdg/10 sdg/3">' in page
    assert "with high confidence: 94%" in page
    assert "with medium confidence: 71%" in page
    assert "considered this label and does not give it: 47%" in page
    definition = f'<p class="definition">{load().label("sdg", "3").definition}</p>'
    card = card_of(page, "sdg-3")
    order = [
        card.index(part) for part in (
            definition, "Borderline cases, what counts and",
            "<h4>Rulings in borderline cases</h4>", "maternal health and",
        )
    ]  # fmt: skip
    assert order == sorted(order)
    assert card.count("It covers mothers and newborn children") == 1
    assert '<details class="rules"><summary>' in card  # closed: the card says what decides
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
    asked, given = card_of(page, "sdg-10"), card_of(page, "sdg-3")
    assert (
        "considered this label and does not give it: 47%. Does it apply? Accept if it does, reject"
        in asked
    )
    assert "Does it apply?" not in given
    # The bar at a phone's edge says it, too.
    assert ">not given by the machine (47%): does it apply?</b>Goal 10: Reduced" in asked
    assert "<b>94%</b> · Goal 3: Good health" in given
    for card in (asked, given):
        assert '>Accept<span class="hidden">: the label applies</span>' in card
        assert '>Reject<span class="hidden">: the label does not apply</span>' in card


def test_who_proposes_a_label_is_not_asked_whether_it_applies_nor_told_that_somebody_does(
    served: Served,
) -> None:
    ada = served.visitor("ada")
    own = card_of(ada.decide("relabel", label="", instead="sdg/4").text, "sdg-4")
    assert "A reviewer proposes it." not in own
    assert "Does it apply?" not in own
    others = card_of(served.visitor("chair").item(), "sdg-4")
    assert "A reviewer proposes it. Does it apply?" in others
    assert ">not given by the machine: does it apply?</b>Goal 4" in others


def test_a_label_is_not_among_those_that_can_take_its_place(served: Served) -> None:
    page = served.visitor("ada").item()
    choice = '<option value="sdg/3">'
    assert choice not in card_of(page, "sdg-3")
    assert choice in card_of(page, "risk-group-discrimination")
    assert choice in page.split('id="add"')[1]


def test_the_labels_to_decide_on_if_one_likes_are_named_before_they_are_opened(
    served: Served,
) -> None:
    summary = served.visitor("ada").item().split('id="optional"')[1].split("</summary>")[0]
    assert "2 more labels of the machine, if you like: the item is done without them" in summary
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


def test_items_are_called_items_and_labels_labels(served: Served) -> None:
    home = served.visitor("ada").get("/2026Q1/").text
    assert "Items settled by the panel: 0 of 4." in home
    assert "<b>0/4</b>" in home
    assert "<small>items done by you</small>" in home
    assert "<small>items settled by the panel</small>" in served.visitor("ed").get("/2026Q1/").text
    queue = served.visitor("ada").get("/2026Q1/queue?name=selected").text
    assert "Labels decided by you" in queue
