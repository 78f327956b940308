"""What pages say of shares: which goals are under-served, in words, chart and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from digest.edition import prevalence
from digest.edition.findings import goal_shares
from digest.edition.manifest import Manifest
from digest.edition.shares import Share
from digest.publish.languages import write_language_pages
from digest.publish.languages.tongue import tongue_of
from digest.publish.share_chart import share_chart, ticks
from digest.publish.words import percent, precise_percent
from digest.taxonomy import load
from tests.publish.full_edition import GOALS
from tests.publish.invented_edition import published
from tests.publish.written import written


def test_under_served_goals_are_said_in_words_chart_and_numbers(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    called = [s.goal for s in quarters[1].shares if s.verdict == "under-served"]
    assert "14" in called
    shares = pages["index.md"].split("## Under-served goals")[1].split("## Emerging")[0]
    words = shares.split("<p>")[1]
    assert "Goal 14: Life below water" in words
    assert f"{len(called)} goals of 17 are under-served</strong>" in words
    assert "The whole 90% interval of their share" in words
    assert shares.count('class="chart-end">under-served') == len(called)
    assert shares.count("<td>under-served</td>") == len(called)
    assert "data/#shares" in shares


def _with_shares(edition: Manifest, shares: Iterable[Share], folder: Path) -> dict[str, str]:
    """What an edition with other shares says: English, French, and the English method."""
    edition = replace(edition, shares=tuple(shares))
    pages = written(edition, folder / "en")
    write_language_pages(published(edition), load(), tongue_of("fr"), folder / "fr", draft=False)
    index = pages["index.md"].split("## Under-served goals")[1].split("## Emerging")[0]
    french = (folder / "fr" / "index.md").read_text("utf-8").split("{: #shares }")[1]
    return {"en": index, "fr": french.split("{: #goals }")[0], "method": pages["method.md"]}


def test_shares_that_cannot_be_corrected_are_not_called_corrected(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    none = goal_shares(quarters[1].items, GOALS, None)
    pages = _with_shares(quarters[1], none, tmp_path)
    why = "not corrected: too few items drawn at random were read, and there is no test of the"
    assert f"The shares are {why} model" in pages["en"]
    assert f"The shares of this edition are {why} model" in pages["method"]
    assert "Les parts ne sont pas corrigées : trop peu d’articles tirés au hasard" in pages["fr"]
    for page in pages.values():
        assert "corrected not corrected" not in page
    for said in ("No goal", "Too little was read", "So few papers"):
        assert said not in pages["en"]
    assert "There is too little data to say of any goal whether it is" in pages["en"]
    assert "Il y a trop peu de données pour dire d’un objectif" in pages["fr"]
    assert "Aucun objectif ne peut" not in pages["fr"]
    assert "Si peu d’articles" not in pages["fr"]


def test_too_few_papers_are_not_called_too_few_readings(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    few = [replace(one, verdict="too little data") for one in quarters[1].shares]
    pages = _with_shares(quarters[1], few, tmp_path)
    assert "So few papers carry a goal that one with the share of the reference" in pages["en"]
    assert "Si peu d’articles portent un objectif" in pages["fr"]
    assert "There is too little data to say of any goal whether it is" in pages["en"]
    for said in ("No goal", "was read", "were read, and"):
        assert said not in pages["en"]
    assert "Aucun objectif ne peut" not in pages["fr"]
    assert "The shares are corrected by the machine" in pages["en"]


def test_what_is_said_of_the_other_goals_leaves_out_those_with_too_little_data(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    some = [
        replace(one, verdict="too little data" if one.goal == "1" else "not distinguishable")
        for one in quarters[1].shares
    ]
    pages = _with_shares(quarters[1], some, tmp_path)
    assert "No goal on which there is enough data can be called under-served" in pages["en"]
    assert "too little data to say anything of Goal 1: No poverty." in pages["en"]
    assert "Parmi les objectifs pour lesquels il y a assez de données, aucun" in pages["fr"]


def test_the_chart_of_shares_names_the_level_of_its_intervals(
    pages: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ">Share, 90% interval</text>" in pages["index.md"]
    monkeypatch.setattr(prevalence, "LEVEL", 0.8)
    assert ">Share, 80% interval</text>" in share_chart("c", "t", [])


def test_the_chart_of_shares_has_a_scale_and_the_number_of_its_reference(
    pages: dict[str, str], quarters: tuple[Manifest, Manifest]
) -> None:
    chart = pages["index.md"].split("<svg", 2)[1].split("</svg>")[0]
    assert "shares-chart" in chart
    assert f">Reference, {precise_percent(quarters[1].shares[0].reference)}</text>" in chart
    scale = re.findall(r'class="chart-scale(?: chart-middle)?">(\d+%)</text>', chart)
    assert scale[0] == "0%"
    assert scale == scale[: len(scale) // 2] * 2  # above and below
    assert len(scale) > 4
    lines = chart.count('<line class="share-grid"')
    assert lines == 17 * len(scale) // 2


@pytest.mark.parametrize(
    ("longest", "marks"),
    [(0.06, ["0%", "2%", "4%", "6%"]), (0.62, ["0%", "20%", "40%", "60%"]), (1.0, ["0%", "100%"]),
     (0.013, ["0%", "1%"]), (0.24, ["0%", "5%", "10%", "15%", "20%"])],
)  # fmt: skip
def test_a_scale_has_round_numbers_and_room_for_them(longest: float, marks: list[str]) -> None:
    found = [percent(at) for at in ticks(longest)]
    assert found[:1] + found[-1:] == marks[:1] + marks[-1:]
    assert set(marks) <= set(found)
    assert len(found) <= 6


def test_goals_with_references_of_their_own_have_them_in_the_table(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    first, *others = quarters[1].shares
    found = _with_shares(quarters[1], [replace(first, reference=0.12), *others], tmp_path)
    assert ">Reference</text>" in found["en"]
    assert '<th scope="col" class="n">Reference</th>' in found["en"]
    assert '<td class="n">12.0%</td>' in found["en"]
