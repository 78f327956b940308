"""An invented edition with all that a real one has: stories, counts, shares, signals, a past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digest.edition.findings import Period, changed_rates, goal_shares, label_counts, past
from digest.edition.manifest import EditionItem, EditionStory, Manifest, SourceOutcome
from digest.edition.panel import (
    PANEL,
    Dissent,
    LabelAgreement,
    OpenQuestion,
    Overruled,
    Panel,
    PanelFinding,
    Reviewer,
)
from digest.edition.prevalence import ModelTest
from digest.edition.select import sections
from digest.quarter import Quarter
from tests.publish.invented_edition import codebook, manifest

PAIRS = [(x.scheme, x.id) for x in codebook().labels if x.scheme in {"sdg", "risk"}]
GOALS = [label for scheme, label in PAIRS if scheme == "sdg"]
OTHER_MODEL = "m1-ba9876543210"


def full(
    quarter: str = "2026Q1",
    items: int = 600,
    seed: int = 1,
    before: Sequence[Manifest] = (),
    rising: str = "",
) -> Manifest:
    """A quarter after ``before``, oldest first; ``rising`` is a term that 60 of its titles have."""
    plain = manifest(seed=seed, items=items, quarter=quarter)
    told = _with_voices([_raised(item, n, rising) for n, item in enumerate(plain.items)])
    stories = _stories(told)
    edition = replace(
        plain,
        items=tuple(told),
        sources=(_source("arxiv-oai-cs-ai", "arXiv"), _source("feed-a", "Agency"), *plain.sources),
        stories=stories,
        sections=tuple(sections(told, PAIRS, stories)),
        counts=tuple(label_counts(told, PAIRS, dict.fromkeys(PAIRS, _test(1)))),
        shares=goal_shares(told, GOALS, _test(len(GOALS))),
        past=tuple(past(one, "v1.0") for one in before),
    )
    earlier = Period.of(before[-1]) if before else None
    return replace(edition, signals=changed_rates(Period.of(edition), earlier))


def of_another_model(edition: Manifest) -> Manifest:
    """The edition as another model might have labelled it."""
    return replace(edition, model=OTHER_MODEL)


def _raised(item: EditionItem, n: int, rising: str) -> EditionItem:
    return replace(item, title=f"{item.title} with {rising}") if rising and n < 60 else item


def _with_voices(items: Sequence[EditionItem]) -> list[EditionItem]:
    return [replace(item, voice=f"Voice {n % 40}") for n, item in enumerate(items)]


def _stories(items: Sequence[EditionItem]) -> tuple[EditionStory, ...]:
    """A story of fourteen items and twelve outlets, and one of two by one publisher."""
    news = [item.id for item in items if item.kind == "news" and item.labels]
    outlets = tuple(f"Outlet <{n}> & Sons" for n in range(12))
    many, two = tuple(news[:14]), tuple(news[14:16])
    return (
        EditionStory("s1-many", many, many[0], outlets, ("the same address", "nearly alike texts")),
        EditionStory("s1-two", two, two[0], ("Agency",), ("the same address",)),
    )


def _test(labels: int) -> ModelTest:
    """300 judged texts, each label on 12 of them; the machine finds 11 and gives none wrongly."""
    rows = np.arange(300)
    concerns = np.stack([(rows + 7 * n) % 25 == 0 for n in range(labels)], axis=1)
    given = concerns & (rows[:, None] > 24)
    one = labels == 1
    return ModelTest(given[:, 0] if one else given, concerns[:, 0] if one else concerns)


def _source(id_: str, publisher: str) -> SourceOutcome:
    return SourceOutcome(
        id_, publisher, "feed", "research", "INT", "global", "en", "https://source.example/",
        "answered", "", 100,
    )  # fmt: skip


def two_quarters() -> tuple[Manifest, Manifest]:
    """2025Q4 and 2026Q1, with a term that rose."""
    first = full("2025Q4", items=500, seed=2)
    return first, full("2026Q1", before=[first], rising="flood maps")


def reviewed(edition: Manifest) -> Manifest:
    """The edition after a panel: two findings on goal 2, one of them with a dissent, a question."""
    goal = next(s for s in edition.sections if (s.scheme, s.label) == ("sdg", "2"))
    first, second = goal.chosen[:2]
    panel = Panel(
        opened="ab" * 32,
        quorum=2,
        reviewers=(
            Reviewer("Amina Okafor", "University of <Lagos>", 41),
            Reviewer("Chloé Marchand", "Institut du climat", 38),
            Reviewer("陈立新", "", 12),
        ),
        items=52,
        labels=75,
        drawn=70,
        read=64,
        agreement=0.875,
        alpha=0.71,
        agreements=(
            LabelAgreement("sdg", "2", 12, 0.9, 0.74), LabelAgreement("sdg", "3", 2, 1.0, None),
        ),
        findings=(
            PanelFinding(
                "sdg/2", "Early warnings reach <few> smallholders.", "medium", "low",
                (first, second), ("Amina Okafor", "Chloé Marchand"),
                (Dissent("陈立新", "The trials are **too small** to say."),),
            ),
            PanelFinding("risk/democracy", "No study measured turnout.", "limited", "high", (),
                         ("Amina Okafor",), ()),
        ),
        questions=(OpenQuestion("sdg/2", "Do warnings reach women <as often>?"),),
        rejected=(Overruled(second, "sdg", "2", 0.83, 0.5),),
        added=(Overruled(first, "sdg", "13", 0.31, 0.5),),
    )  # fmt: skip
    confirmed = set(goal.chosen[:3])
    items = tuple(
        replace(item, labels=tuple(
            replace(a, maker=PANEL, unsure=False) if (a.scheme, a.label) == ("sdg", "2") else a
            for a in item.labels
        ))
        if item.id in confirmed else item
        for item in edition.items
    )  # fmt: skip
    said = "reviewed by the panel: 3 members decided on 52 items"
    return replace(edition, items=items, panel=panel, review=said)


def quarter_after(quarter: str) -> str:
    """``2026Q1`` after ``2025Q4``."""
    return str(Quarter.of(Quarter.parse(quarter).end))
