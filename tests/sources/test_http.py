"""The polite client against real servers: busy, slow, broken, endless and hostile ones."""

from __future__ import annotations

import gzip
import socket
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from digest.errors import (
    ConfigError,
    LeftAlone,
    Refused,
    SourceError,
    TooLarge,
    Unreachable,
    Unreadable,
)
from digest.sources.http import Limits, Pace, PoliteClient, validators_of
from tests.memory import peak_of
from tests.servers import (
    Answer,
    body,
    dripping,
    gzip_bomb,
    gzipped,
    in_turn,
    slowly,
    status,
    truncated,
    unless_unchanged,
)
from tests.sources.http_rig import AGENT, NOON, QUICK, Rig

HURRIED = replace(QUICK, connect=0.5, read=0.4, total=1.2)


def test_a_document_says_what_came_from_where_and_when(rig: Rig) -> None:
    server = rig.serve({"/feed": body(b"<rss/>", headers={"ETag": '"1"', "Set-Cookie": "a=b"})})
    document = rig.client().get(server.url("/feed"), source="un-news", accept="text/xml")
    assert (document.source, document.status, document.body) == ("un-news", 200, b"<rss/>")
    assert document.url == server.url("/feed")
    assert document.fetched_at == NOON
    assert document.headers["content-type"] == "application/xml"
    assert "set-cookie" not in document.headers
    asked = server.asked[0].headers
    assert asked["user-agent"] == AGENT
    assert asked["accept"] == "text/xml"


def test_a_user_agent_without_contact_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="add a mail address"):
        PoliteClient("python", pace=Pace(tmp_path))


def test_gzip_is_asked_for_and_taken_off(rig: Rig) -> None:
    text = "Ünïcode ".encode() * 50_000
    two_members = gzip.compress(text) + gzip.compress(text) + b"\0\0"
    answers = {
        "/one": gzipped(text),
        "/two": status(200, {"Content-Encoding": "gzip"}, two_members),
    }
    server = rig.serve(answers)
    assert rig.client().get(server.url("/one"), source="s").body == text
    assert rig.client().get(server.url("/two"), source="s").body == text + text
    assert server.asked[0].headers["accept-encoding"] == "gzip"


def test_an_unchanged_document_is_a_304_with_no_body(rig: Rig) -> None:
    server = rig.serve({"/feed": unless_unchanged('"1"', body(b"x", headers={"ETag": '"1"'}))})
    client = rig.client()
    first = client.get(server.url("/feed"), source="s")
    again = client.get(server.url("/feed"), source="s", validators=validators_of(first.headers))
    assert (again.status, again.body) == (304, b"")


def test_an_etag_that_cannot_be_sent_is_left_out() -> None:
    modified = "Wed, 18 Feb 2026 10:00:00 GMT"
    assert validators_of({"etag": '"é"', "last-modified": modified}) == {
        "If-Modified-Since": modified
    }


def test_a_304_that_nobody_asked_for_is_no_answer(rig: Rig) -> None:
    server = rig.serve({"/": status(304)})
    with pytest.raises(Refused) as caught:
        rig.client().get(server.url(), source="s")
    assert caught.value.status == 304


# --- busy servers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_a_busy_server_is_asked_again_after_growing_rests(rig: Rig, code: int) -> None:
    server = rig.serve({"/": in_turn(*[status(code)] * 3, body(b"ok"))})
    client = rig.client(replace(QUICK, attempts=4))
    assert client.get(server.url(), source="s").body == b"ok"
    assert len(server.asked) == 4
    first, second, third = rig.rests
    assert 2 <= first <= 3 and 4 <= second <= 6 and 8 <= third <= 12


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_in_seconds_is_honoured(rig: Rig, code: int) -> None:
    server = rig.serve({"/": in_turn(status(code, {"Retry-After": "7"}), body(b"ok"))})
    assert rig.client().get(server.url(), source="s").body == b"ok"
    assert rig.rests == [7]


def test_retry_after_as_a_date_is_honoured(rig: Rig) -> None:
    later = format_datetime(NOON + timedelta(seconds=20), usegmt=True)
    server = rig.serve({"/": in_turn(status(503, {"Retry-After": later}), body(b"ok"))})
    assert rig.client().get(server.url(), source="s").body == b"ok"
    assert rig.rests == [20]


def test_a_retry_after_that_means_nothing_is_a_plain_back_off(rig: Rig) -> None:
    server = rig.serve({"/": in_turn(status(503, {"Retry-After": "soon"}), body(b"ok"))})
    assert rig.client().get(server.url(), source="s").body == b"ok"


def test_a_server_that_asks_for_an_hour_is_left_alone(rig: Rig) -> None:
    server = rig.serve({"/": status(429, {"Retry-After": "3600"}, b"slow down")})
    with pytest.raises(Refused, match="left alone for 3600 seconds") as caught:
        rig.client().get(server.url(), source="s")
    assert len(server.asked) == 1
    assert caught.value.document and caught.value.document.body == b"slow down"


def test_a_retry_after_holds_for_the_next_source_of_that_server_too(rig: Rig) -> None:
    server = rig.serve({"/a": status(503, {"Retry-After": "9"}), "/b": body(b"ok")})
    with pytest.raises(Refused):
        rig.client(replace(QUICK, attempts=1)).get(server.url("/a"), source="a")
    rig.client().get(server.url("/b"), source="b")
    assert rig.rests == [9]


