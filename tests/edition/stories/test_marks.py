"""What is read off an item: links in whatever spelling, authors, names, claims, round-ups."""

from __future__ import annotations

import pytest

from digest.edition.stories.marks import (
    author_key,
    marks_of,
    named_works,
    names_in,
    shingles,
    words_of,
)
from digest.items import keys_of
from tests.edition.stories.told import paper, report
from tests.examples import news


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("see arXiv:2602.00001v2.", {"arxiv:2602.00001"}),
        ("https://arxiv.org/abs/2602.00001", {"arxiv:2602.00001"}),
        ("(https://www.arxiv.org/pdf/2602.00001v3)", {"arxiv:2602.00001"}),
        ("https://doi.org/10.48550/arXiv.2602.00001", {"arxiv:2602.00001"}),
        ("doi:10.48550/ARXIV.2602.00001), and more", {"arxiv:2602.00001"}),
        ("https://library.example/doi/10.48550/arXiv.2602.00001", {"arxiv:2602.00001"}),
        ("doi 10.1000/ABC.5, and more", {"doi:10.1000/abc.5"}),
        ("https://doi.org/10.1000/ABC.5.", {"doi:10.1000/abc.5"}),
        ("hep-th/9901001 without its archive's name", set()),
        ("version 2602.00001 of nothing", set()),
    ],
)
def test_works_are_known_by_every_spelling(text: str, keys: set[str]) -> None:
    assert set(named_works(text)) == keys


def test_an_address_is_named_as_the_item_behind_it_is() -> None:
    record = news("b", url="https://news.example/b")
    spelt = "as http://www.news.example/b/?utm_source=mail#top told."
    assert set(named_works(spelt)) <= set(keys_of(record))


def test_an_item_does_not_name_itself() -> None:
    own = report("a", "T", "https://news.example/b", keys=keys_of(news("b")))
    assert marks_of(own).named == frozenset()


@pytest.mark.parametrize("name", ["Zoë B. Núñez", "Nunez, Zoe", "Núñez, Zoë B.", "zoe nunez"])
def test_an_author_is_the_same_in_every_spelling(name: str) -> None:
    assert author_key(name) == "nunez z"


@pytest.mark.parametrize("name", ["", " ", "…"])
def test_no_author(name: str) -> None:
    assert author_key(name) == ""


@pytest.mark.parametrize(
    "text",
    [
        "法院暂停 SyRI 系统，涉及 26,000 人，OpenAI 否认",
        "Суд остановил SyRI: 26,000 человек, OpenAI отрицает",
        "المحكمة توقف SyRI بعد اتهام 26,000 شخص و OpenAI تنفي",
    ],
)
def test_names_and_numbers_outlast_the_script(text: str) -> None:
    assert names_in(text) == {"syri", "26000", "openai"}


@pytest.mark.parametrize(
    ("comments", "claims"),
    [
        ("Extended version of our paper [arXiv:2601.00007]", {"arxiv:2601.00007"}),
        ("12 pages. Supersedes arXiv:2601.00007v1", {"arxiv:2601.00007"}),
        ("In Proceedings ICLP 2025, arXiv:2601.00047", set()),
        ("arXiv admin note: substantial text overlap with arXiv:2601.00007", set()),
        ("Comment on arXiv:2601.00007", set()),
    ],
)
def test_a_version_says_so(comments: str, claims: set[str]) -> None:
    assert marks_of(paper(1, "T", comments=comments)).claims == claims


def test_a_round_up_lists_topics_or_names_many_works() -> None:
    links = " ".join(f"arXiv:2602.0000{n}" for n in range(1, 5))
    assert marks_of(report("a", "Agents Shop, Chips Rise, Books Talk, Maps Move")).is_round_up
    assert marks_of(report("a", "What we read this week", links)).is_round_up
    assert not marks_of(report("a", "Agents shop, chips rise", "arXiv:2602.00001")).is_round_up
    assert not marks_of(paper(1, "Wind, water, earth, fire: four elements")).is_round_up


def test_a_date_that_a_feed_glued_to_the_title_does_not_hide_its_first_word() -> None:
    glued = marks_of(report("a", "Jan 9, 2026AlignmentNext-generation classifiers"))
    assert {"alignment", "next", "generation"} <= glued.title


def test_shingles_see_words_in_a_row_and_nothing_else() -> None:
    same, punctuated, short = shingles(
        ["one two three four five six", "One, two; three FOUR (five) six.", "one two three four"]
    )
    assert same.tolist() == punctuated.tolist()
    assert len(same) == 2
    assert len(short) == 0
    assert words_of("") == ()
