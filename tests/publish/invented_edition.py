"""An edition of invented texts, the same for the same seed, in the shape of a real quarter."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from digest.edition.manifest import (
    Assigned,
    EditionItem,
    Evidence,
    Manifest,
    Section,
    ShownItem,
    SourceOutcome,
)
from digest.publish import Listed, PublishedEdition
from digest.publish.editions import Placement, slots
from digest.taxonomy import LANGUAGES, Codebook, Group, Label, load

GOALS = (
    "No poverty", "Zero hunger", "Good health and well-being", "Quality education",
    "Gender equality", "Clean water and sanitation", "Affordable and clean energy",
    "Decent work and economic growth", "Industry, innovation and infrastructure",
    "Reduced inequalities", "Sustainable cities and communities",
    "Responsible consumption and production", "Climate action", "Life below water",
    "Life on land", "Peace, justice and strong institutions", "Partnerships for the goals",
)  # fmt: skip
RISKS = {
    "individuals": ("Individuals", {
        "dignity-agency": "Human dignity, value or agency",
        "integrity-health-safety": "Physical and mental integrity, health, safety and security",
        "life-opportunities": "Life opportunities",
        "rights-liberties": "Other human rights and civil liberties",
    }),
    "society": ("Politics and society", {
        "group-discrimination": "Discrimination and unfair treatment of groups",
        "vulnerable-groups": "Differential impact on children, older people, persons with "
        "disabilities and vulnerable groups",
        "security": "International and national security",
        "democracy": "Democracy",
        "information-integrity": "Information integrity",
        "rule-of-law": "Rule of law",
        "cultural-diversity": "Cultural diversity and shifts in human relationships",
        "social-cohesion": "Social cohesion",
        "values-norms": "Values and norms",
    }),
    "economy": ("Economy", {
        "power-concentration": "Power concentration",
        "dependency": "Technological dependency",
        "unequal-opportunity": "Unequal economic opportunity, market access and resources",
        "missed-use": "Under-use of AI",
        "technosolutionism": "Over-use of AI or technosolutionism",
        "systems-stability": "Stability of financial systems, critical infrastructure",
        "intellectual-property": "Intellectual property protection",
    }),
    "environment": ("Environment", {"resource-use": "Excessive use of energy, water, materials"}),
}  # fmt: skip
WORDS = (
    "maize", "drought", "satellite", "forecast", "clinic", "school", "river", "turbine", "tax",
    "court", "village", "port", "reef", "forest", "ballot", "grid", "wage", "border", "archive",
    "sensor", "rainfall", "tuberculosis", "landslide", "migration", "teacher", "vaccine",
)  # fmt: skip
NAMES = ("Amina Odhiambo", "Lucía Ferrer", "陈立新", "Иван Соколов", "ليلى حداد", "Chloé Marchand")
FOREIGN = {
    "ru": ("Прогноз засухи для малых хозяйств", "Модель предсказывает засуху за шесть недель."),
    "ar": ("التنبؤ بالجفاف للمزارع الصغيرة", "يتنبأ النموذج بالجفاف قبل ستة أسابيع."),
    "zh": ("面向小农户的干旱预测", "该模型可提前六周预测干旱。"),
    "fr": ("Prévoir la sécheresse pour les petites fermes", "Le modèle prévoit la sécheresse."),
    "es": ("Prever la sequía en fincas pequeñas", "El modelo prevé la sequía con seis semanas."),
}


def codebook() -> Codebook:
    """Goals, risks and relevance with invented criteria and, in other languages, their names."""
    goals = [_label("sdg", str(n), name) for n, name in enumerate(GOALS, 1)]
    risks = [
        _label("risk", id_, name, group)
        for group, (_, categories) in RISKS.items()
        for id_, name in categories.items()
    ]
    return Codebook(
        labels=(*goals, *risks, _label("ai", "relevant", "About artificial intelligence")),
        groups={
            "sdg": (),
            "risk": tuple(Group(g, dict.fromkeys(LANGUAGES, n)) for g, (n, _) in RISKS.items()),
            "mit": (),
            "ai": (),
        },
        version="c1-invented0000",
    )


def manifest(seed: int = 1, items: int = 400, quarter: str = "2026Q1") -> Manifest:
    """``items`` items over all labels but goal 14, which stays empty; shown: up to 12 a label."""
    rng = random.Random(seed)
    book = codebook()
    edition, shown = zip(*(_item(rng, book, n, quarter) for n in range(items)), strict=True)
    return Manifest(
        quarter=quarter,
        model="m1-0123456789ab",
        codebook=book.version,
        thresholds={f"{x.scheme}/{x.id}": 0.5 for x in book.labels},
        sample=True,
        sources=_sources(),
        records=items + 37,
        rejections=(("no title", 4), ("published outside the quarter", 120)),
        items=tuple(edition),
        shown=tuple(shown),
        sections=tuple(_section(x, edition) for x in book.labels if x.scheme in {"sdg", "risk"}),
        review="not reviewed",
    )


def hostile(manifest: Manifest, title: str, url: str = "https://hostile.example/") -> Manifest:
    """The edition with one more item, first under goal 1, whose every text is ``title``."""
    item = EditionItem(
        "guid:hostile", "news", "2026-02-03", True, 1, False, True, 'en" onload="x', "t1-0", ("s",),
        "labelled",
        (Assigned("sdg", "1", 0.61, 0.5, unsure=True), Assigned("ai", "relevant", 0.8, 0.5)),
        title, url,
    )  # fmt: skip
    shown = ShownItem(
        "guid:hostile", (title,) * 9, (title,), (), (Evidence("sdg", "1", title, 0.4),)
    )
    sections = tuple(
        replace(s, chosen=(item.id, *s.chosen), news=s.news + 1)
        if (s.scheme, s.label) == ("sdg", "1")
        else s
        for s in manifest.sections
    )
    return replace(
        manifest, items=(*manifest.items, item), shown=(*manifest.shown, shown), sections=sections
    )


def published(manifest: Manifest, version: str = "v1.0") -> PublishedEdition:
    """The edition as published on a fixed day."""
    return PublishedEdition(manifest, version, "2026-04-20")


def results_on(*quarters: str) -> dict[str, Any]:
    """A model's tests on real abstracts, and on others."""
    share = {"value": 0.5, "low": 0.4, "high": 0.6}
    worse = {"value": 0.3, "low": 0.1, "high": 0.5}
    labels = [
        {"label": name, "texts": 9, "abstracts": n, "given": 4, "precision": share, "recall": share}
        for name, n in (("1", 0), ("2", 1), ("3", 17), ("none", None))
    ]
    risks = [labels[0] | {"label": label.id} for label in codebook().scheme("risk")]
    real = {"kind": "real abstract", "texts": 299, "macro_f1": worse, "ece": worse}
    part = {
        "texts": 893, "none": 9, "macro_f1": share, "ece": share, "kinds": [real], "labels": labels,
    }  # fmt: skip
    read = {"texts": 299, "quarters": [*quarters], "read": 2102, "twice": 1560, "alike": 1418}
    said = {"model": "m", "codebook": "c", "texts": 893, "caveat": "It was <looked> at."}
    return {**said, "abstracts": read, "schemes": {"sdg": part, "risk": part | {"labels": risks}}}


