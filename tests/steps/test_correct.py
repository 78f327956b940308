"""What is published is never edited: a new version is proposed, signed, and says why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digest.classify.model import Model
from digest.edition.readings import ABOUT_AI
from digest.edition.shelf import Correction, Shelf
from digest.errors import InputError
from digest.review.events import Corrected, Signed, of_kind
from digest.review.outcome import said_of
from digest.steps.correct import Proposed, correct, parsed_labels
from digest.steps.decisions import desk
from digest.steps.draft import draft
from digest.steps.findings import earlier
from digest.steps.publish import publish_signed
from digest.steps.rerun import Request, rehearse, rerun
from digest.steps.signing import missing_for_publication, sign_off
from digest.store.database import writing
from tests.command import digest, sentence
from tests.examples import Q1
from tests.steps.panel import STORED, Panel
from tests.steps.test_opening import comes_late

UPDATE = Correction("update", "new reports came", "Ed Itor")


def without(*items: str) -> Correction:
    return Correction("amendment", "the papers are not about AI", "Ed Itor", items)


def setting(item: str, scheme: str, label: str, holds: bool) -> Correction:
    return Correction("amendment", "a wrong label", "Ed Itor", (), ((item, scheme, label, holds),))


def propose(panel: Panel, correction: Correction, *, refresh: bool = False) -> Proposed:
    return correct(panel.place, Q1, correction, STORED, panel.clock, refresh=refresh)


@pytest.fixture
def reviewed(panel: Panel) -> Panel:
    """A quarter that a panel reviewed, with one label rejected, published."""
    panel.open()
    for person in ("ada", "bo"):
        panel.decides(person, panel.shown()[:1], "reject")
    panel.take_in()
    finish(panel)
    return panel


def signed(panel: Panel) -> None:
    """All that is shown is decided, and the chair signs."""
    panel.all_accept()
    panel.settle(panel.checked())
    panel.wait(minutes=1)
    panel.does("dina", Signed(panel.draft.sha256, ""))
    settled = panel.settle(panel.checked())
    assert settled is not None
    assert settled.is_signed, settled.lacks
    assert missing_for_publication(panel.place, Q1, panel.now) == ""


def finish(panel: Panel) -> None:
    """It is decided, signed and published."""
    signed(panel)
    Shelf(panel.place.editions).publish(panel.draft, panel.now)


def first(panel: Panel) -> dict[str, bytes]:
    """All that there is of v1.0 on the shelf, and of its own files on the site."""
    folder = panel.place.public / "2026Q1" / "v1.0"
    own = [*panel.place.editions.glob("2026Q1/v1.0*"), *folder.rglob("*.csv")]
    return {str(path): path.read_bytes() for path in own}


def test_an_item_is_taken_out_by_an_amendment_and_stays_out(published: Panel) -> None:
    publish_signed(published.place, Q1, published.clock)
    shelf, before = Shelf(published.place.editions), first(published)
    gone = published.shown()[0][0]
    done = propose(published, without(gone))
    assert done.replaces.version == "v1.0"
    assert gone not in {item.id for item in published.draft.items}
    assert gone not in {i for i, _, _ in published.shown()}
    (told,) = published.told("digest.correction.opened")
    assert (told["kind"], told["by"], told["replaces"]) == ("amendment", "Ed Itor", "v1.0")
    assert missing_for_publication(published.place, Q1, published.now).startswith("the draft of")
    sign_off(published.place, Q1, "Ed Itor", "", published.clock)
    edition = publish_signed(published.place, Q1, published.clock).edition
    assert (edition.version, edition.correction) == ("v1.1", without(gone))
    assert len(before) > 4
    assert first(published) == before
    corrections = (published.place.public / "corrections" / "index.html").read_text()
    assert "the papers are not about AI" in corrections
    assert "Ed Itor" in corrections

    with writing(published.place.database) as connection:
        again = draft(connection, published.place, Q1, published.using)
    assert gone not in {item.id for item in again.items}
    assert [e.version for e in shelf.editions(Q1)] == ["v1.0", "v1.1"]


def test_a_label_is_set_by_an_amendment_in_the_name_of_its_editor(published: Panel) -> None:
    item, scheme, label = published.shown()[0]
    public = published.draft
    propose(published, setting(item, scheme, label, holds=False))
    assert (item, scheme, label) not in published.shown()
    changed = {i.id for i, old in zip(published.draft.items, public.items, strict=True) if i != old}
    assert changed == {item}
    propose(published, setting(item, "risk", "democracy", holds=True), refresh=True)
    (one,) = (i for i in published.draft.items if i.id == item)
    (given,) = (a for a in one.labels if a.label == "democracy")
    assert given.maker == "Ed Itor"
    assert (item, scheme, label) in published.shown()
    assert published.draft.panel is None


def test_a_second_amendment_knows_what_the_machine_said(published: Panel) -> None:
    """Not what the first one made of it."""
    shelf = Shelf(published.place.editions)
    item, scheme, label = next(key for key in published.shown() if key[0].startswith("arxiv:"))
    counted = [one.count.raw for one in published.draft.counts]
    machine = published.draft
    propose(published, setting(item, scheme, label, holds=False))
    sign_off(published.place, Q1, "Ed Itor", "", published.clock)
    edition = shelf.publish(published.draft, published.now)
    assert shelf.machine(Q1, edition.version) == machine
    before, _ = earlier(shelf, Q1.next())
    assert before == machine  # the next quarter's signals compare what one machine said
    other = next(key[0] for key in published.shown() if key[0] != item)
    propose(published, setting(other, "risk", "democracy", holds=True))
    assert [one.count.raw for one in published.draft.counts] == counted
    assert (item, scheme, label) not in published.shown()


def test_an_update_brings_what_came_since_as_late(published: Panel, tmp_path: Path) -> None:
    comes_late(published, tmp_path / "late")
    propose(published, UPDATE)
    late = {item.title for item in published.draft.items if item.late}
    assert len(late) == 3
    assert all("wells" in title for title in late)
    sign_off(published.place, Q1, "Ed Itor", "", published.clock)
    edition = Shelf(published.place.editions).publish(published.draft, published.now)
    assert edition.correction == UPDATE


@pytest.mark.parametrize(
    ("correction", "said"),
    [
        (replace(UPDATE, reason=" "), "a correction needs its reason and who answers for it"),
        (replace(UPDATE, removed=("x",)), "an amendment names what changes"),
        (without(), "an amendment names what changes"),
        (without("arxiv:9999.00001"), "2026Q1 has no item arxiv:9999.00001: check its id"),
        (UPDATE, r"2026Q1 v1\.0 says so already: nothing would change"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    published: Panel, correction: Correction, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        propose(published, correction)
    assert Shelf(published.place.editions).proposal(Q1) is None
    assert published.told("digest.correction.opened") == []


def test_labels_that_cannot_be_set_are_refused(published: Panel) -> None:
    item = published.shown()[0][0]
    with pytest.raises(InputError, match="the codebook has no label sdg/18: check both"):
        propose(published, setting(item, "sdg", "18", holds=True))
    both = tuple((item, "sdg", "3", holds) for holds in (True, False))
    with pytest.raises(InputError, match=f"sdg/3 of {item} is set twice: set it once"):
        propose(published, replace(without(), labels=both))
    with pytest.raises(
        InputError, match=f"{item} is taken out, and sdg/3 of it set: leave one out"
    ):
        propose(published, replace(without(item), labels=both[:1]))
    assert Shelf(published.place.editions).proposal(Q1) is None


def test_there_is_nothing_to_correct_before_a_version_is_published(alone: Panel) -> None:
    with pytest.raises(InputError, match="nothing of 2026Q1 is published, so there is nothing to"):
        propose(alone, UPDATE)


def test_one_correction_at_a_time(published: Panel) -> None:
    one, other = (key[0] for key in (published.shown()[0], published.shown()[-1]))
    propose(published, without(one))
    with pytest.raises(InputError, match="Ed Itor proposed an amendment of 2026Q1 already"):
        propose(published, without(other))
    request = Request(Q1, STORED, published.clock, lambda _: None)
    for run in (rerun, rehearse):
        with pytest.raises(InputError, match="the draft of 2026Q1 is the amendment that Ed Itor"):
            run(published.place, request)
    propose(published, without(other), refresh=True)
    ids = {item.id for item in published.draft.items}
    assert (one in ids, other in ids) == (True, False)


def test_the_panel_reviews_an_amendment_of_what_it_published(reviewed: Panel) -> None:
    shelf, before = Shelf(reviewed.place.editions), first(reviewed)
    public = shelf.manifest(shelf.editions(Q1)[-1])
    assert public.panel is not None
    assert public.panel.rejected
    gone = reviewed.shown()[0][0]
    propose(reviewed, without(gone))
    assert gone not in {item.id for item in reviewed.draft.items}
    assert reviewed.draft.panel is not None
    assert reviewed.draft.panel.rejected == public.panel.rejected  # what stood stands
    with desk(reviewed.place, Q1) as on:
        ((_, noted),) = of_kind(on.outcome.events, Corrected)
        assert (noted.kind, noted.version) == ("amendment", "v1.0")
        assert on.packet is not None
        assert on.packet.sha256 == reviewed.draft.sha256
    missing = missing_for_publication(reviewed.place, Q1, reviewed.now)
    assert "review it again" in missing
    finish(reviewed)
    assert [e.version for e in shelf.editions(Q1)] == ["v1.0", "v1.1"]
    assert first(reviewed) == before


def test_the_panel_reviews_what_an_update_brings(reviewed: Panel, tmp_path: Path) -> None:
    comes_late(reviewed, tmp_path / "late")
    with writing(reviewed.place.database) as connection:
        proposed = draft(connection, reviewed.place, Q1, reviewed.using)
    assert proposed.panel is not None  # decisions stand in drafts that nobody asked for, too
    assert missing_for_publication(reviewed.place, Q1, reviewed.now).startswith("the draft of")
    with pytest.raises(InputError, match="a new version needs its reason"):
        sign_off(reviewed.place, Q1, "Dina Haddad", "", reviewed.clock)
    propose(reviewed, UPDATE)
    with reviewed.packet_open() as packet:
        assert len(packet.queue("late")) == 3
    finish(reviewed)
    edition = Shelf(reviewed.place.editions).editions(Q1)[-1]
    assert (edition.version, edition.correction) == ("v1.1", UPDATE)


def test_an_update_draws_from_what_came_though_a_draft_has_it_already(
    panel: Panel, tmp_path: Path
) -> None:
    panel.open(papers=500)
    finish(panel)
    known = {item.id for item in panel.draft.items}
    comes_late(panel, tmp_path / "late")
    with writing(panel.place.database) as connection:  # as digest run does after publication
        draft(connection, panel.place, Q1, panel.using)
    propose(panel, UPDATE)
    came = {item.id for item in panel.draft.items} - known
    assert len(came) == 3
    with panel.packet_open() as packet:
        assert came <= {*packet.about.inclusion}  # all were drawn at first
        assert {*packet.queue("late")} == came


def test_a_model_that_was_trained_since_takes_nothing_from_the_panel_s_sample(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel.open(papers=500)
    with panel.packet_open() as packet:
        drawn = [*packet.about.inclusion]
        said = said_of(packet, drawn)
    for person in ("ada", "bo"):
        panel.decides(person, [(i, *pair) for i in drawn for pair in (ABOUT_AI, *said.get(i, ()))])
    item, scheme, _ = next(key for key in panel.shown() if key[1] == "sdg")
    given = {a.label for i in panel.draft.items if i.id == item for a in i.labels}
    other = next(str(n) for n in range(1, 18) if str(n) not in given)
    finish(panel)
    bases = [one.count.basis for one in panel.draft.counts]
    assert "panel sample" in bases
    assert {one.basis for one in panel.draft.shares} == {"panel sample"}
    retrained = replace(panel.using.model, id="m1-trained-since")
    monkeypatch.setattr(Model, "load", lambda _: retrained)
    propose(panel, setting(item, scheme, other, holds=True))
    assert [one.count.basis for one in panel.draft.counts] == bases
    assert {one.basis for one in panel.draft.shares} == {"panel sample"}
    assert panel.draft.model != retrained.id
    (added,) = (a for i in panel.draft.items if i.id == item for a in i.labels if a.label == other)
    assert added.probability == 0  # what another model says of it is not told as this one's word


def test_labels_are_typed_as_item_and_verdict() -> None:
    typed = ["arxiv:2602.00001 sdg/3=reject", " url:a b  risk/security=accept"]
    assert list(parsed_labels(typed)) == [
        ("arxiv:2602.00001", "sdg", "3", False), ("url:a b", "risk", "security", True),
    ]  # fmt: skip
    for wrong in ("sdg/3=reject", "arxiv:1 sdg/3", "arxiv:1 sdg/3=maybe", "arxiv:1 sdg=accept"):
        with pytest.raises(InputError, match="sets no label: write"):
            list(parsed_labels([wrong]))


def test_the_command(published: Panel) -> None:
    var = ("--var", published.place.folder)
    gone, title = next(
        (i.id, i.title) for i in published.draft.items if i.id == published.shown()[0][0]
    )
    done = digest("correct", "2026Q1", "--kind", "amendment", "--reason", "withdrawn by us",
                  "--by", "Ed Itor", "--remove", gone, *var)  # fmt: skip
    said = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert said.startswith(f"amendment of 2026Q1 v1.0, sha256 {published.draft.sha256}\n")
    assert f"  1 left:\n    {gone}  {title}" in said
    assert "next: no panel reviews it: read it, and sign it off" in said
    again = digest("correct", "2026Q1", "--kind", "update", "--reason", "r", "--by", "b", *var)
    assert "proposed an amendment of 2026Q1 already (withdrawn by us)" in sentence(again)
