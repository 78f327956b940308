"""What Prefect's database refuses for the moment is tried again before its client hears of it."""

from __future__ import annotations

import asyncio
import sqlite3

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from flows.overtaken import PAUSES, TriedAgain

BODY = b"a run to make" * 100_000


class Refusing:
    """An application that is overtaken so many times before it answers with the body's length.

    As Prefect's does: by an exception, which is answered and then raised all the same.
    """

    def __init__(self, times: int) -> None:
        self.left, self.lengths = times, list[int]()
        routes = [Route("/runs", self.answer, methods=["POST"])]
        overtaken = {Exception: lambda _request, _error: PlainTextResponse("overtaken", 503)}
        self.app = TriedAgain(Starlette(routes=routes, exception_handlers=overtaken))

    async def answer(self, request: Request) -> Response:
        self.lengths.append(len(await request.body()))
        self.left -= 1
        if self.left >= 0:
            raise sqlite3.OperationalError("database is locked")
        return PlainTextResponse(str(self.lengths[-1]), 201)

    def ask(self) -> httpx.Response:
        async def post() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.post("http://server/runs", content=BODY)

        return asyncio.run(post())


@pytest.mark.parametrize("times", [0, 1, len(PAUSES)])
def test_a_refused_request_is_made_again_whole(times: int) -> None:
    refusing = Refusing(times)
    answer = refusing.ask()
    assert (answer.status_code, answer.text) == (201, str(len(BODY)))
    assert refusing.lengths == [len(BODY)] * (times + 1)


def test_who_is_refused_again_and_again_is_told() -> None:
    refusing = Refusing(100)
    assert refusing.ask().status_code == 503
    assert len(refusing.lengths) == len(PAUSES) + 1


def test_another_error_is_told_at_once() -> None:
    refusing = Refusing(0)
    transport = httpx.ASGITransport(refusing.app)

    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get("http://server/elsewhere")

    assert asyncio.run(get()).status_code == 404
