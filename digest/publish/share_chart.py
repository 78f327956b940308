"""Intervals beside a reference as SVG: a goal's share of the work, and what it is held against.

``svg`` says how charts are made. The table beside a chart is the page's task.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from digest.edition import prevalence
from digest.publish import svg, words
from digest.publish.charts import LABEL_CHARACTERS, ROW
from digest.publish.estimates import ShareView, common_reference

KEY, AXIS = 34, 22  # heights in pixels
LONGEST = 96.0  # per cent of the width
UNDER_SERVED = "under-served"
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)  # of the scale
MOST_STEPS = 5  # what a phone has room for


def share_chart(name: str, title: str, views: Sequence[ShareView]) -> Markup:
    """A row for each goal: the interval of its share, its middle, and the reference, to scale."""
    longest = max(_ends(views), default=1.0)
    scale, marks = LONGEST / longest, ticks(longest)
    parts, y = [_key(views), *_axis(marks, scale, KEY + 12)], KEY + AXIS
    for view in views:
        parts += [
            svg.line("share-grid", (at * scale, y + 15), (at * scale, y + 33)) for at in marks
        ]
        parts.append(_row(view, y, scale))
        y += ROW
    parts += _axis(marks, scale, y + 14)
    return svg.chart(name, title, _description(views), y + AXIS, parts)


def ticks(longest: float) -> list[float]:
    """Round shares from 0 on, so many as there is room for; none beyond ``longest``."""
    step = next((step for step in STEPS if longest / step <= MOST_STEPS), STEPS[-1])
    return [round(step * n, 2) for n in range(int(longest / step + 1e-9) + 1)]


def _axis(marks: Sequence[float], scale: float, y: int) -> Iterator[Markup]:
    for at in marks:
        css = "chart-scale chart-middle" if at else "chart-scale"
        yield svg.text(f"{at * scale:.2f}%", y, words.percent(at), css)


def _ends(views: Sequence[ShareView]) -> list[float]:
    return [max(v.value.high or 0, v.value.raw or 0, v.value.reference) for v in views]


def _key(views: Sequence[ShareView]) -> Markup:
    number = common_reference(view.reference for view in views)
    return Markup(
        '<rect class="share-interval" x="0" y="6" width="22" height="8"/>'
        '<circle class="share-middle" cx="11" cy="10" r="4"/>'
        '<text x="28" y="14">Share, {} interval</text>'
        '<rect class="share-reference" x="160" y="2" width="2" height="16"/>'
        '<text x="168" y="14">Reference{}</text>'
    ).format(words.percent(prevalence.LEVEL), f", {number}" if number else "")


def _row(view: ShareView, y: int, scale: float) -> Markup:
    share, middle = view.value, y + 24
    is_called = view.verdict == UNDER_SERVED
    label = words.clip(view.name, LABEL_CHARACTERS)
    parts = [
        svg.rect(view.swatch or "bar-news", "0", y + 2, "10", 10),
        svg.text("16", y + 11, label, "chart-heading" if is_called else ""),
    ]
    if is_called:  # at the other end from its interval, which lies below the reference
        parts.append(svg.text("100%", middle + 4, view.verdict, "chart-end"))
    if share.low is not None and share.high is not None and share.share is not None:
        low, high = share.low * scale, share.high * scale
        parts.append(
            svg.rect("share-interval", f"{low:.2f}%", middle - 4, f"{max(high - low, 0.3):.2f}%", 8)
        )
        if not share.is_vague:
            parts.append(svg.circle("share-middle", share.share * scale, middle, 4))
    else:
        parts.append(svg.text("16", middle + 4, "too little was read to say", "chart-scale"))
    at = share.reference * scale
    parts.append(svg.rect("share-reference", f"{at:.2f}%", middle - 8, "2", 16))
    return Markup("").join(parts)


def _description(views: Sequence[ShareView]) -> str:
    below = [view.name for view in views if view.verdict == UNDER_SERVED]
    said = words.listed(below) if below else "none"
    return (
        f"{len(views)} intervals. Wholly below the reference: {said}. "
        "Every number is in the table beside the chart."
    )
