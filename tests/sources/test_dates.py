from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources.dates import instant


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 18 Feb 2026 10:30:00 GMT", at(2026, 2, 18, 10, 30)),
        ("Wed, 18 Feb 2026 10:30:00 +0530", at(2026, 2, 18, 5)),
        ("Wed, 18 Feb 2026 10:30:00 IST", at(2026, 2, 18, 5)),
        ("18 February 2026, 10:30 am IST", at(2026, 2, 18, 5)),
        ("18 Feb 26 10:30 EST", at(2026, 2, 18, 15, 30)),
        ("Wed, 18 Feb 2026 10:30:00 CEST", at(2026, 2, 18, 8, 30)),
        ("2026-02-18T10:30:00Z", at(2026, 2, 18, 10, 30)),
        ("2026-02-18T10:30:00.1234567+01:00", at(2026, 2, 18, 9, 30, 0, 123456)),
        ("2026-02-18 10:30:00 +0100", at(2026, 2, 18, 9, 30)),
        ("2026-02-18T10:30", at(2026, 2, 18, 10, 30)),
        ("2026-02-18", at(2026, 2, 18)),
        ("20260218", at(2026, 2, 18)),
        ("2026-02", at(2026, 2, 1)),
        ("  18 February 2026\n", at(2026, 2, 18)),
        ("February 18th, 2026 at 3:04 pm EST", at(2026, 2, 18, 20, 4)),
        ("18/02/2026", at(2026, 2, 18)),
        ("2026/02/18", at(2026, 2, 18)),
        ("03/03/2026", at(2026, 3, 3)),
    ],
)
def test_usual_dates(text: str, expected: datetime) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("2026年2月18日", "zh"),
        ("2026年02月18日 星期三", "zh"),
        ("2026年2月18日", ""),
        ("18 فبراير 2026", "ar"),
        ("١٨ فبراير ٢٠٢٦", "ar"),
        ("18 شباط/فبراير 2026", "ar"),
        ("18 février 2026", "fr"),
        ("mer. 18 févr. 2026", "fr"),
        ("Wed, 18 Feb. 2026", "en"),
        ("18 de febrero de 2026", "es"),
        ("18 февраля 2026 г.", "ru"),
        ("18 de fevereiro de 2026", "pt"),
        ("18. Februar 2026", "de"),
        ("2026年2月18日", "ja"),
        ("18 February 2026", "xx"),
    ],
)
def test_dates_in_words(text: str, language: str) -> None:
    assert instant(text, language) == at(2026, 2, 18)


def test_a_time_in_words_has_its_zone() -> None:
    assert instant("Ср, 18 фев 2026 10:00:00 +0300", "ru") == at(2026, 2, 18, 7)
    assert instant("2026年11月18日 10:30", "zh") == at(2026, 11, 18, 10, 30)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "3 hours ago",
        "hier",
        "2026",
        "Feb 2026",
        "18 Feb",
        "2026年2月",
        "Fri, 30 Feb 2026 10:00:00 GMT",
        "2026-02-30",
        "Fri, 01/10/2025 - 14:30",
        "Tue, 02/03/2026 - 09:00",
        "2026-13-01",
        "2026.30.1",
        "2026年2月30日",
        "18 Feb 2026 and 19 Mar 2027",
        "18 Feb 2026, 47 comments",
        "version 2.18.2026",
        "1771372800",
        "x" * 200 + " 18 Feb 2026",
    ],
)
def test_what_is_not_a_certain_day_is_none(text: str) -> None:
    assert instant(text) is None


def test_a_numeric_date_with_two_meanings_needs_a_language_that_settles_it() -> None:
    assert instant("03/04/2026") is None
    assert instant("03/04/2026", "en") is None
    assert instant("03/04/2026", "fr") == at(2026, 4, 3)
    assert instant("03.04.2026", "ru") == at(2026, 4, 3)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", "en", "zh", "ar", "xx"]))
def test_any_text_is_an_aware_date_or_none(text: str, language: str) -> None:
    moment = instant(text, language)
    assert moment is None or moment.tzinfo is UTC


@settings(max_examples=200, deadline=None)
@given(st.integers(int(at(1991, 1, 1).timestamp()), int(at(2100, 1, 1).timestamp())))
def test_a_day_survives_being_written(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    day = moment.replace(hour=0, minute=0, second=0)
    assert instant(f"{day.year}年{day.month}月{day.day}日", "zh") == day
    assert instant(moment.strftime("%a, %d %b %Y %H:%M:%S +0000")) == moment
    assert instant(moment.isoformat()) == moment


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thu, 01 Sept 2025 10:00:00 GMT", "en"),
        ("01 sept. 2025 10:00:00", "fr"),
        ("lun, 01 sep 2025 10:00:00 +0000", "es"),
    ],
)
def test_a_month_that_is_not_cut_as_the_standard_wants_is_read_as_words(
    text: str, language: str
) -> None:
    assert instant(text, language) == at(2025, 9, 1, 10)
