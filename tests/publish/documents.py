"""The pages of a built site, parsed."""

from __future__ import annotations

from pathlib import Path

from lxml import html


def documents(site: Path) -> dict[Path, html.HtmlElement]:
    """Every page of a site, by its file."""
    return {p: html.fromstring(p.read_text("utf-8")) for p in sorted(site.rglob("*.html"))}
