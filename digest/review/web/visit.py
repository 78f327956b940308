"""Who asks, and for what: the dependencies that stand before every page.

``visitor`` and ``genuine`` are put before all inner routes where the application is composed, so a
page cannot forget them; a page names them again only to have what they found.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, cast
from uuid import uuid4

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from digest.review.events import New, Payload, ReviewEvent
from digest.review.people import Session
from digest.review.persons import Person, Role
from digest.review.web import forms
from digest.review.web.desk import Desk
from digest.review.web.forms import Form
from digest.review.web.review import Review
from digest.review.web.security import cookie_name, csrf_token, is_csrf_token, is_from_here
from digest.review.web.templates import render
from digest.review.web.tongue import Tongue, preferred

SEE_OTHER = 303


class NotEntered(Exception):
    """There is no session: whoever asks is sent to the door."""


def desk_of(request: Request) -> Desk:
    """What the application was made with."""
    return cast(Desk, request.app.state.desk)


def address_of(request: Request) -> str:
    """Where a request comes from; behind a proxy, as the proxy says."""
    return request.client.host if request.client else ""


def wants_json(request: Request) -> bool:
    """Whether the script asks, which goes on without loading a page."""
    return request.headers.get("accept", "").startswith("application/json")


@dataclass(frozen=True)
class Visit:
    """A request by somebody who entered."""

    desk: Desk
    request: Request
    session: Session
    tongue: Tongue

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.session.person

    def html(self, template: str, **values: Any) -> str:
        """A page for this person in their language."""
        known = {
            "person": self.person, "csrf": csrf_token(self.session.cookie), "new_id": _new_id,
            "here": self.request.url.path, "quarters": self.desk.packets.quarters(),
            "review": None, "saved": "",
        }  # fmt: skip
        return render(self.desk.templates[self.tongue.tag], template, known | values)

    def page(self, template: str, code: int = 200, **values: Any) -> HTMLResponse:
        """The answer with a page."""
        return HTMLResponse(self.html(template, **values), code)

    def review(self, quarter: str) -> Review:
        """A quarter's review, or a page that says that there is none."""
        found = self.desk.review(quarter)
        if found is None:
            raise forms.refused("", 404)
        return found

    def save(self, review: Review, *acts: tuple[str, Payload]) -> list[ReviewEvent]:
        """Append what the person did, each act under its event's id; on disk when this returns."""
        person = self.person.id
        events = [New(event_id, review.quarter, person, payload) for event_id, payload in acts]
        saved = self.desk.book.append(*events)
        review.ledger.refresh(review.people, review.packet)
        return saved


def _new_id() -> str:
    return uuid4().hex


def visitor(request: Request) -> Visit:
    """The visit of whoever entered.

    Raises:
        NotEntered: there is no session.
    """
    desk = desk_of(request)
    cookie = request.cookies.get(cookie_name(https=desk.https), "")
    session = desk.people.session(cookie) if cookie else None
    if session is None:
        raise NotEntered
    tongue = desk.tongues[session.person.language]
    request.state.person, request.state.tongue = session.person.id, tongue
    return Visit(desk, request, session, tongue)


async def posted(request: Request) -> Form:
    """The form that came with a request; none with a GET.

    Raises:
        HTTPException: it comes from another site, or cannot be read.
    """
    if request.method in ("GET", "HEAD"):
        return Form()
    if not is_from_here(request.headers):
        raise forms.refused("this form was sent by another site", 403)
    return forms.read(request.headers.get("content-type", ""), await request.body())


Visitor = Annotated[Visit, Depends(visitor)]
Posted = Annotated[Form, Depends(posted)]


# The two that follow wait for nothing: as coroutines they need no thread's turn.
async def genuine(request: Request, visit: Visitor, form: Posted) -> None:
    """Refuses a form that does not carry its session's token.

    The script is told that its session is not here any more, as it is when somebody else entered
    in its browser: it keeps what it has until its person enters again.
    """
    if request.method in ("GET", "HEAD"):
        return
    if not is_csrf_token(form.text("csrf", 100), visit.session.cookie):
        raise forms.refused(
            "this form is not of your session: load the page again and repeat it",
            401 if wants_json(request) else 403,
        )


def only(*roles: Role) -> Callable[[Visit], Awaitable[None]]:
    """A dependency that refuses everybody else."""

    async def check(visit: Visitor) -> None:
        if visit.person.role not in roles:
            raise forms.refused("", 403)

    return check


def opened(quarter: str, visit: Visitor) -> Review:
    """The review of the quarter in the path."""
    return visit.review(quarter)


Open = Annotated[Review, Depends(opened)]


def guest_tongue(request: Request) -> Tongue:
    """The language for somebody whom nobody knows: what they chose, else what their browser asks
    for."""
    asked = request.query_params.get("lang", "")
    desk = desk_of(request)
    known = asked if asked in desk.tongues else preferred(
        request.headers.get("accept-language", "")
    )  # fmt: skip
    return desk.tongues[known]


Guest = Annotated[Tongue, Depends(guest_tongue)]
