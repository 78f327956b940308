"""Stories from pairs: no chains, stable ids, every item in one story, and the panel's word."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.edition.stories import Pair, Ruling, Story, StoryItem, clusters
from digest.errors import InputError
from tests.edition.stories.told import paper, report

ITEMS = [report(name, name, days=n) for n, name in enumerate("abcdef")]


def pair(one: str, other: str, score: float = 0.9) -> Pair:
    return Pair(f"url:{one}", f"url:{other}", score, ("similar title",))


def split(*names: str, by: str = "ida") -> Ruling:
    return Ruling("split", tuple(f"url:{n}" for n in names), by, "two events")


def merge(*names: str, by: str = "ida") -> Ruling:
    return Ruling("merge", tuple(f"url:{n}" for n in names), by, "one event")


def told(stories: list[Story]) -> list[str]:
    """The stories as words of their items' names: ["ab", "c"]."""
    return sorted("".join(sorted(i[4:] for i in story.item_ids)) for story in stories)


def test_every_item_is_in_one_story() -> None:
    assert told(clusters(ITEMS, [pair("a", "b"), pair("c", "d", 0.3)])) == [
        "ab",
        "c",
        "d",
        "e",
        "f",
    ]
    assert clusters([], []) == []


def test_a_chain_is_no_story() -> None:
    chain = [pair(*names) for names in ("ab", "bc", "cd", "de", "ef")]
    assert max(len(story) for story in told(clusters(ITEMS, chain))) == 2


def test_what_is_alike_all_round_is_one_story_though_a_pair_falls_short() -> None:
    ring = [pair("a", "b"), pair("b", "c"), pair("a", "c", 0.3)]
    assert told(clusters(ITEMS[:3], ring)) == ["abc"]


def test_a_story_says_what_it_is() -> None:
    items = [
        report("a", "A", days=2, outlets=("Gazette",)), report("b", "B", outlets=("Courier",)),
        paper(1, "P"), report("c", "C", days=1, outlets=("Gazette",)),
    ]  # fmt: skip
    ids = [item.item_id for item in items]
    every = [
        Pair(*sorted((x, y)), 0.8, (f"{i}{j}",))
        for i, x in enumerate(ids) for j, y in enumerate(ids) if i < j
    ]  # fmt: skip
    [story] = clusters(items, every)
    assert story.item_ids == ("arxiv:2602.00001", "url:b", "url:c", "url:a")
    assert story.representative == "arxiv:2602.00001"
    assert story.outlets == ("arXiv", "Courier", "Gazette")
    assert story.reasons == ("01", "02", "03", "12", "13", "23")


def test_what_was_withdrawn_neither_speaks_for_its_story_nor_counts_as_told() -> None:
    items = [
        paper(1, "P", withdrawn=True), report("a", "A", days=1, outlets=("Gazette",)),
        report("b", "B", days=2, withdrawn=True, outlets=("Courier",)),
    ]  # fmt: skip
    ids = [item.item_id for item in items]
    every = [Pair(x, y, 0.8, ("same",)) for n, x in enumerate(ids) for y in ids[n + 1 :]]
    [story] = clusters(items, every)
    assert story.item_ids == tuple(ids)
    assert (story.representative, story.outlets) == ("url:a", ("Gazette",))
    [gone] = clusters([replace(item, withdrawn=True) for item in items], every)
    assert (gone.representative, gone.outlets) == (ids[0], ())


def test_news_is_represented_by_the_earliest_stated_date() -> None:
    items = [report("a", "A", date_inferred=True), report("b", "B", days=1)]
    [story] = clusters(items, [pair("a", "b")])
    assert story.representative == "url:b"


def test_the_id_stays_when_an_item_joins() -> None:
    [before] = clusters(ITEMS[:2], [pair("a", "b")])
    [after] = clusters(ITEMS[:3], [pair("a", "b"), pair("b", "c"), pair("a", "c")])
    assert after.id == before.id
    assert len(after.item_ids) == 3


def test_an_earlier_item_that_arrives_late_founds_the_story_anew() -> None:
    [before] = clusters(ITEMS[1:3], [pair("b", "c")])
    [after] = clusters(ITEMS[:3], [pair("a", "b"), pair("b", "c"), pair("a", "c")])
    assert after.id != before.id
    assert set(before.item_ids) < set(after.item_ids)


