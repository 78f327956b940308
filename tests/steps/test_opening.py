"""A review is opened on a draft, takes in what people decide, and what comes later is late."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from digest.config import Inputs
from digest.edition.shelf import Shelf
from digest.errors import InputError
from digest.review.book import Book
from digest.review.conditions import shown_in
from digest.review.events import (
    Declared,
    Finding,
    FindingVoice,
    Opened,
    Question,
    StoryRuling,
    of_kind,
)
from digest.sources import catalogue
from digest.status import status_lines
from digest.steps.classify import classify
from digest.steps.harvest import harvest
from digest.steps.opening import Wish, open_now
from digest.steps.rerun import Request, rehearse, rerun
from digest.steps.taking import in_review
from digest.store.database import writing
from tests.command import digest, sentence
from tests.examples import Q1
from tests.steps.panel import STORED, Panel

ENTRY = """<item><title>An AI model finds wells in village {0}</title>
<link>https://outlet.example/{0}</link><guid>{0}</guid>
<description>An artificial intelligence model that reads satellite images found safe drinking water
for village {0}; engineers drill where the machine learning system points.</description>
<pubDate>Mon, 0{0} Feb 2026 10:00:00 GMT</pubDate></item>"""


def test_goals_are_held_against_what_the_panel_set_from_its_file_on(panel: Panel) -> None:
    panel.open()
    panel.place.reference.write_text("[shares]\n3 = 0.12\n")
    panel.decides("ada", panel.shown()[:1])
    shares = {one.goal: one.reference for one in panel.take_in().shares}
    assert shares["3"] == 0.12
    assert 0.12 not in {share for goal, share in shares.items() if goal != "3"}


def test_a_review_shows_the_draft_with_texts_labels_and_evidence(panel: Panel) -> None:
    before = panel.draft
    with writing(panel.place.database) as connection:
        connection.execute("DELETE FROM evidence")  # the review finds it
    opened = panel.open()
    assert opened.manifest == before
    sizes = dict(opened.queues)
    with closing(panel.packet()) as packet:
        assert (packet.sha256, packet.about.opened) == (before.sha256, before.sha256)
        assert shown_in(packet) == [
            (i, *page) for i in packet.queue("selected") for page in packet.item(i).pages  # type: ignore[union-attr]
        ]  # fmt: skip
        assert {*shown_in(packet)} == {*panel.shown()}
        items = packet.items(packet.queue("selected"))
        assert len(packet.queue("sample")) == 7  # five papers and two news items
        asked = [packet.item(i) for i in packet.queue("sample")]
        assert all(any(one.scheme == "ai" for one in item.labels) for item in asked if item)
    assert sizes["selected"] == len(items) > 20
    for item in items:
        given = [one for one in item.labels if one.assigned]
        assert item.text
        assert all(one.sentence for one in given)
        for one in given:
            place = item.text[one.start : one.end] if one.start >= 0 else item.title
            assert one.sentence == place
    assert Shelf(panel.place.editions).is_frozen(Q1)
    assert in_review(panel.place, Q1)


def test_who_opened_it_is_in_the_book_and_told_once(panel: Panel) -> None:
    for _ in range(2):
        panel.open()
    with closing(Book(panel.place.book, panel.clock)) as book:
        ((event, opened),) = of_kind(book.events(Q1), Opened)
    assert (event.person, opened.sha256, opened.sample) == ("Ed Itor", panel.draft.sha256, 7)
    (told,) = panel.told("digest.review.opened")
    assert told == {"sha256": opened.sha256, "drawn": 7, "late": 0, "by": "Ed Itor"}


def test_nobody_reviews_what_is_not_there_or_without_people(alone: Panel) -> None:
    with pytest.raises(InputError, match=r"nobody takes part in the review: add members"):
        alone.open()
    assert not alone.place.packet(Q1).exists()
    alone.join()
    (alone.place.editions / "2026Q1" / "draft.json").unlink()
    with pytest.raises(InputError, match="2026Q1 has no draft to review"):
        alone.open()


def test_what_is_published_is_corrected_and_not_opened(panel: Panel) -> None:
    Shelf(panel.place.editions).publish(panel.draft, panel.now)
    with pytest.raises(InputError, match="2026Q1 is published: to change it, propose a new versi"):
        panel.open()


def test_a_rejected_label_leaves_its_page_and_the_machine_s_word_is_kept(panel: Panel) -> None:
    machine = panel.open().manifest
    key = panel.shown()[0]
    for person in ("ada", "bo"):
        panel.decides(person, [key], "reject")
    draft = panel.take_in()
    assert key not in panel.shown()
    (item,) = (i for i in draft.items if i.id == key[0])
    assert key[1:] not in {(a.scheme, a.label) for a in item.labels}
    assert draft.panel is not None
    (rejected,) = draft.panel.rejected
    assert (rejected.item, rejected.scheme, rejected.label) == key
    assert [(r.name, r.items) for r in draft.panel.reviewers] == [("Ada Okafor", 1), ("Bo Li", 1)]
    assert draft.review == "reviewed by the panel: 2 members decided on 1 item"
    assert draft.panel.opened == machine.sha256
    assert Shelf(panel.place.editions).machine(Q1) == machine
    with closing(panel.packet()) as packet:
        assert packet.sha256 == draft.sha256
        assert key not in shown_in(packet)
        assert packet.item(key[0]) is not None  # it can still be looked at, and decided anew


def test_the_same_decisions_give_the_same_draft_and_none_gives_the_machines(panel: Panel) -> None:
    machine = panel.open().manifest
    assert panel.take_in() == machine
    panel.all_accept()
    assert panel.take_in() == panel.take_in()
    accepted = {a.maker for i in panel.draft.items for a in i.labels if a.scheme == "sdg"}
    assert "panel" in accepted
    (event, *_) = panel.does("ada", Declared("nothing", "x"))
    assert event.number > 0
    assert panel.take_in() == panel.draft


def test_one_member_decides_nothing_and_a_conflict_of_interest_does_not_count(
    panel: Panel,
) -> None:
    panel.open()
    key = panel.shown()[0]
    panel.decides("ada", [key], "reject")
    assert key in panel.shown(panel.take_in())
    panel.decides("bo", [key], "reject")
    panel.does("bo", Declared(key[0], "I am an author"))
    assert key in panel.shown(panel.take_in())
    panel.decides("dina", [key], "reject")
    assert key not in panel.shown(panel.take_in())


def test_another_label_can_be_given_with_the_machine_s_probability(panel: Panel) -> None:
    panel.open()
    item, scheme, label = next(key for key in panel.shown() if key[1] == "sdg")
    given = {a.label for i in panel.draft.items if i.id == item for a in i.labels}
    other = next(str(n) for n in range(1, 18) if str(n) not in given)
    for person in ("ada", "bo"):
        panel.decides(person, [(item, scheme, label)], "reject")
        panel.decides(person, [(item, scheme, other)])
    draft = panel.take_in()
    assert (item, "sdg", other) in panel.shown(draft)
    (one,) = (a for i in draft.items if i.id == item for a in i.labels if a.label == other)
    assert one.maker == "panel"
    assert 0 < one.probability < one.threshold
    (shown,) = (s for s in draft.shown if s.id == item)
    assert (scheme, other) in {(e.scheme, e.label) for e in shown.evidence}
    assert (scheme, label) not in {(e.scheme, e.label) for e in shown.evidence}
    assert draft.panel is not None
    assert [(o.item, o.label) for o in draft.panel.added] == [(item, other)]


def test_an_item_with_nothing_but_a_declaration_stays_within_reach(panel: Panel) -> None:
    """Or its author could not take that back."""
    panel.open()
    with panel.packet_open() as packet:
        there = {*packet.ids()}
    out = next(item.id for item in panel.draft.items if item.id not in there)
    panel.does("ada", Declared(out, "mine"))
    panel.take_in()
    with panel.packet_open() as packet:
        assert packet.item(out) is not None


def test_findings_dissents_and_questions_go_into_the_edition(panel: Panel) -> None:
    panel.open()
    (worded,) = panel.does(
        "ada", Finding("f1", "sdg/3", "It helps nurses.", "limited", "low", (panel.shown()[0][0],))
    )
    panel.does("bo", FindingVoice("f1", worded.event_id, "dissent", "It helps nobody."))
    panel.does("dina", FindingVoice("f1", worded.event_id, "approve"))
    panel.does("bo", Question("q1", "sdg/3", "Whom does it help?"))
    found = panel.take_in().panel
    assert found is not None
    (finding,) = found.findings
    assert (finding.page, finding.statement, finding.evidence) == (
        "sdg/3", "It helps nurses.", "limited",
    )  # fmt: skip
    assert finding.approved_by == ("Ada Okafor", "Dina Haddad")
    assert [(d.by, d.text) for d in finding.dissents] == [("Bo Li", "It helps nobody.")]
    assert [q.text for q in found.questions] == ["Whom does it help?"]


def test_a_merged_story_is_told_once(panel: Panel) -> None:
    panel.open()
    section = next(s for s in panel.draft.sections if len(s.chosen) > 1)
    one, other = section.chosen[:2]
    panel.does("ada", StoryRuling("merge", (one, other), "the same work"))
    draft = panel.take_in()
    (story,) = (s for s in draft.stories if one in s.items)
    assert other in story.items
    assert story.reasons == ("merged by Ada Okafor: the same work",)
    (now,) = (s for s in draft.sections if (s.scheme, s.label) == (section.scheme, section.label))
    assert len({one, other} & {*now.chosen}) == 1


def comes_late(panel: Panel, folder: Path) -> None:
    """Three stories about wells come into the store after the review was opened."""
    folder.mkdir()
    entries = "".join(ENTRY.format(n) for n in range(1, 4))
    (folder / "outlet.2026-03-31.xml").write_text(
        f'<rss version="2.0"><channel><title>Outlet</title>{entries}</channel></rss>'
    )
    inputs = Inputs(sources=None, feeds=(folder,), describing=catalogue.default_path())
    with writing(panel.place.database) as connection:
        list(harvest(connection, panel.place, Q1, inputs, panel.clock))
        list(classify(connection, Q1, panel.using.model, panel.clock))


def test_a_draft_in_review_keeps_its_items_until_it_is_refreshed(
    panel: Panel, tmp_path: Path
) -> None:
    panel.open(papers=500)
    comes_late(panel, tmp_path / "late")
    _, said = status_lines(panel.place, "2026Q1", panel.clock)
    assert any("digest review open 2026Q1 --refresh renews it" in line for line in said)
    panel.all_accept()
    known = {item.id for item in panel.take_in().items}
    assert known == {item.id for item in panel.draft.items}
    assert not any("wells" in item.title for item in panel.draft.items)

    opened = panel.open(refresh=True)
    came = {item.id for item in panel.draft.items} - known
    assert len(came) == 3
    with closing(panel.packet()) as packet:
        assert {*packet.queue("late")} == came
        assert all(item.late for item in packet.items(came))
        assert came <= {*packet.about.inclusion}  # all were drawn at first, so all of these are
        assert packet.about.opened != known
    assert dict(opened.queues)["late"] == 3
    decided = [a.maker for i in panel.draft.items for a in i.labels if i.id in known]
    assert "panel" in decided  # what was decided before stands
    assert [told["late"] for told in panel.told("digest.review.opened")] == [0, 3]
    panel.open()
    with closing(panel.packet()) as packet:
        assert {*packet.queue("late")} == came


def test_a_refresh_that_was_killed_draws_from_what_came_when_it_is_run_again(
    panel: Panel, tmp_path: Path
) -> None:
    """Killed between the fresh draft and its packet, and when all was done."""
    panel.open(papers=500)
    known = {item.id for item in panel.draft.items}
    comes_late(panel, tmp_path / "late")
    before = panel.place.packet(Q1).read_bytes()
    for _ in range(2):
        panel.open(refresh=True)
        came = {item.id for item in panel.draft.items} - known
        assert len(came) == 3
        with panel.packet_open() as packet:
            assert came <= {*packet.about.inclusion}
            assert {*packet.queue("late")} == came
            assert all(item.late for item in packet.items(came))
            assert {*packet.population()} == known | came
        panel.place.packet(Q1).write_bytes(before)


def test_a_rerun_does_not_take_the_draft_from_under_the_panel(panel: Panel) -> None:
    panel.open()
    request = Request(Q1, STORED, panel.clock, lambda _: None)
    before = panel.place.packet(Q1).read_bytes()
    for run in (rerun, rehearse):  # a dry run promises nothing that would be refused
        with pytest.raises(InputError, match="the panel reviews the draft of 2026Q1, which keeps"):
            run(panel.place, request)
    assert panel.place.packet(Q1).read_bytes() == before


def test_a_killed_opening_is_opened_again(panel: Panel) -> None:
    """Killed when the packet was there, and nothing else."""
    panel.open()
    panel.all_accept()
    done = panel.take_in()
    Shelf(panel.place.editions).put_draft(Shelf(panel.place.editions).machine(Q1))  # type: ignore[arg-type]
    (panel.place.editions / "2026Q1" / "frozen.json").unlink()
    assert panel.open().manifest == done


def test_the_commands(panel: Panel) -> None:
    var = ("--var", panel.place.folder)
    opened = digest("review", "open", "2026Q1", "--sample", "5", "--by", "Ed Itor", *var)
    said = opened.stdout.decode().splitlines()
    assert (opened.returncode, opened.stderr) == (0, b"")
    assert said[0] == f"the review of 2026Q1 is open, draft sha256 {panel.draft.sha256}"
    assert "  sample: 7 items" in said
    assert (panel.place.drafts / "2026Q1" / "index.html").exists()
    for person in ("ada", "bo"):
        panel.decides(person, panel.shown()[:3])
    panel.decides("dina", panel.shown()[:1], "reject")
    status = digest("review", "status", "2026Q1", *var).stdout.decode()
    assert status.startswith("2026Q1: in review\nmissing:\n  ")
    assert "items are shown are not decided" in status
    assert "the draft does not hold 7 later decisions yet" in status
    assert "the cited papers were not looked up again" in status
    assert "  Ada Okafor (member): 3 labels of " in status
    assert "agreement: 60% of 5 pairs of judgements, Krippendorff's alpha " in status
    refused = digest("review", "open", "2025Q4", *var)
    assert "2025Q4 has no draft to review" in sentence(refused)


def test_opening_builds_the_site_of_the_draft(panel: Panel) -> None:
    open_now(panel.place, Q1, Wish("Ed Itor", 5), STORED, panel.clock)
    assert (panel.place.drafts / "2026Q1" / "index.html").exists()
