"""What the method page says: records and items, how well the model does, what is assumed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.edition import prevalence
from tests.publish.full_edition import two_quarters
from tests.publish.invented_edition import (
    codebook,
    manifest,
    published,
    results_on,
)
from tests.publish.written import Write


def test_the_method_page_reconciles_records_items_and_refusals(write: Write) -> None:
    edition = manifest(items=40)
    text = write(published(edition))["method.md"]
    for what, number in (
        ("Distinct records behind this edition", 77),
        ("Records joined with another of the same item", 37),
        ("Items of the quarter", 40),
        ("Entries refused, which became no record", 124),
        ("of them: no title", 4),
    ):
        assert f'{what}</th><td class="n">{number}</td>' in text
    assert edition.model in text
    assert '<tr id="threshold-sdg-2"><th scope="row">Goal 2: Zero hunger</th>' in text
    assert "No test results came with the model of this edition." in text


def test_the_method_page_tells_how_well_the_model_does_by_scheme_and_label(write: Write) -> None:
    def measured(
        value: float | None, low: float | None = None, high: float | None = None
    ) -> object:
        return {"value": value, "low": low, "high": high}

    labels = [
        {"label": "2", "texts": 9, "given": 7, "precision": measured(0.85714, 0.6, 1.0),
         "recall": measured(0.6667, 0.3, 0.9)},
        {"label": "none", "texts": 50, "given": 0, "precision": measured(None),
         "recall": measured(0.0, 0.0, 0.0)},
    ]  # fmt: skip
    scheme = {
        "texts": 59, "none": 50, "macro_f1": measured(0.736, 0.677, 0.779),
        "ece": measured(0.0041, 0.002, 0.009), "labels": labels,
        "kinds": [{"kind": "press", "texts": 8, "macro_f1": measured(0.5, 0.25, 0.75),
                   "ece": measured(0.02, 0.01, 0.03)}],
    }  # fmt: skip
    report = {"model": "m", "codebook": "c", "texts": 1376, "schemes": {"sdg": scheme}}
    text = write(replace(published(manifest(items=5)), report=report))["method.md"]
    assert "The model was tested on 1,376 texts" in text
    assert (
        '<th scope="row">Sustainable Development Goals: all texts</th><td class="n">59</td>'
        "<td>0.74 (0.68 to 0.78)</td><td>0.004 (0.002 to 0.009)</td>" in text
    )
    assert 'real abstracts alone</th><td class="n">0</td><td>not tested</td>' in text
    assert 'Goals: press</th><td class="n">8</td><td>too few texts' in text
    assert (
        '<th scope="row">Goal 2: Zero hunger</th><td class="n">9</td>'
        "<td>0.86 (0.60 to 1.00)</td><td>0.67 (0.30 to 0.90)</td>" in text
    )
    assert '<th scope="row">None of them</th><td class="n">50</td><td>no case</td>' in text


def test_the_method_page_tells_who_read_the_test_and_how_it_does_on_real_abstracts(
    write: Write,
) -> None:
    edition = published(manifest(items=5))
    text = write(replace(edition, report=results_on("2025Q4")))["method.md"]
    assert "What people have read" not in text
    assert "299 of them are abstracts of papers of 2025Q4; the others were invented" in text
    assert "not decided by people, but by language models that worked apart" in text
    assert "Of the 1,560 abstracts that two of them read, to train or to test on, they" in text
    assert "judged 1,418 alike in all respects" in text
    assert "It was &lt;looked&gt; at." in text
    assert (
        'real abstracts alone</th><td class="n">299</td><td>0.30 (0.10 to 0.50)</td>'
        "<td>0.300 (0.100 to 0.500)</td>" in text
    )
    assert "language models" not in write(edition)["method.md"]


def test_the_method_page_tells_how_few_abstracts_concern_a_goal_and_what_is_assumed(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = replace(published(manifest(items=5)), report=results_on("2025Q4"))
    for name, value in (
        ("TEST_WEIGHT", 0.4), ("MISSED_FOR_EACH", 3.5), ("LEAST_MISSED", 0.003),
        ("PRIOR_MISSED", 2.0),
    ):  # fmt: skip
        monkeypatch.setattr(prevalence, name, value)
    text = write(edition)["method.md"]
    assert "each with 0.4 of the weight of an item read here" in text
    assert "misses 3.5 items for each that it labels, and at least 0.3% of the items" in text
    assert "the weight of 2 missed items found by reading" in text
    assert (
        f"there is one or none for 2 goals and {len(codebook().scheme('risk'))} risk categories"
        in text
    )
    assert (
        'Goal 3: Good health and well-being</th><td class="n">9</td><td class="n">17</td>' in text
    )
    assert 'None of them</th><td class="n">9</td><td class="n">–</td>' in text


@pytest.mark.parametrize(
    ("quarters", "whose"),
    [
        (("2025Q4",), "abstracts of 2025Q4, another quarter"),
        (("2026Q1",), "abstracts of this same quarter"),
        (("2025Q3", "2025Q4"), "abstracts of 2025Q3 and 2025Q4, other quarters"),
        (("2025Q4", "2026Q1"), "abstracts of 2025Q4 and this same quarter"),
    ],
)
def test_pages_say_of_which_quarter_the_test_s_abstracts_are(
    write: Write, quarters: tuple[str, ...], whose: str
) -> None:
    edition = replace(published(two_quarters()[1]), report=results_on(*quarters))
    found = write(edition)
    for page in ("index.md", "sdg/1.md", "method.md"):
        assert f"errors in its test on {whose}" in found[page], page
    is_own = "2026Q1" in quarters
    assert ("2,102 of its papers were read" in found["method.md"]) == is_own
    assert (", and that is not this one" in found["method.md"]) != is_own


def test_what_counts_as_labelled_is_the_same_number_on_every_page(write: Write) -> None:
    """A withdrawn paper has labels, too; the front page does not count it."""
    edition = manifest(items=40)
    items = [replace(i, status="labelled", withdrawn=n < 3) for n, i in enumerate(edition.items)]
    text = write(published(replace(edition, items=tuple(items))))
    assert "of 37 items that were labelled" in text["index.md"]
    assert 'of them: labelled</th><td class="n">37</td>' in text["method.md"]
    assert 'of them: withdrawn</th><td class="n">3</td>' in text["method.md"]


def test_the_method_page_says_where_entries_of_other_quarters_are_counted(write: Write) -> None:
    text = write(published(manifest(items=5)))["method.md"]
    assert "read = stored + known already + of other quarters + refused" in text
