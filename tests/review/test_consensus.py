"""Findings as they stand: latest wording, who approves it, dissents that nobody rewords away."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.edition.panel import AGREEMENT, EVIDENCE
from digest.review.consensus import (
    Dissent,
    OpenQuestion,
    PageFinding,
    findings,
    questions,
)
from digest.review.events import (
    Agreement,
    Evidence,
    Finding,
    FindingVoice,
    Payload,
    Question,
    Undone,
)
from digest.review.standing import Rule
from tests.review.acts import ITEM, numbered, panel, person

PANEL = panel(
    person("ada"), person("bo"), person("cy"), person("chair", "chair"),
    person("editor", "editor"),
)  # fmt: skip
FIRST = Finding("f1", "sdg/3", "It helps.", "medium", "high", (ITEM,))
LATER = replace(FIRST, statement="It may help.", evidence="limited")
Acts = tuple[tuple[str, Payload], ...]


def approve(wording: str) -> FindingVoice:
    return FindingVoice("f1", wording, "approve")


def dissent(wording: str, text: str = "It harms.") -> FindingVoice:
    return FindingVoice("f1", wording, "dissent", text)


def finding(*acts: tuple[str, Payload]) -> PageFinding:
    (one,) = findings(numbered(*acts), PANEL, Rule())
    return one


def test_the_words_are_those_that_can_be_said() -> None:
    assert (tuple(EVIDENCE), tuple(AGREEMENT)) == (get_args(Evidence), get_args(Agreement))


def test_who_words_a_finding_stands_behind_it_and_one_more_approves_it() -> None:
    alone = finding(("ada", FIRST))
    assert (alone.by, alone.approvals, alone.approved) == ("ada", ("ada",), False)
    both = finding(("ada", FIRST), ("bo", approve("e1")))
    assert (both.approvals, both.approved) == (("ada", "bo"), True)
    assert (both.statement, both.evidence, both.agreement, both.items, both.page) == (
        "It helps.", "medium", "high", (ITEM,), "sdg/3",
    )  # fmt: skip


def test_another_wording_has_to_be_approved_anew() -> None:
    acts: Acts = ("ada", FIRST), ("bo", approve("e1")), ("cy", LATER)
    one = finding(*acts)
    assert (one.wording, one.statement, one.approvals) == ("e3", "It may help.", ("cy",))
    assert not one.approved
    assert finding(*acts, ("bo", approve("e1"))).approvals == ("cy",)  # the page was an old one
    assert finding(*acts, ("bo", approve("e3"))).approved


def test_a_wording_that_is_taken_back_gives_way_to_the_one_before() -> None:
    one = finding(("ada", FIRST), ("bo", approve("e1")), ("cy", LATER), ("cy", Undone("e3")))
    assert (one.wording, one.approvals, one.approved) == ("e1", ("ada", "bo"), True)


def test_a_dissent_is_signed_by_name_and_outlives_the_wording() -> None:
    acts: Acts = ("ada", FIRST), ("bo", dissent("e1")), ("cy", approve("e1"))
    assert finding(*acts).dissents == (Dissent("bo", "Bo", "It harms.", earlier=False),)
    reworded = finding(*acts, ("ada", LATER))
    assert reworded.dissents == (Dissent("bo", "Bo", "It harms.", earlier=True),)
    assert finding(*acts, ("ada", LATER), ("bo", approve("e4"))).dissents == ()
    assert finding(*acts, ("ada", LATER), ("bo", Undone("e2"))).dissents == ()
    assert finding(*acts, ("bo", LATER)).dissents == ()  # it is their own wording now


def test_of_a_person_the_last_voice_counts() -> None:
    one = finding(("ada", FIRST), ("ada", dissent("e1", "On reflection, no.")))
    assert (one.approvals, [d.person for d in one.dissents]) == ((), ["ada"])


@pytest.mark.parametrize(
    ("voices", "approved"),
    [
        ("bo+", True),
        ("bo-", False),
        ("bo+ cy-", True),
        ("bo+ cy- chair-", False),
        ("bo- chair+", True),
        ("editor+", False),
        ("stranger+", False),
        ("editor- bo+", True),
    ],
)
def test_a_quorum_that_is_more_than_the_dissenters_approves(voices: str, approved: bool) -> None:
    acts = [
        (word[:-1], approve("e1") if word.endswith("+") else dissent("e1"))
        for word in voices.split()
    ]
    assert finding(("ada", FIRST), *acts).approved is approved


def test_an_editor_may_word_what_the_panel_said_and_has_no_voice() -> None:
    one = finding(("editor", FIRST), ("ada", approve("e1")))
    assert (one.by, one.approvals, one.approved) == ("editor", ("ada",), False)
    assert findings(numbered(("stranger", FIRST)), PANEL, Rule()) == []


def test_an_empty_statement_withdraws_a_finding_until_it_is_worded_again() -> None:
    gone: Acts = ("ada", FIRST), ("ada", replace(FIRST, statement=""))
    assert findings(numbered(*gone), PANEL, Rule()) == []
    assert finding(*gone, ("bo", LATER)).statement == "It may help."


def test_findings_come_in_the_order_in_which_they_came_up() -> None:
    other = replace(FIRST, finding="f0", page="risk/x")
    acts = ("ada", FIRST), ("bo", other), ("cy", LATER)
    assert [one.finding for one in findings(numbered(*acts), PANEL, Rule())] == ["f1", "f0"]


def test_questions_stand_in_their_last_words_until_withdrawn() -> None:
    acts: Acts = (
        ("ada", Question("q1", "sdg/3", "Why?")), ("bo", Question("q2", "sdg/4", "When?")),
        ("cy", Question("q1", "sdg/3", "Why here?")), ("stranger", Question("q3", "x", "?")),
    )  # fmt: skip
    assert questions(numbered(*acts), PANEL) == [
        OpenQuestion("q1", "sdg/3", "Why here?", "cy"),
        OpenQuestion("q2", "sdg/4", "When?", "bo"),
    ]
    withdrawn = (*acts, ("bo", Question("q2", "sdg/4", "")), ("cy", Undone("e3")))
    assert questions(numbered(*withdrawn), PANEL) == [OpenQuestion("q1", "sdg/3", "Why?", "ada")]


SAID = st.lists(
    st.tuples(
        st.sampled_from([*PANEL]), st.sampled_from(["word", "approve", "dissent"]),
        st.integers(1, 12),
    ),
    max_size=12,
)  # fmt: skip


@given(SAID)
def test_nobody_is_counted_twice_and_no_dissent_is_lost(said: list[tuple[str, str, int]]) -> None:
    voices = {"approve": approve, "dissent": dissent}
    acts: list[tuple[str, Payload]] = [("ada", FIRST)]
    for who, what, wording in said:
        acts.append((who, FIRST if what == "word" else voices[what](f"e{wording}")))
    one = finding(*acts)
    dissenting = {d.person for d in one.dissents}
    assert dissenting & {*one.approvals} == set()
    last = {who: what for who, what, _ in [("ada", "word", 0), *said] if who != "editor"}
    assert dissenting == {who for who, what in last.items() if what == "dissent"}
    assert {*one.approvals} <= {who for who, what in last.items() if what != "dissent"}