PAIRS = st.lists(
    st.builds(
        lambda names, score: pair(*sorted(names), score),
        st.lists(st.sampled_from("abcdef"), min_size=2, max_size=2, unique=True),
        st.sampled_from([0.2, 0.4, 0.5, 0.6, 0.7, 0.9, 1.0]),
    ),
    unique_by=lambda p: (p.one, p.other),
    max_size=15,
)
NAMES = st.lists(st.sampled_from("abcdef"), min_size=2, max_size=4, unique=True)
RULINGS = st.lists(
    st.one_of(NAMES.map(lambda names: split(*names)), NAMES.map(lambda names: merge(*names))),
    max_size=4,
)


@given(PAIRS, RULINGS, st.integers(0, 100))
def test_neither_order_matters_and_the_last_ruling_holds(
    pairs: list[Pair], rulings: list[Ruling], seed: int
) -> None:
    expected = clusters(ITEMS, pairs, rulings)
    items, mixed = list(ITEMS), list(pairs)
    Random(seed).shuffle(items)
    Random(seed).shuffle(mixed)
    assert clusters(items, mixed, rulings) == expected
    assert sorted(i for story in expected for i in story.item_ids) == [i.item_id for i in ITEMS]
    if rulings:
        together = [set(rulings[-1].items) <= set(story.item_ids) for story in expected]
        apart = all(len(set(rulings[-1].items) & set(s.item_ids)) <= 1 for s in expected)
        assert any(together) if rulings[-1].kind == "merge" else apart


def test_the_panel_splits_and_a_later_run_respects_it() -> None:
    every = [pair(*names) for names in ("ab", "ac", "bc")]
    [one] = clusters(ITEMS[:3], every)
    rulings = [split("c", "a"), split("c", "b")]
    apart = clusters(ITEMS[:3], every, rulings)
    assert told(apart) == ["ab", "c"]
    assert one.id in {story.id for story in apart}
    later = [*every, pair("c", "d"), pair("a", "d", 0.6), pair("b", "d", 0.6)]
    assert told(clusters(ITEMS[:4], later, rulings)) == ["ab", "cd"]


def test_the_panel_merges_and_says_why() -> None:
    stories = clusters(ITEMS[:3], [], [merge("a", "c")])
    assert told(stories) == ["ac", "b"]
    [merged] = [story for story in stories if len(story.item_ids) == 2]
    assert merged.reasons == ("merged by ida: one event",)


def test_what_joins_a_merged_story_is_measured_against_all_of_it() -> None:
    pairs = [pair("a", "d", 0.9), pair("c", "d", 0.2)]
    assert told(clusters(ITEMS[:4], pairs, [merge("a", "c")])) == ["acd", "b"]
    assert told(clusters(ITEMS[:4], pairs[:1], [merge("a", "c")])) == ["ac", "b", "d"]


def test_the_later_of_two_rulings_holds() -> None:
    assert told(clusters(ITEMS[:2], [], [split("a", "b"), merge("a", "b", by="bo")])) == ["ab"]
    assert told(clusters(ITEMS[:2], [], [merge("a", "b"), split("a", "b", by="bo")])) == ["a", "b"]


def test_a_ruling_finds_its_items_by_the_ids_that_they_had() -> None:
    stronger = [report("a", "A", keys=("doi:10.1/a", "guid:old-a")), report("b", "B")]
    ruling = Ruling("merge", ("guid:old-a", "url:b"), "ida", "one event")
    [story] = clusters(stronger, [], [ruling])
    assert len(story.item_ids) == 2


def test_a_ruling_on_items_of_another_quarter_changes_nothing() -> None:
    assert told(clusters(ITEMS[:2], [pair("a", "b")], [split("a", "z"), merge("y", "z")])) == ["ab"]


@pytest.mark.parametrize(("items", "reason"), [(("a",), "r"), (("a", "a"), "r"), (("a", "b"), " ")])
def test_a_ruling_that_says_nothing_is_refused(items: tuple[str, ...], reason: str) -> None:
    with pytest.raises(InputError):
        Ruling("split", items, "ida", reason)


def test_a_thousand_outlets_of_one_release_take_no_time() -> None:
    items: list[StoryItem] = [report(f"{n:04}", "T") for n in range(300)]
    ids = [item.item_id for item in items]
    pairs = [Pair(x, y, 0.9, ()) for n, x in enumerate(ids) for y in ids[n + 1 :]]
    [story] = clusters(items, pairs)
    assert len(story.outlets) == 300
