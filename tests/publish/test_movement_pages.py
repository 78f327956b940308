"""What pages say of rates that changed: signals, and goals and risks that moved."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from digest.edition.manifest import EditionSignal, Manifest, Signals
from digest.edition.rates import Ratio
from tests.publish.full_edition import full, of_another_model
from tests.publish.written import written


def test_a_term_that_rose_is_named_with_its_interval_and_the_items_behind_it(
    pages: dict[str, str],
) -> None:
    signals = pages["index.md"].split("## Emerging signals")[1].split("## Sustainable")[0]
    assert "<bdi>flood maps</bdi>" in signals
    assert "In no compared title of 2025Q4 (" in signals
    first = r"in no title of 2025Q4 that was compared; at least \d+(\.\d)? times the earlier rate"
    assert re.search(first, signals)
    assert re.search(r"> *\d+ papers now; 0 before; \d+ groups of authors<", signals)
    assert "with flood maps" in signals.split("<details>")[1]


def test_without_an_earlier_quarter_it_says_so(tmp_path: Path) -> None:
    page = written(full(items=100), tmp_path)["index.md"]
    assert page.count("No earlier quarter is published, so nothing can be compared yet.") == 2


@pytest.mark.parametrize("same_model", [True, False])
def test_the_number_of_rates_compared_says_what_it_counts(
    quarters: tuple[Manifest, Manifest], tmp_path: Path, *, same_model: bool
) -> None:
    before, new = quarters
    model = before.model if same_model else "m1-another"
    edition = replace(new, past=tuple(replace(one, model=model) for one in new.past))
    said = written(edition, tmp_path)["index.md"].split("## Emerging signals")[1]
    tested = sum(found.tested for found in new.signals.values())
    labels = ", those of goals and risk categories among them" if same_model else ""
    assert f"In all {tested} rates of papers and of news were compared{labels}; of the" in said
    assert "Terms of titles, and stories, whose rate among papers or among news changed" in said


def test_goals_that_moved_are_listed_with_their_ratio(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    new = quarters[1]
    found = EditionSignal(
        "label", "sdg/2", "decline", 20, 400, 60, 350, 18, Ratio(0.29, 0.2, 0.45), 0.001,
        (new.items[0].id,),
    )  # fmt: skip
    signals = {"paper": Signals("compared", 300, 0.1, (found,)), "news": Signals("no items")}
    page = written(replace(new, signals=signals), tmp_path)["index.md"]
    moved = page.split("## Goals and risks that moved")[1].split("## Under-served")[0]
    assert "Goal 2: Zero hunger</bdi></strong> 0.3 times the earlier rate (0.2 to 0.5)" in moved
    assert '<a href="sdg/2/">Goal 2: Zero hunger</a>' in moved
    # 0.29 times the earlier rate, so 69 papers at that rate, however many were looked at.
    assert "20 papers now, where the earlier rate gives 69; 60 before; 18 groups" in moved
    assert "18 groups of authors behind the earlier ones" in moved
    assert "Risk categories</h3>" not in moved
    assert "No risk category changed beyond chance." in moved
    assert "No goal changed" not in moved
    assert "same field" not in page


def test_rates_that_were_compared_within_fields_say_so(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    """Never beside the numbers of all papers, whose ratio may say the opposite."""
    found = EditionSignal(
        "label", "risk/security", "rise", 30, 4000, 40, 4100, 18, Ratio(2.0, 1.5, 2.6), 0.001, ()
    )
    papers = Signals("compared", 300, 0.1, (found,), 12)
    edition = replace(quarters[1], signals={"paper": papers, "news": Signals("compared", 9, 0.1)})
    pages = written(edition, tmp_path)
    moved, terms = (pages["index.md"].split(f"## {name}")[1].split("\n## ")[0]
                    for name in ("Goals and risks that moved", "Emerging signals"))  # fmt: skip
    assert "2.0 times the earlier rate in the same fields (1.5 to 2.6)" in moved
    assert "30 papers now, where the earlier rate gives 15; 40 before" in moved
    assert "behind the earlier ones" not in moved
    assert "No goal changed beyond chance." in moved
    assert all("Papers are compared with those of the same field" in s for s in (moved, terms))
    assert "Papers are compared with those of the same field" in pages["method.md"]
    assert 'Papers</th><td>compared</td><td class="n">12</td>' in pages["method.md"]
    assert 'News items</th><td>compared</td><td class="n">–</td>' in pages["method.md"]


def test_where_nothing_moved_it_says_what_that_was_held_against(
    quarters: tuple[Manifest, Manifest], tmp_path: Path
) -> None:
    page = written(replace(quarters[1], signals={"paper": Signals("compared", 300, 0.1)}), tmp_path)
    more = "changed by more than chance and the usual variation between months explain."
    assert f"no goal and no risk category {more}" in page["index.md"]
    assert f"no term and no story {more}" in page["index.md"]


def test_labels_of_another_model_are_not_compared_and_their_quarter_is_marked(
    tmp_path: Path,
) -> None:
    before = of_another_model(full("2025Q4", items=200, seed=2))
    pages = written(full(before=[before], items=200), tmp_path)
    assert "2025Q4 was labelled by another model or codebook" in pages["index.md"]
    goal = pages["sdg/1.md"]
    assert '2025Q4 <span class="mark">another model</span>' in goal
    assert "does not compare: 2025Q4." in goal
    assert 'class="trend-papers trend-other"' in goal
    assert '<line class="trend-papers"' not in goal
