"""The edition as a whole: its stage, what is missing, sign-off, support, embargo."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from digest.edition.shelf import Shelf
from digest.review.events import Embargoed, Payload, Signed, Undone
from digest.review.papers import read_check
from digest.review.standing import is_voter
from digest.review.web import forms
from digest.review.web.forms import Form
from digest.review.web.review import Review
from digest.review.web.views.edition import EDITION, comments_on, page_lines
from digest.review.web.views.stage import StageView, stage_view
from digest.review.web.visit import SEE_OTHER, Open, Posted, Visit, Visitor, only

inner = APIRouter()


@inner.get("/{quarter}/edition")
def edition(visit: Visitor, review: Open, saved: str = "") -> Response:
    """The page."""
    return visit.page(
        "edition", review=review, saved=saved, stage=_stage(visit, review),
        lines=page_lines(review, visit.tongue, visit.desk.codebook),
        comments=comments_on(review, EDITION), may_vote=is_voter(visit.person),
    )  # fmt: skip


def _stage(visit: Visit, review: Review) -> StageView:
    place = visit.desk.place
    published = Shelf(place.editions).editions(review.quarter)
    return stage_view(
        review,
        visit.person,
        visit.tongue,
        visit.desk.clock(),
        read_check(place.papers(review.quarter)),
        frozenset(one.sha256 for one in published),
    )


@inner.post("/{quarter}/sign")
def sign(visit: Visitor, review: Open, form: Posted) -> Response:
    """A chair signs the draft off, a member supports it."""
    if not is_voter(visit.person):
        raise forms.refused("editors do not sign", 403)
    found = _stage(visit, review)
    if form.needed("sha256", 100) != found.sha256:
        raise forms.refused("the draft changed meanwhile: look at it again, then sign", 409)
    is_chair = visit.person.role == "chair"
    if is_chair and found.lacks:
        raise forms.refused(f"it cannot be signed yet: {found.lacks[0][1]}", 409)
    act = Signed(found.sha256, form.text("note"), "chair" if is_chair else "member")
    if any(event.event_id != form.event_id(repr(act)) for event in found.mine):
        raise forms.refused("you have signed this draft already: load the page again", 409)
    return _saved(visit, review, form, act)


@inner.post("/{quarter}/unsign")
def unsign(visit: Visitor, review: Open, form: Posted) -> Response:
    """Take one's own signature back, and those of other tabs, while nothing is published."""
    found = _stage(visit, review)
    if not found.mine or found.stage == "published":
        raise forms.refused("there is nothing to take back", 409)
    return _saved(visit, review, form, *(Undone(event.event_id) for event in found.mine))


@inner.post("/{quarter}/embargo", dependencies=[Depends(only("chair"))])
def embargo(visit: Visitor, review: Open, form: Posted) -> Response:
    """Nothing is published before a moment; without one the embargo is lifted."""
    return _saved(visit, review, form, Embargoed(_until(form.text("until", 40))))


def _until(text: str) -> str:
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
        # Kept in UTC: some moments of the first and last year have none, and could not be shown.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise forms.refused("write the moment as 2026-04-30T12:00") from None


def _saved(visit: Visit, review: Review, form: Form, *acts: Payload) -> Response:
    visit.save(review, *((form.event_id(repr(act)), act) for act in acts))
    return RedirectResponse(f"/{review.quarter}/edition?saved=1", SEE_OTHER)
