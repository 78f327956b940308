"""What is checked of an act before it is saved, and what is left when people take acts back."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import pytest

from digest.errors import InputError
from digest.review import events
from digest.review.events import (
    KINDS,
    Comment,
    Decision,
    Embargoed,
    Finding,
    FindingVoice,
    StoryRuling,
    Undone,
    checked,
    kind_of,
    not_undone,
    of_kind,
    read_payload,
)
from tests.review.acts import ITEM, decides, numbered

FINDING = Finding("f1", "sdg/3", "It helps.", "medium", "high", (ITEM, "url:1"))


def test_the_catalogue_has_every_payload_under_one_name() -> None:
    assert set(KINDS.values()) == set(get_args(events.Payload))
    assert len(set(KINDS.values())) == len(KINDS)


@pytest.mark.parametrize(
    "payload",
    [decides("unsure"), FINDING, Undone("e1"), Embargoed("2026-04-30T12:00:00+02:00")],
    ids=kind_of,
)
def test_a_payload_comes_back_from_json_as_it_was(payload: events.Payload) -> None:
    as_json = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(payload).items()
    }
    assert read_payload(kind_of(payload), as_json) == payload == checked(payload)


def test_texts_are_kept_without_what_nobody_sees() -> None:
    written = Comment("page:sdg/3", " Yes\x00,\r\nbut\u202e \ud800 see\u2028below \n")
    assert checked(written) == Comment("page:sdg/3", "Yes ,\nbut see\nbelow")


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (Decision(ITEM, "sdg", "3", "perhaps"), "verdict"),  # type: ignore[arg-type]
        (Decision(" \x00 ", "sdg", "3", "accept"), "item"),
        (Decision("x" * 301, "sdg", "3", "accept"), "item"),
        (Decision(ITEM, "sdg", "3", "accept", note="x" * 4001), "note"),
        (Comment("edition", " \n "), "text"),
        (dataclasses.replace(FINDING, evidence="strong"), "evidence"),  # type: ignore[arg-type]
        (dataclasses.replace(FINDING, items=("i",) * 201), "items"),
        (StoryRuling("merge", (ITEM,), "same"), "items"),
        (Embargoed("2026-04-30T12:00:00"), "until: a time needs its zone"),
        (Embargoed("soon"), "until"),
    ],
    ids=lambda value: value if isinstance(value, str) else kind_of(value),
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(
    payload: events.Payload, field: str
) -> None:
    with pytest.raises(InputError, match=f"{kind_of(payload)}, {field}"):
        checked(payload)


@pytest.mark.parametrize("data", [None, [], {"item": ITEM}, {"item": 3, "scheme": "sdg"}])
def test_what_is_no_payload_is_refused(data: Any) -> None:
    with pytest.raises(InputError, match="decision"):
        read_payload("decision", data)


def test_a_kind_of_a_newer_digest_is_named() -> None:
    with pytest.raises(InputError, match="'telepathy': update digest"):
        read_payload("telepathy", {})


def test_a_dissent_needs_words() -> None:
    assert FindingVoice("f1", "e1", "approve").text == ""
    with pytest.raises(InputError, match="a dissent needs words"):
        FindingVoice("f1", "e1", "dissent", " ")


def ids(*acts: tuple[str, events.Payload]) -> list[str]:
    return [event.event_id for event in not_undone(numbered(*acts))]


def test_an_act_that_is_taken_back_is_gone_and_its_taking_back_too() -> None:
    assert ids(("ada", decides()), ("ada", decides("reject")), ("ada", Undone("e2"))) == ["e1"]


def test_taking_a_taking_back_back_brings_the_act_back() -> None:
    acts = ("ada", decides()), ("ada", Undone("e1")), ("ada", Undone("e2"))
    assert ids(*acts) == ["e1"]
    assert ids(*acts, ("ada", Undone("e3"))) == []


def test_nobody_takes_back_what_another_did() -> None:
    assert ids(("ada", decides()), ("eve", Undone("e1"))) == ["e1"]


def test_an_act_is_not_taken_back_before_it_is_done() -> None:
    assert ids(("ada", Undone("e2")), ("ada", decides())) == ["e2"]


def test_acts_are_found_by_their_kind() -> None:
    acts = numbered(("ada", decides()), ("ada", Undone("e1")), ("bo", decides("reject")))
    assert [(e.person, d.verdict) for e, d in of_kind(acts, Decision)] == [
        ("ada", "accept"), ("bo", "reject"),
    ]  # fmt: skip
