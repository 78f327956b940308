"""The queues: who stands where and why; the sample: even, reproducible, with its probabilities."""

from __future__ import annotations

from dataclasses import replace

from digest.edition.manifest import Assigned, EditionItem, Manifest, Section
from digest.edition.select import SAME_STORY, UNSURE
from digest.review.queues import (
    MOST_UNSURE,
    Labels,
    Near,
    draw,
    draw_more,
    queues,
)
from tests.examples import edition

ITEM = edition().items[0]
AI = Near("ai", "relevant", 0.9, 0.5, True, False)


def near(label: str, probability: float, scheme: str = "sdg") -> Near:
    unsure = abs(probability - 0.5) < 0.1
    return Near(scheme, label, probability, 0.5, probability >= 0.5, unsure)


def item(name: str, labels: tuple[Near, ...], **changes: object) -> EditionItem:
    assigned = (
        Assigned(n.scheme, n.label, n.probability, n.threshold) for n in labels if n.assigned
    )
    return replace(ITEM, id=name, labels=tuple(assigned), **changes)  # type: ignore[arg-type]


def draft(said: dict[str, tuple[Near, ...]], *sections: Section, **changes: object) -> Manifest:
    items = tuple(item(name, labels, **changes) for name, labels in said.items())
    return edition(items=items, sections=sections)


def of(said: dict[str, tuple[Near, ...]]) -> Labels:
    return said


def test_selected_are_the_pages_in_their_order_each_item_once() -> None:
    said = {name: (AI, near("3", 0.9), near("7", 0.9)) for name in "abc"}
    manifest = draft(
        said, Section("sdg", "3", 2, 0, ("b", "a")), Section("sdg", "7", 3, 0, ("c", "a"))
    )
    found = queues(manifest, of(said), [], [])
    assert found.ids["selected"] == ("b", "a", "c")
    assert list(found.ids)[:4] == ["selected", "late", "unsure", "sample"]


def test_the_panel_is_asked_about_what_waits_for_its_word_only() -> None:
    said = {"sure": (AI, near("3", 0.9)), "doubtful": (AI, near("3", 0.52))}
    passed = (("other", SAME_STORY), ("doubtful", UNSURE))
    section = Section("sdg", "3", 2, 0, ("sure",), passed)
    found = queues(draft(said, section), of(said), [], [])
    assert found.ids["selected"] == found.ids["goal/3"] == ("sure", "doubtful")


def test_unsure_are_the_nearest_to_their_threshold_first() -> None:
    said = {
        "far": (AI, near("3", 0.57)),
        "near": (AI, near("3", 0.49)),
        "sure": (AI, near("3", 0.95)),
        "not AI": (near("3", 0.5),),
        "of nothing else": (near("relevant", 0.52, "ai"),),
        "is it AI": (near("relevant", 0.47, "ai"), near("3", 0.9)),
        "only a subdomain": (AI, near("1.1", 0.5, "mit"), near("3", 0.9)),
        "chosen": (AI, near("3", 0.5)),
    }
    manifest = draft(said, Section("sdg", "3", 1, 0, ("chosen",)))
    assert queues(manifest, of(said), [], []).ids["unsure"] == ("near", "is it AI", "far")


def test_more_unsure_items_than_an_evening_has_are_counted() -> None:
    said = {f"i{n:03}": (AI, near("3", 0.5 + n / 10_000)) for n in range(MOST_UNSURE + 40)}
    found = queues(draft(said), of(said), [], [])
    assert found.ids["unsure"] == tuple(sorted(said)[:MOST_UNSURE])
    assert found.left_out == {"unsure": 40}


def test_a_page_offers_what_would_take_the_place_of_a_rejected_item() -> None:
    said = {f"i{n:02}": (AI, near("3", 0.9 - n / 1000)) for n in range(30)}
    said["near"] = (AI, near("3", 0.48), near("7", 0.9))
    manifest = draft(
        said, Section("sdg", "3", 30, 0, ("i01", "i00")), Section("sdg", "7", 1, 0, ())
    )
    found = queues(manifest, of(said), [], [])
    ids = found.ids["goal/3"]
    assert ids[:2] == ("i01", "i00")
    assert ids[2:14] == tuple(f"i{n:02}" for n in range(2, 14))
    assert ids[14:] == ("near",)
    assert found.ids["goal/7"] == ("near",)
    assert "i20" not in found.items


def test_late_items_that_concern_nothing_need_nobody() -> None:
    said = {"late": (AI, near("3", 0.9)), "blank": (), "early": (AI, near("3", 0.9))}
    manifest = draft(said)
    assert queues(manifest, of(said), [], ["late", "blank"]).ids["late"] == ("late",)
    marked = replace(
        manifest, items=tuple(replace(i, late=i.id == "early") for i in manifest.items)
    )
    assert queues(marked, of(said), [], []).ids["late"] == ("early",)


def test_a_withdrawn_item_is_in_no_queue_though_it_was_drawn() -> None:
    said = {"gone": (AI, near("3", 0.5)), "there": (AI, near("3", 0.5))}
    manifest = draft(said)
    items = tuple(replace(i, withdrawn=i.id == "gone") for i in manifest.items)
    found = queues(replace(manifest, items=items), of(said), ["gone", "there"], ["gone"])
    assert found.items == {"there"}


def population(papers: int, news: int) -> list[EditionItem]:
    return [replace(ITEM, id=f"p{n}", kind="paper") for n in range(papers)] + [
        replace(ITEM, id=f"n{n}", kind="news") for n in range(news)
    ]


def test_the_sample_is_even_and_says_how_probable_each_item_was() -> None:
    items = population(1000, 100)
    drawn = draw(items, 50, "sha seed")
    assert draw(items, 50, "sha seed") == drawn
    assert draw(items, 50, "sha other").ids != drawn.ids
    kinds = [i[0] for i in drawn.ids]
    assert (kinds.count("p"), kinds.count("n")) == (50, 20)
    assert len(set(drawn.ids)) == 70
    assert {drawn.inclusion[i] for i in drawn.ids if i[0] == "p"} == {0.05}
    assert {drawn.inclusion[i] for i in drawn.ids if i[0] == "n"} == {0.2}
    times = [0] * 10
    for n in range(300):
        for one in draw(population(10, 0), 3, f"{n}").ids:
            times[int(one[1:])] += 1
    assert all(60 < number < 120 for number in times), times  # 90 expected


def test_all_are_read_where_there_are_few() -> None:
    drawn = draw(population(3, 0), 50, "k")
    assert sorted(drawn.ids) == ["p0", "p1", "p2"]
    assert set(drawn.inclusion.values()) == {1.0}


def test_what_came_later_is_drawn_at_the_same_rate() -> None:
    more = draw_more(population(2000, 50), {"paper": 0.05, "news": 1.0}, "k")
    papers = [i for i in more.ids if i[0] == "p"]
    assert 60 < len(papers) < 140
    assert len(more.ids) - len(papers) == 50
    assert {more.inclusion[i] for i in papers} == {0.05}
    assert draw_more([], {"paper": 0.05}, "k").ids == ()