@cache
def _real() -> Codebook:
    return load()


def _label(scheme: str, id_: str, name: str, group: str = "") -> Label:
    return Label(
        scheme,
        id_,
        {**_real().label(scheme, id_).names, "en": name},
        f"Work or events that bear on {name.lower()}, whatever the technique.",
        ("Methods tested on data of the field", "Events that reached people"),
        ("A passing mention in an introduction",),
        (("A dataset without a use", "Counts when its authors name the use"),),
        group,
    )


def _item(
    rng: random.Random, book: Codebook, n: int, quarter: str
) -> tuple[EditionItem, ShownItem]:
    kind = "paper" if rng.random() < 0.7 else "news"
    first_month = 3 * int(quarter[-1]) - 2
    date = (
        f"{quarter[:4]}-{rng.randrange(first_month, first_month + 3):02}-{rng.randrange(1, 29):02}"
    )
    item_id = f"arxiv:26{first_month:02}.{n:05}" if kind == "paper" else f"url:{n:016x}"
    language = rng.choice(["en"] * 12 + list(FOREIGN))
    choices = [x for x in book.labels if x.id != "14" and x.scheme != "ai"]
    weights = [1 / (1 + i % 17) for i in range(len(choices))]
    picked = {x.id: x for x in rng.choices(choices, weights, k=rng.choice([0, 1, 1, 2, 3]))}
    labels = [*picked.values(), book.label("ai", "relevant")] if picked else []
    assigned = [Assigned(x.scheme, x.id, _p(rng), 0.5) for x in labels]
    assigned = [replace(a, unsure=a.probability < 0.6) for a in assigned]
    withdrawn, late = n % 97 == 5, n % 53 == 7
    title, sentence = _words(rng, language)
    edition = EditionItem(
        id=item_id, kind=kind, date=date, date_inferred=kind == "news" and n % 6 == 0,
        version=1 + n % 3, withdrawn=withdrawn, late=late, language=language,
        text_hash=f"t1-{n:024x}", sources=("arxiv-oai-cs-ai",) if kind == "paper" else ("feed-a",),
        status="labelled", labels=() if withdrawn else tuple(assigned),
        title=title if kind == "paper" else title.split(":")[0],
        url=f"https://example.org/{item_id.partition(':')[2]}",
    )  # fmt: skip
    return edition, _shown(rng, edition, sentence, labels)


