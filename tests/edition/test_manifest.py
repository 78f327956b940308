"""The manifest: its bytes are its identity, it reads back, and two can be compared."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import fields, replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.edition.manifest import (
    Assigned,
    Changes,
    EditionItem,
    EditionStory,
    LabelCount,
    Manifest,
    Past,
    ShownItem,
    Signals,
    SourceOutcome,
    Totals,
    compare,
)
from digest.edition.panel import (
    Dissent,
    LabelAgreement,
    OpenQuestion,
    Overruled,
    Panel,
    PanelFinding,
    Reviewer,
)
from digest.edition.prevalence import Estimate
from digest.edition.shares import Share
from tests.examples import edition

# Whatever a source may say that survived digest.text; lone surrogates do not.
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
shares = st.floats(0, 1)
items = st.builds(
    EditionItem,
    id=words, kind=st.sampled_from(["paper", "news"]), date=st.just("2026-02-03"),
    date_inferred=st.booleans(), version=st.integers(1, 9), withdrawn=st.booleans(),
    late=st.booleans(), language=words, text_hash=words, sources=st.lists(words).map(tuple),
    status=words,
    labels=st.lists(
        st.builds(Assigned, words, words, shares, shares, unsure=st.booleans()), max_size=3
    ).map(tuple),
)  # fmt: skip
manifests = st.builds(
    edition,
    thresholds=st.dictionaries(words, shares, max_size=3),
    rejections=st.lists(st.tuples(words, st.integers(0, 9)), max_size=3).map(tuple),
    items=st.lists(items, max_size=4, unique_by=lambda item: item.id).map(
        lambda several: tuple(sorted(several, key=lambda item: item.id))
    ),
    sources=st.lists(
        st.builds(
            SourceOutcome, words, words, words, words, words, words, words, words,
            st.sampled_from(["answered", "empty", "failed"]), words, st.integers(0, 9),
        ), max_size=3, unique_by=lambda source: source.id,
    ).map(tuple),
    shown=st.lists(
        st.builds(
            ShownItem, words, st.lists(words).map(tuple), st.just(()), st.just(()),
            st.just(()),
        ), max_size=2,
    ).map(tuple),
)  # fmt: skip


@given(manifests)
def test_a_manifest_reads_back_as_it_was(manifest: Manifest) -> None:
    again = Manifest.from_json(manifest.canonical())
    assert again == manifest
    assert again.canonical() == manifest.canonical()
    assert again.sha256 == manifest.sha256 == hashlib.sha256(manifest.canonical()).hexdigest()


def test_every_part_reads_back_as_it_was() -> None:
    manifest = edition(**{**CHANGED, "sources": edition().sources, "items": edition().items})
    assert Manifest.from_json(manifest.canonical()) == manifest


@given(manifests, manifests)
def test_two_manifests_have_one_identity_only_if_they_are_equal(
    one: Manifest, other: Manifest
) -> None:
    assert (one.sha256 == other.sha256) == (one == other)


@given(manifests)
def test_canonical_json_is_sorted_and_without_spaces(manifest: Manifest) -> None:
    data = orjson.loads(manifest.canonical())
    assert manifest.canonical() == orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def test_the_order_in_which_thresholds_were_found_makes_no_difference() -> None:
    there = edition(thresholds={"sdg/1": 0.4, "sdg/2": 0.6})
    back = edition(thresholds={"sdg/2": 0.6, "sdg/1": 0.4})
    assert there.sha256 == back.sha256


@pytest.mark.parametrize("seed", ["0", "1"])
def test_another_process_writes_the_same_bytes(seed: str) -> None:
    code = "from tests.examples import edition; print(edition().sha256)"
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
    assert found.stdout.decode().strip() == edition().sha256


def test_the_identity_of_a_manifest_that_was_published_stays() -> None:
    """A change here makes every edition of the past look altered: raise FORMAT with it."""
    assert edition().sha256 == "089972989e92bcfa8c3e2169739aa8abf0fdc604f7654b33bcb8e088628b242f"


def test_without_a_panel_the_bytes_are_those_from_before_there_was_one() -> None:
    assert b"panel" not in edition().canonical()
    assert b'"panel":{' in edition(panel=CHANGED["panel"]).canonical()


def test_without_fields_the_bytes_are_those_from_before_they_were_told_apart() -> None:
    compared = {"paper": Signals("compared", 9)}
    assert b'"field' not in edition(signals=compared).canonical()
    items = tuple(replace(item, field="cs.AI") for item in edition().items)
    told = edition(items=items, signals={"paper": replace(compared["paper"], fields=3)})
    assert b'"field":"cs.AI"' in told.canonical()
    assert Manifest.from_json(told.canonical()) == told


def test_a_field_that_an_older_edition_lacks_is_no_change_of_its_items() -> None:
    items = tuple(replace(item, field="cs.AI") for item in edition().items)
    assert not compare(edition(), edition(items=items))
    other = tuple(replace(item, field="cs.CL") for item in items)
    assert compare(edition(items=items), edition(items=other)).changed == (items[0].id,)


@given(manifests)
def test_nothing_changes_from_a_manifest_to_itself(manifest: Manifest) -> None:
    assert not compare(manifest, manifest)


@given(manifests, manifests)
def test_whatever_differs_is_said(one: Manifest, other: Manifest) -> None:
    """Also which way: what entered one way left the other way."""
    there, back = compare(one, other), compare(other, one)
    assert bool(there) == (one != other)
    assert there.entered == back.left
    assert there.left == back.entered
    assert (there.changed, there.other) == (back.changed, back.other)


@settings(max_examples=30)
@given(manifests, st.data())
def test_one_item_that_changes_is_the_only_one_named(manifest: Manifest, data: Any) -> None:
    if not manifest.items:
        return
    chosen = data.draw(st.sampled_from(manifest.items))
    other = replace(chosen, version=chosen.version + 1)
    now = tuple(other if item == chosen else item for item in manifest.items)
    changes = compare(manifest, replace(manifest, items=now))
    assert changes == Changes((), (), (chosen.id,), (), ())


CHANGED: dict[str, Any] = {
    "quarter": "2025Q4", "model": "m2", "codebook": "c2", "thresholds": {}, "sample": False,
    "sources": (), "records": 7, "rejections": (), "items": (), "shown": (), "sections": (),
    "review": "accepted", "format": "edition/4", "signals": {"paper": Signals("no items")},
    "stories": (EditionStory("s1-0", ("a", "b"), "a", ("A", "B"), ("same title",)),),
    "counts": (LabelCount("sdg", "1", "paper", Estimate(3, 4, 2, 9, 0, "model's test")),),
    "shares": (Share("1", 0.1, 0.1, 0.05, 0.2, 1 / 17, "not distinguishable", "model's test"),),
    "panel": Panel(
        "abc", 2, (Reviewer("A. Okafor", "Lab", 3),), 3, 9, 70, 50, 0.9, 0.8,
        (LabelAgreement("sdg", "1", 3, 0.5, None),),
        (PanelFinding("sdg/1", "It helps.", "limited", "low", ("a",), ("A. Okafor",),
                      (Dissent("B. Li", "It does not."),)),),
        (OpenQuestion("sdg/1", "Whom?"),),
        (Overruled("a", "sdg", "1", 0.9, 0.5),), (Overruled("a", "sdg", "2", 0.4, 0.5),),
    ),
    "past": (Past("2025Q4", "v1.0", "m", "c", (("sdg", "1", "paper", 2),),
                  Totals({"paper": 3}, 3, {"paper": 3}, {"sdg": 2})),),
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in fields(Manifest)])
def test_a_change_of_any_field_is_a_change(name: str) -> None:
    """The public site must never change without a word about it."""
    assert compare(edition(), edition(**{name: CHANGED[name]}))


def test_sources_are_compared_by_what_became_of_them() -> None:
    (asked,) = edition().sources
    failed = replace(asked, outcome="failed", detail="no answer")
    late = replace(asked, id="who")
    changes = compare(edition(), edition(sources=(failed, late)))
    assert changes.sources == ("arxiv-cs-ai: answered → failed", "who: not listed → answered")


def test_an_edition_from_before_totals_were_kept_can_be_read() -> None:
    kept = orjson.loads(edition(past=CHANGED["past"]).canonical())
    (past,) = kept["past"]
    del past["totals"]
    past["items"] = {"paper": 3}
    (read,) = Manifest.from_json(orjson.dumps(kept | {"format": "edition/2"})).past
    assert read.counts == (("sdg", "1", "paper", 2),)
    assert read.totals == Totals()
