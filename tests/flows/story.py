"""One evening of a panel, from the draft to a corrected edition, in real browsers.

An editor, three members and a chair review a quarter by the review application; the flows take in
what they decide and publish what the chair signed. All that people do is done by keys and buttons,
all that the pipeline does by the flows that its events start. The test plays it with the sample
quarter, ``benchmarks.review_real`` with a real one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from digest.config import Inputs, Workplace, utc_now
from digest.edition.select import candidates
from digest.edition.shelf import Shelf
from digest.review.events import Decision, not_undone, of_kind
from digest.steps.opening import Wish, open_now
from tests.command import digest
from tests.examples import Q1
from tests.flows.evening import EDITOR, Flows, Panel, Reviewer
from tests.review.quarter import harvested

STATEMENT = "Cheap cameras find road and crop damage early, where somebody acts on what they see."
DISSENT = "Two of the three studies share their data: that is one finding, not three."
QUESTION = "Does it hold where nobody repairs the cameras?"
REASON = "The authors told us that the data were mixed up."


@dataclass(frozen=True)
class Shown:
    """What the machine's draft shows, or would: items with a label each, and who wrote them."""

    labels: tuple[tuple[str, str], ...]
    voices: dict[str, str]
    titles: dict[str, str]

    @classmethod
    def of(cls, place: Workplace) -> Shown:
        draft = Shelf(place.editions).draft(Q1)
        assert draft
        labels = [(i, f"{s.scheme}/{s.label}") for s in draft.sections for i in candidates(s)]
        voices = {item.id: item.voice for item in draft.items}
        return cls(tuple(labels), voices, {item.id: item.title for item in draft.items})

    def papers(self, number: int) -> list[tuple[str, str]]:
        """So many labels, each of a paper of its own."""
        papers = {item: (item, label) for item, label in self.labels if item.startswith("arxiv:")}
        return list(papers.values())[:number]


def added(
    editor: Reviewer, person: str, name: str, role: str, conflict: str = "", language: str = "en"
) -> str:
    """The editor adds somebody in the application; the link to hand on."""
    page = editor.page
    page.goto(f"{editor.base}/people")
    page.fill("#person", person)
    page.fill("#name", name)
    page.select_option("#role", role)
    page.select_option("#language", language)
    page.fill("#conflicts", conflict)
    editor.post("text=Add, and make a link")
    return str(page.inner_text("code[dir=ltr]"))


def at(reviewer: Reviewer, label: tuple[str, str]) -> Reviewer:
    """Somebody opens one item."""
    reviewer.go(f"item?{urlencode({'queue': 'selected', 'id': label[0]})}")
    return reviewer


def find_words(key: str, ada: Reviewer, ben: Reviewer, chair: Reviewer) -> None:
    """A finding of a page is worded, approved and dissented from; a question stays open."""
    for one in (ada, ben, chair):
        one.go(f"page?label={key}")
    ada.page.fill("#statement-new", STATEMENT)
    ada.page.select_option("#evidence-new", "medium")
    ada.page.select_option("#agreement-new", "high")
    ada.page.check("input[name=item] >> nth=0")
    ada.post("text=Save the finding")
    ada.page.fill("#question", QUESTION)
    ada.post("text=Save the question")
    ben.page.reload()
    ben.page.click("summary:text-is('Dissent')")
    ben.page.fill("#dissent-1", DISSENT)
    ben.post("text=Save the dissent")
    chair.page.reload()
    assert "not approved yet" in chair.text
    chair.post("text=Approve this wording")
    assert "Approved by: Ada Lovelace and Dina Chair." in chair.text


def every_act_is_there_once(panel: Panel) -> None:
    """No label of an item was decided twice by anybody, but for what was taken back."""
    kept = of_kind(not_undone(panel.acts()), Decision)
    times = Counter((event.person, d.item, d.scheme, d.label) for event, d in kept)
    assert {*times.values()} == {1}


def data_of(place: Workplace, version: str) -> dict[str, bytes]:
    """The data of a published version as readers can have them."""
    files = (place.public / str(Q1) / version).glob("*.json")
    return {path.name: path.read_bytes() for path in files}


def readers_see(place: Workplace, browser: Any, key: str, changed: str) -> None:
    """The public site says what the panel found, and what was corrected, why and by whom."""
    page = browser.new_page(viewport={"width": 375, "height": 800})

    def text(path: str, part: str = ".md-content") -> str:
        page.goto((place.public / path / "index.html").as_uri())
        return str(page.inner_text(part))

    found = text(f"{Q1}/{key}")
    for said in (STATEMENT, "Medium evidence", "High agreement", DISSENT, "Ben Okri", QUESTION):
        assert said in found
    assert "v1.1 (this one)" in text(str(Q1))
    assert "replaces it" in text(f"{Q1}/v1.0", "body")
    for path, said in ((f"{Q1}/changes", changed), ("corrections", f"{Q1} v1.1")):
        corrected = text(path)
        for words in ("Amendment", REASON, "Corrected by Dina Chair", said):
            assert words in corrected
    assert REASON in (place.public / "feeds" / "atom.xml").read_text("utf-8")


