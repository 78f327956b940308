"""Bar charts as SVG text: no script, no picture file, legible on a phone, in grey and in the dark.

Bars are given in per cent of the chart's width and letters in pixels, so the chart fits any column
without shrinking its text. Colours come from the page's stylesheet. The table beside a chart is
the page's task; the description says that it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from digest.publish import words

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
    rows, y = [], KEY
    for bar in bars:
        if bar.heading:
            rows.append(_text(0, y + 20, bar.heading, "chart-heading"))
            y += HEADING
        rows.append(_row(bar, y, scale))
        y += ROW
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="{n}-title {n}-desc" width="100%" '
        'height="{h}">\n<title id="{n}-title">{t}</title>\n<desc id="{n}-desc">{d}</desc>\n'
        "{k}\n{rows}\n</svg>"
    ).format(n=name, h=y, t=title, d=_description(bars), k=_key(), rows=Markup("\n").join(rows))


def _description(bars: Sequence[Bar]) -> str:
    total = max(bars, key=lambda bar: bar.papers + bar.news, default=None)
    if total is None or not total.papers + total.news:
        return "Every bar is empty: nothing was labelled. The numbers are in the table."
    return (
        f"{len(bars)} bars. The longest is {total.label}: {words.count(total.papers, 'paper')} and "
        f"{words.count(total.news, 'news item')}. Every number is in the table beside the chart."
    )


def _key() -> Markup:
    return Markup(
        '<rect class="bar-papers" x="0" y="4" width="12" height="12"/>'
        '<text x="18" y="14">Papers</text>'
        '<rect class="bar-news" x="78" y="4.5" width="11" height="11"/>'
        '<text x="96" y="14">News</text>'
    )


def _row(bar: Bar, y: int, scale: float) -> Markup:
    papers, news = bar.papers * scale, bar.news * scale
    parts = []
    if bar.swatch:
        parts.append(_rect(bar.swatch, "0", y + 2, "10", 10))
    parts.append(_text(16 if bar.swatch else 0, y + 11, words.clip(bar.label, LABEL_CHARACTERS)))
    if bar.papers:
        parts.append(_rect("bar-papers", "0", y + 17, f"{papers:.2f}%", 12))
    if bar.news:
        parts.append(_rect("bar-news", f"{papers:.2f}%", y + 17.5, f"{news:.2f}%", 11))
    parts.append(
        Markup('<text class="chart-number" x="{x}%" dx="6" y="{y}">{n}</text>').format(
            x=f"{papers + news:.2f}", y=y + 27, n=words.number(bar.papers + bar.news)
        )
    )
    return Markup("").join(parts)


def _rect(css: str, x: str, y: float, width: str, height: int) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        css, x, y, width, height
    )


def _text(x: int, y: int, text: str, css: str = "") -> Markup:
    attribute = Markup(' class="{}"').format(css) if css else ""
    return Markup('<text x="{}" y="{}"{}>{}</text>').format(x, y, attribute, escape(text))
