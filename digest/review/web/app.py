"""The application, composed: what is open to strangers, what needs a session, what a role.

    GuardHeaders( LimitBodies( GZip( LogAccess( FastAPI: door | inner (visitor, genuine) ) ) ) )

Only ``door`` and the static files answer a stranger. Everything else is included behind a session
and, for what changes something, the session's token: a page cannot be added without them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from digest.errors import DigestError, InputError
from digest.review.web.access import LogAccess
from digest.review.web.desk import Desk
from digest.review.web.pages import (
    account,
    agreement,
    edition,
    enter,
    home,
    item,
    people,
    reports,
    signing,
)
from digest.review.web.security import GuardHeaders, LimitBodies
from digest.review.web.templates import STATIC, render
from digest.review.web.visit import (
    SEE_OTHER,
    NotEntered,
    desk_of,
    genuine,
    guest_tongue,
    only,
    visitor,
    wants_json,
)

YEAR = 365 * 24 * 60 * 60
INNER = (enter.inner, account.inner, home.inner, item.inner, edition.inner, signing.inner)
EDITORS = (people.editors, reports.editors)


class _Static(StaticFiles):
    """Files whose address changes with their content, so browsers keep them."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """The file, to be kept for a year."""
        answer = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return answer


def create_app(desk: Desk) -> ASGIApp:
    """The application over a desk, to be run by an ASGI server."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=life
    )
    app.state.desk = desk
    app.mount("/static", _Static(directory=STATIC))
    app.include_router(enter.door)
    app.include_router(_behind_the_door())
    for error, answer in (
        (NotEntered, _to_the_door), (HTTPException, _refusal), (DigestError, _not_done),
        (RequestValidationError, _unreadable), (Exception, _defect),
    ):  # fmt: skip
        app.add_exception_handler(error, answer)
    packed = GZipMiddleware(LogAccess(app, desk.people), minimum_size=1000, compresslevel=5)
    return GuardHeaders(LimitBodies(packed), https=desk.https)


def _behind_the_door() -> APIRouter:
    inner = APIRouter(dependencies=[Depends(visitor), Depends(genuine)])
    for router in INNER:
        inner.include_router(router)
    for router in EDITORS:
        inner.include_router(router, dependencies=[Depends(only("editor"))])
    inner.include_router(agreement.leaders, dependencies=[Depends(only("chair", "editor"))])
    return inner


def _answer(request: Request, status: int, detail: str) -> Response:
    """An answer that is no page: for the script a word, for people a small page.

    What members may meet is said in their language, the rest in English.
    """
    tongue = getattr(request.state, "tongue", None) or guest_tongue(request)
    say = tongue.gettext
    words = say(detail) if detail else ""
    english = words == detail
    if wants_json(request):
        return JSONResponse({"error": words, "english": english}, status)
    headings = {
        403: say("This is not open to you"),
        404: say("There is no such page"),
        503: say("It was not saved"),
    }
    heading = headings.get(status, say("That was not possible"))
    page = render(
        desk_of(request).templates[tongue.tag], "error",
        {"heading": heading, "detail": words, "english": english},
    )  # fmt: skip
    return HTMLResponse(page, status)


def _to_the_door(request: Request, _: Exception) -> Response:
    if wants_json(request):
        return JSONResponse({"error": "enter"}, 401)
    return RedirectResponse("/enter", SEE_OTHER)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # The framework's own words ("Not Found") say less than the heading.
    detail = "" if error.detail == HTTPStatus(error.status_code).phrase else error.detail
    return _answer(request, error.status_code, detail)


def _unreadable(request: Request, _: Exception) -> Response:
    return _answer(request, 400, "")


def _not_done(request: Request, error: Exception) -> Response:
    """A wrong request is explained; of the machine's trouble strangers learn nothing."""
    if isinstance(error, InputError):
        return _answer(request, 409, str(error))
    return _answer(request, 503, "the server cannot save at the moment: try again in a minute")


def _defect(request: Request, _: Exception) -> Response:
    return _answer(request, 500, "")
