"""What an edition accounts for: what became of each source, of each record, and the thresholds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from digest.edition import prevalence, select
from digest.edition.features import FEWEST_SOURCES
from digest.edition.manifest import EditionItem, Manifest, SourceOutcome
from digest.edition.rates import LEAST_WOBBLE
from digest.edition.select import is_showable
from digest.edition.signals import FALSE_DISCOVERIES, FEWEST_ITEMS
from digest.items import LABELLED, REAL_ABSTRACT
from digest.publish import views, words
from digest.publish.estimates import UNITS, common_reference
from digest.publish.sections import EditionView
from digest.publish.voices import CONFIDENCE
from digest.text import web_address

_SCHEMES = {
    "ai": "About AI at all",
    "sdg": "Sustainable Development Goals",
    "risk": "Risk categories",
    "mit": "Subdomains of the MIT AI Risk Repository",
}
FEWEST_TEXTS = 10  # below so many, no result of the model's tests is shown
FEW_ABSTRACTS = 1  # of so many that concern a label the rate of missed items says next to nothing
ELSEWHERE = "answered with nothing of this quarter"  # an outcome that only pages tell apart
# Outcomes in the order in which a reader must know them.
OUTCOMES = {
    "failed": ("Failed", "Sources that gave no usable answer"),
    "empty": (
        "Empty",
        "Sources that answered without a single entry, which often means that something is wrong",
    ),
    "unfinished": ("Unfinished", "Sources whose harvest was stopped before it was done"),
    "not asked": ("Not asked", "Sources that were not asked for this edition"),
    "answered": ("Answered", "Sources that answered, and their items of this quarter"),
    ELSEWHERE: (
        "Answered, nothing of this quarter",
        "Sources that answered, but with no item of this quarter",
    ),
}


def outcome_of(source: SourceOutcome) -> str:
    """What became of a source, one of ``OUTCOMES``."""
    is_elsewhere = source.outcome == "answered" and not source.items
    return ELSEWHERE if is_elsewhere else source.outcome


def outcomes(sources: Sequence[SourceOutcome]) -> list[dict[str, Any]]:
    """The sources by what became of them, failures first."""
    by_outcome = defaultdict(list)
    for source in sources:
        by_outcome[outcome_of(source)].append(source)
    known = [o for o in OUTCOMES if o in by_outcome]
    return [
        {
            "id": outcome.replace(" ", "-"),
            "heading": f"{OUTCOMES[outcome][0]} ({len(by_outcome[outcome])})",
            "meaning": OUTCOMES[outcome][1],
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
        # Of an empty answer the heading says all; earlier editions have a question to the editor.
        "detail": "" if source.outcome == "empty" else words.clip(source.detail, views.TITLE),
    }


def _status(item: EditionItem) -> str:
    """What an item counts as; the labelled ones are those of the front page."""
    if item.withdrawn:
        return "withdrawn"
    return LABELLED if is_showable(item) else item.status


def method(edition: EditionView) -> dict[str, Any]:
    """How records became items, and what the labels rest on."""
    manifest = edition.manifest
    statuses = Counter(map(_status, manifest.items))
    return {
        "model": manifest.model,
        "codebook": manifest.codebook,
        "high": words.percent(words.HIGH),
        "medium": words.percent(words.MEDIUM),
        "tests": _tests(edition, edition.tests) if edition.tests else None,
        "abstracts": _abstracts(edition),
        "records": manifest.records,
        "joined": manifest.records - len(manifest.items),
        "item_count": len(manifest.items),
        "statuses": sorted(statuses.items()),
        "refused": sum(n for _, n in manifest.rejections),
        "rejections": [(words.clip(reason, views.TITLE), n) for reason, n in manifest.rejections],
        "thresholds": _thresholds(edition),
        "rule": {
            "papers": select.PAPERS,
            "news": select.NEWS,
            "group": select.PER_GROUP,
            "publisher": select.PER_PUBLISHER,
            "unsure": select.shows_unsure(manifest),
        },
        "level": words.percent(prevalence.LEVEL),
        "least_read": prevalence.MINIMUM,
        "test_weight": f"{prevalence.TEST_WEIGHT:g}",
        "missed_for_each": f"{prevalence.MISSED_FOR_EACH:g}",
        "least_missed": words.precise_percent(prevalence.LEAST_MISSED),
        "prior_missed": f"{prevalence.PRIOR_MISSED:g}",
        "basis": _basis(edition),
        "shares_basis": edition.bases[manifest.shares[0].basis] if manifest.shares else "",
        "reference": _reference(manifest),
        "signals": _signals(manifest),
        "by_field": manifest.is_by_field,
        "false_rate": words.percent(FALSE_DISCOVERIES),
        "least_wobble": words.percent(LEAST_WOBBLE),
        "fewest": FEWEST_ITEMS,
        "voices": FEWEST_SOURCES,
        "story_count": len(manifest.stories),
        "in_stories": sum(len(story.items) for story in manifest.stories),
        "panel": _panel(edition),
        "confidence": CONFIDENCE,
    }


def _reference(manifest: Manifest) -> str:
    """What all goals are held against; ``""`` where the panel set some their own."""
    return common_reference(words.precise_percent(s.reference) for s in manifest.shares)


def _panel(edition: EditionView) -> dict[str, Any] | None:
    """Who reviewed, how much, and how far they agreed; None where no panel did."""
    panel = edition.manifest.panel
    if panel is None:
        return None
    return {
        "quorum": panel.quorum,
        "reviewers": [
            (
                words.clip(one.name, views.AUTHOR),
                words.clip(one.affiliation, views.TITLE),
                one.items,
            )
            for one in panel.reviewers
        ],
        "item_count": panel.items,
        "label_count": panel.labels,
        "rejected": len(panel.rejected),
        "added": len(panel.added),
        "drawn": panel.drawn,
        "read": panel.read,
        "agreement": words.share_of(panel.agreement),
        "alpha": words.decimal(panel.alpha),
        "agreements": edition.voices.agreements(),
        "opened": panel.opened,
    }


def _basis(edition: EditionView) -> list[tuple[str, str]]:
    """What the corrected counts of papers and of news rest on."""
    by_kind = {one.kind: one.count.basis for one in edition.manifest.counts}
    return [(f"{UNITS[kind]}s", edition.bases[basis]) for kind, basis in by_kind.items()]


def _abstracts(edition: EditionView) -> dict[str, Any] | None:
    """The real abstracts of the model's test, and the labels that next to none of them concerns."""
    if not edition.abstracts or not edition.tests:
        return None
    few = {
        scheme: sum(label["abstracts"] in range(FEW_ABSTRACTS + 1) for label in part["labels"])
        for scheme, part in edition.tests["schemes"].items()
    }
    return {
        **edition.abstracts,
        "of": words.listed(edition.abstracts["quarters"]),
        "is_own": edition.manifest.quarter in edition.abstracts["quarters"],
        "few_goals": few.get("sdg", 0),
        "few_risks": few.get("risk", 0),
    }