def an_evening(panel: Panel, flows: Flows, late: AbstractContextManager[Inputs]) -> Iterator[str]:
    """Play it, with the draft that is on the shelf; says after each part what was done.

    ``late`` is what can be harvested when the review is open.
    """
    place = panel.place
    shown = Shown.of(place)
    own, disputed, wrong, mistaken = shown.papers(4)

    # The editor takes people in; Ben's colleague wrote one of the papers.
    editor = panel.enters(EDITOR.id)
    editor.page.goto(editor.base)
    assert "Nothing to review" in editor.text
    ada = panel.opens(added(editor, "ada", "Ada Lovelace", "member"))
    ben = panel.opens(added(editor, "ben", "Ben Okri", "member", conflict=shown.voices[own[0]]))
    cho = panel.opens(added(editor, "cho", "Cho Min", "member", language="ar"))
    chair = panel.opens(added(editor, "dina", "Dina Chair", "chair"))
    flows.freeze()
    assert "Selected for the site" in chair.go("")
    yield "the editor takes four people in, and the review is opened"

    # Ada goes through all that is shown; she takes one mistake back.
    at(ada, mistaken).page.keyboard.press("r")
    ada.page.wait_for_selector("#status .said")
    ada.page.keyboard.press("z")
    ada.page.wait_for_selector("#status .quiet")
    assert ada.review("selected", {wrong: "reject"}) == len(shown.labels)
    yield f"Ada decides on all {len(shown.labels):,} labels that are shown, and takes one back"

    # Ben sees what Ada said only after he has decided. His train goes into a tunnel.
    assert "conflict of interest" in at(ben, own).text
    assert "Ada Lovelace" not in at(ben, disputed).text
    ben.decide({disputed: "reject"})
    ben.sent()
    assert "Ada Lovelace" in ben.text
    ben.go("item?queue=selected")
    ben.page.wait_for_load_state("networkidle")  # the next items come in advance
    before = len(panel.acts())
    ben.page.context.set_offline(True)
    waiting = ben.decide({wrong: "reject"})
    ben.next()
    waiting += ben.decide({wrong: "reject"})
    assert f"waiting: {waiting}" in ben.page.inner_text("#waits")
    assert len(panel.acts()) == before
    ben.page.context.set_offline(False)
    ben.sent()
    assert len(panel.acts()) == before + waiting
    yield f"Ben decides on {waiting} without a connection, and they are sent when it is back"

    # A month later a source brings something late; the editor has the draft refreshed.
    with late as inputs:
        harvested(place, inputs, utc_now)
        open_now(place, Q1, Wish("Ed Itor", refresh=True), inputs, utc_now)
        assert "Late arrivals" in ben.go("")
        yield "what came late is in the draft, drafted anew"
        for member in (ben, ada):
            assert member.review("late") > 0
            member.review("selected", {wrong: "reject"})
        at(cho, own).decide({})
        cho.sent()
        yield "Ben and Ada decide on it, and Ben on what Ada had decided"

        # One item is disputed: the chair decides. Then words are found for what it all means.
        assert "the panel has not decided" in chair.go("edition")
        assert "Ben Okri" not in chair.go("item?queue=disagree")
        chair.decide({})
        chair.page.wait_for_selector("text=Ben Okri")
        find_words(wrong[1], ada, ben, chair)
        yield "the chair decides where they differ, and a finding is found words for"

        # The pipeline takes all of it in and looks the papers up again; the chair signs.
        flows.look()
        yield "the draft holds all that was decided"
        assert "Nothing: the chair may sign." in chair.go("edition")
        chair.page.fill("#note", "A good evening.")
        chair.post("text=Sign off and publish")
        assert Shelf(place.editions).editions() == []
        flows.look()
    assert [edition.version for edition in Shelf(place.editions).editions()] == ["v1.0"]
    assert "Published" in chair.go("edition")
    every_act_is_there_once(panel)
    kept = data_of(place, "v1.0")
    yield "the chair signs, and v1.0 is published"

    # What is published is only ever corrected: another version, which the chair signs as well.
    corrected = digest(
        "correct", str(Q1), "--kind", "amendment", "--label", f"{' '.join(mistaken)}=reject",
        "--reason", REASON, "--by", "Dina Chair", "--var", place.folder,
    )  # fmt: skip
    assert corrected.returncode == 0, corrected.stderr.decode()
    assert "In review" in chair.go("edition")
    for member in (ada, ben):  # what comes in its place, if anything does, is read as well
        member.review("selected")
    flows.look()
    assert "Nothing: the chair may sign." in chair.go("edition")
    chair.post("text=Sign off and publish")
    flows.look()
    assert [edition.version for edition in Shelf(place.editions).editions()] == ["v1.0", "v1.1"]
    assert data_of(place, "v1.0") == kept
    readers_see(place, panel.browser, wrong[1], shown.titles[mistaken[0]])
    yield "v1.1 corrects it, and readers see what changed and why"
