"""The panel words findings, dissents, asks, signs; editors see to people and readers' reports."""

from __future__ import annotations

import io
import re
from contextlib import closing
from html import unescape
from uuid import uuid4
from zipfile import ZipFile

from digest.edition.shelf import Shelf
from digest.review.book import Book
from digest.review.events import Embargoed, Finding, New, Opened, Signed, Undone, of_kind
from digest.review.packet import About, write_packet
from digest.review.papers import PapersCheck, write_check
from digest.review.people import People
from tests.examples import Q1
from tests.review.web.desk import ACME, ITEMS, PAPER, QUEUES, STORY, Served, Visitor

PAGE = "/2026Q1/page?label=sdg/3"
STATEMENT = "Phones help nurses, in the clinics that were studied."


def words(visitor: Visitor, statement: str = STATEMENT, **fields: str) -> None:
    answer = visitor.post(
        "/2026Q1/finding", page="sdg/3", statement=statement, evidence="limited",
        agreement="medium", item=PAPER.id, **fields,
    )  # fmt: skip
    assert answer.status_code == 200
    assert "Saved." in answer.text


def last_finding(served: Served) -> tuple[str, str]:
    """The id of the last finding, and of its wording."""
    event, finding = of_kind(served.events, Finding)[-1]
    return finding.finding, event.event_id


def test_a_finding_is_worded_approved_reworded_and_withdrawn(served: Served) -> None:
    ada, chair = served.visitor("ada"), served.visitor("chair")
    words(ada)
    finding, wording = last_finding(served)
    page = chair.get(PAGE).text
    assert STATEMENT in page
    assert "Evidence: limited; agreement: medium." in page
    assert "not approved yet" in page
    assert "Approvals: 1; it takes 2, and more than dissent." in page
    assert "It names no item" not in page
    assert "Approve this wording" in page
    approved = chair.post("/2026Q1/voice", finding=finding, wording=wording, voice="approve").text
    assert "Approved by: Ada Lovelace and Dina Chair." in approved
    assert "not approved yet" not in approved
    words(ada, "Another wording.", finding=finding, wording=wording)
    assert "not approved yet" in chair.get(PAGE).text
    stale = chair.post("/2026Q1/voice", finding=finding, wording=wording, voice="approve")
    assert stale.status_code == 409
    ada.post("/2026Q1/finding", page="sdg/3", finding=finding, wording=last_finding(served)[1],
             evidence="limited", agreement="low")  # fmt: skip
    assert "The panel has no finding on this page yet." in ada.get(PAGE).text
    unknown = ada.post("/2026Q1/finding", page="sdg/3", finding="x" * 32, statement="s",
                       evidence="limited", agreement="low")  # fmt: skip
    assert unknown.status_code == 400


def test_a_wording_of_an_old_page_takes_the_place_of_no_other_s(served: Served) -> None:
    ada, ben, form = served.visitor("ada"), served.visitor("ben"), uuid4().hex
    words(ada)
    finding, first = last_finding(served)
    for _ in range(2):  # a double click is one wording
        words(ada, "In two trials.", finding=finding, wording=first, id=form)
    _, second = last_finding(served)
    typed = {"page": "sdg/3", "statement": "A comma, added.", "evidence": "robust",
             "agreement": "high", "finding": finding}  # fmt: skip
    stale = ben.post("/2026Q1/finding", wording=first, **typed)
    assert stale.status_code == 409
    assert "Somebody else changed this meanwhile" in stale.text
    assert last_finding(served) == (finding, second)
    assert ">A comma, added.</textarea>" in stale.text  # is not typed twice
    assert '<option value="robust" selected>' in stale.text
    assert f'name="wording" value="{second}"' in stale.text
    assert "In two trials." in stale.text
    ada.post("/2026Q1/finding", page="sdg/3", finding=finding, wording=second, evidence="limited",
             agreement="low")  # fmt: skip
    withdrawn = ben.post("/2026Q1/finding", wording=second, **typed)
    assert (withdrawn.status_code, ">A comma, added.</textarea>" in withdrawn.text) == (409, True)
    words(ben, "A comma, added.")  # as a finding of its own


def test_what_one_editor_noted_of_a_person_is_not_lost_by_another_s_old_page(
    served: Served,
) -> None:
    one, other = served.visitor("ed"), served.visitor("ed")
    described = {"name": "Ada Lovelace", "role": "member", "language": "en"}
    seen = re.search(r'name="seen" value="(\w+)"', other.get("/people/person?id=ada").text)
    assert seen
    one.change("ada", conflicts="Outlet 1", **described)
    typed = described | {"affiliation": "A Univ."}
    stale = other.post("/people/change", person="ada", seen=seen[1], **typed)
    assert stale.status_code == 409
    assert "Somebody else changed this meanwhile" in stale.text
    assert "<bdi>Outlet 1</bdi>" in stale.text
    assert 'value="A Univ."' in stale.text
    with closing(People(served.place.book, served.clock)) as people:
        assert people.persons()["ada"].conflicts == ("Outlet 1",)
    # The same form again, of a double click, changes nothing and is no other's.
    again = one.post(
        "/people/change", person="ada", seen=seen[1], conflicts="Outlet 1", **described
    )
    assert again.status_code == 200


