"""Pieces of charts as SVG text: no script, no picture file, legible in grey and in the dark.

Lengths across are per cent of the chart's width and letters are pixels, so a chart fits any column
without shrinking its text. Colours come from the page's stylesheet.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup


def chart(name: str, title: str, description: str, height: int, parts: Iterable[Markup]) -> Markup:
    """A chart with a name and a description; ``name`` makes the ids unique on the page."""
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="{n}-title {n}-desc" width="100%" '
        'height="{h}">\n<title id="{n}-title">{t}</title>\n<desc id="{n}-desc">{d}</desc>\n'
        "{p}\n</svg>"
    ).format(n=name, h=height, t=title, d=description, p=Markup("\n").join(parts))


def rect(css: str, x: str, y: float, width: str, height: float) -> Markup:
    """A rectangle; ``css`` is a class of the stylesheet."""
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        css, x, number(y), width, number(height)
    )


def line(css: str, start: tuple[float, float], end: tuple[float, float]) -> Markup:
    """A line between two points, each per cent across and pixels down."""
    return Markup('<line class="{}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>').format(
        css, number(start[0]), number(start[1]), number(end[0]), number(end[1])
    )


def circle(css: str, x: float, y: float, radius: float) -> Markup:
    """A dot, per cent across and pixels down."""
    return Markup('<circle class="{}" cx="{}%" cy="{}" r="{}"/>').format(
        css, number(x), number(y), number(radius)
    )


def text(x: str, y: float, content: str, css: str = "", dx: int = 0) -> Markup:
    """A line of text, moved ``dx`` pixels to the right of ``x``."""
    classes = Markup(' class="{}"').format(css) if css else ""
    moved = Markup(' dx="{}"').format(dx) if dx else ""
    return Markup('<text x="{}" y="{}"{}{}>{}</text>').format(x, number(y), classes, moved, content)


def number(value: float) -> str:
    """At most two decimal places, the same everywhere."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
