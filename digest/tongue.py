"""A language as a room writes it: its messages, numbers, dates and names of languages.

Nothing here looks at the system's locale, so a page is the same bytes wherever it is made. Digits
are those of the addresses and of the data files (``2026``) in each language, Arabic too. Each room
that speaks to people has its own catalogues of messages; English needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from digest.quarter import Quarter

ENGLISH = "en"


def N_(message: str) -> str:  # noqa: N802  (the name that extractors of messages know)
    """Mark a message that is translated where it is printed."""
    return message


class Speech:
    """A language with the catalogues of ``folder``; ``direction`` is ``ltr`` or ``rtl``."""

    def __init__(self, tag: str, folder: Path) -> None:
        self.tag = tag
        self.locale = Locale(tag)
        self.direction = self.locale.text_direction
        # Some languages write a space before the sign; Arabic, marks that keep it after its number,
        # whichever letters stand before.
        sign = self.locale.number_symbols["latn"]["percentSign"]
        self._percent: str = self.locale.percent_formats[None].pattern.replace("%", sign)
        messages = _messages(folder / f"{tag}.po", tag)
        self.gettext, self.ngettext = messages.gettext, messages.ngettext

    def number(self, value: int) -> str:
        """``34333`` as it is written in the language."""
        return format_decimal(value, locale=self.locale)

    def percent(self, share: float) -> str:
        """A share of 1 as a percentage with one decimal place."""
        return format_percent(share, self._percent.replace("#,##0", "#,##0.0"), locale=self.locale)

    def whole_percent(self, share: float) -> str:
        """A share of 1 as a whole percentage; never 0 % or 100 % of what is neither."""
        rounded = min(max(round(share, 2), 0.01 if share > 0 else 0), 0.99 if share < 1 else 1)
        return format_percent(rounded, self._percent, locale=self.locale)

    def day(self, iso: str) -> str:
        """``2026-02-14`` as a day; what is no date is given back as it is."""
        try:
            form = "d MMMM y" if self.tag == ENGLISH else "long"  # not the order of one country
            return format_date(date.fromisoformat(iso), form, locale=self.locale)
        except ValueError:
            return iso

    def months(self, quarter: str) -> str:
        """``2026Q1`` as its first and last month."""
        q = Quarter.parse(quarter)
        last = q.end - timedelta(days=1)
        return format_interval(q.start.date(), last.date(), "yMMMM", locale=self.locale)

    def listed(self, names: Sequence[str]) -> str:
        """Names in a row, as the language joins them."""
        return format_list(list(names), locale=self.locale)

    def own_name(self) -> str:
        """The language in itself."""
        return self.locale.get_display_name() or self.tag

    def language(self, tag: str) -> str:
        """``sw`` as the language is called; an unknown tag stays as it is."""
        try:
            return Locale.parse(tag, sep="-").get_display_name(self.tag) or tag
        except (UnknownLocaleError, ValueError, TypeError):
            return tag


def _messages(path: Path, tag: str) -> NullTranslations:
    """The catalogue as the standard library reads it; a few milliseconds, so nothing is kept."""
    if tag == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=tag))
    compiled.seek(0)
    return GNUTranslations(compiled)
