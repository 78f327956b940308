"""A line chart over quarters as SVG. Quarters that do not compare are hollow and joined to none.

``svg`` says how charts are made. The table beside a chart is the page's task.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from digest.publish import svg, words

KEY, PLOT, AXIS = 52, 140, 40  # heights in pixels
# Per cent of the width: where the first quarter stands, clear of the scale's words, and the last.
LEFT, RIGHT = 14.0, 92.0
STEPS = (1, 2, 5, 10)  # of the scale
CROWDED = 6  # more quarters than that do not all have their names below them on a phone


@dataclass(frozen=True, slots=True)
class Point:
    """A quarter's share, 0 to 1, or None where there were no items at all."""

    quarter: str
    value: float | None
    compares: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of item over all quarters; a chart has one or two."""

    name: str
    points: Sequence[Point]


def trend_chart(name: str, title: str, lines: Sequence[Line]) -> Markup:
    """Shares over quarters, one or two ``lines`` over the same ones."""
    top = _top(lines)
    quarters = lines[0].points
    across = _across(len(quarters))
    parts = [
        _key(lines, any(not point.compares for point in quarters)),
        *_frame(top),
        *_names(quarters, across),
        *(part for n, one in enumerate(lines) for part in _line(one, n, across, top)),
    ]
    return svg.chart(name, title, _description(lines), KEY + PLOT + AXIS, parts)


def _across(quarters: int) -> list[float]:
    step = (RIGHT - LEFT) / max(quarters - 1, 1)
    return [LEFT + step * n for n in range(quarters)]


def _top(lines: Sequence[Line]) -> float:
    """A round number that no point exceeds."""
    highest = max((p.value or 0 for one in lines for p in one.points), default=0) or 0.01
    unit = 10.0 ** math.floor(math.log10(highest))
    return next(step * unit for step in STEPS if step * unit >= highest * 0.999999)


def _down(value: float, top: float) -> float:
    return KEY + PLOT * (1 - value / top)


def _key(lines: Sequence[Line], has_others: bool) -> Markup:
    parts, x = [], 0
    for n, one in enumerate(lines):
        parts.append(svg.rect(_CSS[n], str(x), 9, "14", 3))
        parts.append(svg.text(str(x + 20), 14, one.name))
        x += 74
    if has_others:
        parts.append(Markup('<circle class="trend-other" cx="6" cy="28" r="4"/>'))
        parts.append(svg.text("20", 32, "Another model: does not compare"))
    return Markup("").join(parts)


def _frame(top: float) -> Iterator[Markup]:
    for part in (0.0, 0.5, 1.0):
        y = _down(part * top, top)
        yield svg.line("trend-grid", (0, y), (100, y))
        yield svg.text("0", y - 4, words.small_percent(part * top), "chart-scale")


def _names(points: Sequence[Point], across: Sequence[float]) -> Iterator[Markup]:
    every = math.ceil(len(points) / CROWDED)
    last = len(points) - 1
    for n, (point, x) in enumerate(zip(points, across, strict=True)):
        if (last - n) % every == 0:
            yield svg.text(f"{svg.number(x)}%", KEY + PLOT + 20, point.quarter, "chart-middle")


_CSS = ("trend-papers", "trend-news")


def _line(one: Line, n: int, across: Sequence[float], top: float) -> Iterator[Markup]:
    css = _CSS[n]
    placed = [
        (p, x, _down(p.value, top))
        for p, x in zip(one.points, across, strict=True)
        if p.value is not None
    ]
    for (a, x1, y1), (b, x2, y2) in pairwise(placed):
        if a.compares and b.compares:
            yield svg.line(css, (x1, y1), (x2, y2))
    for point, x, y in placed:
        yield svg.circle(css if point.compares else f"{css} trend-other", x, y, 4)


def _description(lines: Sequence[Line]) -> str:
    points = lines[0].points
    ends = [
        f"{one.name}: {_said(one.points[0])} in {points[0].quarter}, {_said(one.points[-1])} in "
        f"{points[-1].quarter}."
        for one in lines
    ]
    others = [point.quarter for point in points if not point.compares]
    if others:
        ends.append(f"Labelled by another model, so that it does not compare: {', '.join(others)}.")
    return f"{' '.join(ends)} Every number is in the table beside the chart."


def _said(point: Point) -> str:
    return "no items" if point.value is None else words.small_percent(point.value)
