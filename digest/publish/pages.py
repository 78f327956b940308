"""Every page of an edition as a real file: Markdown whose generated parts are escaped HTML blocks.

Pure rendering: the same arguments give the same bytes. Pages link to each other relative to the
edition's root, so one edition can stand under ``/2026Q1/`` and under ``/2026Q1/v1.0/`` alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import escape

from digest.edition.difference import other_changes
from digest.edition.manifest import Changes
from digest.publish import accounts, views, words
from digest.publish.charts import Bar, bar_chart
from digest.publish.editions import PublishedEdition, VersionLink
from digest.publish.machine import tables
from digest.publish.render import environment, write
from digest.taxonomy import Codebook

NOT_REVIEWED = "not reviewed"
SAMPLE = "Sample: invented texts"


@dataclass(frozen=True, slots=True)
class Heading:
    """What every page of an edition says at its top."""

    quarter: str
    months: str
    version: str | None
    published: str
    draft: bool
    reviewed: bool
    review: str


def write_pages(
    edition: PublishedEdition,
    codebook: Codebook,
    folder: Path,
    *,
    draft: bool,
    versions: Sequence[VersionLink] = (),
    search: bool = True,
) -> list[Path]:
    """Write an edition's pages under ``folder``; the files in a fixed order.

    ``versions``, newest first, are linked from the quarter's page, and the pages of an older one
    say so. ``search`` is false for a second copy of the same pages.
    """
    manifest = edition.manifest
    common: dict[str, Any] = {
        "edition": heading(edition, draft),
        "banners": _banners(edition, versions),
        "search": search,
        "limit": views.LISTED,
    }
    common["sha256"] = manifest.sha256
    env = environment()
    written = []
    for name, template, values in _pages(edition, codebook, versions):
        depth = name.count("/") + (not name.endswith("index.md"))
        text = env.get_template(template).render(root="../" * depth, **common, **values)
        written.append(write(folder / name, text.encode()))
    return written


def heading(edition: PublishedEdition, draft: bool) -> Heading:
    """The status line of an edition."""
    manifest = edition.manifest
    return Heading(
        quarter=manifest.quarter,
        months=words.months(manifest.quarter),
        version=edition.version,
        published=edition.published,
        draft=draft,
        reviewed=manifest.review != NOT_REVIEWED,
        review=words.clip(manifest.review, 200),
    )


def navigation(codebook: Codebook, folder: str) -> list[Any]:
    """The pages of an edition under ``folder`` (``2026Q1``), as MkDocs' ``nav`` wants them.

    Names are escaped: the theme prints them as they are.
    """
    goals = [
        {str(escape(f"{label.id}. {label.name}")): f"{folder}/sdg/{label.id}.md"}
        for label in codebook.scheme("sdg")
    ]
    risks = [
        {str(escape(group.names["en"])): f"{folder}/risk/{group.id}.md"}
        for group in codebook.groups["risk"]
    ]
    return [
        f"{folder}/index.md",
        {"Goals": [f"{folder}/sdg/index.md", *goals]},
        {"Risks": [f"{folder}/risk/index.md", *risks]},
        {"Sources": f"{folder}/sources.md"},
        {"Late and withdrawn": f"{folder}/late.md"},
        {"Method": f"{folder}/method.md"},
        {"Data": f"{folder}/data/dictionary.md"},
    ]


def _banners(edition: PublishedEdition, versions: Sequence[VersionLink]) -> list[str]:
    banners = [SAMPLE] if edition.manifest.sample else []
    if versions and edition.version != versions[0].version:
        banners.append(
            f"This is version {edition.version}. Version {versions[0].version}, published "
            f"{words.day(versions[0].published)}, replaces it"
        )
    return banners


def _pages(
    published: PublishedEdition, codebook: Codebook, versions: Sequence[VersionLink]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """File name, template and values of each page."""
    edition = views.EditionView(published.manifest, codebook)
    goals, groups = edition.goals(), edition.risk_groups()
    listed = {"late": edition.late(), "withdrawn": edition.withdrawn()}
    sections = {"goals": goals, "risk_groups": groups}
    quarter = _quarter(edition, sections, published.changes)
    yield (
        "index.md",
        "quarter.md.j2",
        {**sections, **listed, **quarter, "versions": versions},
    )
    yield "sdg/index.md", "goals.md.j2", {"goals": goals}
    for section in goals:
        yield f"sdg/{section.label.id}.md", "goal.md.j2", {"section": section}
    yield "risk/index.md", "risks.md.j2", {"risk_groups": groups}
    for group in groups:
        yield f"risk/{group.id}.md", "risk.md.j2", {"group": group}
    yield "sources.md", "sources.md.j2", {"outcomes": accounts.outcomes(edition.manifest.sources)}
    yield "late.md", "late.md.j2", listed
    yield "method.md", "method.md.j2", accounts.method(edition, published.report)
    yield (
        "data/dictionary.md",
        "dictionary.md.j2",
        {"tables": tables.dictionary(), "notes": tables.NOTES},
    )


def _quarter(
    edition: views.EditionView, sections: dict[str, Any], changes: Changes | None
) -> dict[str, Any]:
    goals, groups = sections["goals"], sections["risk_groups"]
    risks = [section for group in groups for section in group.sections]
    moved = () if changes is None else (
        ("entered", changes.entered), ("left", changes.left), ("changed", changes.changed)
    )  # fmt: skip
    return {
        "figures": views.figures(edition.manifest),
        "sources_failed": sum(s.outcome in {"failed", "empty"} for s in edition.manifest.sources),
        "any_goal": any(section.total for section in goals),
        "any_risk": any(section.total for section in risks),
        "goal_chart": bar_chart("goals-chart", "Items by goal", [_bar(s) for s in goals]),
        "risk_chart": bar_chart("risks-chart", "Items by risk category", _risk_bars(groups)),
        "changes": changes,
        "moved": [(what, len(ids), edition.named(ids[: views.LISTED])) for what, ids in moved],
        "other_changes": other_changes(changes) if changes is not None else (),
    }


def _bar(section: views.SectionView, heading: str = "") -> Bar:
    return Bar(section.name, section.papers, section.news, section.swatch, heading)


def _risk_bars(groups: Sequence[views.GroupView]) -> list[Bar]:
    return [
        _bar(section, group.name if first else "")
        for group in groups
        for first, section in zip(
            [True, *[False] * len(group.sections)], group.sections, strict=False
        )
    ]
