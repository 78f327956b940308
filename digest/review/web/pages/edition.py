"""The edition as the panel speaks of it: its pages with findings, questions and comments."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from digest.edition.readings import Pair
from digest.review.consensus import findings, questions
from digest.review.events import (
    Agreement,
    Comment,
    Evidence,
    Finding,
    FindingVoice,
    Payload,
    Question,
    Voice,
    of_kind,
)
from digest.review.standing import is_voter
from digest.review.web import forms
from digest.review.web.forms import Form
from digest.review.web.review import Review
from digest.review.web.views.edition import page_view
from digest.review.web.views.words import AGREEMENT, EVIDENCE, told
from digest.review.web.visit import SEE_OTHER, Open, Posted, Visit, Visitor
from digest.tongue import N_

inner = APIRouter()
UNCHOSEN = N_("It is not saved yet: choose a word for the evidence, and one for how far it agrees.")


@inner.get("/{quarter}/page")
def page(visit: Visitor, review: Open, label: str, saved: str = "") -> Response:
    """A page of the edition."""
    return _page(visit, review, label, saved=saved)


def _page(
    visit: Visit,
    review: Review,
    label: str,
    saved: str = "",
    typed: Finding | None = None,
    refusal: str = "",
) -> Response:
    """``typed`` is what a form that is refused said: for what ``refusal`` says, or since it was of
    an old page."""
    pair = _pair(review, label)
    view = page_view(review, visit.person, pair, visit.tongue, visit.desk.codebook)
    return visit.page(
        "page_of_edition", 400 if refusal else 409 if typed else 200, review=review, view=view,
        key=label, saved=saved, typed=typed, refusal=refusal, may_vote=is_voter(visit.person),
        evidence=told(EVIDENCE, visit.tongue), agreement=told(AGREEMENT, visit.tongue),
    )  # fmt: skip


@inner.post("/{quarter}/finding")
def finding(visit: Visitor, review: Open, form: Posted) -> Response:
    """Save a finding of a page, or its next wording; without a statement it is withdrawn."""
    key = form.needed("page", 300)
    shown = {*review.packet.chosen(_pair(review, key))}
    act = Finding(
        finding=_id_of(visit, form, "finding"),
        page=key,
        statement=form.text("statement"),
        evidence=cast(Evidence, form.one_of("evidence", ("", *EVIDENCE))),
        agreement=cast(Agreement, form.one_of("agreement", ("", *AGREEMENT))),
        items=tuple(item for item in form.all("item") if item in shown),
    )
    if not (act.evidence and act.agreement):
        why = visit.tongue.gettext(UNCHOSEN)
        return _page(visit, review, key, typed=act, refusal=why)
    if _is_overtaken(review, form, act):
        return _page(visit, review, key, typed=act)
    return _saved(visit, review, form, act, key)


def _is_overtaken(review: Review, form: Form, act: Finding) -> bool:
    """Whether another wording took the place of the one that the form shows.

    A next wording is of a finding of this page, and a new one says something.
    """
    if not form.text("finding"):
        if not act.statement:
            raise forms.refused("a finding needs a statement")
        return False
    said = review.ledger.said()
    worded = [(event, one) for event, one in of_kind(said, Finding) if one.finding == act.finding]
    if act.page not in {one.page for _, one in worded}:
        raise forms.refused("there is no such finding: load the page again")
    if form.event_id(repr(act)) in {event.event_id for event, _ in worded}:
        return False  # it was sent twice
    stands = {one.finding: one.wording for one in findings(said, review.people, review.ledger.rule)}
    return stands.get(act.finding) != form.needed("wording", 100)


@inner.post("/{quarter}/voice")
def voice(visit: Visitor, review: Open, form: Posted) -> Response:
    """Approve a finding's wording, or dissent from it."""
    if not is_voter(visit.person):
        raise forms.refused("editors do not vote", 403)
    said = cast(Voice, form.one_of("voice", ("approve", "dissent")))
    known = {
        (one.finding, one.wording): one.page
        for one in findings(review.ledger.said(), review.people, review.ledger.rule)
    }
    act = FindingVoice(form.needed("finding"), form.needed("wording"), said, form.text("text"))
    if (act.finding, act.wording) not in known:
        raise forms.refused("it was worded anew meanwhile: load the page again", 409)
    return _saved(visit, review, form, act, known[act.finding, act.wording])


@inner.post("/{quarter}/question")
def question(visit: Visitor, review: Open, form: Posted) -> Response:
    """Save an open question; without a text it is withdrawn."""
    key = form.needed("page", 300)
    _pair(review, key)
    act = Question(_id_of(visit, form, "question"), key, form.text("text"))
    known = {one.question for one in questions(review.ledger.said(), review.people)
             if one.page == key}  # fmt: skip
    if form.text("question") and act.question not in known:
        raise forms.refused("there is no such question: load the page again")
    if not form.text("question") and not act.text:
        raise forms.refused("a question needs words")
    return _saved(visit, review, form, act, key)


@inner.post("/{quarter}/comment")
def comment(visit: Visitor, review: Open, form: Posted) -> Response:
    """Save a comment on a page, or on the edition."""
    key = form.text("page", 300)
    if key:
        _pair(review, key)
    act = Comment(f"page:{key}" if key else "edition", form.needed("text"))
    return _saved(visit, review, form, act, key)


def _id_of(visit: Visit, form: Form, name: str) -> str:
    """The id of what is reworded; something new gets one that nobody else's form can make, nor one
    of another page, so it never takes the place of what is there."""
    given = form.text(name, 300)
    return given or form.event_id(name, visit.person.id, form.needed("page", 300))


def _pair(review: Review, key: str) -> Pair:
    scheme, _, label = key.partition("/")
    if (scheme, label) not in review.packet.pages():
        raise forms.refused("", 404)
    return scheme, label


def _saved(visit: Visit, review: Review, form: Form, act: Payload, key: str) -> Response:
    event_id = form.event_id(repr(act))
    visit.save(review, (event_id, act))
    query = urlencode({"label": key, "saved": "1"})
    path = f"/{review.quarter}/page?{query}" if key else f"/{review.quarter}/edition?saved=1"
    to = f"#comment-{event_id}" if isinstance(act, Comment) else ""
    return RedirectResponse(path + to, SEE_OTHER)
