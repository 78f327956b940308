"""Every page of an edition as a real file: Markdown whose generated parts are escaped HTML blocks.

Pure rendering: the same arguments give the same bytes. Pages link to each other relative to the
edition's root, so one edition can stand under ``/2026Q1/`` and under ``/2026Q1/v1.0/`` alike.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from markupsafe import Markup, escape

from digest.edition.manifest import Changes, SourceOutcome
from digest.publish import views, words
from digest.publish.charts import Bar, bar_chart
from digest.publish.downloads import items_csv
from digest.publish.editions import PublishedEdition, VersionLink
from digest.taxonomy import Codebook
from digest.text import web_address

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
NOT_REVIEWED = "not reviewed"
SAMPLE = "Sample: invented texts"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!])")
_SCHEMES = {
    "ai": "About AI at all",
    "sdg": "Sustainable Development Goals",
    "risk": "Risk categories",
    "mit": "Subdomains of the MIT AI Risk Repository",
}
# Outcomes in the order in which a reader must know them.
_OUTCOMES = {
    "failed": ("Failed", "Sources that gave no usable answer"),
    "empty": ("Empty", "Sources that answered with nothing, which is suspicious"),
    "not asked": ("Not asked", "Sources that were not asked for this edition"),
    "answered": ("Answered", "Sources that answered, and their items of this quarter"),
}


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
    """Write an edition's pages and data files under ``folder``; the files in a fixed order.

    ``versions``, newest first, are linked from the quarter's page, and the pages of an older one
    say so. ``search`` is false for a second copy of the same pages.
    """
    manifest = edition.manifest
    common = {
        "edition": heading(edition, draft),
        "banners": _banners(edition, versions),
        "search": search,
        "limit": views.LISTED,
    }
    env = environment()
    written = []
    for name, template, values in _pages(edition, codebook, versions):
        depth = name.count("/") + (not name.endswith("index.md"))
        text = env.get_template(template).render(root="../" * depth, **common, **values)
        written.append(write(folder / name, text.encode()))
    written.append(write(folder / "manifest.json", manifest.canonical()))
    written.append(write(folder / "items.csv", items_csv(manifest)))
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
    """The pages of an edition under ``folder`` (``2026Q1``), as MkDocs' ``nav`` wants them."""
    goals = [
        {f"{label.id}. {label.name}": f"{folder}/sdg/{label.id}.md"}
        for label in codebook.scheme("sdg")
    ]
    risks = [
        {group.names["en"]: f"{folder}/risk/{group.id}.md"} for group in codebook.groups["risk"]
    ]
    return [
        f"{folder}/index.md",
        {"Goals": [f"{folder}/sdg/index.md", *goals]},
        {"Risks": [f"{folder}/risk/index.md", *risks]},
        {"Sources": f"{folder}/sources.md"},
        {"Late and withdrawn": f"{folder}/late.md"},
        {"Method": f"{folder}/method.md"},
    ]


def environment() -> Environment:
    """The templates: everything escaped, an unknown name is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "md": markdown_text,
        "json": lambda value: Markup(orjson.dumps(value).decode()),  # noqa: S704  (front matter)
        "number": words.number,
        "count": words.count,
        "day": words.day,
    }
    return env


def markdown_text(text: str) -> Markup:
    """Text for a Markdown line: neither HTML nor Markdown in it means anything."""
    return Markup(_MARKDOWN.sub(r"\\\1", str(escape(text))).replace("\n", " "))  # noqa: S704


def write(path: Path, content: bytes) -> Path:
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


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
    yield "sources.md", "sources.md.j2", {"outcomes": _outcomes(edition.manifest.sources)}
    yield "late.md", "late.md.j2", listed
    yield "method.md", "method.md.j2", _method(edition, published.report)


def _quarter(
    edition: views.EditionView, sections: dict[str, Any], changes: Changes | None
) -> dict[str, Any]:
    goals, groups = sections["goals"], sections["risk_groups"]
    risks = [section for group in groups for section in group.sections]
    moved = () if changes is None else (
        ("entered", edition.named(changes.entered)),
        ("left", edition.named(changes.left)),
        ("changed", edition.named(changes.changed)),
    )  # fmt: skip
    return {
        "figures": views.figures(edition.manifest),
        "sources_failed": sum(s.outcome in {"failed", "empty"} for s in edition.manifest.sources),
        "any_goal": any(section.total for section in goals),
        "any_risk": any(section.total for section in risks),
        "goal_chart": bar_chart("goals-chart", "Items by goal", [_bar(s) for s in goals]),
        "risk_chart": bar_chart("risks-chart", "Items by risk category", _risk_bars(groups)),
        "changes": changes,
        "changed_items": moved,
        "other_changes": views.other_changes(changes) if changes is not None else (),
        "sha256": edition.manifest.sha256,
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


def _outcomes(sources: Sequence[SourceOutcome]) -> list[dict[str, Any]]:
    by_outcome = defaultdict(list)
    for source in sources:
        by_outcome[source.outcome].append(source)
    known = [o for o in _OUTCOMES if o in by_outcome]
    return [
        {
            "id": outcome.replace(" ", "-"),
            "heading": f"{_OUTCOMES[outcome][0]} ({len(by_outcome[outcome])})",
            "meaning": _OUTCOMES[outcome][1],
            "detailed": any(source.detail for source in by_outcome[outcome]),
            "sources": [_source(s) for s in sorted(by_outcome[outcome], key=_source_order)],
        }
        for outcome in known
    ]


def _source_order(source: SourceOutcome) -> tuple[str, str]:
    return source.publisher.casefold(), source.id


def _source(source: SourceOutcome) -> dict[str, Any]:
    return {
        "id": source.id,
        "publisher": words.clip(source.publisher, views.AUTHOR),
        "home": web_address(source.home),
        "country": words.country(source.country),
        "language": words.language(source.language),
        "count": source.items,
        "detail": words.clip(source.detail, views.TITLE),
    }


def _method(edition: views.EditionView, report: Mapping[str, object] | None) -> dict[str, Any]:
    manifest = edition.manifest
    statuses = Counter(item.status for item in manifest.items)
    return {
        "model": manifest.model,
        "codebook": manifest.codebook,
        "high": words.percent(words.HIGH),
        "medium": words.percent(words.MEDIUM),
        "report": [(name, str(value)) for name, value in (report or {}).items()],
        "records": manifest.records,
        "joined": manifest.records - len(manifest.items),
        "item_count": len(manifest.items),
        "statuses": sorted(statuses.items()),
        "refused": sum(n for _, n in manifest.rejections),
        "rejections": [(words.clip(reason, views.TITLE), n) for reason, n in manifest.rejections],
        "thresholds": _thresholds(edition),
    }


def _thresholds(edition: views.EditionView) -> list[dict[str, Any]]:
    """Tables of thresholds by scheme, in the codebook's order."""
    stated = edition.manifest.thresholds
    tables = []
    for scheme, name in _SCHEMES.items():
        rows = [
            {
                "anchor": views.threshold_anchor(scheme, label.id),
                "name": views.display_name(label),
                "threshold": words.percent(stated[f"{scheme}/{label.id}"]),
            }
            for label in edition.codebook.scheme(scheme)
            if f"{scheme}/{label.id}" in stated
        ]
        if rows:
            tables.append({"name": name, "rows": rows})
    return tables
