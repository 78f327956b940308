"""A label over the quarters: what the last version of each counted, and whether counts compare.

Counts are of the labels as they stand in each edition, after people's decisions if there were any,
beside the number of the quarter's items about AI, because sources come and go. Quarters that
another model or codebook labelled are shown and marked: their counts do not compare with the
others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from digest.edition.manifest import Manifest, Past, Section
from digest.edition.totals import KINDS, totals
from digest.publish import words
from digest.publish.trend_chart import Line, Point, trend_chart


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` of ``items`` items about AI of a kind; ``share`` is ``""`` when there are none."""

    count: int
    items: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.count / self.items if self.items else None

    @property
    def share(self) -> str:
        """The share in words."""
        return "" if self.value is None else words.small_percent(self.value)


@dataclass(frozen=True, slots=True)
class TrendRow:
    """A quarter of a trend. ``compares`` says whether this edition's model and codebook counted."""

    quarter: str
    version: str
    papers: Rate
    news: Rate
    compares: bool
    is_this: bool = False


class Trends:
    """The earlier quarters of an edition, and itself as the last of them."""

    def __init__(self, manifest: Manifest) -> None:
        self._compares = manifest.compares_with
        self._quarter = manifest.quarter
        self._about_ai = totals(manifest.items).about_ai
        self._past = [(past, _counts(past)) for past in manifest.past]

    def rows(self, section: Section) -> tuple[TrendRow, ...]:
        """The trend of one label, oldest quarter first."""
        pair = section.scheme, section.label
        earlier = [self._row(past, counts, pair) for past, counts in self._past]
        now = TrendRow(
            self._quarter,
            "",
            Rate(section.papers, self._about_ai["paper"]),
            Rate(section.news, self._about_ai["news"]),
            compares=True,
            is_this=True,
        )
        return (*earlier, now)

    def _row(
        self, past: Past, counts: Counter[tuple[str, str, str]], pair: tuple[str, str]
    ) -> TrendRow:
        among = past.totals.about_ai
        papers, news = (Rate(counts[*pair, kind], among.get(kind, 0)) for kind in KINDS)
        return TrendRow(past.quarter, past.version, papers, news, self._compares(past))


def _counts(past: Past) -> Counter[tuple[str, str, str]]:
    return Counter({(scheme, label, kind): n for scheme, label, kind, n in past.counts})


def chart_of(rows: Sequence[TrendRow], name: str, title: str) -> Markup | None:
    """The chart of a trend; None with fewer than two quarters, which are no trend."""
    if len(rows) < 2:
        return None
    papers = [Point(row.quarter, row.papers.value, row.compares) for row in rows]
    news = [Point(row.quarter, row.news.value, row.compares) for row in rows]
    return trend_chart(name, title, [Line("Papers", papers), Line("News", news)])