def test_the_other_sources_of_a_server_that_asks_for_an_hour_are_not_asked(rig: Rig) -> None:
    server = rig.serve({"/a": status(503, {"Retry-After": "3600"}), "/b": body(b"ok")})
    with pytest.raises(Refused):
        rig.client().get(server.url("/a"), source="a")
    for _ in range(2):  # of this run and of the next
        with pytest.raises(LeftAlone) as caught:
            rig.client().get(server.url("/b"), source="b")
        assert str(caught.value) == (
            f"b: {server.host} wants to be left alone until 2026-11-21 13:00:00 UTC, and was not "
            f"asked ({server.url('/b')}); run again after that"
        )
    assert server.paths == ["/a"]
    rig.rests.append(3580)  # most of an hour later, what is left is waited for
    assert rig.client().get(server.url("/b"), source="b").body == b"ok"
    assert rig.rests == [3580, 20]


@pytest.mark.parametrize("code", [400, 403, 404, 410])
def test_a_feed_that_has_vanished_is_not_asked_again(rig: Rig, code: int) -> None:
    server = rig.serve({"/feed": status(code, data=b"no such feed")})
    with pytest.raises(Refused, match=f"^un-news: HTTP {code} ") as caught:
        rig.client().get(server.url("/feed"), source="un-news")
    assert server.paths == ["/feed"]
    document = caught.value.document
    assert document and (document.status, document.body) == (code, b"no such feed")


def test_an_endless_error_page_is_cut_and_stays_an_error_page(rig: Rig) -> None:
    server = rig.serve({"/": status(404, data=b"x" * 1_000_000)})
    with pytest.raises(Refused) as caught:
        rig.client().get(server.url(), source="s")
    assert caught.value.document and len(caught.value.document.body) < 100_000


# --- time -----------------------------------------------------------------------------------------


def test_a_silent_server_is_given_up_after_the_read_timeout(rig: Rig) -> None:
    server = rig.serve({"/": slowly(20, body(b"late"))})
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"silent for 0\.4 seconds"):
        rig.client(HURRIED).get(server.url(), source="s")
    assert time.monotonic() - started < 15


def test_a_server_that_takes_no_connection_is_given_up(rig: Rig) -> None:
    with socket.socket() as full, ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # the queue of connections that nobody accepts is full
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        with pytest.raises(Unreachable, match=r"no connection within 0\.5 seconds"):
            rig.client(HURRIED).get(f"http://127.0.0.1:{full.getsockname()[1]}/", source="s")


def test_a_closed_port_and_an_unknown_name_are_named(rig: Rig) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Unreachable, match="no connection"):
        rig.client(HURRIED).get(f"http://127.0.0.1:{port}/", source="s")
    with pytest.raises(Unreachable, match=r"'nowhere\.invalid' is not known"):
        rig.client(HURRIED).get("http://nowhere.invalid/", source="s")


@pytest.mark.parametrize("in_head", [False, True], ids=["body", "header"])
def test_a_dripping_server_is_given_up_at_the_deadline_and_not_asked_again(
    rig: Rig, in_head: bool
) -> None:
    server = rig.serve({"/": dripping(b"x" * 1000, every=0.1, in_head=in_head)})
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"no whole answer within 1\.2 seconds"):
        rig.client(HURRIED).get(server.url(), source="s")
    assert time.monotonic() - started < 15


def test_the_deadline_also_ends_a_read_that_might_still_wait(rig: Rig) -> None:
    server = rig.serve({"/": slowly(20, body(b"late"))})
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"no whole answer within 0\.5 seconds"):
        rig.client(replace(QUICK, total=0.5)).get(server.url(), source="s")
    assert time.monotonic() - started < 15


# --- broken and oversized bodies ------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        truncated(b"<rss>", announced=5_000),
        gzipped(b"<rss/>" * 1000, keep=40),
        status(200, {"Content-Encoding": "gzip"}, b"this is not gzip"),
    ],
    ids=["fewer bytes than announced", "half a gzip", "no gzip"],
)
def test_a_broken_body_is_asked_for_again(rig: Rig, broken: Answer) -> None:
    server = rig.serve({"/": in_turn(broken, body(b"whole")), "/always": broken})
    assert rig.client().get(server.url(), source="s").body == b"whole"
    with pytest.raises(Unreachable, match="no whole answer"):
        rig.client().get(server.url("/always"), source="s")
    assert server.paths == ["/", "/", "/always", "/always"]


def test_an_encoding_that_was_not_asked_for_is_unreadable(rig: Rig) -> None:
    server = rig.serve({"/": status(200, {"Content-Encoding": "br"}, b"???")})
    with pytest.raises(Unreadable, match="encoded as 'br'"):
        rig.client().get(server.url(), source="s")


def refuse_a_bomb(folder: Path, url: str) -> None:
    with ExitStack() as stack:
        client = Rig(folder, stack).client(Limits(max_bytes=5_000_000))
        with pytest.raises(TooLarge, match="more than 5,000,000 bytes"):
            client.get(url, source="s")


def test_a_gzip_bomb_of_2_gb_costs_little_memory(rig: Rig, tmp_path: Path) -> None:
    server = rig.serve({"/": gzip_bomb(2 << 30)})
    assert peak_of(refuse_a_bomb, tmp_path / "pace", server.url()) < 25_000_000


def test_too_many_plain_bytes_are_refused_as_announced_and_as_sent(rig: Rig) -> None:
    big = b"x" * 200_000
    server = rig.serve({"/said": body(big), "/unsaid": lambda e: (e.head(200, {}), e.raw(big))[1]})
    for path in ("/said", "/unsaid"):
        with pytest.raises(TooLarge):
            rig.client(replace(QUICK, max_bytes=100_000)).get(server.url(path), source="s")


def test_every_failure_is_a_source_error_that_names_source_and_address(rig: Rig) -> None:
    server = rig.serve({"/": status(404)})
    with pytest.raises(SourceError) as caught:
        rig.client().get(server.url("/gone"), source="un-news")
    assert str(caught.value).startswith("un-news: HTTP 404 (http://127.0.0.1")
    assert caught.value.hint
