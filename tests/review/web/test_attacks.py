"""What an independent reader tried against the application, and what keeps it from working."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import httpx
import pytest
from starlette.responses import PlainTextResponse

from digest.review.web.security import LimitBodies
from tests.review.web.desk import PAPER, Served, Visitor


@contextmanager
def held(visitor: Visitor, path: str, **fields: str) -> Iterator[socket.socket]:
    """A form of which the server has everything but the last byte."""
    sent = {"csrf": visitor.csrf, "id": uuid4().hex, "queue": "selected"} | fields
    body = urlencode(sent).encode()
    host = visitor.client.base_url.netloc.decode()
    with socket.create_connection(("127.0.0.1", urlsplit(f"//{host}").port or 0), 5) as line:
        line.sendall(
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\n"
            f"Cookie: review={visitor.client.cookies['review']}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body[:-1]
        )
        visitor.get("/help")  # the server has read the other line meanwhile
        yield line
        line.sendall(body[-1:])
        line.recv(1000)


def test_what_begins_to_come_before_a_revocation_and_ends_after_it_is_not_saved(
    served: Served,
) -> None:
    ben, editor = served.visitor("ben"), served.visitor("ed")
    with held(ben, "/2026Q1/remark", item=PAPER.id, text="still here"):
        editor.post("/people/revoke", person="ben")
    assert served.events == []


def test_a_body_that_never_ends_is_given_up() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.02)

    async def status() -> int:
        limited = LimitBodies(PlainTextResponse("saved"), seconds=0.2)
        transport = httpx.ASGITransport(limited)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return (await client.post("/", content=trickle())).status_code

    assert asyncio.run(status()) == 408


@pytest.mark.parametrize(
    "origin", ["http://[", "null", "https://evil.example", "{base}.evil", "evil://{host}"]
)
def test_an_origin_that_is_not_ours_is_refused_however_it_is_written(
    served: Served, origin: str
) -> None:
    host = urlsplit(served.base).netloc
    sent = {"Origin": origin.format(base=served.base, host=host)}
    answer = served.guest().post("/enter", data={"account": "ada"}, headers=sent)
    assert answer.status_code == 403


def test_a_role_is_not_kept_by_a_form_that_was_sent_before_it_was_taken_away(
    served: Served,
) -> None:
    chair, editor = served.visitor("chair"), served.visitor("ed")
    with held(chair, "/account/language", language="fr"):
        editor.post("/people/change", person="chair", name="Dina Chair", role="member",
                    conflicts="Acme Labs", language="en")  # fmt: skip
    page = editor.get("/people/person?id=chair").text
    assert '<option value="member" selected>' in page
    assert "Acme Labs" in page
    assert '<option value="fr" lang="fr" selected>' in page
