"""The pages of an edition in one language, as Markdown files; each leads to the English one.

Pure rendering, like ``digest.publish.pages``. Only the newest version of a quarter has them. A page
has the same address under ``/zh/`` as its English counterpart has under ``/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.edition import prevalence, select
from digest.edition.manifest import NOT_REVIEWED
from digest.edition.signals import FALSE_DISCOVERIES
from digest.publish import explore, words
from digest.publish.editions import PublishedEdition
from digest.publish.languages.charts import bar_chart, share_chart
from digest.publish.languages.figures import figures
from digest.publish.languages.tongue import N_, Tongue
from digest.publish.languages.views import EditionWords, RowGroup
from digest.publish.languages.voices import confidence, findings
from digest.publish.matrix import matrix
from digest.publish.render import new_environment, write
from digest.publish.sections import EditionView
from digest.taxonomy import Codebook

if TYPE_CHECKING:
    from jinja2 import Environment

# The pages of a quarter in the order of the menu; the first is the quarter's own.
PAGES = {
    "": N_("Overview"), "goals": N_("Goals"), "risks": N_("Risks"),
    "matrix": N_("Goals and risks"), "explore": N_("Explore"),
    "items": N_("In this language"), "method": N_("Method"),
}  # fmt: skip
# What labels are, by those whose decisions stand above the machine's.
AS_LABELLED = {
    "nobody": N_("as the machine labels them"),
    "panel": N_("after the panel's decisions"),
    "editor": N_("after an editor's corrections"),
}
# Regions as the catalogue of sources has them.
REGIONS = {
    "global": N_("Global"), "africa": N_("Africa"), "arab-states": N_("Arab States"),
    "asia-pacific": N_("Asia and the Pacific"), "europe": N_("Europe"),
    "latin-america-caribbean": N_("Latin America and the Caribbean"),
    "north-america": N_("North America"), explore.UNKNOWN: N_("Unknown"),
}  # fmt: skip


def write_language_pages(
    edition: PublishedEdition, codebook: Codebook, tongue: Tongue, folder: Path, *, draft: bool
) -> list[Path]:
    """Write the pages of ``edition`` under ``folder``; the files in a fixed order."""
    told = EditionWords(EditionView(edition.manifest, codebook), tongue)
    quarter = edition.manifest.quarter
    env = language_environment(tongue)
    written = []
    for name, values in _pages(told):
        here = "../" if name else ""
        common = {
            "edition": heading(edition, tongue, draft=draft),
            "banners": banners(tongue, sample=edition.manifest.sample),
            "as_labelled": tongue.gettext(AS_LABELLED[told.edition.deciders]),
            "here": here or "./",
            "english": f"{here}../../{quarter}/",
        }
        text = env.get_template(f"languages/{name or 'quarter'}.md.j2").render(common | values)
        written.append(write(folder / f"{name or 'index'}.md", text.encode()))
    return written


@cache
def language_environment(tongue: Tongue) -> Environment:
    """The templates with a language's messages, numbers and dates."""
    env = new_environment(tongue.tag)
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(tongue.gettext, tongue.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.filters |= {"number": tongue.number, "day": tongue.day, "listed": tongue.listed}
    env.globals["tongue"] = tongue
    return env


def banners(tongue: Tongue, *, sample: bool) -> list[str]:
    """What stands above every page of an edition."""
    return [tongue.gettext("Sample: invented texts")] if sample else []


def heading(edition: PublishedEdition, tongue: Tongue, *, draft: bool) -> dict[str, Any]:
    """The status line of an edition."""
    return {
        "quarter": edition.manifest.quarter,
        "months": tongue.months(edition.manifest.quarter),
        "version": edition.version,
        "published": edition.published,
        "draft": draft,
        "reviewed": edition.manifest.review != NOT_REVIEWED,
    }


def _pages(told: EditionWords) -> Iterator[tuple[str, dict[str, Any]]]:
    goals, groups, manifest = told.goals(), told.groups(), told.manifest
    labels = {"goals": goals, "groups": groups}
    yield "", labels | _overview(told, goals, groups)
    yield "goals", {"goals": goals}
    yield "risks", {"groups": groups}
    yield "matrix", labels | {"matrix": matrix(manifest)}
    yield "explore", labels | _explore(told)
    yield "items", _items(told)
    yield "method", _method(told)


def _overview(told: EditionWords, goals: Any, groups: Sequence[RowGroup]) -> dict[str, Any]:
    tongue, manifest, shares = told.tongue, told.manifest, told.shares()
    before = manifest.past[-1] if manifest.past else None
    order = sorted(
        zip(told.edition.shares, shares, strict=True), key=lambda pair: pair[0].value.share or 0
    )
    smallest_first = [share for _, share in order]
    verdicts = {
        verdict: [share.name for share in smallest_first if share.verdict == verdict]
        for verdict in ("under-served", "not distinguishable", "too little data")
    }
    known = [share for share in shares if share.verdict != "too little data"]
    say = tongue.gettext
    shares_title = say("Share of the papers on AI that concern a goal")
    return {
        "figures": figures(manifest, tongue),
        "panel": manifest.panel,
        "findings": findings(told.edition, tongue),
        "confidence": confidence(tongue),
        "questions": told.edition.voices.questions(),
        "compared": any(found.status == "compared" for found in manifest.signals.values()),
        "same_maker": before is None or manifest.compares_with(before),
        "moves": told.moves(),
        "by_field": manifest.is_by_field,
        "shares": shares,
        "verdicts": verdicts,
        "any_known": bool(known),
        "corrected": any(share.basis != "none" for share in manifest.shares),
        "level": tongue.whole_percent(prevalence.LEVEL),
        "outcomes": told.outcomes(),
        "share_chart": share_chart("shares-chart", shares_title, shares, tongue),
        "goal_chart": bar_chart(
            "goals-chart", say("Items by goal"), [RowGroup("", "", goals)], tongue
        ),
        "risk_chart": bar_chart("risks-chart", say("Items by risk category"), groups, tongue),
    }


def _explore(told: EditionWords) -> dict[str, Any]:
    found, tongue = explore.choices(told.manifest), told.tongue
    languages = {tag: tongue.language(tag) for tag in found.languages}
    return {
        "explorable": len(explore.explorable(told.manifest)),
        "regions": {
            region: tongue.gettext(REGIONS[region]) if region in REGIONS else name
            for region, name in found.regions.items()
        },
        "languages": dict(sorted(languages.items(), key=lambda pair: pair[1])),
        "high": tongue.whole_percent(words.HIGH),
        "medium": tongue.whole_percent(words.MEDIUM),
    }


def _items(told: EditionWords) -> dict[str, Any]:
    unread, total = told.unread_items()
    return {
        "lines": told.own_items(),
        "can_explore": told.tongue.tag in explore.choices(told.manifest).languages,
        "unread": unread,
        "unread_total": total,
    }


def _method(told: EditionWords) -> dict[str, Any]:
    tongue, manifest = told.tongue, told.manifest
    return {
        "model": manifest.model,
        "codebook": manifest.codebook,
        "panel": manifest.panel,
        "confidence": confidence(tongue),
        "outcomes": told.outcomes(),
        "records": manifest.records,
        "item_count": len(manifest.items),
        "high": tongue.whole_percent(words.HIGH),
        "medium": tongue.whole_percent(words.MEDIUM),
        "level": tongue.whole_percent(prevalence.LEVEL),
        "by_field": manifest.is_by_field,
        "false_rate": tongue.whole_percent(FALSE_DISCOVERIES),
        "rule": {
            "papers": select.PAPERS,
            "news": select.NEWS,
            "unsure": select.shows_unsure(manifest),
        },
    }
