"""What a page shows: the surest first, one of each story, nobody too often, and who was passed."""

from __future__ import annotations

from dataclasses import replace

from digest.edition.manifest import Assigned, EditionItem, EditionStory
from digest.edition.select import (
    NEWS,
    PAPERS,
    SAME_GROUP,
    SAME_PUBLISHER,
    SAME_STORY,
    UNSURE,
    candidates,
    sections,
)
from tests.examples import edition

PAIRS = [("sdg", "3"), ("risk", "security")]


def item(
    number: int, kind: str = "paper", voice: str = "", probability: float = 0.9
) -> EditionItem:
    """An item about AI and goal 3, surer the lower its number."""
    labels = (Assigned("ai", "relevant", 0.9, 0.5),
              Assigned("sdg", "3", round(probability - number / 1000, 4), 0.5))  # fmt: skip
    return replace(
        edition().items[0], id=f"{kind}:{number:03}", kind=kind, voice=voice or f"voice {number}",
        labels=labels,
    )  # fmt: skip


def test_the_surest_are_shown_papers_first_and_all_are_counted() -> None:
    items = [item(n) for n in range(20)] + [item(n, "news") for n in range(20)]
    health, security = sections(reversed(items), PAIRS)
    assert health.chosen[:PAPERS] == tuple(f"paper:{n:03}" for n in range(PAPERS))
    assert health.chosen[PAPERS:] == tuple(f"news:{n:03}" for n in range(NEWS))
    assert (health.papers, health.news, health.passed) == (20, 20, ())
    assert (security.papers, security.chosen) == (0, ())


def test_a_story_is_told_once_and_by_its_paper() -> None:
    items = [item(0), item(1), item(2), item(0, "news"), item(1, "news")]
    stories = [EditionStory("s1-a", ("paper:000", "paper:001", "news:000"), "paper:000", (), ())]
    (health, _) = sections(items, PAIRS, stories)
    assert health.chosen == ("paper:000", "paper:002", "news:001")
    assert health.passed == (("paper:001", SAME_STORY), ("news:000", SAME_STORY))


def test_no_group_and_no_publisher_fills_a_page() -> None:
    papers = [item(n, voice="one group") for n in range(5)] + [item(9, voice="another")]
    news = [item(n, "news", voice="one paper") for n in range(5)] + [item(9, "news", voice="b")]
    (health, _) = sections(papers + news, PAIRS)
    assert health.chosen == (
        "paper:000", "paper:001", "paper:009", "news:000", "news:001", "news:002", "news:009",
    )  # fmt: skip
    assert health.passed == (
        *((f"paper:{n:03}", SAME_GROUP) for n in (2, 3, 4)),
        *((f"news:{n:03}", SAME_PUBLISHER) for n in (3, 4)),
    )


def test_withdrawn_papers_and_items_not_about_ai_are_neither_shown_nor_counted() -> None:
    withdrawn = replace(item(0), withdrawn=True)
    other = replace(item(1), labels=item(1).labels[1:])
    (health, _) = sections([withdrawn, other, item(2)], PAIRS)
    assert (health.papers, health.chosen) == (1, ("paper:002",))


def unsure(shown: EditionItem) -> EditionItem:
    """The item, with a label of which the machine is unsure."""
    about_ai, goal = shown.labels
    return replace(shown, labels=(about_ai, replace(goal, unsure=True)))


def test_a_page_is_not_filled_with_items_of_which_the_machine_is_unsure() -> None:
    doubtful = [unsure(item(n, probability=0.5)) for n in range(100, 120)]
    (health, _) = sections([item(0), item(1), *doubtful], PAIRS)
    assert health.chosen == ("paper:000", "paper:001")
    assert health.papers == 22
    # As many wait for a person as the page has places left, and the panel is asked about them.
    assert [reason for _, reason in health.passed] == [UNSURE] * (PAPERS - 2)
    assert len(candidates(health)) == PAPERS
    (health, _) = sections([*(item(n) for n in range(PAPERS)), *doubtful], PAIRS)
    assert health.passed == ()  # the page is full


def test_what_a_person_confirmed_is_shown_however_improbable() -> None:
    confirmed = replace(item(0, probability=0.4), id="paper:confirmed")
    doubtful = [unsure(item(n, probability=0.5)) for n in range(PAPERS)]
    (health, _) = sections([confirmed, *doubtful], PAIRS)
    assert health.chosen == ("paper:confirmed",)
    assert len(health.passed) == PAPERS - 1


def test_a_story_is_told_by_the_item_that_is_sure() -> None:
    items = [unsure(item(0, probability=0.5)), item(0, "news")]
    story = EditionStory("s1-a", (items[0].id, items[1].id), items[0].id, (), ())
    (health, _) = sections(items, PAIRS, [story])
    assert health.chosen == ("news:000",)
    assert health.passed == (("paper:000", SAME_STORY),)
