"""What a sign-off lacks, said in sentences; and how far an edition is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.review.conditions import (
    FRESH,
    State,
    embargo,
    missing,
    signature,
    stage,
    waiting,
)
from digest.review.consensus import PageFinding
from digest.review.events import Comment, Decision, Embargoed, Payload, Signed, Undone
from digest.review.packet import About
from digest.review.papers import PapersCheck, read_check, write_check
from digest.review.standing import Rule, Standing
from tests.examples import NOON
from tests.review.acts import numbered, panel, person

KEY = ("arxiv:2602.00001", "sdg", "3")
PEOPLE = panel(person("ada"), person("bo"), person("dina", "chair"), person("ed", "editor"))
ACCEPTED = Standing(*KEY, "accepted", ("ada", "bo"), (), (), (), "quorum")
OPEN = replace(ACCEPTED, outcome="open", accepts=("ada",), by="nobody")
FINDING = PageFinding(
    "f1", "sdg/3", "e1", "It helps.", "limited", "low", (), "ada", ("ada", "bo"), (), approved=True
)
CHECK = PapersCheck(NOON, "checked", (KEY[0],))
READY = State((KEY,), {KEY: ACCEPTED}, (FINDING,), PEOPLE, 0, CHECK, Rule(2))


def lacks(**changes: object) -> list[tuple[str, int]]:
    state = replace(READY, **changes)  # type: ignore[arg-type]
    return [(lack.kind, lack.number) for lack in missing(state, NOON)]


def sentence(**changes: object) -> str:
    (lack,) = missing(replace(READY, **changes), NOON)  # type: ignore[arg-type]
    return str(lack)


def test_nothing_is_missing_when_all_is_decided_approved_taken_in_and_looked_up() -> None:
    assert missing(READY, NOON) == []


def test_every_label_under_which_an_item_is_shown_must_be_decided() -> None:
    other = (*KEY[:2], "7")
    assert lacks(shown=(KEY, other)) == [("decisions", 1)]
    assert lacks(standings={KEY: OPEN}) == [("decisions", 1)]
    assert sentence(shown=(KEY, other), standings={}) == (
        "2 labels under which 1 items are shown are not decided (arxiv:2602.00001)"
    )


def test_a_label_that_no_quorum_can_settle_is_named_with_its_item() -> None:
    out = {"ada": frozenset({KEY[0]}), "bo": frozenset({KEY[0]})}
    (_, stuck) = missing(replace(READY, standings={}, out=out), NOON)
    assert (stuck.kind, stuck.items) == ("conflicts", (KEY[0],))
    assert str(stuck).startswith("no quorum is possible on 1 labels")
    # What somebody said before they left still counts.
    left = {KEY: replace(OPEN, accepts=("left",))}
    assert lacks(standings=left, out=out) == [("decisions", 1)]
    assert lacks(out=out) == []  # it is decided
    alone = panel(person("dina", "chair"))
    assert lacks(standings={}, out=out, people=alone) == [("people", 1), ("decisions", 1)]


def test_what_the_panel_rejects_is_not_shown_whatever_an_amendment_says() -> None:
    rejected = {KEY: replace(ACCEPTED, outcome="rejected")}
    assert sentence(standings=rejected) == (
        "1 labels are shown that the panel rejects (arxiv:2602.00001): an amendment that sets them "
        "needs another one"
    )
    assert lacks(standings=rejected, waiting=1) == [("taking in", 1)]  # and is left out then


def test_findings_are_approved_or_withdrawn() -> None:
    open_one = replace(FINDING, approved=False)
    assert sentence(findings=(FINDING, open_one)) == (
        "1 findings are neither approved nor withdrawn (sdg/3)"
    )


def test_there_must_be_a_quorum_and_a_chair() -> None:
    assert lacks(people=panel(person("ada"), person("dina", "chair"))) == []
    assert lacks(people=panel(person("ada"), person("ed", "editor"))) == [
        ("people", 1), ("people", 1),
    ]  # fmt: skip
    gone = panel(person("ada"), person("bo"), replace(person("dina", "chair"), revoked=True))
    assert lacks(people=gone) == [("people", 1)]


def test_what_was_decided_since_must_be_in_the_draft() -> None:
    assert lacks(waiting=3) == [("taking in", 3)]
    events = numbered(
        ("ada", Decision(*KEY, "accept")), ("bo", Comment("edition", "well")),
        ("bo", Decision(*KEY, "reject")), ("bo", Undone("e3")), ("dina", Signed("x", "")),
    )  # fmt: skip
    held = [waiting(events, [], About(taken=taken)) for taken in range(6)]
    assert held == [3, 2, 2, 1, 0, 0]
    changes = [(4, NOON), (9, NOON)]  # of persons: an affiliation that was corrected, say
    held = [waiting([], changes, About(people=people)) for people in (0, 4, 9, None)]
    assert held == [2, 1, 0, 0]


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (None, "the cited papers were not looked up again"),
        (replace(CHECK, outcome="failed", detail="no answer"), "it failed (no answer)"),
        (replace(CHECK, at=NOON - FRESH - timedelta(1)), "were looked up on 2026-01-26, too lon"),
        (replace(CHECK, withdrawn=(KEY[0],)), "1 cited papers were withdrawn (arxiv:2602.00001)"),
        (replace(CHECK, asked=("arxiv:other",)), "1 cited papers were not looked up again"),
    ],
    ids=["never", "failed", "long-ago", "withdrawn", "others"],
)
def test_cited_papers_are_looked_up_within_a_week(check: PapersCheck | None, said: str) -> None:
    assert said in sentence(papers=check)


def test_papers_that_cannot_be_looked_up_do_not_stop_the_panel() -> None:
    nobody = PapersCheck(NOON, "nobody to ask", (), detail="local files")
    assert lacks(papers=nobody) == []
    assert lacks(papers=replace(CHECK, newer=(KEY[0],))) == []
    assert lacks(papers=replace(CHECK, withdrawn=("arxiv:elsewhere",))) == []
    news = ("url:1", "sdg", "3")
    assert lacks(shown=(news,), standings={news: ACCEPTED}, papers=None) == []


def test_a_check_is_read_back_as_it_was(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "review" / "p.json"
    assert read_check(path) is None
    whole = PapersCheck(NOON, "checked", ("a", "b"), ("a",), ("b",), ("c",), "d")
    write_check(path, whole)
    assert read_check(path) == whole


def signed(*acts: tuple[str, Payload]) -> str | None:
    found = signature(numbered(*acts), PEOPLE, "abc")
    return found[0].person if found else None


def test_only_a_chairs_sign_off_of_this_manifest_counts() -> None:
    assert signed(("ada", Signed("abc", "")), ("dina", Signed("other", ""))) is None
    assert signed(("ada", Signed("abc", "")), ("dina", Signed("abc", ""))) == "dina"
    assert signed(("dina", Signed("abc", "")), ("dina", Undone("e1"))) is None
    assert signed(("stranger", Signed("abc", ""))) is None


def test_a_members_support_does_not_become_a_sign_off_when_they_become_chair() -> None:
    support = ("dina", Signed("abc", "", "member"))
    assert signed(support) is None
    assert signed(support, ("dina", Signed("abc", "", "chair"))) == "dina"


def test_the_last_embargo_counts_and_can_be_lifted() -> None:
    one, other = "2026-05-01T12:00:00+00:00", "2026-06-01T12:00:00+00:00"
    assert embargo([]) is None
    found = embargo(numbered(("dina", Embargoed(one)), ("dina", Embargoed(other))))
    assert found is not None
    assert found[1].isoformat() == other
    assert embargo(numbered(("dina", Embargoed(one)), ("dina", Embargoed("")))) is None


def test_the_stages() -> None:
    later = NOON + timedelta(1)

    def at(**values: object) -> str:
        known = {"in_review": True, "signed": False, "until": None, "published": False}
        return stage(NOON, **(known | values))  # type: ignore[arg-type]

    assert at(in_review=False) == "draft"
    assert at() == "in review"
    assert at(signed=True) == at(signed=True, until=NOON) == "signed off"
    assert at(signed=True, until=later) == "embargoed"
    assert at(until=later) == "in review"
    assert at(signed=True, until=later, published=True) == "published"
