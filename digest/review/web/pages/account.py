"""One's own things: language, passphrase, and what an editor noted."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from digest.errors import InputError
from digest.review.web.visit import SEE_OTHER, Posted, Visit, Visitor
from digest.taxonomy import LANGUAGES

inner = APIRouter()


def _page(visit: Visit, status: int = 200, **values: Any) -> Response:
    known = {"welcome": False, "saved": "", "refusal": ""}
    languages = [(tag, tongue.own_name()) for tag, tongue in visit.desk.tongues.items()]
    return visit.page("account", status, **(known | values), languages=languages)


@inner.get("/account")
def account(visit: Visitor, welcome: str = "", saved: str = "") -> Response:
    """The page."""
    return _page(visit, welcome=bool(welcome), saved=saved)


@inner.post("/account/language")
def language(visit: Visitor, form: Posted) -> Response:
    """Another language from now on."""
    chosen = form.one_of("language", LANGUAGES)
    visit.desk.people.speak(visit.person.id, chosen)
    return RedirectResponse("/account?saved=language", SEE_OTHER)


@inner.post("/account/passphrase")
def passphrase(visit: Visitor, form: Posted) -> Response:
    """Another passphrase from now on; sessions elsewhere end."""
    first, again = ([*form.all(name), ""][0] for name in ("passphrase", "again"))
    if first != again:
        return _page(visit, 400, refusal="differ")
    try:
        visit.desk.people.set_passphrase(visit.person.id, first, visit.session.cookie)
    except InputError:
        return _page(visit, 400, refusal="length")
    return RedirectResponse("/account?saved=passphrase", SEE_OTHER)