def _signals(manifest: Manifest) -> list[dict[str, str]]:
    """What was compared with the quarter before, by kind."""
    return [
        {
            "kind": f"{UNITS.get(kind, kind)}s",
            "status": found.status,
            "fields": words.number(found.fields) if found.fields else "",
            "tested": words.number(found.tested),
            "called": words.number(len(found.signals)),
            "wobble": "" if found.wobble is None else words.percent(found.wobble),
        }
        for kind, found in sorted(manifest.signals.items(), key=lambda pair: pair[0] != "paper")
    ]


def _tests(edition: EditionView, report: Mapping[str, Any]) -> dict[str, Any]:
    """The model's test results by scheme, in words."""
    names = {(x.scheme, x.id): views.display_name(x) for x in edition.codebook.labels}
    names |= {(scheme, "none"): "None of them" for scheme in _SCHEMES}
    return {
        "texts": report["texts"],
        "caveat": report.get("caveat", ""),
        "schemes": [
            {
                "name": heading,
                "pooled": _measured(part),
                "real": next(
                    (_measured(k) for k in part["kinds"] if k["kind"] == REAL_ABSTRACT), None
                ),
                "kinds": [{"name": kind["kind"], **_measured(kind)} for kind in part["kinds"]],
                "labels": [
                    {
                        "name": names.get((scheme, label["label"]), label["label"]),
                        "texts": label["texts"],
                        "abstracts": label.get("abstracts"),
                        "precision": words.measure(label["precision"]),
                        "recall": words.measure(label["recall"]),
                    }
                    for label in part["labels"]
                ],
            }
            for scheme, heading in _SCHEMES.items()
            if (part := report["schemes"].get(scheme))
        ],
    }


def _measured(row: Mapping[str, Any]) -> dict[str, Any]:
    """Number of texts, F1 and calibration; a handful of texts measures nothing."""
    if row["texts"] < FEWEST_TEXTS:
        return {"texts": row["texts"], "macro_f1": "too few texts", "ece": "too few texts"}
    f1, error = words.measure(row["macro_f1"]), words.measure(row["ece"], 3)
    return {"texts": row["texts"], "macro_f1": f1, "ece": error}


def _thresholds(edition: EditionView) -> list[dict[str, Any]]:
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
