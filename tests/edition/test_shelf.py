"""The shelf: drafts are replaced, versions never are, and a killed publication was none."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.edition.panel import Panel
from digest.edition.shelf import Basis, Correction, Shelf
from digest.errors import StoreCorrupt
from tests.examples import NOON, Q1, Q4, edition
from tests.publish.invented_edition import codebook

PANEL = Panel("m", 2, (), 0, 0, 0, 0, None, None, (), (), (), (), ())


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "editions")


def test_an_empty_shelf_has_nothing(shelf: Shelf) -> None:
    assert shelf.editions() == []
    assert shelf.quarters() == frozenset()
    assert shelf.drafts() == []
    assert shelf.draft(Q1) is None


def test_a_draft_is_replaced_by_the_next(shelf: Shelf) -> None:
    shelf.put_draft(edition(records=1))
    shelf.put_draft(edition(records=2))
    assert shelf.draft(Q1) == edition(records=2)
    assert shelf.drafts() == [Q1]
    assert shelf.editions() == []


def test_versions_are_kept_in_their_order_for_ever(shelf: Shelf) -> None:
    manifests = [edition(records=n) for n in range(12)]
    for n, manifest in enumerate(manifests):
        shelf.publish(manifest, NOON + timedelta(days=n))
    shelf.publish(edition(quarter=str(Q4)), NOON)
    found = shelf.editions(Q1)
    assert [e.version for e in found] == [f"v1.{n}" for n in range(12)]
    assert [shelf.manifest(e) for e in found] == manifests
    assert [e.published_at for e in found] == [NOON + timedelta(days=n) for n in range(12)]
    assert [e.quarter for e in shelf.editions()] == [Q4] + [Q1] * 12
    assert shelf.quarters() == {Q1, Q4}


@pytest.mark.parametrize("name", ["2026Q1-old", "backup/2026Q1", "2026-Q1"])
def test_a_copy_left_beside_the_editions_is_nobody_s(shelf: Shelf, name: str) -> None:
    shelf.publish(edition(), NOON)
    shelf.put_draft(edition())
    copy = shelf.folder / name
    shutil.copytree(shelf.folder / str(Q1), copy)
    assert [e.version for e in shelf.editions()] == ["v1.0"]
    assert [e.version for e in shelf.editions(Q1)] == ["v1.0"]
    assert shelf.quarters() == {Q1}
    assert shelf.drafts() == [Q1]


def test_a_publication_that_was_killed_was_none_and_is_replaced(shelf: Shelf) -> None:
    """Killed after the manifest was written and before it was declared."""
    shelf.publish(edition(), NOON)
    half = shelf.folder / "2026Q1" / "v1.1.json"
    half.write_bytes(edition(records=5).canonical())
    assert [e.version for e in shelf.editions()] == ["v1.0"]
    assert shelf.unfinished() == [half]
    published = shelf.publish(edition(records=6), NOON)
    assert published.version == "v1.1"
    assert shelf.manifest(published) == edition(records=6)
    assert shelf.unfinished() == []


@pytest.mark.parametrize("content", [b"{}", b"", edition(records=3).canonical()])
def test_a_published_manifest_that_was_altered_is_not_given_out(
    shelf: Shelf, content: bytes
) -> None:
    published = shelf.publish(edition(), NOON)
    (shelf.folder / "2026Q1" / "v1.0.json").write_bytes(content)
    with pytest.raises(StoreCorrupt, match=r"v1\.0\.json"):
        shelf.manifest(published)


def test_a_published_manifest_that_is_gone_is_named(shelf: Shelf) -> None:
    published = shelf.publish(edition(), NOON)
    (shelf.folder / "2026Q1" / "v1.0.json").unlink()
    with pytest.raises(StoreCorrupt, match="is missing or was altered: restore it from a backup"):
        shelf.manifest(published)


def test_times_are_given_back_as_they_were(shelf: Shelf) -> None:
    at = datetime(2026, 4, 10, 8, 30, 15, 123456, tzinfo=UTC)
    shelf.publish(edition(), at)
    assert shelf.editions()[0].published_at == at


def test_what_the_machine_said_stays_beside_what_people_made_of_it(shelf: Shelf) -> None:
    machine, decided = edition(), edition(panel=PANEL)
    shelf.put_draft(machine)
    assert shelf.machine(Q1) == machine
    shelf.put_draft(decided, machine)
    assert (shelf.draft(Q1), shelf.machine(Q1)) == (decided, machine)
    shelf.publish(decided, NOON)
    shelf.put_draft(edition(records=2))
    assert shelf.machine(Q1) == edition(records=2)
    assert shelf.machine(Q1, "v1.0") == machine
    assert (shelf.unfinished(), [e.version for e in shelf.editions()]) == ([], ["v1.0"])


def test_what_an_editor_alone_corrected_is_kept_apart_from_what_the_machine_said(
    shelf: Shelf,
) -> None:
    machine, corrected = edition(), edition(records=9)
    shelf.put_draft(corrected, machine)
    shelf.publish(corrected, NOON)
    shelf.put_draft(machine, machine)
    shelf.publish(machine, NOON)
    assert (shelf.machine(Q1, "v1.0"), shelf.machine(Q1, "v1.1")) == (machine, machine)
    assert not (shelf.folder / "2026Q1" / "v1.1.machine.json").exists()


def test_a_version_that_no_panel_saw_is_the_machines(shelf: Shelf) -> None:
    shelf.publish(edition(), NOON)
    assert shelf.machine(Q1, "v1.0") == edition()
    assert shelf.machine(Q4) is None


BASIS = Basis(codebook(), {"model": "m1-0123456789ab", "texts": 3})


def test_what_pages_are_made_of_is_kept_with_a_version(shelf: Shelf) -> None:
    old, new = shelf.publish(edition(), NOON), shelf.publish(edition(records=2), NOON, BASIS)
    assert shelf.editions(Q1) == [old, new]
    assert (shelf.basis(old), shelf.basis(new)) == (None, BASIS)
    untested = shelf.publish(edition(records=3), NOON, replace(BASIS, tests=None))
    assert shelf.basis(untested) == Basis(codebook(), None)
    assert shelf.unfinished() == []
    assert shelf.drafts() == []


def test_a_publication_that_was_killed_left_nothing_to_the_next(shelf: Shelf) -> None:
    """Killed after any of its files but the last, which declares it."""
    shelf.publish(edition(), NOON, BASIS)
    folder = shelf.folder / "2026Q1"
    half = folder / "v1.1.json"
    for name in ("v1.1.machine.json", "v1.1.basis.json", half.name):
        (folder / name).write_bytes(b"{}")
        assert [e.version for e in shelf.editions()] == ["v1.0"]
        assert shelf.unfinished() == ([half] if name == half.name else [])
    published = shelf.publish(edition(records=6), NOON, replace(BASIS, tests=None))
    assert shelf.basis(published) == replace(BASIS, tests=None)
    assert shelf.unfinished() == []


@pytest.mark.parametrize("content", [None, b"{}"])
def test_what_pages_are_made_of_is_not_given_out_altered(
    shelf: Shelf, content: bytes | None
) -> None:
    published = shelf.publish(edition(), NOON, BASIS)
    path = shelf.folder / "2026Q1" / "v1.0.basis.json"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(StoreCorrupt, match=r"v1\.0\.basis\.json is missing or was altered"):
        shelf.basis(published)


def test_the_tests_of_a_model_are_found_with_its_draft_and_its_versions(shelf: Shelf) -> None:
    assert shelf.tests(Q1, "m1-0123456789ab") is None
    shelf.publish(edition(), NOON, BASIS)
    shelf.keep_tests(Q1, {"model": "m1-other", "texts": 4})
    assert shelf.tests(Q1, "m1-0123456789ab") == BASIS.tests
    assert shelf.tests(Q1, "m1-other") == {"model": "m1-other", "texts": 4}
    assert shelf.tests(Q1, "m1-third") is None
    (shelf.folder / "2026Q1" / "tests.json").write_bytes(b"{")
    with pytest.raises(StoreCorrupt, match=r"tests\.json cannot be read: delete it"):
        shelf.tests(Q1, "m1-other")


AMENDED = Correction("amendment", "wrong label", "E. Editor", ("x",), (("y", "sdg", "3", False),))


def test_a_correction_says_why_once(shelf: Shelf) -> None:
    shelf.publish(edition(), NOON)
    assert shelf.editions()[0].correction is shelf.proposal(Q1) is None
    shelf.propose(Q1, AMENDED)
    assert shelf.proposal(Q1) == AMENDED
    shelf.publish(edition(records=2), NOON)
    assert [e.correction for e in shelf.editions()] == [None, AMENDED]
    assert shelf.proposal(Q1) is None
    assert b"correction" not in (shelf.folder / "2026Q1" / "v1.0.meta.json").read_bytes()
    update = Correction("update", "new papers", "E. Editor")
    shelf.propose(Q1, update)
    assert shelf.amendments(Q1) == [AMENDED, update]


def test_a_reason_is_not_taken_for_another_version(shelf: Shelf) -> None:
    """A process that was killed between publishing and clearing away left it."""
    shelf.publish(edition(), NOON)
    shelf.propose(Q1, AMENDED)
    left = (shelf.folder / "2026Q1" / "proposal.json").read_bytes()
    shelf.publish(edition(records=2), NOON)
    (shelf.folder / "2026Q1" / "proposal.json").write_bytes(left)
    assert shelf.proposal(Q1) is None
    assert shelf.publish(edition(records=3), NOON).correction is None


def test_a_damaged_reason_is_named(shelf: Shelf) -> None:
    shelf.publish(edition(), NOON)
    (shelf.folder / "2026Q1" / "proposal.json").write_text("{")
    with pytest.raises(StoreCorrupt, match=r"proposal\.json cannot be read"):
        shelf.proposal(Q1)
