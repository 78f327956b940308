"""What a draft is compared with: the quarter before as the machine saw it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.edition.findings import Period, changed_rates
from digest.edition.manifest import EditionItem, Manifest
from digest.edition.shelf import Shelf
from digest.errors import InputError
from digest.quarter import Quarter
from digest.steps.findings import earlier, reference
from tests.edition.test_findings import items
from tests.edition.test_shelf import PANEL
from tests.examples import edition

NOW, BEFORE = Quarter.parse("2026Q1"), Quarter.parse("2025Q4")
PUBLISHED = datetime(2026, 1, 20, tzinfo=UTC)


def of(quarter: Quarter, some: list[EditionItem]) -> Manifest:
    source = replace(edition().sources[0], id="arxiv-cs-ai")
    return edition(quarter=str(quarter), items=tuple(some), sources=(source,))


def test_labels_that_a_panel_rejected_are_no_rise_of_the_next_quarter(tmp_path: Path) -> None:
    """The same number labelled in both quarters; of the first a panel took half away."""
    shelf, labelled = Shelf(tmp_path), items(BEFORE, 800, 20)
    rejected = [
        replace(one, labels=one.labels[:1]) if n % 40 == 0 else one
        for n, one in enumerate(labelled)
    ]
    machine = of(BEFORE, labelled)
    # An item that the panel took out of the edition stays out, of the titles of declines too.
    removed, *left = rejected
    reviewed = replace(machine, items=tuple(left), panel=PANEL)
    shelf.put_draft(reviewed, machine)
    shelf.publish(reviewed, PUBLISHED)

    before, past = earlier(shelf, NOW)
    assert before is not None
    assert removed.id not in {one.id for one in before.items}
    now = Period.of(of(NOW, items(NOW, 800, 20)))
    assert changed_rates(now, Period.of(before))["paper"].signals == ()
    assert changed_rates(now, Period.of(reviewed))["paper"].signals != ()
    assert [one.quarter for one in past] == ["2025Q4"]


def test_a_quarter_without_a_panel_is_compared_as_it_was_published(tmp_path: Path) -> None:
    shelf, manifest = Shelf(tmp_path), of(BEFORE, items(BEFORE, 8, 2))
    shelf.put_draft(manifest)
    shelf.publish(manifest, PUBLISHED)
    assert earlier(shelf, NOW)[0] == manifest


def test_the_panel_sets_what_goals_are_held_against_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "reference.toml"
    assert reference(path) == {}
    path.write_text("[shares]\n3 = 0.12\n17 = 0.01\n")
    assert reference(path) == {"3": 0.12, "17": 0.01}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[shares]\n18 = 0.1\n", "shares.18"),
        ("[shares]\n3 = 12\n", "shares.3: Input should be less than 1"),
        ('[shares]\n3 = "much"\n', "shares.3"),
        ("[share]\n3 = 0.1\n", "shares: Field required"),
        ("[shares\n", "cannot be read as TOML"),
        ("[shares]\n3 = 0.1\n3 = 0.2\n", "cannot be read as TOML"),
    ],
)
def test_a_wrong_file_is_named_with_what_to_write(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "reference.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        reference(path)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)