def test_a_dissent_has_words_and_is_signed_by_name(served: Served) -> None:
    words(served.visitor("ada"))
    finding, wording = last_finding(served)
    ben = served.visitor("ben")
    empty = ben.post("/2026Q1/voice", finding=finding, wording=wording, voice="dissent")
    assert empty.status_code == 409
    ben.post("/2026Q1/voice", finding=finding, wording=wording, voice="dissent", text="One clinic.")
    page = served.visitor("chair").get(PAGE).text
    assert "<bdi>Ben Okri</bdi></strong>: " in page
    assert "One clinic." in page
    editor = served.visitor("ed").post("/2026Q1/voice", finding=finding, wording=wording,
                                       voice="approve")  # fmt: skip
    assert editor.status_code == 403


def test_questions_and_comments_stand_on_their_page(served: Served) -> None:
    ada = served.visitor("ada")
    asked = ada.post("/2026Q1/question", page="sdg/3", text="Elsewhere, too?").text
    assert "Elsewhere, too?" in asked
    found = re.search(r'name="question" value="([\w-]+)"', asked)
    assert found
    assert "Elsewhere" not in ada.post("/2026Q1/question", page="sdg/3", question=found[1]).text
    assert "well put" in ada.post("/2026Q1/comment", page="sdg/3", text="well put").text
    assert "too long" in ada.post("/2026Q1/comment", page="", text="too long").text
    assert "well put" not in ada.get("/2026Q1/edition").text


def test_what_was_said_of_a_page_or_the_edition_is_where_its_author_lands(served: Served) -> None:
    ada = served.visitor("ada")
    for page in ("sdg/3", ""):
        said = ada.post("/2026Q1/comment", page=page, text="well put")
        assert said.url.fragment.startswith("comment-")
        assert f'<li id="{said.url.fragment}" tabindex="-1">' in said.text


def test_a_finding_without_its_two_words_asks_for_them_and_keeps_what_was_typed(
    served: Served,
) -> None:
    ada = served.visitor("ada")
    form = ada.get(PAGE).text
    for name in ("evidence", "agreement"):
        assert re.search(rf'name="{name}" required [^>]+><option value="">Choose …</option>', form)
    typed = {"page": "sdg/3", "statement": STATEMENT, "evidence": "robust", "item": PAPER.id}
    refused = ada.post("/2026Q1/finding", agreement="", **typed)
    assert (refused.status_code, served.events) == (400, [])
    assert "choose a word for the evidence, and one for how far it agrees." in refused.text
    assert f">{STATEMENT}</textarea>" in refused.text
    assert '<option value="robust" selected>' in refused.text


def test_a_page_shows_what_stands_only_where_one_has_decided(served: Served) -> None:
    served.visitor("ben").decide("reject")
    ada = served.visitor("ada")
    shown = "Phones for clinics</a> <small>Paper</small> <span"
    assert shown not in ada.get(PAGE).text
    ada.decide("reject")
    assert shown in ada.get(PAGE).text


def settle(served: Served) -> None:
    """All that is shown is decided, the draft holds it, the papers were looked up."""
    for name in ("ada", "chair"):
        visitor = served.visitor(name)
        for item, label in (
            (PAPER, "sdg/3"), (PAPER, "risk/group-discrimination"), (STORY[0], "sdg/3"),
            (ACME, "risk/group-discrimination"),
        ):  # fmt: skip
            visitor.decide("accept", label, item.id)
    about = About("a" * 64, taken=served.events[-1].number)
    path = served.place.packet(Q1)
    write_packet(path, "b" * 64, Q1, ITEMS, QUEUES, served.clock, about)
    papers = PapersCheck(served.clock(), "checked", (PAPER.id, ACME.id))
    write_check(served.place.papers(Q1), papers)


def test_a_person_that_changed_since_is_taken_in_before_a_chair_signs(served: Served) -> None:
    settle(served)
    chair, editor = served.visitor("chair"), served.visitor("ed")
    assert "later decisions" not in chair.get("/2026Q1/edition").text
    about = About("a" * 64, taken=served.events[-1].number, people=0)
    write_packet(served.place.packet(Q1), "b" * 64, Q1, ITEMS, QUEUES, served.clock, about)
    editor.change("ada", name="Ada O.", role="member", language="en",
                affiliation="Elsewhere")  # fmt: skip
    refused = chair.post("/2026Q1/sign", sha256="b" * 64)
    assert refused.status_code == 409
    assert "does not hold 1 later decisions yet" in refused.text


