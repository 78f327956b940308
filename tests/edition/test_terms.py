"""Terms of titles: what counts as one, how it is compared, how it is spelt."""

from __future__ import annotations

import pytest

from digest.edition.terms import (
    as_written,
    fold,
    folded_as,
    is_noun_like,
    of_the_same_letters,
    one_of_each_family,
    parts_of,
    phrases,
)


def test_function_words_and_punctuation_part_phrases() -> None:
    assert phrases("Towards Flood Forecasting: Maps for Nairobi") == {
        "flood", "forecasting", "flood forecasting", "map", "nairobi",
    }  # fmt: skip


def test_hyphens_part_words_but_not_names_with_numbers() -> None:
    found = phrases("Vision-Language models beat GPT-5")
    assert {"vision language model", "gpt-5"} <= found
    assert "gpt" not in found
    assert phrases("Trade-Offs of a roll-out") == {"tradeoff", "rollout"}


@pytest.mark.parametrize("title", ["2026", "In January 2026", "12 34", "3.5% of 10k", "$x^2$", ""])
def test_dates_numbers_and_formulas_alone_are_no_terms(title: str) -> None:
    assert phrases(title) == set()


def test_a_term_neither_begins_nor_ends_inside_a_hyphenated_word() -> None:
    """But a single word may come from there: names of new things often first appear so."""
    assert phrases("Physics-Informed Machine Learning") == {
        "physics", "informed", "machine", "learning", "physics informed", "machine learning",
        "physics informed machine", "physics informed machine learning",
    }  # fmt: skip
    assert phrases("Vision-Language Model") >= phrases("Vision Language Model") - {"language model"}


def test_words_that_are_written_together_or_apart_are_one_term() -> None:
    counts = {"multi agent": 7, "multiagent": 3, "agent": 9, "multi agent system": 1}
    assert of_the_same_letters(counts) == {
        "multi agent": "multi agent", "multiagent": "multi agent", "agent": "agent",
        "multi agent system": "multi agent system",
    }  # fmt: skip


def test_a_term_has_three_words_at_most() -> None:
    assert max(len(p.split()) for p in phrases("water quality sensor network maintenance")) == 3


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Models", "model"), ("policies", "policy"), ("Bias", "bias"), ("class", "class"),
        ("analysis", "analysis"), ("physics", "physics"), ("AI's", "ai"), ("Series", "series"),
        ("approaches", "approach"), ("virus", "virus"), ("UAVs", "uav"), ("Économies", "économy"),
    ],
)  # fmt: skip
def test_folding(word: str, folded: str) -> None:
    assert fold(word) == folded


@pytest.mark.parametrize("term", ["agent", "medical record", "machine learning", "openclaw"])
def test_noun_like(term: str) -> None:
    assert is_noun_like(term)


@pytest.mark.parametrize("term", ["efficiently", "data driven", "multi", "learning", "statistical"])
def test_not_noun_like(term: str) -> None:
    assert not is_noun_like(term)


def test_a_longer_term_stands_for_one_that_hardly_occurs_without_it() -> None:
    counts = {
        "barrier function": 18,
        "barrier": 40,
        "control barrier function": 17,
        "function": 900,
    }
    assert one_of_each_family(counts) == {"control barrier function", "barrier", "function"}


def test_parts_of_a_term() -> None:
    assert list(parts_of("a b c")) == ["a", "b", "c", "a b", "b c"]


def test_the_commonest_spelling_is_shown() -> None:
    titles = ["OpenClaw agents", "An OpenClaw Agent", "on openclaw agents", "OpenClaw agents!"]
    assert as_written("openclaw agent", titles) == "OpenClaw agents"
    titles = ["Vision-Language Models", "A vision-language model", "Vision Language Models"]
    assert as_written("vision language model", [*titles, titles[0]]) == "Vision-Language Models"
    assert as_written("vision", titles) == "Vision"
    assert folded_as("Vision-Language Models") == "vision language model"


def test_other_alphabets() -> None:
    assert "искусственный интеллект" in phrases("Искусственный интеллект и вода")
    assert phrases("人工智能" * 20) == set()
