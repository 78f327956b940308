"""Readers' reports about pages, entered by an editor, and what became of them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from digest.review.events import Handled, Payload, Report, not_undone, of_kind
from digest.review.web import forms
from digest.review.web.forms import Form
from digest.review.web.review import Review
from digest.review.web.views.item import name_of
from digest.review.web.visit import SEE_OTHER, Open, Posted, Visit, Visitor

editors = APIRouter()


@editors.get("/{quarter}/reports")
def reports(visit: Visitor, review: Open, saved: str = "") -> Response:
    """The queue of reports, those without an outcome first."""
    kept = not_undone(review.ledger.said())
    outcomes = {act.report: (act.outcome, name_of(review.people, event.person))
                for event, act in of_kind(kept, Handled)}  # fmt: skip
    found = [(event, act, outcomes.get(event.event_id)) for event, act in of_kind(kept, Report)]
    found.sort(key=lambda one: one[2] is not None)
    return visit.page("reports", review=review, reports=found, saved=saved)


@editors.post("/{quarter}/report")
def report(visit: Visitor, review: Open, form: Posted) -> Response:
    """Enter what a reader wrote."""
    act = Report(form.needed("page", 300), form.needed("text"), form.text("contact", 300))
    return _saved(visit, review, form, act)


@editors.post("/{quarter}/handled")
def handled(visit: Visitor, review: Open, form: Posted) -> Response:
    """Say what became of a report."""
    act = Handled(form.needed("report", 300), form.needed("outcome"))
    known = {event.event_id for event, _ in of_kind(review.ledger.said(), Report)}
    if act.report not in known:
        raise forms.refused("there is no such report")
    return _saved(visit, review, form, act)


def _saved(visit: Visit, review: Review, form: Form, act: Payload) -> Response:
    visit.save(review, (form.event_id(repr(act)), act))
    return RedirectResponse(f"/{review.quarter}/reports?saved=1", SEE_OTHER)
