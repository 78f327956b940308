"""Every page of an edition as a real file: Markdown whose generated parts are escaped HTML blocks.

Pure rendering: the same arguments give the same bytes. Pages link to each other relative to the
edition's root, so one edition can stand under ``/2026Q1/`` and under ``/2026Q1/v1.0/`` alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any

from digest.edition.difference import other_changes
from digest.edition.manifest import NOT_REVIEWED
from digest.edition.shelf import Correction
from digest.publish import accounts, explore, mkdocs, views, words
from digest.publish.charts import Bar, bar_chart
from digest.publish.editions import Placement, PublishedEdition, VersionLink
from digest.publish.estimates import DECISIONS, verdicts
from digest.publish.figures import figures
from digest.publish.machine import Heads, tables
from digest.publish.matrix import matrix
from digest.publish.movements import moved, movements
from digest.publish.render import environment, write
from digest.publish.sections import EditionView, GroupView, SectionView
from digest.publish.share_chart import share_chart
from digest.publish.trends import chart_of
from digest.publish.voices import CONFIDENCE
from digest.taxonomy import Codebook

SAMPLE = "Sample: invented texts"
Page = tuple[str, str, dict[str, Any]]  # file name, template and values


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
    place: Placement, codebook: Codebook, folder: Path, *, draft: bool, sha256: str
) -> list[Path]:
    """Write an edition's pages under ``folder``; the files in a fixed order.

    All versions are linked from the quarter's page, and the pages of an older one say so.
    ``sha256`` is the manifest's, which takes a second to make.
    """
    edition = EditionView(place.edition.manifest, codebook, place.edition.report)
    common: dict[str, Any] = {
        "edition": heading(place.edition, draft),
        "decisions": DECISIONS[edition.deciders],
        "banners": _banners(place.edition, place.versions),
        "search": place.is_first,
        "limit": views.LISTED,
        "sha256": sha256,
        "files": place.files,
        "licence": mkdocs.the_site().licence,
    }
    heads = Heads(mkdocs.the_site(), place, codebook, sha256)
    env = environment()
    written = []
    for name, template, values in _pages(place, edition):
        depth = name.count("/") + (not name.endswith("index.md"))
        text = env.get_template(template).render(root="../" * depth, **common, **values)
        written.append(write(folder / name, heads.added(name, text).encode()))
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


def _banners(edition: PublishedEdition, versions: Sequence[VersionLink]) -> list[str]:
    banners = [SAMPLE] if edition.manifest.sample else []
    if versions and edition.version != versions[0].version:
        banners.append(
            f"This is version {edition.version}. Version {versions[0].version}, published "
            f"{words.day(versions[0].published)}, replaces it"
        )
    return banners


def _pages(place: Placement, edition: EditionView) -> Iterator[Page]:
    goals, groups = edition.goals, edition.risk_groups
    sections = {"goals": goals, "risk_groups": groups}
    changed = _changes(edition, place)
    yield "index.md", "quarter.md.j2", sections | changed | _quarter(edition, place)
    yield "goals.md", "goals.md.j2", {"goals": goals, "shares": edition.shares}
    yield "risks.md", "risks.md.j2", {"risk_groups": groups}
    for section in (*goals, *edition.risks):
        voice = {"voice": edition.voices.on(section.label), "confidence": CONFIDENCE}
        yield f"{section.href.rstrip('/')}.md", "label.md.j2", _label(section) | voice
    yield "matrix.md", "matrix.md.j2", sections | {"matrix": matrix(edition.manifest)}
    yield "explore.md", "explore.md.j2", sections | _explore(edition)
    listed = {"late": edition.late(), "withdrawn": edition.withdrawn()}
    yield "changes.md", "changes.md.j2", changed | listed | {"versions": place.versions}
    yield "sources.md", "sources.md.j2", {"outcomes": accounts.outcomes(edition.manifest.sources)}
    yield "method.md", "method.md.j2", accounts.method(edition)
    yield (
        "data.md",
        "data.md.j2",
        {
            "versions": place.versions,
            "tables": tables.dictionary(),
            "notes": tables.NOTES,
            "foreign": tables.foreign(),
        },
    )


def _quarter(edition: EditionView, place: Placement) -> dict[str, Any]:
    moves = movements(edition)
    told = verdicts(edition.shares)
    outcomes = Counter(map(accounts.outcome_of, edition.manifest.sources))
    return {
        "figures": figures(edition.manifest),
        "moves": moves,
        "moved_goals": moved(moves.labels, "sdg"),
        "moved_risks": moved(moves.labels, "risk"),
        "shares": edition.shares,
        "verdicts": told,
        "share_chart": share_chart(
            "shares-chart", "Each goal's share of the papers on AI that concern a goal",
            edition.shares,
        ),
        "panel": edition.manifest.panel,
        "findings": edition.voices.findings(),
        "open_questions": edition.voices.questions(),
        "confidence": CONFIDENCE,
        "outcomes": [(o, outcomes[o]) for o in accounts.OUTCOMES if outcomes[o]],
        "any_goal": any(section.total for section in edition.goals),
        "any_risk": any(section.total for section in edition.risks),
        "goal_chart": bar_chart("goals-chart", "Items by goal", [_bar(s) for s in edition.goals]),
        "risk_chart": bar_chart(
            "risks-chart", "Items by risk category", _risk_bars(edition.risk_groups)
        ),
        "versions": place.versions,
    }  # fmt: skip


def why(correction: Correction | None) -> dict[str, str] | None:
    """Why a version replaces the one before, and who says so, as pages print it."""
    if correction is None:
        return None
    return {
        "kind": words.CORRECTIONS[correction.kind],
        "reason": words.clip(correction.reason, views.REASON),
        "by": words.clip(correction.by, views.AUTHOR),
    }


def _changes(edition: EditionView, place: Placement) -> dict[str, Any]:
    """What changed against the version that this one replaces; ``changes`` is None for a first."""
    difference, version = place.edition.difference, place.edition.version
    if difference is None:
        return {"changes": None, "why": None}
    older = dropwhile(lambda link: link.version != version, place.versions)
    before = next(islice(older, 1, None), None)
    changes = difference.changes
    moved = (("entered", changes.entered), ("left", changes.left), ("changed", changes.changed))
    return {
        "changes": changes,
        "why": why(place.edition.correction),
        "difference": difference,
        "before": before,
        "moved": [
            (what, len(ids), edition.items.views(ids[: views.LISTED], difference.titles))
            for what, ids in moved
        ],
        "relabelled": [
            (edition.items.view(one.id), _signed(one.gained, one.lost))
            for one in difference.relabelled[: views.LISTED]
        ],
        "other_changes": other_changes(changes),
    }


def _signed(gained: Sequence[str], lost: Sequence[str]) -> str:
    return ", ".join([*(f"+{label}" for label in gained), *(f"−{label}" for label in lost)])


def _label(section: SectionView) -> dict[str, Any]:
    name = f"{section.label.scheme}-{section.label.id}-trend"
    title = f"{section.name}: share of the papers and of the news about AI, by quarter"
    return {
        "section": section,
        "is_goal": section.label.scheme == "sdg",
        "trend_chart": chart_of(section.trend, name, title),
        "others_differ": any(not row.compares for row in section.trend),
    }


def _explore(edition: EditionView) -> dict[str, Any]:
    makers = {a.maker for item in edition.manifest.items for a in item.labels}
    return {
        "choices": explore.choices(edition.manifest),
        "explorable": len(explore.explorable(edition.manifest)),
        "any_person": bool(makers - {views.MACHINE}),
        "high": words.percent(words.HIGH),
        "medium": words.percent(words.MEDIUM),
    }


def _bar(section: SectionView, heading: str = "") -> Bar:
    return Bar(section.name, section.papers, section.news, section.swatch, heading)


def _risk_bars(groups: Sequence[GroupView]) -> list[Bar]:
    return [
        _bar(section, group.name if first else "")
        for group in groups
        for first, section in zip(
            [True, *[False] * len(group.sections)], group.sections, strict=False
        )
    ]
