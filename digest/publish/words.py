"""Numbers, dates, codes and confidences as a reader says them. English, the same on every machine.

Nothing here looks at the system's locale or clock, so a page is the same bytes wherever it is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from digest.publish.latex import without_latex
from digest.quarter import Quarter
from digest.text import one_line

# The words for a probability; the method page prints these bounds.
HIGH, MEDIUM = 0.9, 0.7
_ENGLISH = Locale("en")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def number(value: int) -> str:
    """``34333`` as ``34,333``."""
    return f"{value:,}"


def count(value: int, one: str, many: str = "") -> str:
    """``1 paper``, ``2 papers``, ``no papers``."""
    words = one if value == 1 else many or f"{one}s"
    return f"{number(value) if value else 'no'} {words}"


def percent(share: float) -> str:
    """A share of 1 as a whole percentage; never 0% or 100% of what is neither none nor all."""
    rounded = round(share * 100)
    if rounded == 0 and share > 0:
        return "under 1%"
    if rounded == 100 and share < 1:
        return "over 99%"
    return f"{rounded}%"


def probability(value: float) -> str:
    """The machine's probability: it is never certain, and its 1 is a rounded one."""
    return percent(min(max(value, 0.001), 0.999))


def share_of(share: float | None) -> str:
    """A share as a whole percentage, or ``no case`` where there was nothing to share."""
    return "no case" if share is None else percent(share)


def decimal(value: float | None) -> str:
    """A number with two decimal places, or ``–`` where it is not defined."""
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def precise_percent(share: float) -> str:
    """A share of 1 as a percentage with one decimal place: ``0.0588`` as ``5.9%``."""
    return f"{share * 100:.1f}%"


def small_percent(share: float) -> str:
    """A percentage with the decimal places that a small one needs: ``12%``, ``1.3%``, ``0.04%``."""
    per_cent = share * 100
    if 0 < per_cent < 0.005:
        return "under 0.01%"
    return f"{per_cent:.{0 if per_cent >= 10 or not share else 1 if per_cent >= 1 else 2}f}%"


def times(ratio: float) -> str:
    """A ratio as it is said: ``2.1 times``, ``0.4 times``, ``37 times``."""
    return f"{ratio:.0f} times" if ratio >= 10 else f"{ratio:.1f} times"


# What a correction is, as readers are told.
CORRECTIONS = {
    "amendment": "Amendment: what was said of some items is put right.",
    "update": "Update: new evidence came in.",
}


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def measure(estimate: Mapping[str, float | None], digits: int = 2) -> str:
    """A measure and its interval as ``0.74 (0.68 to 0.78)``; what is 0 / 0 is ``no case``."""
    value, low, high = (estimate[name] for name in ("value", "low", "high"))
    if value is None:
        return "no case"
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def confidence(probability: float) -> str:
    """The machine's probability in one word, judged by the percentage that stands beside it."""
    rounded = round(probability, 2)
    if rounded >= HIGH:
        return "high"
    return "medium" if rounded >= MEDIUM else "low"


def day(iso: str) -> str:
    """``2026-02-14`` as ``14 February 2026``; what is no date is given back as it is."""
    try:
        return format_date(date.fromisoformat(iso), "d MMMM y", locale=_ENGLISH)
    except ValueError:
        return iso


def months(quarter: str) -> str:
    """``2026Q1`` as ``January to March 2026``."""
    q = Quarter.parse(quarter)
    last = q.end - timedelta(days=1)
    first_month = format_date(q.start.date(), "MMMM", locale=_ENGLISH)
    return f"{first_month} to {format_date(last.date(), 'MMMM y', locale=_ENGLISH)}"


def country(code: str) -> str:
    """``KE`` as ``Kenya``; ``INT`` is an international body; an unknown code stays as it is."""
    if code.upper() == "INT":
        return "International"
    return str(_ENGLISH.territories.get(code.upper(), code))


def language(tag: str) -> str:
    """``sw`` as ``Swahili``; an unknown tag stays as it is."""
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (UnknownLocaleError, ValueError, TypeError):
        return tag


def lang_attribute(tag: str) -> str:
    """A value for HTML's ``lang``; the empty string is HTML's own word for "not known"."""
    return tag if _LANGUAGE_TAG.fullmatch(tag) else ""


def clip(text: str, characters: int) -> str:
    """Foreign text as one plain line, without direction overrides or LaTeX, cut with ``…``."""
    text = without_latex(one_line(text))
    return text if len(text) <= characters else text[: characters - 1].rstrip() + "…"
