"""An edition with something in every part of its manifest, and the site that it stands on."""

from __future__ import annotations

from dataclasses import replace

from digest.edition.difference import Difference
from digest.edition.manifest import (
    Changes,
    EditionSignal,
    EditionStory,
    LabelCount,
    Manifest,
    Past,
    Signals,
    Totals,
)
from digest.edition.prevalence import Estimate
from digest.edition.rates import Ratio
from digest.edition.shares import Share
from digest.edition.shelf import Correction
from digest.publish import PublishedEdition
from digest.publish.editions import Placement
from digest.publish.machine import Index, Licence, Site, edition_files, site_files
from tests.publish.full_edition import reviewed
from tests.publish.invented_edition import codebook, hostile, manifest, placements, published

LICENCE = Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
SITE = Site(
    "Digest of <Tests> & Trials",
    'Each quarter\'s "research".',
    "https://digest.example/a/",
    LICENCE,
)
HOSTILE = (
    '=HYPERLINK("https://evil.example") </script><script>alert(1)</script> {\\input{x}} 100% $x_1$ '
    "& # ~ ^ } @article{a, \u202egnp.exe\u202c \ufffe\x07\r\nTY  - JOUR\nER  - \n" + "long " * 2_000
)


def whole(quarter: str = "2026Q1", items: int = 120) -> Manifest:
    """Stories, counts, shares, signals, the past, and labels that people decided."""
    plain = manifest(items=items, quarter=quarter)
    decided = [
        replace(item, labels=tuple(replace(a, maker="panel:r-7") for a in item.labels))
        if n % 10 == 1
        else item
        for n, item in enumerate(plain.items)
    ]
    ids = [item.id for item in plain.items]
    return replace(
        plain,
        items=tuple(decided),
        stories=(EditionStory("s1-a", tuple(ids[:3]), ids[1], ("Agency", "Ñandú; SA"), ("link",)),),
        counts=(
            LabelCount("sdg", "2", "paper", Estimate(7, 9, 4, 15, 30, "panel sample")),
            LabelCount("sdg", "2", "news", Estimate(3, None, None, None, 0, "none")),
        ),
        shares=(Share("2", 0.1, 0.08, 0.04, 0.11, 1 / 17, "not distinguishable", "model's test"),),
        signals={
            "news": Signals("no earlier period"),
            "paper": Signals("compared", 40, 0.1, (_signal(ids),)),
        },
        past=(
            Past(
                "2025Q4",
                "v1.0",
                "m1-x",
                "c1-x",
                (("sdg", "2", "paper", 5),),
                Totals({"paper": 95}, 95, {"paper": 90}, {"sdg": 5}),
            ),
        ),
    )


def _signal(ids: list[str]) -> EditionSignal:
    ratio = Ratio(None, 2.0, None)
    return EditionSignal(
        "term", "flood maps", "first appearance", 6, 90, 0, 80, 4, ratio, 0.01, tuple(ids[5:8])
    )


def editions() -> list[PublishedEdition]:
    """A quarter, its correction by a panel with a hostile item, and the quarter before."""
    first = whole()
    changes = Changes(("guid:hostile",), (), (), (), ("model",))
    told = Difference(changes, (), (), (), {})
    panel = reviewed(first).panel
    corrected = replace(hostile(first, HOSTILE, "javascript:alert(1)"), panel=panel)
    return [
        replace(published(first, "v1.0"), published="2026-04-20"),
        replace(
            published(corrected, "v1.1"),
            published="2026-05-02",
            difference=told,
            correction=Correction("update", "A source <answered> at last.", "Amina Okafor"),
        ),
        replace(published(whole("2025Q4", 30), "v1.0"), published="2026-01-15"),
    ]


def places() -> list[Placement]:
    """Where they stand."""
    return list(placements(editions()))


def all_files(site: Site = SITE) -> dict[str, bytes]:
    """Every file of them by path."""
    files: dict[str, bytes] = {}
    for place in places():
        canonical = place.edition.manifest.canonical()
        for name, content in edition_files(site, place, codebook(), canonical):
            files[f"{place.folder}/{name}"] = content
    folders = [f"{e.manifest.quarter}/{e.version}" for e in editions()]
    indexes = [Index.from_json(files[f"{folder}/edition.json"]) for folder in folders]
    return files | dict(site_files(site, indexes))
