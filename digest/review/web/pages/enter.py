"""The door: by a personal link, or by name and passphrase; and the way out.

Opening a link only asks; the button uses it up. So a mail program that looks at links in advance
does not take somebody's entrance away.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from digest.errors import NotLetIn, TooManyAttempts
from digest.review.people import LONGEST, Session
from digest.review.web.security import cookie_name
from digest.review.web.templates import render
from digest.review.web.tongue import Tongue
from digest.review.web.visit import SEE_OTHER, Guest, Posted, Visitor, address_of, desk_of

door = APIRouter()
inner = APIRouter()


def _page(request: Request, tongue: Tongue, status: int = 200, **values: Any) -> HTMLResponse:
    desk = desk_of(request)
    known = {"tongues": desk.tongues, "token": "", "refusal": "", "wait": 0, "account": ""}
    return HTMLResponse(render(desk.templates[tongue.tag], "enter", known | values), status)


@door.get("/enter")
def ask(request: Request, tongue: Guest, link: str = "") -> HTMLResponse:
    """The page with the form for name and passphrase, or what a personal link leads to: whether
    the link is good is not said yet."""
    return _page(request, tongue, token=link[:200])


@door.post("/enter")
def enter(request: Request, form: Posted, tongue: Guest) -> Response:
    """Let somebody in, or say that it was not possible, in the same words whatever is wrong."""
    desk, token = desk_of(request), form.text("token", 200)
    account = form.text("account", 200)
    try:
        session = (
            desk.people.enter_by_link(token, address_of(request))
            if token
            else desk.people.enter(account, _passphrase(form.all("passphrase")),
                                   address_of(request))
        )  # fmt: skip
    except TooManyAttempts as error:
        return _page(request, tongue, 429, wait=-(-error.seconds // 60), account=account)
    except NotLetIn:
        refusal = "link" if token else "passphrase"
        return _page(request, tongue, 401, refusal=refusal, account=account)
    request.state.person = session.person.id
    answer = RedirectResponse("/account?welcome=1" if token else "/", SEE_OTHER)
    _hand_over(answer, session, https=desk.https)
    return answer


def _passphrase(given: tuple[str, ...]) -> str:
    return given[0][:1000] if given else ""


def _hand_over(answer: Response, session: Session, *, https: bool) -> None:
    answer.set_cookie(
        cookie_name(https=https), session.cookie, max_age=int(LONGEST.total_seconds()),
        path="/", secure=https, httponly=True, samesite="strict",
    )  # fmt: skip


@inner.post("/leave")
def leave(visit: Visitor) -> Response:
    """End the session."""
    visit.desk.people.leave(visit.session.cookie)
    answer = RedirectResponse("/enter", SEE_OTHER)
    answer.delete_cookie(
        cookie_name(https=visit.desk.https), path="/", secure=visit.desk.https, httponly=True,
        samesite="strict",
    )  # fmt: skip
    return answer
