"""Delivery: what is posted when, and that a post which fails is no error."""

from __future__ import annotations

from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from threading import Thread
from typing import Any

import orjson

from digest.store.outbox import Raised
from flows.deliver import FIRST, LONGEST, Patience, post
from tests.examples import Q1


def raised(name: str) -> Raised:
    now = datetime(2026, 4, 1, tzinfo=UTC)
    return Raised(name, "digest.draft.frozen", Q1, "", {"sha256": "ab"}, now, ("alert",))


A, B = raised("v1-a"), raised("v1-b")


def test_an_open_event_is_posted_again_ever_more_rarely() -> None:
    patience = Patience()
    assert patience.due([], 0) == []
    assert patience.due([A], 1) == [(A, 0)]
    assert patience.due([A], FIRST) == []
    times = [(t, n) for t in range(2, 30_000) for _, n in patience.due([A], t)]
    assert [n for _, n in times] == list(range(1, len(times) + 1))
    gaps = [b - a for (a, _), (b, _) in pairwise(times)]
    assert gaps[:3] == [2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert gaps == sorted(gaps)
    assert gaps[-1] == LONGEST


def test_news_makes_all_that_waits_due_soon() -> None:
    patience = Patience()
    last = max(n for t in range(1, 20_000) for _, n in patience.due([A], t))
    assert patience.due([A, B], 20_000) == [(B, 0)]
    assert patience.due([A, B], 20_000 + FIRST) == [(A, last + 1), (B, 1)]
    assert patience.due([B], 20_000 + 3 * FIRST) == [(B, 2)]


def test_all_that_waits_is_due_soon_again_when_its_listeners_are_back() -> None:
    patience = Patience()
    last = max(n for t in range(1, 20_000) for _, n in patience.due([A], t))
    patience.again(20_000)
    assert patience.due([A], 20_000 + FIRST - 1) == []
    assert patience.due([A], 20_000 + FIRST) == [(A, last + 1)]
    assert patience.due([A], 20_000 + 3 * FIRST) == [(A, last + 2)]


def test_a_post_has_one_id_an_attempt_and_tells_the_quarter() -> None:
    asked: list[tuple[str, dict[str, str], Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, dict(self.headers), orjson.loads(body)))
            self.send_response_only(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,)).start()
        there = {
            "PREFECT_API_URL": f"http://127.0.0.1:{server.server_port}/api",
            "PREFECT_API_AUTH_STRING": "editor:secret",
        }
        assert [post([A, B], 0, there), post([A], 0, there), post([A], 1, there)] == ["", "", ""]
        server.shutdown()
    (path, headers, (first, other)), (_, _, (same,)), (_, _, (again,)) = asked
    assert path == "/api/events"
    assert headers["Authorization"] == "Basic ZWRpdG9yOnNlY3JldA=="
    assert first["id"] == same["id"] not in {other["id"], again["id"]}
    assert first["event"] == "digest.draft.frozen"
    assert first["resource"] == {"prefect.resource.id": "digest.quarter.2026Q1"}
    assert first["payload"] == {
        "sha256": "ab", "event_id": "v1-a", "caused_at": "2026-04-01T00:00:00+00:00"
    }  # fmt: skip
    assert "takes no events" in post([A], 0, there)


def test_nothing_to_post_asks_nobody() -> None:
    assert post([], environment={}) == ""
