"""Who gets in and who does not: strangers, other sites, other roles, guesses, what is too much."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from digest.config import Workplace
from digest.errors import ConfigError
from digest.review.people import IDLE, LONGEST, People
from digest.review.web.app import create_app
from digest.review.web.desk import Desk
from digest.review.web.security import LimitBodies
from digest.review.web.serve import serve
from tests.review.acts import Watch
from tests.review.web.desk import PAPER, WORD, Served, opened

OPEN = {("GET", "/enter"), ("POST", "/enter")}


def routes(served: Served) -> list[tuple[str, str]]:
    """Every route of the application, with a quarter that is there."""
    wrapped = create_app(Desk(served.place, served.clock, https=False))
    while not isinstance(wrapped, FastAPI):
        wrapped = wrapped.app  # type: ignore[attr-defined]
    return [
        (method.upper(), path.replace("{quarter}", "2026Q1"))
        for path, methods in wrapped.openapi()["paths"].items() for method in methods
    ]  # fmt: skip


def test_a_stranger_reads_and_does_nothing(served: Served) -> None:
    every = routes(served)
    assert len(every) > 30
    guest = served.guest()
    for method, path in every:
        if (method, path) in OPEN:
            continue
        answer = guest.request(method, path, data={"csrf": "x"} if method == "POST" else None)
        assert (answer.status_code, answer.headers["location"]) == (303, "/enter"), path
        assert answer.text == "", path
    for path in ("/docs", "/openapi.json", "/2026Q1/../../etc/passwd", "/static/../app.py", "/x"):
        assert guest.get(path).status_code == 404, path
    script = guest.post("/2026Q1/decide", headers={"Accept": "application/json"})
    assert (script.status_code, script.json()) == (401, {"error": "enter"})
    assert served.events == []


def test_a_form_without_its_sessions_token_does_nothing(served: Served) -> None:
    ada, chair = served.visitor("ada"), served.visitor("chair")
    for method, path in routes(served):
        if method == "POST" and (method, path) not in OPEN:
            for token in ("", "forged", chair.csrf):
                answer = ada.client.post(path, data={"csrf": token, "item": PAPER.id})
                assert answer.status_code == 403, path
    # Another session is in the browser: to the script it is as if there were none.
    sent = {"csrf": chair.csrf, "id": uuid4().hex, "item": PAPER.id}
    script = ada.client.post("/2026Q1/decide", data=sent, headers={"Accept": "application/json"})
    assert script.status_code == 401
    assert served.events == []
    assert ada.get("/").status_code == 200  # she was not made to leave


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=lambda headers: str(*headers.values()),
)
def test_a_form_from_another_site_does_nothing(served: Served, headers: dict[str, str]) -> None:
    ada = served.visitor("ada")
    fields = {"csrf": ada.csrf, "id": uuid4().hex, "item": PAPER.id, "label": "sdg/3",
              "verdict": "accept", "queue": "selected"}  # fmt: skip
    assert ada.client.post("/2026Q1/decide", data=fields, headers=headers).status_code == 403
    entering = served.guest().post("/enter", data={"account": "ada"}, headers=headers)
    assert entering.status_code == 403
    assert served.events == []


def test_roles_are_kept_apart(served: Served) -> None:
    ada, chair, editor = (served.visitor(name) for name in ("ada", "chair", "ed"))
    for path in ("/people", "/people/person?id=ben", "/log", "/2026Q1/reports"):
        assert [v.get(path).status_code for v in (ada, chair, editor)] == [403, 403, 200], path
    for path in ("/2026Q1/agreement", "/export"):
        assert [v.get(path).status_code for v in (ada, chair, editor)] == [403, 200, 200], path
    for path in ("/people/add", "/people/link", "/people/revoke", "/people/change"):
        assert [v.post(path, person="ben").status_code for v in (ada, chair)] == [403, 403], path
    assert [v.post("/2026Q1/embargo").status_code for v in (ada, editor)] == [403, 403]
    assert editor.decide("accept").status_code == 403
    assert editor.post("/2026Q1/sign", sha256="a" * 64).status_code == 403
    assert served.events == []


def test_a_link_lets_in_once_and_not_by_being_looked_at(served: Served) -> None:
    link = served.link("ada")
    token = link.partition("=")[2]
    mailer, ada, thief = served.guest(), served.guest(), served.guest()
    assert "Enter with my link" in mailer.get(link).text
    entered = ada.post("/enter", data={"token": token})
    assert entered.headers["location"] == "/account?welcome=1"
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith("review=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {*cookie.split("; ")}
    again, nonsense = (thief.post("/enter", data={"token": t}) for t in (token, "x" * 43))
    assert (again.status_code, again.text) == (nonsense.status_code, nonsense.text)
    assert again.status_code == 401
    assert "set-cookie" not in again.headers


def test_an_expired_link_and_a_session_left_alone_let_nobody_in(
    served: Served, watch: Watch
) -> None:
    token = served.link("ada").partition("=")[2]
    ben = served.visitor("ben")
    watch.wait(hours=73)
    assert served.guest().post("/enter", data={"token": token}).status_code == 401
    assert urlsplit(str(ben.get("/").url)).path == "/enter"


def test_leaving_and_revoking_end_a_session(served: Served) -> None:
    ada, ben, editor = (served.visitor(name) for name in ("ada", "ben", "ed"))
    kept = dict(ada.client.cookies)
    ada.post("/leave")
    ada.client.cookies.update(kept)
    assert urlsplit(str(ada.get("/").url)).path == "/enter"
    editor.post("/people/revoke", person="ben")
    assert urlsplit(str(ben.get("/").url)).path == "/enter"
    assert editor.post("/people/revoke", person="ed").status_code == 400


def test_a_passphrase_is_chosen_and_lets_in(served: Served) -> None:
    ada = served.visitor("ada")
    assert "differ" in ada.post("/account/passphrase", passphrase=WORD, again="other").text
    short = ada.post("/account/passphrase", passphrase="short", again="short")
    assert short.status_code == 400
    assert ada.post("/account/passphrase", passphrase=WORD, again=WORD).status_code == 200
    entered = served.guest().post("/enter", data={"account": "ada", "passphrase": WORD})
    assert entered.headers["location"] == "/"
    for account, words in (("ada", "wrong words in a row"), ("nobody", WORD), ("", "")):
        answer = served.guest().post("/enter", data={"account": account, "passphrase": words})
        assert answer.status_code == 401
        assert "No member has this name and passphrase" in answer.text


def test_a_passphrase_may_wait_and_how_long_one_stays_in_is_said(served: Served) -> None:
    ada = served.visitor("ada")
    welcome = ada.get("/account?welcome=1").text
    order = [
        welcome.index(part) for part in (
            ">Begin to review<", "You stay in on this device.",
            "<details><summary>Choose a passphrase</summary>",
            "After half a day without you, or after a week, you are asked",
            'action="/account/passphrase"',
        )
    ]  # fmt: skip
    assert order == sorted(order)
    assert "After half a day without you" in ada.get("/account").text
    assert timedelta(hours=12) == IDLE  # as it says
    assert timedelta(weeks=1) == LONGEST
    assert "<details>" not in ada.get("/account").text
    refused = ada.post("/account/passphrase", passphrase=WORD, again="other").text
    assert "<details>" not in refused


def test_guesses_are_stopped_also_after_a_restart(served: Served, tmp_path: Path) -> None:
    guest = served.guest()
    codes = [guest.post("/enter", data={"token": f"guess-{n}"}).status_code for n in range(15)]
    assert codes == [401] * 10 + [429] * 5
    with closing(People(served.place.book, served.clock)) as people:
        lines = [line for line in people.accesses() if line.action == "POST /enter"]
    assert len(lines) == 10  # what is not heard leaves no line, so nobody fills the disk


def test_every_answer_carries_the_headers(served: Served) -> None:
    ada = served.visitor("ada")
    answers = [
        ada.get("/2026Q1/"), ada.get("/nowhere"), served.guest().get("/"), ada.get("/help"),
        served.guest().get("/enter"), ada.client.get("/static/review.css"),
        ada.client.post("/2026Q1/decide", content=b"x" * 70_000), ada.client.get("/2026Q1/item"),
    ]  # fmt: skip
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "server" not in answer.headers
        assert ("no-store" in answer.headers["cache-control"]) != ("/static/" in str(answer.url))
        assert "<script>" not in answer.text
        assert " style=" not in answer.text


def test_what_is_too_much_is_refused_before_it_is_read(served: Served) -> None:
    ada = served.visitor("ada")
    big = ada.post("/2026Q1/remark", item=PAPER.id, text="x" * 70_000)
    assert big.status_code == 413
    chunked = ada.client.post(
        "/2026Q1/remark", content=(b"text=" + b"x" * 9_999 for _ in range(20)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert chunked.status_code == 413
    long = ada.post("/2026Q1/remark", item=PAPER.id, text="x" * 4_001)
    assert long.status_code == 400
    many = ada.client.post(
        "/2026Q1/remark", content="&".join(f"a{n}=1" for n in range(1_000)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert many.status_code == 400
    json = ada.client.post("/2026Q1/remark", json={"text": "x"})
    assert json.status_code == 415
    assert served.events == []


def test_a_body_that_is_announced_as_endless_is_not_waited_for(served: Served) -> None:
    host, port = urlsplit(served.base).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(
            b"POST /enter HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded"
            b"\r\nContent-Length: 99999999999\r\n\r\n"
        )
        assert line.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("stated", [b"70000", None])
def test_a_long_body_is_taken_off_the_line_before_it_is_refused(stated: bytes | None) -> None:
    """A connection that is closed with bytes unread is reset, and the answer may be lost."""
    said: list[str] = []
    parts = [b"x" * 30_000, b"x" * 30_000, b"x" * 10_000]

    async def receive() -> Message:
        said.append("received")
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Message) -> None:
        said.append(f"{message['type']} {message.get('status', '')}")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("nobody is asked")

    headers = [(b"content-length", stated)] if stated else []
    asyncio.run(LimitBodies(app)({"type": "http", "headers": headers}, receive, send))
    assert said == ["received"] * 3 + ["http.response.start 413", "http.response.body "]


@pytest.mark.parametrize(
    "path",
    [
        "/2027Q1/", "/2026q1/", "/..%2f..%2fetc/", "/2026Q1/item?queue=nothing",
        "/2026Q1/item?queue=selected&id=../../book.sqlite", "/2026Q1/page?label=sdg/99",
        "/people/person?id=x", "/2026Q1/page?label=mit/1.1", "/2026Q1/queue?name=%00",
        "/static/../app.py", "/static/%2e%2e/app.py",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found_and_says_no_more(served: Served, path: str) -> None:
    answer = served.visitor("ed").client.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text
    assert "sqlite" not in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "sdg/99"}, {"label": "mit/1.1"}, {"verdict": "perhaps"}, {"id": "short"},
        {"verdict": "relabel"}, {"verdict": "relabel", "instead": "x/y"}, {"verdict": ""},
    ],
)  # fmt: skip
def test_a_decision_that_cannot_be_is_refused(served: Served, fields: dict[str, str]) -> None:
    sent = {"verdict": "accept", "item": PAPER.id, "label": "sdg/3"} | fields
    assert served.visitor("ada").post("/2026Q1/decide", **sent).status_code == 400
    assert served.visitor("ada").decide("accept", item="no-such").status_code == 404
    assert served.events == []


def test_what_people_type_is_shown_as_text(served: Served) -> None:
    evil = "<script>window.broken=1</script>\u202e\"'><img src=x onerror=alert(1)>"
    ada, chair = served.visitor("ada"), served.visitor("chair")
    ada.decide("accept", reason=evil)
    ada.post("/2026Q1/remark", item=PAPER.id, text=evil)
    ada.post("/2026Q1/finding", page="sdg/3", statement=evil, evidence="limited", agreement="low")
    ada.post("/2026Q1/comment", page="", text=evil)
    chair.decide("accept")
    chair.decide("accept", "risk/group-discrimination")
    pages = [chair.item(), chair.get("/2026Q1/page?label=sdg/3").text]
    pages += [chair.get("/2026Q1/edition").text, served.visitor("ed").get("/people").text]
    for page in pages:
        assert "&lt;script&gt;" in page
        assert "<img" not in page
        assert "<script>" not in page
        assert "\u202e" not in page


def test_the_access_log_names_who_asked_for_what_without_secrets(served: Served) -> None:
    token = served.link("ada").partition("=")[2]
    ada = served.guest()
    ada.post("/enter", data={"token": token})
    ada.get("/2026Q1/item", params={"queue": "selected", "id": PAPER.id})
    served.guest().get("/2026Q1/")
    editor, page = served.visitor("ed"), ""
    while "GET /2026Q1/item" not in page:  # a line is written after the answer was sent
        page = editor.get("/log").text
    assert "Ada Lovelace" in page
    assert token not in page
    assert "nobody known" not in page


def test_behind_a_proxy_the_cookie_goes_over_tls_only_and_addresses_are_told_apart(
    tmp_path: Path, watch: Watch
) -> None:
    with opened(tmp_path, watch, https=True) as served:
        token = served.link("ada").partition("=")[2]
        proxied = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https"}
        entered = httpx.post(f"{served.base}/enter", data={"token": token}, headers=proxied)
        assert entered.headers["set-cookie"].startswith("__Host-review=")
        assert "Secure" in entered.headers["set-cookie"]
        assert "max-age" in entered.headers["strict-transport-security"]
    with closing(People(served.place.book, watch)) as people:
        assert people.accesses()[0].address == "203.0.113.9"


def test_when_nothing_is_open_for_review_it_says_so(tmp_path: Path, watch: Watch) -> None:
    with opened(tmp_path, watch) as served:
        Workplace(tmp_path).packet("2026Q1").unlink()
        assert "Nothing to review" in served.visitor("ada").get("/").text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "review.example"])
def test_it_does_not_listen_to_others_without_a_proxy(
    tmp_path: Path, watch: Watch, host: str
) -> None:
    with pytest.raises(ConfigError, match="put a proxy with TLS before the application"):
        serve(Workplace(tmp_path), host, 0, watch, print, behind_proxy=False)


def test_a_port_that_is_taken_is_named(served: Served, watch: Watch) -> None:
    port = urlsplit(served.base).port or 0
    with pytest.raises(ConfigError, match=f"port {port}"):
        serve(served.place, "127.0.0.1", port, watch, print, behind_proxy=False)
