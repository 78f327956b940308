"""Dates as publishers write them, read strictly: an instant that is certain, or none.

A date decides the quarter that a story belongs to, so a wrong one is worse than none. Feedparser's
own dates are not used: it takes what it understands of a text and drops the rest (2026年11月18日
becomes 1 November). Here every number of a text must have found its place in the result.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

_LONGEST = 80
_RFC_822 = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3}\w*\s+(?:\d{4}|\d{2})\s+\d{1,2}:\d{2}(?::\d{2})?\s+"
    r"(?:[+-]\d{4}|GMT|UTC?|Z|[ECMP][SD]T)"
)
# Of the three countries that write IST, India has by far the most feeds; and the standard, which
# knows only the zones of North America by name, does not speak against it.
_INDIA = re.compile(r"(?<= )IST$")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_YEAR_FIRST = re.compile(r"\d{4}[./-](\d{1,2})[./-]")
_NUMERIC = re.compile(r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})[./-](\d{1,2})[./-]")  # after a weekday
# Arabic sites of the UN write both month names: شباط/فبراير.
_FIRST_OF_TWO_NAMES = re.compile(r"[^\W\d]+/(?=[^\W\d])")
# Tried after the feed's own language: the six of the UN.
_LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")


@lru_cache(maxsize=4096)
def instant(text: str, language: str = "") -> datetime | None:
    """The moment, aware and in UTC, that ``text`` states, or None where that is not certain.

    RFC 822, ISO 8601 (a month alone means its first day; a year alone nothing), and dates in words
    of ``language`` (ISO 639-1) or a UN language. A time without a zone is read as UTC, and IST as
    India's time. A numeric date that could be day-month or month-day is none, unless the language
    settles it.
    """
    text = _INDIA.sub("+0530", " ".join(text.split()))
    if not text or len(text) > _LONGEST or not re.search(r"\d", text):
        return None
    try:
        moment = _standard(text) or _in_words(text, language)
        return moment and _utc(moment)
    except (ValueError, OverflowError):
        return None


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _standard(text: str) -> datetime | None:
    """ISO 8601 or RFC 822, nothing looser."""
    if _RFC_822.fullmatch(text):
        with suppress(ValueError):  # a month that is not English's, or not cut to three letters
            return parsedate_to_datetime(text)
    if month := _MONTH.fullmatch(text):
        return datetime(int(month[1]), int(month[2]), 1, tzinfo=UTC)
    try:
        return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$|Z$)", "", text))
    except ValueError:
        return None


def _in_words(text: str, language: str) -> datetime | None:
    """A date in one of the languages, if it is understood to its last number."""
    text = _FIRST_OF_TWO_NAMES.sub("", text)
    if not _YEAR.search(text) or _is_ambiguous(text, language):
        return None
    moment = _dateparser(text, (language, *_LANGUAGES) if language else _LANGUAGES)
    return moment if moment and _accounts_for(moment, text) else None


def _is_ambiguous(text: str, language: str) -> bool:
    """Whether a numeric date can mean two days."""
    match = _NUMERIC.match(text)
    if not match or language not in ("", "en"):
        return False
    return int(match[1]) <= 12 and int(match[2]) <= 12 and match[1] != match[2]


def _dateparser(text: str, languages: tuple[str, ...]) -> datetime | None:
    import dateparser

    settings = {
        "DATE_ORDER": "DMY",
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month", "year"],
        "STRICT_PARSING": True,
    }
    for known in (languages, _LANGUAGES):
        try:
            moment: datetime | None = dateparser.parse(
                text, languages=list(dict.fromkeys(known)), settings=settings
            )
        except ValueError:  # a language that it does not have
            continue
        return moment
    return None


def _accounts_for(moment: datetime, text: str) -> bool:
    """Whether each number in the text is a part of the moment, the year and the day among them."""
    if (order := _YEAR_FIRST.match(text)) and int(order[1]) != moment.month:
        return False  # after the year the month: 2026-13-01 is a mistake and not 13 January
    numbers = {int(number) for number in re.findall(r"\d+", text)}
    offset = int((moment.utcoffset() or moment - moment).total_seconds()) // 60
    zone = {abs(offset) // 60, abs(offset) % 60, abs(offset) // 60 * 100 + abs(offset) % 60}
    clock = {moment.hour, moment.hour % 12 or 12, moment.minute, moment.second}
    day = {moment.year, moment.month, moment.day}
    return {moment.year, moment.day} <= numbers <= day | clock | zone
