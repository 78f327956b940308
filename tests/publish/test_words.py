from __future__ import annotations

import pytest

from digest.publish import words


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0%"), (0.004, "under 1%"), (0.5, "50%"), (0.996, "over 99%"), (1, "100%")],
)
def test_percentages_never_claim_none_or_all_of_what_is_neither(share: float, said: str) -> None:
    assert words.percent(share) == said


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.95, "high"), (0.896, "high"), (0.89, "medium"), (0.7, "medium"), (0.69, "low")],
)
def test_confidence_agrees_with_the_percentage_beside_it(probability: float, said: str) -> None:
    assert words.confidence(probability) == said


@pytest.mark.parametrize(
    ("n", "said"), [(0, "no papers"), (1, "1 paper"), (2, "2 papers"), (34333, "34,333 papers")]
)
def test_counts_are_said_in_words(n: int, said: str) -> None:
    assert words.count(n, "paper") == said


def test_dates_quarters_countries_and_languages() -> None:
    assert words.day("2026-02-04") == "4 February 2026"
    assert words.day("no date") == "no date"
    assert words.months("2025Q4") == "October to December 2025"
    assert words.country("ke") == "Kenya"
    assert words.country("INT") == "International"
    assert words.country("??") == "??"
    assert words.language("sw") == "Swahili"
    assert words.language("no such tag") == "no such tag"
    assert words.language("") == ""


def test_a_language_attribute_is_a_tag_or_unknown() -> None:
    assert words.lang_attribute("pt-BR") == "pt-BR"
    assert words.lang_attribute('en" onload="x') == ""


def test_foreign_text_becomes_one_clipped_line_without_direction_overrides() -> None:
    assert words.clip("a\u202eb\n\n  c", 10) == "ab c"
    assert words.clip("x" * 50, 10) == "x" * 9 + "…"


def test_the_machine_is_never_certain() -> None:
    assert [words.probability(p) for p in (0.0, 0.83, 1.0)] == ["under 1%", "83%", "over 99%"]
