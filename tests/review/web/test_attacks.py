"""What an independent reader tried against the application, and what keeps it from working."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import httpx
import pytest
from starlette.responses import PlainTextResponse

from digest.config import Workplace
from digest.review.consensus import findings, questions
from digest.review.events import StoryRuling, of_kind
from digest.review.people import People
from digest.review.standing import Rule
from digest.review.web.security import LimitBodies, csrf_token
from tests.review.acts import Watch
from tests.review.web.desk import ITEMS, PAPER, STORY, Served, Visitor, open_review, opened, serving


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
        editor.change("chair", name="Dina Chair", role="member",
                    conflicts="Acme Labs", language="en")  # fmt: skip
    page = editor.get("/people/person?id=chair").text
    assert '<option value="member" selected>' in page
    assert "Acme Labs" in page
    assert '<option value="fr" lang="fr" selected>' in page


def test_nobodys_finding_or_question_is_taken_by_a_form_that_pretends_to_be_theirs(
    served: Served,
) -> None:
    ada, ben, form = served.visitor("ada"), served.visitor("ben"), uuid4().hex
    words = {"evidence": "limited", "agreement": "low"}
    ada.post("/2026Q1/finding", id=form, page="sdg/3", statement="Ada's", **words)
    ada.post("/2026Q1/question", id=form, page="sdg/3", text="Ada's?")
    for page in ("sdg/3", "risk/group-discrimination"):
        ben.post("/2026Q1/finding", id=form, page=page, statement="Ben's", **words)
        ben.post("/2026Q1/question", id=form, page=page, text="Ben's?")
    with closing(People(served.place.book, served.clock)) as people:
        persons = people.persons()
    stand = [(f.page, f.statement) for f in findings(served.events, persons, Rule())]
    asked = [(q.page, q.text) for q in questions(served.events, persons)]
    assert len(stand) == len(asked) == 3
    assert stand[0] == ("sdg/3", "Ada's")
    assert asked[0] == ("sdg/3", "Ada's?")


def test_who_has_a_conflict_of_interest_does_not_say_what_is_one_story(served: Served) -> None:
    ada = served.visitor("ada")
    ada.post("/2026Q1/declare", item=STORY[0].id)
    on_it = ada.post("/2026Q1/split", item=STORY[0].id, other=STORY[1].id)
    about_it = ada.post("/2026Q1/split", item=STORY[1].id, other=STORY[0].id)
    assert (on_it.status_code, about_it.status_code) == (403, 400)
    assert of_kind(served.events, StoryRuling) == []


@pytest.mark.parametrize(
    "until", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "2026-04-30T12:00+99:00", "12:00"]
)
def test_a_moment_that_does_not_exist_does_not_break_the_page(served: Served, until: str) -> None:
    chair = served.visitor("chair")
    assert chair.post("/2026Q1/embargo", until=until).status_code == 400
    assert chair.get("/2026Q1/edition").status_code == 200
    assert served.events == []


def test_an_address_that_would_run_is_no_link(tmp_path: Path, watch: Watch) -> None:
    evil = replace(PAPER, id="url:evil", url="javascript:alert(document.cookie)")
    place = Workplace(tmp_path)
    open_review(place, watch, (*ITEMS, evil))
    with serving(place, watch) as served:
        ada = served.visitor("ada")
        assert "javascript:" not in ada.item(evil.id)
        assert PAPER.url in ada.item()


def test_a_link_that_is_handed_on_leads_over_tls_behind_a_proxy(
    tmp_path: Path, watch: Watch
) -> None:
    with opened(tmp_path, watch, https=True) as served:
        token = served.link("ed").partition("=")[2]
        entered = served.guest().post("/enter", data={"token": token})
        cookie = {"Cookie": entered.headers["set-cookie"].partition(";")[0]}
        csrf = csrf_token(cookie["Cookie"].partition("=")[2])
        page = served.guest().post("/people/link", data={"csrf": csrf, "person": "ada"},
                                   headers=cookie)  # fmt: skip
        assert f"https://{urlsplit(served.base).netloc}/enter?link=" in page.text


def test_who_supported_the_draft_and_becomes_chair_has_not_signed_it_off(served: Served) -> None:
    ada, editor = served.visitor("ada"), served.visitor("ed")
    ada.post("/2026Q1/sign", sha256="a" * 64)
    editor.change("ada", name="Ada", role="chair", language="en")
    page = ada.get("/2026Q1/edition").text
    assert "supports it" in page
    assert "Signed off" not in page
    assert ada.post("/2026Q1/unsign").status_code == 200  # and may sign, then, as chair


def test_the_access_log_says_for_whom_an_editor_made_a_link(served: Served) -> None:
    """Who has somebody's link can act in their name: that must be found out afterwards."""
    editor, page = served.visitor("ed"), ""
    editor.post("/people/link", person="chair")
    editor.change("ben", name="Ben", role="chair", language="en")
    while "POST /people/change ben" not in page:  # a line is written after the answer was sent
        page = editor.get("/log").text
    assert "POST /people/link chair" in page
