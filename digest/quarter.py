"""The quarter: a value, its bounds in UTC, its neighbours. Half-open, so no instant has two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.errors import QuarterError

FIRST_YEAR = 1991  # arXiv's first year: nothing that the sources hold is older
_FORM = re.compile(r"(\d{4})-?[Qq]([1-4])")


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter of the year, in UTC, written ``2026Q1``."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read ``2026Q1`` (also ``2026q1`` and ``2026-Q1``).

        Raises:
            QuarterError: for anything else, with an example of the right form.
        """
        match = _FORM.fullmatch(text.strip())
        if not match or int(match[1]) < FIRST_YEAR:
            raise QuarterError(
                f"'{text}' is not a quarter: write the year and Q1 to Q4, such as 2026Q1"
            )
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def named(cls, name: str) -> Quarter | None:
        """The quarter after which a file or folder is named; None of another, such as a copy."""
        try:
            found = cls.parse(name)
        except QuarterError:
            return None
        return found if str(found) == name else None

    @classmethod
    def of(cls, moment: datetime) -> Quarter:
        """The quarter that holds an aware ``moment``, judged in UTC."""
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone belongs to no quarter")
        utc = moment.astimezone(UTC)
        return cls(utc.year, (utc.month - 1) // 3 + 1)

    @property
    def start(self) -> datetime:
        """The first instant, inclusive."""
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first instant of the next quarter, exclusive."""
        return self.next().start

    def next(self) -> Quarter:
        """The quarter after this one."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def previous(self) -> Quarter:
        """The quarter before this one."""
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    def require_begun(self, now: datetime) -> None:
        """Refuse a quarter in the future.

        Raises:
            QuarterError: when the quarter's first day is after ``now``.
        """
        if self.start > now:
            raise QuarterError(
                f"{self} begins on {self.start:%Y-%m-%d}, which is in the future: nothing can be "
                f"harvested for it yet; the current quarter is {Quarter.of(now)}"
            )
