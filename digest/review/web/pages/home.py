"""The first page: the queues, what is mine, how far it is, and how long the rest may take; and the
way from there, or from the door, to the first item."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from digest.review.web.views.home import first_queue, home_view
from digest.review.web.views.words import AGREEMENT, EVIDENCE, told
from digest.review.web.visit import SEE_OTHER, Open, Visitor

inner = APIRouter()


@inner.get("/")
def start(visit: Visitor) -> Response:
    """The newest quarter that is open for review."""
    quarters = visit.desk.packets.quarters()
    if not quarters:
        return visit.page("closed")
    return RedirectResponse(f"/{quarters[0]}/", SEE_OTHER)


@inner.get("/help")
def instructions(visit: Visitor) -> Response:
    """Keys, rules, and what the words mean."""
    return visit.page(
        "help", quorum=visit.desk.rule.quorum,
        evidence=told(EVIDENCE, visit.tongue).values(),
        agreement=told(AGREEMENT, visit.tongue).values(),
    )  # fmt: skip


@inner.get("/{quarter}/")
def home(visit: Visitor, review: Open) -> Response:
    """The queues."""
    view = home_view(review, visit.person, visit.tongue, visit.desk.codebook)
    return visit.page("home", review=review, view=view)


@inner.get("/{quarter}/begin")
def begin(visit: Visitor, review: Open) -> Response:
    """The next item of one's own queues."""
    queue = urlencode({"queue": first_queue(review, visit.person)})
    return RedirectResponse(f"/{review.quarter}/item?{queue}", SEE_OTHER)
