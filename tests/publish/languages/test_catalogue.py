"""Every message is in every language, with the placeholders of its original; none is idle."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest import publish
from digest.publish.languages.tongue import CATALOGUE, OTHERS, Tongue
from digest.taxonomy import load
from tests.messages import Message, catalogue, require_exactly, require_whole, used

PUBLISH = Path(publish.__file__).parent


def _used() -> set[Message]:
    return used(PUBLISH / "languages", PUBLISH / "templates" / "languages")


@pytest.mark.parametrize("tag", OTHERS)
def test_the_catalogue_has_exactly_the_messages_that_are_used(tag: str) -> None:
    messages = _used()
    assert len(messages) > 150
    require_exactly(messages, catalogue(CATALOGUE / f"{tag}.po"))


@pytest.mark.parametrize("tag", OTHERS)
def test_each_translation_is_whole_and_keeps_its_placeholders(tag: str) -> None:
    require_whole(catalogue(CATALOGUE / f"{tag}.po"))


@pytest.mark.parametrize("tag", OTHERS)
def test_the_codebook_names_goals_and_risks_in_the_language(tag: str) -> None:
    tongue, book = Tongue(tag), load()
    names = [tongue.label(label) for label in (*book.scheme("sdg"), *book.scheme("risk"))]
    assert len(set(names)) == 38
    assert not {label.name for label in book.labels} & set(names)


@pytest.mark.parametrize(
    ("tag", "day", "months", "number", "percent", "direction"),
    [
        ("ar", "20 أبريل 2026", "يناير – مارس 2026", "34,333", "5.9%", "rtl"),
        ("zh", "2026年4月20日", "2026年1月至3月", "34,333", "5.9%", "ltr"),
        ("fr", "20 avril 2026", "janvier – mars 2026", "34 333", "5,9 %", "ltr"),
        ("ru", "20 апреля 2026 г.", "январь – март 2026 г.", "34 333", "5,9 %", "ltr"),
        ("es", "20 de abril de 2026", "enero–marzo de 2026", "34.333", "5,9 %", "ltr"),
    ],
)
def test_dates_and_numbers_are_written_as_in_the_language(
    tag: str, day: str, months: str, number: str, percent: str, direction: str
) -> None:
    tongue = Tongue(tag)

    def plain(text: str) -> str:
        return re.sub(r"[\u200e\u200f]", "", re.sub(r"\s", " ", text))

    assert plain(tongue.day("2026-04-20")) == day
    assert plain(tongue.months("2026Q1")) == months
    assert plain(tongue.number(34333)) == number
    assert plain(tongue.percent(0.0588)) == percent
    assert tongue.direction == direction


def test_arabic_keeps_the_percent_sign_after_its_number() -> None:
    """Behind Arabic letters a bare sign would stand before it."""
    arabic = Tongue("ar")
    said = arabic.percent(0.0588), arabic.whole_percent(0.06)
    assert said == ("5.9\u200e%\u200e", "6\u200e%\u200e")


def test_russian_and_arabic_count_in_their_own_forms() -> None:
    one, many = next(m for m in _used() if isinstance(m, tuple))
    russian, arabic = Tongue("ru"), Tongue("ar")
    assert len({russian.ngettext(one, many, n) for n in (1, 2, 5)}) == 3
    assert russian.ngettext(one, many, 21) == russian.ngettext(one, many, 1)
    assert len({arabic.ngettext(one, many, n) for n in (0, 1, 2, 3, 11, 100)}) == 6