def test_where_everybody_decided_and_nothing_is_settled_the_pages_lead_on(served: Served) -> None:
    ada = served.visitor("ada")
    for name, verdict in (("ada", "accept"), ("ben", "unsure"), ("chair", "unsure")):
        for item in (PAPER, *STORY):
            served.visitor(name).decide(verdict, item=item.id, queue="goal/3")
    done = ada.get("/2026Q1/item?queue=goal/3").text
    assert "You decided, and these are still open" in done
    assert done.count(" – Goal 3: ") == 4
    for label, item in (("risk/group-discrimination", PAPER), ("risk/group-discrimination", ACME)):
        for name in ("ada", "chair"):
            served.visitor(name).decide("accept", label, item.id)
    page = ada.get("/2026Q1/edition").text
    button = re.search('href="([^"]+)">Decide on what is shown', page)
    assert button
    assert f'data-item="{PAPER.id}"' in ada.get(unescape(button[1])).text


def test_where_conflicts_make_a_quorum_impossible_the_items_are_named(served: Served) -> None:
    for name in ("ada", "cho"):
        served.visitor(name).post("/2026Q1/declare", item=ACME.id)
    page = served.visitor("chair").get("/2026Q1/edition").text
    assert "Labels on which no quorum is possible" in page
    assert f">{ACME.title}</a>" in page


def test_the_chair_signs_when_nothing_is_missing_and_not_before(served: Served) -> None:
    chair, ada = served.visitor("chair"), served.visitor("ada")
    early = chair.get("/2026Q1/edition").text
    assert "on which the panel has not decided: 4." in early
    assert "Sign off and publish" not in early
    assert chair.post("/2026Q1/sign", sha256="a" * 64).status_code == 409
    settle(served)
    page = chair.get("/2026Q1/edition").text
    assert "Nothing: the chair may sign." in page
    assert chair.post("/2026Q1/sign", sha256="a" * 64).status_code == 409  # an earlier draft
    assert "supports it" in ada.post("/2026Q1/sign", sha256="b" * 64, note="gladly").text
    assert "In review" in ada.get("/2026Q1/edition").text
    chair.post("/2026Q1/embargo", until="2026-02-10T09:30")
    signed = chair.post("/2026Q1/sign", sha256="b" * 64).text
    assert "Signed off, under embargo" in signed
    assert "Embargo until 10 Feb 2026, 09:30 UTC." in signed
    assert [s.sha256 for _, s in of_kind(served.events, Signed)] == ["b" * 64] * 2
    assert of_kind(served.events, Embargoed)[0][1].until == "2026-02-10T09:30:00+00:00"
    assert "Take my signature back" in signed
    assert ">In review</span>" in chair.post("/2026Q1/unsign").text
    assert isinstance(served.events[-1].payload, Undone)
    assert chair.post("/2026Q1/embargo", until="soon").status_code == 400


def test_who_has_signed_does_not_sign_again_from_another_tab(served: Served) -> None:
    settle(served)
    chair, form = served.visitor("chair"), uuid4().hex
    for _ in range(2):  # a double click is one signature
        assert chair.post("/2026Q1/sign", sha256="b" * 64, id=form).status_code == 200
    again = chair.post("/2026Q1/sign", sha256="b" * 64)
    assert again.status_code == 409
    assert "you have signed this draft already" in again.text
    assert len(of_kind(served.events, Signed)) == 1


def test_all_of_one_s_own_signatures_are_taken_back_at_once(served: Served) -> None:
    """Two, of a version that took a second one."""
    settle(served)
    with closing(Book(served.place.book, served.clock)) as book:
        for name in ("signed-one", "signed-two"):
            book.append(New(name, Q1, "chair", Signed("b" * 64, "", "chair")))
    chair = served.visitor("chair")
    assert "Signed off" in chair.get("/2026Q1/edition").text
    assert ">In review</span>" in chair.post("/2026Q1/unsign").text
    assert chair.post("/2026Q1/unsign").status_code == 409


def test_what_is_published_cannot_be_signed_again(served: Served) -> None:
    settle(served)
    published = Shelf(served.place.editions).folder / "2026Q1"
    published.mkdir(parents=True)
    meta = f'{{"version":"v1.0","sha256":"{"b" * 64}","published_at":"2026-02-03T12:00:00+00:00"}}'
    (published / "v1.0.meta.json").write_text(meta)
    page = served.visitor("chair").get("/2026Q1/edition").text
    assert ">Published</span>" in page
    assert "Sign off and publish" not in page


