from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.sources.catalogue import Source
from digest.sources.check import SourceCheck, check
from digest.sources.http import Limits, Pace, PoliteClient
from tests.servers import Answer, FaultyServer, body, redirect, slowly, status
from tests.sources.atom_pages import entry, feed
from tests.sources.http_rig import LOCAL

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
ITEM = "<item><title>Story</title><pubDate>Fri, 27 Mar 2026 10:00:00 GMT</pubDate></item>"
OLDER = "<item><title>Older</title><pubDate>Sun, 01 Feb 2026 10:00:00 GMT</pubDate></item>"
FEED = (
    f"<rss version='2.0'><channel>{OLDER}{ITEM}<item><title>Undated</title></item></channel></rss>"
)
IDENTIFY = b"""<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<Identify><repositoryName>arXiv</repositoryName></Identify></OAI-PMH>"""
PAPER = feed(entry(published="<published>2026-03-30T17:00:00Z</published>"))

Ask = Callable[..., tuple[SourceCheck, list[str]]]


@pytest.fixture
def ask(tmp_path: Path, source: Callable[..., Source]) -> Ask:
    """Check one source that gives this answer; what was found and what was asked."""
    limits = Limits(read=0.3, attempts=1)
    pace = Pace(tmp_path, others=0)

    def ask(answer: Answer, **changes: object) -> tuple[SourceCheck, list[str]]:
        with (
            FaultyServer({"/feed": answer}) as server,
            PoliteClient(
                "t (+mailto:a@b.example)",
                pace=pace,
                allow_private=LOCAL,
                limits=limits,
                now=lambda: NOW,
            ) as client,
        ):
            return check(source(server.url("/feed"), **changes), client, NOW), server.paths

    return ask


def test_a_feed_that_answers(ask: Ask) -> None:
    seen, asked = ask(body(FEED.encode(), "application/rss+xml; charset=utf-8"))
    assert seen.answers and seen.error == ""
    assert (seen.source, seen.status, seen.media_type) == ("a-feed", 200, "application/rss+xml")
    assert (seen.dialect, seen.entries, seen.bytes) == ("rss20", 3, len(FEED))
    assert (seen.newest, seen.age_days) == (datetime(2026, 3, 27, 10, tzinfo=UTC), 4)
    assert asked == ["/feed"]


def test_milliseconds_are_measured(ask: Ask) -> None:
    seen, _ = ask(slowly(0.1, body(FEED.encode())))
    assert 100 <= seen.milliseconds < 5_000


@pytest.mark.parametrize(
    ("answer", "code", "error"),
    [
        (status(404, {"Content-Type": "text/html"}, b"gone"), 404, "HTTP 404 .*look for the new"),
        (status(503), 503, "HTTP 503"),
        (body(b"<html><body>Moved</body></html>", "text/html"), 200, "an HTML page, not a feed"),
        (body(b"<rss version='2.0'><channel></channel></rss>"), 200, "has no entries"),
        (body(FEED[:-40].encode()), 200, "breaks off after 2 whole entries"),
        (slowly(5, body(b"late")), 0, r"silent for 0\.3 seconds"),
        (redirect("ftp://x.example/"), 0, "only http and https"),
    ],
    ids=["gone", "busy", "html", "empty", "cut", "silent", "elsewhere"],
)
def test_what_is_wrong_is_one_sentence(ask: Ask, answer: Answer, code: int, error: str) -> None:
    seen, _ = ask(answer)
    assert not seen.answers
    assert seen.status == code
    assert seen.error.startswith("a-feed: ")
    assert re.search(error, seen.error), seen.error
    assert "\n" not in seen.error


def test_what_was_cut_off_is_still_counted(ask: Ask) -> None:
    seen, _ = ask(body(FEED[:-40].encode()))
    assert (seen.entries, seen.age_days) == (2, 4)


def test_oai_is_only_asked_who_it_is(ask: Ask) -> None:
    seen, asked = ask(body(IDENTIFY, "text/xml"), kind="arxiv-oai", set="cs:cs:AI")
    assert asked == ["/feed?verb=Identify"]
    assert seen.answers and seen.dialect == "oai-pmh"
    seen, _ = ask(body(b"<html/>"), kind="arxiv-oai", set="cs:cs:AI")
    assert "no OAI-PMH answer" in seen.error


def test_the_search_api_is_asked_for_its_newest_paper(ask: Ask) -> None:
    seen, asked = ask(body(PAPER), kind="arxiv-api", categories=("cs.AI", "cs.CL"))
    assert asked == [
        "/feed?search_query=cat%3Acs.AI+OR+cat%3Acs.CL&sortBy=submittedDate&sortOrder=descending"
        "&max_results=1"
    ]
    assert (seen.entries, seen.age_days, seen.dialect, seen.error) == (1, 0, "atom10", "")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (FEED.encode(), "the answer is <rss>, not an Atom feed"),
        (feed(entry()).replace(b"totalResults", b"other"), "does not say how many papers"),
        (feed(entry(id="<id>https://x.example/1</id>")), "none of 1 entries can be used: .*id"),
        (feed(total=0), "has no entries"),
    ],
    ids=["rss", "an Atom feed", "another search", "nothing"],
)
def test_what_is_not_the_search_api_fails_as_such(ask: Ask, answer: bytes, error: str) -> None:
    seen, _ = ask(body(answer), kind="arxiv-api", categories=("cs.AI",))
    assert not seen.answers
    assert re.search(error, seen.error), seen.error
