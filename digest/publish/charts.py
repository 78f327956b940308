"""Bar charts as SVG. The table beside a chart is the page's task; the description says it is there.

``svg`` says how charts are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from digest.publish import svg, words

ROW, HEADING, KEY = 37, 30, 30  # heights in pixels
LONGEST = 82.0  # per cent of the width; the rest is for the number behind the bar
LABEL_CHARACTERS = 50  # what fits on a phone of 375 pixels


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: papers and news side by side. ``swatch`` is a class of the stylesheet or ``""``.

    ``heading`` stands above the row when it begins a group.
    """

    label: str
    papers: int
    news: int
    swatch: str = ""
    heading: str = ""


def bar_chart(name: str, title: str, bars: Sequence[Bar]) -> Markup:
    """A chart of ``bars`` in their order; ``name`` makes the ids unique on the page."""
    scale = LONGEST / max(1, *(bar.papers + bar.news for bar in bars)) if bars else 0.0
    parts, y = [_key()], KEY
    for bar in bars:
        if bar.heading:
            parts.append(svg.text("0", y + 20, bar.heading, "chart-heading"))
            y += HEADING
        parts.append(_row(bar, y, scale))
        y += ROW
    return svg.chart(name, title, _description(bars), y, parts)


def _description(bars: Sequence[Bar]) -> str:
    total = max(bars, key=lambda bar: bar.papers + bar.news, default=None)
    if total is None or not total.papers + total.news:
        return "Every bar is empty: nothing was labelled. The numbers are in the table."
    return (
        f"{len(bars)} bars. The longest is {total.label}: {words.count(total.papers, 'paper')} and "
        f"{words.count(total.news, 'news item')}. Every number is in the table beside the chart."
    )


def _key() -> Markup:
    return Markup("").join(
        (
            svg.rect("bar-papers", "0", 4, "12", 12),
            svg.text("18", 14, "Papers"),
            svg.rect("bar-news", "78", 4.5, "11", 11),
            svg.text("96", 14, "News"),
        )
    )


def _row(bar: Bar, y: int, scale: float) -> Markup:
    papers, news = bar.papers * scale, bar.news * scale
    parts = []
    if bar.swatch:
        parts.append(svg.rect(bar.swatch, "0", y + 2, "10", 10))
    label = words.clip(bar.label, LABEL_CHARACTERS)
    parts.append(svg.text("16" if bar.swatch else "0", y + 11, label))
    if bar.papers:
        parts.append(svg.rect("bar-papers", "0", y + 17, f"{papers:.2f}%", 12))
    if bar.news:
        parts.append(svg.rect("bar-news", f"{papers:.2f}%", y + 17.5, f"{news:.2f}%", 11))
    total = words.number(bar.papers + bar.news)
    parts.append(svg.text(f"{papers + news:.2f}%", y + 27, total, "chart-number", dx=6))
    return Markup("").join(parts)
