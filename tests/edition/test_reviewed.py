"""A draft with what people decided: labels, pages, counts, corrections, and back again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from digest.edition.manifest import (
    Assigned,
    EditionItem,
    EditionSignal,
    EditionStory,
    Manifest,
    Section,
    Signals,
)
from digest.edition.panel import Overruled
from digest.edition.prevalence import ModelTest
from digest.edition.rates import Ratio
from digest.edition.readings import Key, Readings
from digest.edition.reviewed import Decided, ModelTests, listed, overruled, reviewed, shown_labels
from digest.edition.select import sections
from tests.examples import edition

ITEM = edition().items[0]
AI = Assigned("ai", "relevant", 0.9, 0.5)
PAIRS = [("sdg", "3"), ("sdg", "7")]
NO_TEST = ModelTests({}, None)


def paper(name: str, *labels: Assigned, **changes: object) -> EditionItem:
    values = {"id": name, "labels": (AI, *labels)} | changes
    return replace(ITEM, **values)  # type: ignore[arg-type]


def goal(label: str, probability: float = 0.8) -> Assigned:
    return Assigned("sdg", label, probability, 0.5, unsure=probability < 0.6)


def draft(*items: EditionItem, stories: tuple[EditionStory, ...] = ()) -> Manifest:
    chosen = tuple(sections(items, PAIRS, stories))
    return edition(items=items, sections=chosen, stories=stories, shown=())


def decided(verdicts: dict[Key, bool], **changes: object) -> Decided:
    return Decided(Readings(verdicts, {}, {}), **changes)  # type: ignore[arg-type]


def on_page(manifest: Manifest, label: str) -> tuple[str, ...]:
    (section,) = (s for s in manifest.sections if s.label == label)
    return section.chosen


def made(machine: Manifest, what: Decided) -> Manifest:
    return reviewed(machine, what, NO_TEST, None, "reviewed")


def test_a_rejected_label_is_gone_and_the_next_item_moves_up() -> None:
    items = [paper(f"p{n:02}", goal("3", 0.99 - n / 100), voice=f"v{n}") for n in range(13)]
    machine = draft(*items)
    assert on_page(machine, "3") == tuple(f"p{n:02}" for n in range(12))
    after = made(machine, decided({("p00", "sdg", "3"): False}))
    assert on_page(after, "3") == tuple(f"p{n:02}" for n in range(1, 13))
    assert after.items[0].labels == (AI,)
    assert after.sections[0].papers == 12


def test_an_accepted_label_is_the_panels_with_the_machines_probability() -> None:
    machine = draft(paper("a", goal("3", 0.55)))
    near = {("a", "sdg", "7"): (0.47, 0.5)}
    verdicts = {("a", "sdg", "3"): True, ("a", "sdg", "7"): True}
    after = made(machine, Decided(Readings(verdicts, {}, {}), near))
    assert after.items[0].labels == (
        AI,
        Assigned("sdg", "3", 0.55, 0.5, maker="panel"),
        Assigned("sdg", "7", 0.47, 0.5, maker="panel"),
    )
    assert on_page(after, "7") == ("a",)
    assert machine == draft(paper("a", goal("3", 0.55)))


def test_a_label_that_a_correction_sets_has_its_editor_for_its_maker() -> None:
    key = ("a", "sdg", "7")
    what = Decided(Readings({key: True}, {}, {}), makers={key: "E. Editor"})
    assert made(draft(paper("a")), what).items[0].labels[1].maker == "E. Editor"


def test_what_is_no_item_about_ai_is_on_no_page() -> None:
    after = made(draft(paper("a", goal("3"))), decided({("a", "ai", "relevant"): False}))
    assert on_page(after, "3") == ()
    both = {("b", "ai", "relevant"): True, ("b", "sdg", "3"): True}
    unread = replace(paper("b"), labels=(), status="not labelled: language")
    assert on_page(made(draft(unread), decided(both)), "3") == ("b",)


def test_no_decision_changes_nothing_but_the_words() -> None:
    machine = draft(paper("a", goal("3")))
    after = made(replace(machine, review="x"), decided({}))
    assert replace(after, review="x", counts=(), shares=()) == replace(machine, review="x")
    stranger = made(machine, decided({("who", "sdg", "3"): True}))
    assert stranger.items == machine.items


def test_a_removed_item_leaves_no_trace() -> None:
    story = EditionStory("s", ("a", "b", "c"), "a", ("A",), ("same",))
    machine = draft(paper("a", goal("3")), paper("b"), paper("c"), stories=(story,))
    fell = EditionSignal(
        "term", "wells", "decline", 1, 9, 6, 9, 5, Ratio(0.2, 0.1, 0.4), 0.01, ("a", "gone"),
        ("Title of a", "Title of what is gone"),
    )  # fmt: skip
    machine = replace(machine, signals={"paper": Signals("compared", 9, 0.1, (fell,))})
    after = made(machine, decided({}, removed=frozenset({"a"})))
    (signal,) = after.signals["paper"].signals
    assert (signal.items, signal.titles) == (("gone",), ("Title of what is gone",))
    assert b'"a"' not in after.canonical().replace(b'"a":', b"")
    assert (after.stories[0].items, after.stories[0].representative) == (("b", "c"), "b")
    assert made(machine, decided({}, removed=frozenset({"a", "b"}))).stories == ()
    withdrawn = replace(machine.items[1], withdrawn=True)
    machine = replace(machine, items=(machine.items[0], withdrawn, machine.items[2]))
    after = made(machine, decided({}, removed=frozenset({"a"})))
    assert (after.stories[0].items, after.stories[0].representative) == (("b", "c"), "c")


def test_where_panel_and_machine_differ_is_kept() -> None:
    items = [paper("a", goal("3", 0.7)), paper("b")]
    verdicts = {
        ("a", "sdg", "3"): False, ("b", "sdg", "7"): True, ("a", "ai", "relevant"): True,
        ("b", "sdg", "3"): False, ("gone", "sdg", "3"): True,
    }  # fmt: skip
    readings = Readings(verdicts, {}, {})
    rejected, added = overruled(items, Decided(readings, {("b", "sdg", "7"): (0.4, 0.5)}))
    assert rejected == (Overruled("a", "sdg", "3", 0.7, 0.5),)
    assert added == (Overruled("b", "sdg", "7", 0.4, 0.5),)


def test_stories_are_told_once_after_a_ruling() -> None:
    machine = draft(paper("a", goal("3", 0.9)), paper("b", goal("3", 0.8)))
    assert on_page(machine, "3") == ("a", "b")
    one = EditionStory("s", ("a", "b"), "a", ("A",), ("merged by panel: the same",))
    after = made(machine, decided({}, stories=(one,)))
    assert on_page(after, "3") == ("a",)
    assert after.stories == (one,)


@pytest.fixture(scope="module")
def crowd() -> Manifest:
    """A thousand papers, of which the machine gives goal 3 to a hundred."""
    items = [
        paper(f"p{n:03}", *([goal("3")] if n < 100 else []), voice=f"v{n}") for n in range(1000)
    ]
    return draft(*items)


def sampled(manifest: Manifest, wrong: set[str], *, finished: bool = True) -> Readings:
    """Every tenth item read, goal 3 rejected for some."""
    drawn = {item.id: 0.1 for item in manifest.items[::10]}
    said = {i: [("sdg", "3")] if int(i[1:]) < 100 else [] for i in drawn}
    verdicts = {(i, "ai", "relevant"): True for i in drawn}
    if finished:
        verdicts |= {(i, "sdg", "3"): i not in wrong for i in drawn if said[i]}
    return Readings(verdicts, drawn, said)


def count(manifest: Manifest, label: str = "3") -> tuple[object, ...]:
    (one,) = (c.count for c in manifest.counts if (c.label, c.kind) == (label, "paper"))
    return one.basis, one.raw, one.estimate, one.read


def test_the_sample_corrects_the_counts(crowd: Manifest) -> None:
    half_wrong = {f"p{n:03}" for n in range(0, 50, 10)}
    what = Decided(sampled(crowd, half_wrong))
    basis, raw, estimate, read = count(made(crowd, what))
    assert (basis, raw, read) == ("panel sample", 100, 100)
    assert isinstance(estimate, int)
    assert 40 < estimate < 75
    assert {share.basis for share in made(crowd, what).shares} == {"panel sample"}
    all_right = count(made(crowd, Decided(sampled(crowd, set()))))[2]
    assert isinstance(all_right, int)
    assert all_right > estimate + 25


def test_an_item_of_the_sample_counts_when_it_is_read_to_the_end(crowd: Manifest) -> None:
    half = Decided(sampled(crowd, set(), finished=False))
    # Ten papers with the machine's goal 3 are not decided for it: ninety are read.
    assert count(made(crowd, half))[3] == 90
    only_ai = {("p000", "ai", "relevant"): False}
    readings = Readings(only_ai, {"p000": 0.1, "p010": 0.1}, {"p000": [("sdg", "3")], "p010": []})
    assert readings.read(crowd.items) == {"p000"}


def test_a_withdrawn_item_of_the_sample_needs_no_reading() -> None:
    gone = paper("a", goal("3"), withdrawn=True)
    assert Readings({}, {"a": 1.0}, {"a": [("sdg", "3")]}).read([gone]) == {"a"}


def test_items_that_people_chose_to_read_count_as_decided_and_stand_for_no_others(
    crowd: Manifest,
) -> None:
    verdicts = {(f"p{n:03}", "sdg", "3"): False for n in range(30)}
    after = made(crowd, decided(verdicts))
    assert count(after) == ("none", 100, None, 30)
    right = np.array([True] * 60 + [False] * 2000)
    test = ModelTest(right, right)
    tested = ModelTests({("sdg", "3"): test, ("sdg", "7"): test}, None)
    basis, _, estimate, read = count(reviewed(crowd, decided(verdicts), tested, None, "reviewed"))
    assert (basis, read) == ("model's test", 30)
    assert isinstance(estimate, int)
    assert 50 <= estimate <= 75  # the seventy that nobody read, and a few missed ones


def test_the_sample_needs_no_test_of_the_model(crowd: Manifest) -> None:
    """Another model is in use by now: its test says nothing of the draft."""
    what = Decided(sampled(crowd, {"p000"}))
    after = reviewed(crowd, what, None, None, "reviewed")
    assert count(after)[0] == "panel sample"
    assert (after.counts[0], after.shares) == (
        made(crowd, what).counts[0],
        made(crowd, what).shares,
    )


def test_what_the_sample_does_not_tell_stays_as_the_model_s_own_test_had_it(
    crowd: Manifest,
) -> None:
    right = np.array([True] * 60 + [False] * 2000)
    goals = ModelTest(np.stack([right, right], 1), np.stack([right, right], 1))
    tested = ModelTests({("sdg", "3"): ModelTest(right, right)}, goals)
    machine = reviewed(crowd, decided({}), tested, None, "reviewed")
    assert count(machine)[0] == "model's test"
    after = reviewed(machine, decided({("p000", "sdg", "3"): False}), None, None, "reviewed")
    assert (after.counts, after.shares) == (machine.counts, machine.shares)


def test_what_pages_list_and_whose_evidence_they_show() -> None:
    items = (
        paper("a", goal("3"), Assigned("mit", "1.1", 0.9, 0.5)),
        paper("late", late=True), paper("gone", withdrawn=True), paper("no"),
    )  # fmt: skip
    manifest = replace(draft(*items), sections=(Section("sdg", "3", 1, 0, ("a",)),))
    assert listed(manifest) == {"a", "late", "gone"}
    assert shown_labels(items, ["a", "no"]) == {"a": (("sdg", "3"),), "no": ()}
