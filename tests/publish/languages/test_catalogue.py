"""Every message is in every language, with the placeholders of its original; none is idle."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from digest import publish
from digest.publish.languages.tongue import CATALOGUE, OTHERS, Tongue
from digest.taxonomy import load

Message = str | tuple[str, ...]
PUBLISH = Path(publish.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "say": None, "N_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def _used() -> set[Message]:
    options = {"extensions": "jinja2.ext.i18n", "silent": "false", "newstyle_gettext": "true"}
    python = extract_from_dir(str(PUBLISH / "languages"), [("**.py", "python")], keywords=KEYWORDS)
    templates = extract_from_dir(
        str(PUBLISH / "templates" / "languages"),
        [("**.j2", "jinja2.ext:babel_extract")],
        options_map={"**.j2": options},
        keywords=KEYWORDS,
    )
    return {found[2] for source in (python, templates) for found in source}


def _catalogue(tag: str) -> Catalog:
    with (CATALOGUE / f"{tag}.po").open("rb") as file:
        return read_po(file, locale=tag, abort_invalid=True)


def _forms(message: object) -> tuple[str, ...]:
    return message if isinstance(message, tuple) else (str(message),)


@pytest.mark.parametrize("tag", OTHERS)
def test_the_catalogue_has_exactly_the_messages_that_are_used(tag: str) -> None:
    used, known = _used(), {message.id for message in _catalogue(tag) if message.id}
    assert len(used) > 150
    assert used - known == set(), "not translated"
    assert known - used == set(), "no longer used"


@pytest.mark.parametrize("tag", OTHERS)
def test_each_translation_is_whole_and_keeps_its_placeholders(tag: str) -> None:
    catalogue = _catalogue(tag)
    for message in catalogue:
        if not message.id:
            continue
        original, forms = _forms(message.id), _forms(message.string)
        assert all(forms), message.id
        assert not message.fuzzy, message.id
        if len(original) > 1:
            assert len(forms) == catalogue.num_plurals, message.id
        for form in forms:
            expected = sorted(PLACEHOLDER.findall(original[-1]))
            assert sorted(PLACEHOLDER.findall(form)) == expected, (message.id, form)


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