def test_an_editor_adds_links_changes_and_revokes(served: Served) -> None:
    editor = served.visitor("ed")
    described = {
        "name": "Eve É",
        "role": "member",
        "language": "fr",
        "conflicts": "Acme\nB. Author",
    }
    added = editor.post("/people/add", person="eve", goal=["3", "10"], **described)
    link = re.search(r"<code dir=\"ltr\">(http\S+/enter\?link=[\w-]+)</code>", added.text)
    assert link
    eve = Visitor(served.guest())
    assert eve.client.post("/enter", data={"token": link[1].partition("=")[2]}).status_code == 303
    assert eve.get("/2026Q1/").status_code == 200
    again = editor.post("/people/add", person="eve", **described)
    assert (again.status_code, "there is a person eve already" in again.text) == (400, True)
    assert 'name="name" maxlength="120" required value="Eve É"' in again.text  # is not typed twice
    assert 'name="person" required pattern="[a-z][a-z0-9\\-]{1,31}" value="eve"' in again.text
    editor.change("eve", **(described | {"conflicts": "", "role": "chair"}))
    with closing(People(served.place.book, served.clock)) as people:
        eves = people.persons()["eve"]
    assert (eves.role, eves.conflicts, eves.name) == ("chair", (), "Eve É")
    editor.post("/people/revoke", person="eve")
    assert "revoked" in editor.get("/people").text
    assert "/enter" in str(eve.get("/").url)


def test_an_editor_does_not_shut_everybody_out_by_changing_their_own_role(served: Served) -> None:
    editor, described = served.visitor("ed"), {"name": "Ed It", "language": "en"}
    refused = editor.change("ed", role="member", **described)
    assert (refused.status_code, "your own role" in refused.text) == (400, True)
    assert 'required value="Ed It"' in refused.text  # what was typed is not typed twice
    assert "Ed It<" not in editor.get("/people").text
    editor.change("ed", role="editor", **described)
    assert "Ed It<" in editor.get("/people").text


def test_a_file_that_is_no_packet_of_a_quarter_is_passed_over(served: Served) -> None:
    for name in ("2026Q1 backup", "2026-q1"):
        served.place.packet(name).touch()
    assert served.visitor("ada").get("/").url.path == "/2026Q1/"


def test_a_conflict_that_an_editor_notes_counts_at_once(served: Served) -> None:
    ada = served.visitor("ada")
    ada.decide("accept")
    served.visitor("ed").change("ada", name="Ada Lovelace", role="member",
                              language="en", conflicts="B. Author")  # fmt: skip
    assert "A name that is noted for you" in ada.item()
    ben = served.visitor("ben")
    assert "(conflict of interest: does not count)" in ben.decide("accept").text


def test_readers_reports_are_a_queue_of_the_editors(served: Served) -> None:
    editor = served.visitor("ed")
    page = editor.post("/2026Q1/report", page="2026Q1/sdg/3 v1.0", text="A dead link").text
    report = re.search(r'name="report" value="([\w-]+)"', page)
    assert report
    done = editor.post("/2026Q1/handled", report=report[1], outcome="mended").text
    assert "dealt with" in done
    assert 'Ed Itor</bdi>:</strong> <span dir="auto">mended' in done
    assert editor.post("/2026Q1/handled", report="x" * 32, outcome="y").status_code == 400


def test_chair_and_editors_see_agreement_and_take_all_of_it_home(served: Served) -> None:
    with closing(Book(served.place.book, served.clock)):
        for name, verdict in (("ada", "accept"), ("ben", "accept"), ("chair", "reject")):
            served.visitor(name).decide(verdict)
    chair = served.visitor("chair")
    page = chair.get("/2026Q1/agreement").text
    assert "33.3%" in page
    assert '<td class="n">3</td><td class="n">33.3%' in page
    answer = chair.get("/export")
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"events.jsonl", "decisions.csv", "standing.csv"} <= {*archive.namelist()}
        assert archive.read("events.jsonl").count(b"\n") == 3


def test_another_draft_is_shown_as_soon_as_it_is_there(served: Served) -> None:
    ada = served.visitor("ada")
    assert "Phones for clinics" in ada.item()
    changed = {name: ids for name, ids in QUEUES.items() if name != "late"}
    write_packet(served.place.packet(Q1), "c" * 64, Q1, ITEMS, changed, served.clock)
    assert "Late arrivals" not in ada.get("/2026Q1/").text
    assert "c" * 16 in ada.get("/2026Q1/edition").text
    assert not of_kind(served.events, Opened)