def _p(rng: random.Random) -> float:
    return round(rng.uniform(0.5, 0.999), 4)


def _words(rng: random.Random, language: str) -> tuple[str, str]:
    """A title and a sentence."""
    a, b, c = rng.sample(WORDS, 3)
    if language in FOREIGN:
        return FOREIGN[language]
    return (
        f"Learning to foresee {a} from {b} data: a study of {c} services in twelve districts",
        f"In a trial with 1,240 households, the model gave {a} warnings nine days earlier than the "
        f"{b} service, and the {c} offices acted on two thirds of them.",
    )


def _shown(rng: random.Random, item: EditionItem, sentence: str, labels: list[Label]) -> ShownItem:
    is_paper = item.kind == "paper"
    return ShownItem(
        id=item.id,
        authors=tuple(rng.choices(NAMES, k=rng.randrange(1, 10))) if is_paper else (),
        publishers=("arXiv",) if is_paper else tuple(rng.sample(("Daily Record", "Agency"), 1)),
        categories=("cs.AI",) if is_paper else (),
        evidence=tuple(Evidence(x.scheme, x.id, sentence, 0.6) for x in labels),
    )


def _section(label: Label, items: tuple[EditionItem, ...]) -> Section:
    found = [
        (-a.probability, item)
        for item in items
        for a in item.labels
        if (a.scheme, a.label) == (label.scheme, label.id)
    ]
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    kinds = [item.kind for _, item in found]
    return Section(
        label.scheme,
        label.id,
        kinds.count("paper"),
        kinds.count("news"),
        tuple(item.id for _, item in found[:12]),
    )


def _sources() -> tuple[SourceOutcome, ...]:
    outcomes = ["answered"] * 56 + ["failed", "failed", "empty", "not asked"]
    countries = ("US", "KE", "CN", "FR", "INT", "BR", "IN", "RU", "EG", "GB")
    languages = ("en", "en", "zh", "fr", "en", "es", "en", "ru", "ar", "en")
    return tuple(
        SourceOutcome(
            id=f"source-{n:02}",
            publisher=f"Institute number {n} for the study of machines",
            kind="feed",
            group="research",
            country=countries[n % 10],
            region="global",
            language=languages[n % 10],
            home=f"https://source-{n}.example/",
            outcome=outcome,
            detail="HTTP 503 after five tries; try again tomorrow" if outcome == "failed" else "",
            items=n * 7 % 60 if outcome == "answered" else 0,
        )
        for n, outcome in enumerate(outcomes)
    )


def placements(editions: Sequence[PublishedEdition]) -> Iterator[Placement]:
    """Where editions stand on a site."""
    for slot in slots([Listed.of(edition) for edition in editions]):
        yield slot.filled(slot.listed.load())
