"""Charts in a language: rows that begin at the side where its lines begin.

Like ``digest.publish.charts`` and ``share_chart``, which say how charts are made; here they are
mirrored for languages that are written from right to left, and every word is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from digest.publish import svg, words
from digest.publish.charts import HEADING, LABEL_CHARACTERS, ROW
from digest.publish.estimates import common_reference
from digest.publish.languages.tongue import Tongue
from digest.publish.languages.views import Row, RowGroup, ShareRow
from digest.publish.share_chart import AXIS, UNDER_SERVED, ticks

KEY = 48  # a row for each of two signs
BAR, SHARE = 82.0, 96.0  # per cent of the width for the longest
SIGN = 24  # pixels that a sign of the key takes
NARROWER = {"ru": 43}  # characters of a label where letters are wider than Latin ones


@dataclass(frozen=True, slots=True)
class Side:
    """Places across a chart, counted from the side where lines begin."""

    mirrored: bool

    def rect(self, css: str, start: float, y: float, width: float, height: float) -> Markup:
        """A rectangle; ``start`` and ``width`` are per cent."""
        x = 100 - start - width if self.mirrored else start
        return svg.rect(css, f"{x:.2f}%", y, f"{width:.2f}%", height)

    def mark(self, css: str, y: float, width: float, height: float) -> Markup:
        """A rectangle at the very side, in pixels."""
        if not self.mirrored:
            return svg.rect(css, "0", y, svg.number(width), height)
        return Markup(
            '<rect class="{}" x="100%" y="{}" width="{}" height="{}" '
            'transform="translate(-{w} 0)"/>'
        ).format(css, svg.number(y), svg.number(width), svg.number(height), w=svg.number(width))

    def text(self, start: float, y: float, content: str, dx: int, css: str = "") -> Markup:
        """A line of text from ``start`` per cent and ``dx`` pixels on; it runs as its page does."""
        x = 100 - start if self.mirrored else start
        return svg.text(f"{x:.2f}%", y, content, css, -dx if self.mirrored else dx)

    def line(self, css: str, at: float, top: float, bottom: float) -> Markup:
        """A line downwards at ``at`` per cent."""
        x = 100 - at if self.mirrored else at
        return svg.line(css, (x, top), (x, bottom))

    def dot(self, css: str, at: float, y: float, radius: float) -> Markup:
        """A dot at ``at`` per cent."""
        return svg.circle(css, 100 - at if self.mirrored else at, y, radius)


def bar_chart(name: str, title: str, groups: Sequence[RowGroup], tongue: Tongue) -> Markup:
    """Papers and news of each label side by side; groups without a name have no heading."""
    side = Side(tongue.direction == "rtl")
    rows = [row for group in groups for row in group.rows]
    scale = BAR / max(1, *(row.total for row in rows)) if rows else 0.0
    parts = [
        side.mark("bar-papers", 4, 12, 12), side.text(0, 14, tongue.gettext("Papers"), SIGN),
        side.mark("bar-news", 26.5, 11, 11), side.text(0, 36, tongue.gettext("News"), SIGN),
    ]  # fmt: skip
    y = KEY
    for group in groups:
        if group.name:
            parts.append(side.text(0, y + 20, group.name, 0, "chart-heading"))
            y += HEADING
        for row in group.rows:
            parts.append(_bar(row, y, scale, side, tongue))
            y += ROW
    return svg.chart(name, title, _longest(rows, tongue), y, parts)


def _bar(row: Row, y: int, scale: float, side: Side, tongue: Tongue) -> Markup:
    papers, news = row.papers * scale, row.news * scale
    parts = [_label(row.name, row.swatch, y, side, tongue)]
    if row.papers:
        parts.append(side.rect("bar-papers", 0, y + 17, papers, 12))
    if row.news:
        parts.append(side.rect("bar-news", papers, y + 17.5, news, 11))
    total = tongue.number(row.total)
    parts.append(side.text(papers + news, y + 27, total, 6, "chart-number"))
    return Markup("").join(parts)


def _label(name: str, swatch: str, y: int, side: Side, tongue: Tongue, css: str = "") -> Markup:
    name = words.clip(name, NARROWER.get(tongue.tag, LABEL_CHARACTERS))
    text = side.text(0, y + 11, name, 16 if swatch else 0, css)
    return side.mark(swatch, y + 2, 10, 10) + text if swatch else text


def _longest(rows: Sequence[Row], tongue: Tongue) -> str:
    most = max(rows, key=lambda row: row.total, default=None)
    if most is None or not most.total:
        return tongue.gettext("Every bar is empty: no item carries a label.")
    said = {
        "name": most.name,
        "papers": tongue.number(most.papers),
        "news": tongue.number(most.news),
    }
    return (
        tongue.gettext(
            "The longest bar is %(name)s. Papers: %(papers)s; news: %(news)s. "
            "Every number is in the table beside the chart."
        )
        % said
    )


def share_chart(name: str, title: str, shares: Sequence[ShareRow], tongue: Tongue) -> Markup:
    """The interval of each goal's share, its middle, and the reference, to scale."""
    side = Side(tongue.direction == "rtl")
    longest = max((max(s.high or 0, s.at) for s in shares), default=1.0)
    scale, marks = SHARE / longest, ticks(longest)
    reference = common_reference(share.reference for share in shares)
    number = f" ({reference})" if reference else ""
    parts = [
        side.mark("share-interval", 6, 16, 8),
        side.text(0, 14, tongue.gettext("Share with its interval"), SIGN),
        side.mark("share-reference", 24, 2, 16),
        side.text(0, 36, tongue.gettext("Reference") + number, SIGN),
        *_axis(marks, scale, KEY + 12, side, tongue),
    ]
    y = KEY + AXIS
    for share in shares:
        parts += [side.line("share-grid", at * scale, y + 15, y + 33) for at in marks]
        parts.append(_share(share, y, scale, side, tongue))
        y += ROW
    parts += _axis(marks, scale, y + 14, side, tongue)
    below = [share.name for share in shares if share.verdict == UNDER_SERVED]
    said = tongue.listed(below) if below else tongue.gettext("none")
    description = tongue.gettext(
        "Wholly below the reference: %(names)s. Every number is in the table beside the chart."
    ) % {"names": said}
    return svg.chart(name, title, description, y + AXIS, parts)


def _axis(
    marks: Sequence[float], scale: float, y: int, side: Side, tongue: Tongue
) -> Iterator[Markup]:
    for at in marks:
        css = "chart-scale chart-middle" if at else "chart-scale"
        yield side.text(at * scale, y, tongue.whole_percent(at), 0, css)


def _share(share: ShareRow, y: int, scale: float, side: Side, tongue: Tongue) -> Markup:
    middle = y + 24
    is_called = share.verdict == UNDER_SERVED
    css = "chart-heading" if is_called else ""
    parts = [_label(share.name, share.swatch, y, side, tongue, css)]
    if is_called:
        parts.append(side.text(100, middle + 4, share.verdict_words, 0, "chart-end"))
    if share.low is not None and share.high is not None:
        width = max((share.high - share.low) * scale, 0.3)
        parts.append(side.rect("share-interval", share.low * scale, middle - 4, width, 8))
        if share.middle is not None:
            parts.append(side.dot("share-middle", share.middle * scale, middle, 4))
    else:
        parts.append(side.text(0, middle + 4, tongue.gettext("too little data"), 16, "chart-scale"))
    parts.append(side.rect("share-reference", share.at * scale, middle - 8, 0.4, 16))
    return Markup("").join(parts)
