"""Rules with the names of labels in the place of their codes."""

from __future__ import annotations

import pytest

from digest.review.web.tongue import Tongue
from digest.review.web.views.rules import spelled_out
from digest.taxonomy import load

CODEBOOK = load()


def marked(rule: str, scheme: str = "sdg", label: str = "1", language: str = "en") -> str:
    """The rule as it is read, names in brackets."""
    of = CODEBOOK.label(scheme, label)
    parts = spelled_out(rule, of, CODEBOOK, Tongue(language))
    return "".join(f"[{part.text}]" if part.is_name else part.text for part in parts)


@pytest.mark.parametrize(
    ("rule", "read"),
    [
        ("12 and 2; losses in shops are 12 alone.",
         "[Goal 12] and [Goal 2]; losses in shops are [Goal 12] alone."),
        ("7; add 13 only if emissions are an aim, 8 if jobs are.",
         "[Goal 7]; add [Goal 13] only if emissions are an aim, [Goal 8] if jobs are."),
        ("15 and 10, or 15 and 1 if income is measured.",
         "[Goal 15] and [Goal 10], or [Goal 15] and [Goal 1] if income is measured."),
        ("The pay gap is 8 and 5, not 10.", "The pay gap is [Goal 8] and [Goal 5], not [Goal 10]."),
        ("top incomes, wealth shares (10)", "top incomes, wealth shares ([Goal 10])"),
        ("12; the risk scheme has resource-use.",
         "[Goal 12]; the risk scheme has [Excessive use of energy, water and material resources]."),
    ],
)  # fmt: skip
def test_codes_of_goals_become_their_names(rule: str, read: str) -> None:
    assert marked(rule) == read


@pytest.mark.parametrize(
    ("rule", "read"),
    [
        ("rights-liberties; add democracy if dissent is suppressed.",
         "[Other human rights and civil liberties]; add [Democracy] if dissent is suppressed."),
        ("security and values-norms.",
         "[International and national security] and [Values and norms]."),
        ("privacy of secrets (security)",
         "privacy of secrets ([International and national security])"),
    ],
)  # fmt: skip
def test_codes_of_risks_become_their_names(rule: str, read: str) -> None:
    assert marked(rule, "risk", "security") == read


@pytest.mark.parametrize(
    ("rule", "scheme", "label"),
    [
        ("heritage is target 11.4 (4.1, 4.3), by 2030, for 5 to 17 years", "sdg", "11"),
        ("children under 5; 3 million live on 2 dollars a day; the median is 3.", "sdg", "3"),
        ("None for 5G, for SDG-7 or if warming is 1.5 degrees.", "sdg", "9"),
        ("network security; security by design, and peace, security, trust", "sdg", "16"),
        ("security by design; food and social security; a risk to democracy", "risk", "security"),
        ("None: 3 of 10 users.", "risk", "security"),
        ("dependency in grammar; securities as papers; non-security", "risk", "dependency"),
    ],
)  # fmt: skip
def test_what_may_be_no_code_stays_as_it_is(rule: str, scheme: str, label: str) -> None:
    assert marked(rule, scheme, label) == rule


def test_names_in_rules_are_in_the_reader_s_language() -> None:
    assert marked("3 and 5.", "sdg", "3", "zh") == "[目标 3] and [目标 5]."
    assert marked("rule-of-law.", "risk", "security", "fr") == "[État de droit]."


def test_no_code_is_seen_in_what_the_codebook_counts_or_asks() -> None:
    for label in CODEBOOK.labels:
        for text in (*label.includes, *(case for case, _ in label.borderline)):
            if label.scheme != "mit":
                assert marked(text, label.scheme, label.id) == text
