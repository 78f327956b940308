"""The outcome of a review in the edition's own terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.edition.readings import Readings
from digest.edition.reviewed import Decided
from digest.review.events import Declared, Payload, StoryRuling, Undone
from digest.review.outcome import Outcome, in_words, outcome, panel_of, said_of
from digest.review.packet import Packet, PacketItem, PacketLabel, write_packet
from digest.review.standing import Rule
from tests.edition.test_reviewed import AI, goal, paper
from tests.examples import NOON, Q1
from tests.review.acts import decides, numbered, panel, person

PEOPLE = panel(person("ada"), person("bo"), person("ed", "editor"))


def found(*acts: tuple[str, Payload]) -> Outcome:
    return outcome(numbered(*acts), PEOPLE, lambda _: frozenset(), Rule(2))


def both(verdict: str = "accept", label: str = "sdg/3", item: str = "a") -> tuple[object, ...]:
    return tuple((who, decides(verdict, label, item)) for who in ("ada", "bo"))


def decided(of: Outcome, **near: tuple[float, float]) -> Decided:
    known = {("a", "sdg", label): said for label, said in near.items()}
    return Decided(Readings(of.verdicts, {}, {}), known)


def test_what_stands_is_a_verdict_and_what_is_open_is_none() -> None:
    of = found(*both(), *both("reject", "sdg/7"), ("ada", decides("accept", "sdg/1", "a")))  # type: ignore[arg-type]
    assert of.verdicts == {("a", "sdg", "3"): True, ("a", "sdg", "7"): False}
    assert of.last == 5


def test_the_panel_is_who_decided_how_much_and_where_it_differs() -> None:
    of = found(
        *both(),
        *both("reject", "sdg/7"),
        ("ada", decides("reject", "sdg/3", "b")),  # type: ignore[arg-type]
        ("ed", decides("reject", "sdg/3", "b")),
        *both("accept", "sdg/1", "gone"),  # type: ignore[arg-type]
    )
    items = [paper("a", goal("7", 0.6)), paper("b", goal("3"))]
    made = panel_of(of, "machine", items, decided(of, **{"3": (0.4, 0.5)}))
    assert made is not None
    assert [(r.name, r.affiliation, r.items) for r in made.reviewers] == [
        ("Ada", "A University", 3), ("Bo", "A University", 2),
    ]  # fmt: skip
    assert (made.opened, made.quorum, made.items, made.labels) == ("machine", 2, 1, 2)
    assert [(o.item, o.label, o.probability) for o in made.rejected] == [("a", "7", 0.6)]
    assert [(o.item, o.label, o.probability) for o in made.added] == [("a", "3", 0.4)]
    assert made.agreement == 1.0
    assert {(a.scheme, a.label, a.items) for a in made.agreements} >= {("sdg", "3", 1)}
    assert in_words(made, "nobody") == "reviewed by the panel: 2 members decided on 1 item"


def test_what_an_amendment_took_out_is_neither_drawn_nor_left_unread() -> None:
    of = found(*both(), *both("accept", "ai/relevant"))  # type: ignore[arg-type]
    readings = Readings(of.verdicts, {"a": 0.5, "b": 0.5}, {"a": [("sdg", "3")], "b": []})
    items = [paper("a", goal("3")), paper("b")]
    for removed, drawn in ((frozenset[str](), 2), (frozenset({"b"}), 1)):
        made = panel_of(of, "m", items, Decided(readings, removed=removed))
        assert made is not None
        assert (made.read, made.drawn) == (1, drawn)


def test_there_is_no_panel_until_somebody_decides() -> None:
    nobody = found(("ed", decides()))
    made = panel_of(nobody, "m", [paper("a", AI)], decided(nobody))
    assert made is None
    assert in_words(made, "not reviewed") == "not reviewed"


def test_rulings_on_stories_hold_until_they_are_taken_back() -> None:
    acts = (
        ("ada", StoryRuling("merge", ("a", "b"), "the same")),
        ("bo", StoryRuling("split", ("a", "c"), "")),
        ("stranger", StoryRuling("merge", ("x", "y"), "mine")),
    )
    made = found(*acts).rulings
    assert [(r.kind, r.items, r.by, r.reason) for r in made] == [
        ("merge", ("a", "b"), "Ada", "the same"),
        ("split", ("a", "c"), "Bo", "so Bo ruled"),
    ]
    assert [r.by for r in found(*acts, ("ada", Undone("e1"))).rulings] == ["Bo"]


def test_nobody_rules_on_a_story_without_a_vote_or_with_an_interest_in_it() -> None:
    split = StoryRuling("split", ("a", "c"), "")
    assert found(("ed", split)).rulings == ()
    assert found(("ada", split), ("ada", Declared("c", "a colleague"))).rulings == ()
    assert [r.by for r in found(("ada", split), ("bo", Declared("c", "a colleague"))).rulings] == [
        "Ada"
    ]


@pytest.fixture
def packet(tmp_path: Path) -> Packet:
    labels = (
        PacketLabel("ai", "relevant", 0.9, 0.5, True, False),
        PacketLabel("sdg", "3", 0.9, 0.5, True, False),
        PacketLabel("risk", "security", 0.48, 0.5, False, True),
        PacketLabel("mit", "2.1", 0.9, 0.5, True, False),
    )
    item = PacketItem(
        "a", "paper", "2026-02-03", "T", "Text.", "", "en", (), (), (), (), False, False, "",
        labels, (),
    )  # fmt: skip
    write_packet(tmp_path / "p.sqlite", "abc", Q1, [item], {"sample": ["a"]}, lambda: NOON)
    return Packet(tmp_path / "p.sqlite")


def test_a_drawn_item_is_read_when_all_that_the_machine_nearly_says_is_decided(
    packet: Packet,
) -> None:
    assert said_of(packet, ["a", "unknown"]) == {"a": (("sdg", "3"), ("risk", "security"))}
    packet.close()
