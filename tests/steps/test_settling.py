"""What a review left behind is acted upon: taken in, signed off, held back, published once."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.config import utc_now
from digest.edition.shelf import Shelf
from digest.errors import InputError
from digest.review.conditions import missing
from digest.review.events import Embargoed, Signed, Undone
from digest.review.papers import write_check
from digest.review.people import People
from digest.steps.decisions import desk
from digest.steps.publish import publish_signed
from digest.steps.signing import (
    missing_for_publication,
    sign_alone,
    sign_off,
    stage_of,
    state_of,
)
from digest.store.database import writing
from digest.store.signoffs import signoffs
from tests.command import digest, sentence
from tests.examples import Q1
from tests.steps.panel import PERSONS, Panel

SIGNED, EMBARGOED, ENDED = (
    "digest.edition.signed-off", "digest.edition.embargoed", "digest.edition.embargo-ended",
)  # fmt: skip


@pytest.fixture
def decided(panel: Panel) -> Panel:
    """A review in which everything is decided and taken in, and the papers are looked up."""
    panel.open()
    panel.all_accept()
    settled = panel.settle(panel.checked())
    assert settled is not None
    assert settled.lacks == []
    return panel


def for_publication(panel: Panel) -> str:
    return missing_for_publication(panel.place, Q1, panel.now)


def test_papers_are_looked_up_when_nothing_else_is_missing(panel: Panel) -> None:
    panel.open()
    settled = panel.settle(panel.checked())
    assert settled is not None
    assert {lack.kind for lack in settled.lacks} == {"decisions", "papers"}
    assert not panel.place.papers(Q1).exists()
    panel.all_accept()
    settled = panel.settle(panel.checked())
    assert settled is not None
    assert (settled.lacks, settled.is_signed) == ([], False)
    assert panel.place.papers(Q1).exists()


def test_a_chairs_sign_off_of_the_draft_starts_the_publication(decided: Panel) -> None:
    sha256 = decided.draft.sha256
    assert stage_of(decided.place, Q1, decided.now) == "in review"
    decided.does("ada", Signed(sha256, "I support it"))
    assert decided.settle().is_signed is False  # type: ignore[union-attr]
    decided.does("dina", Signed(sha256, "well done"))
    for _ in range(2):
        assert decided.settle().is_signed  # type: ignore[union-attr]
    (told,) = decided.told(SIGNED)
    assert told == {"sha256": sha256, "by": "Dina Haddad", "note": "well done"}
    assert stage_of(decided.place, Q1, decided.now) == "signed off"
    assert for_publication(decided) == ""
    with writing(decided.place.database) as connection:
        (signed,) = signoffs(connection, Q1)
    assert (signed.by, signed.sha256) == ("Dina Haddad", sha256)


def test_what_is_signed_stays_as_it_is(decided: Panel) -> None:
    sha256 = decided.draft.sha256
    decided.does("dina", Signed(sha256, ""))
    decided.settle()
    for person in ("ada", "bo"):
        decided.decides(person, decided.shown()[:1], "reject")
    decided.settle()
    assert decided.draft.sha256 == sha256
    with pytest.raises(InputError, match="Dina Haddad signed the draft of 2026Q1 off: it stays"):
        decided.open()


def test_what_is_signed_is_not_opened_again_before_the_pipeline_had_its_turn(
    decided: Panel,
) -> None:
    sha256 = decided.draft.sha256
    decided.does("dina", Signed(sha256, ""))
    with pytest.raises(InputError, match="Dina Haddad signed the draft of 2026Q1 off: it stays"):
        decided.open()
    assert decided.settle().is_signed  # type: ignore[union-attr]
    assert decided.draft.sha256 == sha256


def test_a_sign_off_is_for_the_draft_that_was_seen(decided: Panel) -> None:
    """What was decided in the last minute is not in it: it has to be signed anew."""
    seen = decided.draft.sha256
    for person in ("ada", "bo"):
        decided.decides(person, decided.shown()[:1], "reject")
    decided.does("dina", Signed(seen, ""))
    settled = decided.settle(decided.checked())
    assert settled is not None
    assert not settled.is_signed
    assert settled.manifest.sha256 != seen
    assert decided.told(SIGNED) == []
    assert for_publication(decided).startswith("nobody has signed the draft of 2026Q1")


def test_what_is_decided_after_the_signature_stays_out(decided: Panel) -> None:
    """Before the pipeline had its turn, that is."""
    seen = decided.draft.sha256
    decided.wait(minutes=1)
    decided.does("dina", Signed(seen, ""))
    for person in ("ada", "bo"):
        decided.decides(person, decided.shown()[:1], "reject")
    decided.wait(seconds=1)
    correct_affiliation(decided)
    for _ in range(2):
        assert decided.settle().is_signed  # type: ignore[union-attr]
    assert decided.draft.sha256 == seen
    assert for_publication(decided) == ""


def correct_affiliation(panel: Panel) -> None:
    with closing(People(panel.place.book, panel.clock)) as people:
        people.change(replace(PERSONS[0], affiliation="A University, corrected"))


def test_a_changed_person_is_in_the_draft_before_it_is_signed(decided: Panel) -> None:
    correct_affiliation(decided)
    with desk(decided.place, Q1) as on:
        (lack,) = missing(state_of(decided.place, Q1, on), decided.now)
    assert (lack.kind, lack.number) == ("taking in", 1)
    decided.wait(minutes=1)
    decided.does("dina", Signed(decided.draft.sha256, ""))
    settled = decided.settle(decided.checked())
    assert settled is not None
    assert (settled.is_signed, settled.lacks) == (False, [])
    assert decided.draft.panel is not None
    assert "A University, corrected" in {r.affiliation for r in decided.draft.panel.reviewers}


def test_what_is_not_ready_is_not_signed_off_whatever_the_book_says(panel: Panel) -> None:
    panel.open()
    panel.does("dina", Signed(panel.draft.sha256, ""))
    settled = panel.settle()
    assert settled is not None
    assert not settled.is_signed
    assert panel.told(SIGNED) == []


def test_a_sign_off_can_be_taken_back_until_it_is_published(decided: Panel) -> None:
    sha256 = decided.draft.sha256
    (event,) = decided.does("dina", Signed(sha256, ""))
    decided.settle()
    decided.does("dina", Undone(event.event_id))
    assert for_publication(decided) == "Dina Haddad took the sign-off of 2026Q1 back"
    assert stage_of(decided.place, Q1, decided.now) == "in review"
    decided.settle()
    decided.wait(minutes=1)
    decided.does("dina", Signed(sha256, "again"))
    decided.settle()
    assert for_publication(decided) == ""
    assert len(decided.told(SIGNED)) == 2


def test_an_embargo_holds_it_back_until_its_time(decided: Panel) -> None:
    until = decided.now + timedelta(days=2)
    decided.does("dina", Embargoed(until.isoformat()), Signed(decided.draft.sha256, ""))
    for _ in range(2):
        decided.settle()
    (held,) = decided.told(EMBARGOED)
    assert (held["until"], held["by"]) == (until.isoformat(), "Dina Haddad")
    assert stage_of(decided.place, Q1, decided.now) == "embargoed"
    assert for_publication(decided) == "2026Q1 is under embargo until 2026-04-22 09:00 UTC"
    with pytest.raises(InputError, match="not published: 2026Q1 is under embargo"):
        publish_signed(decided.place, Q1, decided.clock)
    assert decided.told(ENDED) == []
    decided.wait(days=2)
    for _ in range(2):
        decided.settle()
    assert decided.told(ENDED) == [{"sha256": decided.draft.sha256}]
    assert for_publication(decided) == ""


def test_a_lifted_embargo_lets_it_go(decided: Panel) -> None:
    until = decided.now + timedelta(days=2)
    decided.does("dina", Embargoed(until.isoformat()), Signed(decided.draft.sha256, ""))
    decided.settle()
    decided.does("dina", Embargoed(""))
    decided.settle()
    assert decided.told(ENDED) == [{"sha256": decided.draft.sha256}]


def test_an_embargo_that_was_lifted_and_set_to_the_same_moment_again_ends_by_itself(
    decided: Panel,
) -> None:
    until = (decided.now + timedelta(days=2)).isoformat()
    decided.does("dina", Embargoed(until), Signed(decided.draft.sha256, ""))
    decided.settle()
    for moment in ("", until):
        decided.does("dina", Embargoed(moment))
        for _ in range(2):
            decided.settle()
    assert (len(decided.told(EMBARGOED)), len(decided.told(ENDED))) == (2, 1)
    decided.wait(days=2)
    for _ in range(2):
        decided.settle()
    assert len(decided.told(ENDED)) == 2
    assert for_publication(decided) == ""


def test_what_waits_for_its_embargo_need_not_look_papers_up_again(decided: Panel) -> None:
    until = decided.now + timedelta(days=30)
    decided.does("dina", Embargoed(until.isoformat()), Signed(decided.draft.sha256, ""))
    decided.settle()
    decided.wait(days=31)
    assert decided.settle().is_signed  # type: ignore[union-attr]
    assert for_publication(decided) == ""


def test_a_paper_that_was_withdrawn_stops_the_sign_off_until_the_draft_is_refreshed(
    decided: Panel,
) -> None:
    gone = next(item for item, _, _ in decided.shown() if item.startswith("arxiv:"))
    write_check(decided.place.papers(Q1), decided.checked(withdrawn=(gone,)))
    decided.does("dina", Signed(decided.draft.sha256, ""))
    settled = decided.settle()
    assert settled is not None
    assert not settled.is_signed
    assert [lack.kind for lack in settled.lacks] == ["papers"]
    with pytest.raises(InputError, match=rf"were withdrawn \({gone}\): refresh the draft"):
        sign_off(decided.place, Q1, "Dina Haddad", "", decided.clock)


def test_the_command_signs_for_a_chair_and_obeys_the_same_conditions(panel: Panel) -> None:
    with pytest.raises(InputError, match=r"the panel does not review 2026Q1: open it"):
        sign_off(panel.place, Q1, "Dina Haddad", "", panel.clock)
    panel.open()
    with pytest.raises(InputError, match="a chair of the panel signs, and Ada Okafor is none: Di"):
        sign_off(panel.place, Q1, "Ada Okafor", "", panel.clock)
    with pytest.raises(InputError, match=r"2026Q1 cannot be signed off yet: .* are not decided"):
        sign_off(panel.place, Q1, "dina", "", panel.clock)
    panel.all_accept()
    panel.take_in()
    write_check(panel.place.papers(Q1), panel.checked())
    for _ in range(2):
        signed = sign_off(panel.place, Q1, "dina haddad", "well", panel.clock)
    assert signed == panel.draft
    (told,) = panel.told(SIGNED)
    assert told["by"] == "Dina Haddad"
    assert for_publication(panel) == ""


def test_where_there_is_no_panel_an_editor_signs_and_every_page_says_so(alone: Panel) -> None:
    draft = alone.draft
    assert sign_off(alone.place, Q1, "E. Editor", "", alone.clock) == draft
    done = publish_signed(alone.place, Q1, alone.clock)
    assert (done.edition.version, done.edition.correction) == ("v1.0", None)
    assert (draft.review, draft.panel) == ("not reviewed", None)
    pages = (done.site / "2026Q1").rglob("index.html")
    assert all("not reviewed by the panel" in page.read_text() for page in pages)


def test_an_editor_alone_publishes_again_with_a_reason(alone: Panel) -> None:
    shelf = Shelf(alone.place.editions)
    for _ in range(2):
        sign_alone(alone.place, Q1, "E. Editor", alone.clock)
    shelf.publish(alone.draft, alone.now)
    sign_alone(alone.place, Q1, "E. Editor", alone.clock)
    assert len(alone.told(SIGNED)) == 1
    shelf.put_draft(replace(alone.draft, records=9))
    with pytest.raises(InputError, match=r"published as v1\.0: a new version needs its reason"):
        sign_off(alone.place, Q1, "E. Editor", "", alone.clock)
    sign_alone(alone.place, Q1, "E. Editor", alone.clock)
    assert for_publication(alone) == ""
    again = shelf.publish(alone.draft, alone.now)
    assert again.version == "v1.1"
    assert again.correction is not None
    assert (again.correction.kind, again.correction.by) == ("update", "E. Editor")


def test_nobody_signs_alone_where_there_is_a_panel(panel: Panel) -> None:
    with pytest.raises(InputError, match="there is a panel, which reviews 2026Q1 before it"):
        sign_alone(panel.place, Q1, "E. Editor", panel.clock)
    said = sentence(
        digest("run", "2026Q1", "--feeds", panel.place.folder, "--sign-off", "E. Editor",
               "--var", panel.place.folder)
    )  # fmt: skip
    assert "leave --sign-off out" in said


def test_a_draft_that_is_not_in_review_is_left_alone(panel: Panel) -> None:
    before = panel.draft
    assert panel.settle() is None
    assert panel.draft == before


def test_the_sign_off_can_publish_at_once(panel: Panel) -> None:
    panel.now = utc_now()
    panel.open()
    panel.all_accept()
    panel.take_in()
    write_check(panel.place.papers(Q1), panel.checked())
    done = digest("sign-off", "2026Q1", "--by", "Dina Haddad", "--publish", "--var",
                  panel.place.folder)  # fmt: skip
    said = done.stdout.decode().splitlines()
    assert (done.returncode, done.stderr) == (0, b"")
    assert said[0] == f"Dina Haddad signed the draft of 2026Q1 off, sha256 {panel.draft.sha256}"
    assert said[1].startswith("2026Q1 v1.0 published: ")
    assert stage_of(panel.place, Q1, panel.now) == "published"
    page = (panel.place.public / "2026Q1" / "index.html").read_text()
    assert "reviewed by the panel: 2 members decided on" in page
