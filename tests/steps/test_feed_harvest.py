"""Feeds that a server answers with over and over: what changed is taken, what broke heals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest.config import Inputs, Workplace
from digest.quarter import Quarter
from digest.steps.harvest import harvest, unread
from digest.steps.reparse import reparse
from digest.store.archive import Archive
from digest.store.history import ANSWERED, EMPTY, FAILED
from digest.store.outbox import unhandled
from tests.examples import NOON, archived
from tests.servers import Answer, FaultyServer, body, in_turn, redirect, status, unless_unchanged

if TYPE_CHECKING:
    import duckdb

NOW = datetime(2026, 3, 5, tzinfo=UTC)
Q1 = Quarter(2026, 1)
HOUR = timedelta(hours=1)


def entry(title: str, more: str = "", day: str = "02 Mar 2026") -> str:
    return (
        f"<item><title>{title}</title><link>https://news.example/{title}</link>"
        f"<pubDate>{day} 10:00:00 GMT</pubDate>{more}</item>"
    )


def feed(*entries: str, end: str = "</channel></rss>") -> bytes:
    head = (
        '<rss version="2.0" xmlns:psc="http://podlove.org/simple-chapters"><channel>'
        "<title>News</title>"
    )
    return f"{head}{''.join(entries)}{end}".encode()


def versioned(data: bytes) -> Answer:
    """The document, or "not modified" to whoever has some version of this name."""
    return unless_unchanged('"1"', body(data, headers={"ETag": '"1"'}))


@pytest.fixture(autouse=True)
def _turns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def listed(folder: Path, private: str = "", **addresses: str) -> Path:
    """A source list of feeds, of which one may be in a private network."""
    path = folder / "sources.toml"
    path.write_text(
        "".join(
            f'[[source]]\nid = "{name}"\nkind = "feed"\nurl = "{url}"\npublisher = "{name}"\n'
            'group = "science-press"\ncountry = "INT"\nregion = "global"\nlanguage = "en"\n'
            f'home = "https://{name}.example"\nverified = true\nenabled = true\n'
            f"private = {str(name == private).lower()}\n"
            for name, url in addresses.items()
        )
    )
    return path


def harvested(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    sources: Path,
    *private: str,
    quarter: Quarter = Q1,
    now: datetime = NOW,
) -> dict[str, tuple[str, str]]:
    """What became of each source, and why."""
    inputs = Inputs(
        sources, contact="mailto:a@b.example", sample=True, private_hosts=frozenset(private)
    )
    found = harvest(connection, place, quarter, inputs, lambda: now)
    return {outcome.source: (outcome.outcome, outcome.detail) for outcome in found}


def titles(connection: duckdb.DuckDBPyConnection) -> set[str]:
    question = "SELECT title FROM item JOIN record ON record_id = lead_record"
    return {title for (title,) in connection.execute(question).fetchall()}


def test_an_entry_on_which_a_parser_gives_up_stops_no_other_source(
    connection: duckdb.DuckDBPyConnection, place: Workplace, tmp_path: Path, stack: ExitStack
) -> None:
    chapter = "<psc:chapters><psc:chapter title='Intro'/></psc:chapters>"
    server = stack.enter_context(
        FaultyServer(
            {"/odd": body(feed(entry("odd", chapter))), "/good": body(feed(entry("good")))}
        )
    )  # fmt: skip
    sources = listed(tmp_path, odd=server.url("/odd"), good=server.url("/good"))
    for _ in range(2):
        outcomes = harvested(connection, place, sources, "127.0.0.1")
        assert outcomes["good"][0] == ANSWERED
        assert outcomes["odd"][0] == FAILED
        assert "its parser gave up on it (TypeError" in outcomes["odd"][1]
    assert titles(connection) == {"good"}
    connection.close()
    assert any("1 item" in line for line in reparse(place))


def test_another_address_of_a_source_is_another_document(
    connection: duckdb.DuckDBPyConnection, place: Workplace, tmp_path: Path, stack: ExitStack
) -> None:
    """Its server must not say of ours, which it never gave, that it has not changed."""
    server = stack.enter_context(FaultyServer({
        "/old": versioned(feed(entry("first"))),
        "/new": versioned(feed(entry("first"), entry("second"))),
    }))  # fmt: skip
    for path in ("/old", "/old", "/new"):
        sources = listed(tmp_path, press=server.url(path))
        assert harvested(connection, place, sources, "127.0.0.1")["press"][0] == ANSWERED
    assert titles(connection) == {"first", "second"}


def test_a_document_that_broke_off_is_asked_for_again_whole(
    connection: duckdb.DuckDBPyConnection, place: Workplace, tmp_path: Path, stack: ExitStack
) -> None:
    cut = feed(entry("first"), entry("second"), end="")[:-30]
    whole = versioned(feed(entry("first"), entry("second")))
    server = stack.enter_context(FaultyServer({"/feed": in_turn(versioned(cut), whole)}))
    sources = listed(tmp_path, press=server.url("/feed"))
    assert harvested(connection, place, sources, "127.0.0.1")["press"][0] == FAILED
    assert harvested(connection, place, sources, "127.0.0.1")["press"] == (ANSWERED, "")
    assert titles(connection) == {"first", "second"}


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"else")])
def test_an_answer_that_the_archive_has_lost_is_asked_for_again(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    tmp_path: Path,
    stack: ExitStack,
    damage: Callable[[Path], object],
) -> None:
    """Its server must not say of it that it has not changed; the other sources go on anyway."""
    server = stack.enter_context(FaultyServer({
        "/lost": versioned(feed(entry("lost"))), "/good": versioned(feed(entry("good"))),
    }))  # fmt: skip
    sources = listed(tmp_path, lost=server.url("/lost"), good=server.url("/good"))
    harvested(connection, place, sources, "127.0.0.1")
    (lost,) = Archive(place.raw).documents("lost")
    (body,) = place.raw.rglob(f"{lost.sha256}.zst")
    damage(body)
    outcomes = harvested(connection, place, sources, "127.0.0.1", quarter=Q1.previous())
    assert outcomes == {"lost": (ANSWERED, ""), "good": (ANSWERED, "")}
    assert list(Archive(place.raw).damaged()) == []
    assert titles(connection) == {"lost", "good"}


APRIL_6, JUNE_30 = datetime(2026, 4, 6, tzinfo=UTC), datetime(2026, 6, 30, tzinfo=UTC)


def quarters(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The quarter of each item, by its title."""
    question = "SELECT title, quarter FROM item JOIN record ON record_id = lead_record"
    return dict(connection.execute(question).fetchall())


@pytest.mark.parametrize(
    ("later", "outcome"),
    [(body(feed(entry("june", day="20 Jun 2026"))), ANSWERED), (body(feed()), EMPTY),
     (status(404), FAILED)],
    ids=["answered", "empty", "failed"],
)  # fmt: skip
def test_what_a_feed_had_of_the_next_quarter_waits_for_its_harvest(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    tmp_path: Path,
    stack: ExitStack,
    later: Answer,
    outcome: str,
) -> None:
    """By then the feed has dropped it; that helps no source which fails to be one that answered."""
    both = body(feed(entry("march"), entry("april", day="05 Apr 2026")))
    server = stack.enter_context(FaultyServer({"/feed": in_turn(both, later)}))
    sources = listed(tmp_path, press=server.url("/feed"))
    harvested(connection, place, sources, "127.0.0.1", now=APRIL_6)
    assert quarters(connection) == {"march": "2026Q1"}
    assert {raised.quarter for raised in unhandled(connection)} == {Q1}
    for _ in range(2):
        found = harvested(connection, place, sources, "127.0.0.1", quarter=Q1.next(), now=JUNE_30)
        assert found["press"][0] == outcome
        new = {"june": "2026Q2"} if outcome == ANSWERED else {}
        assert quarters(connection) == {"march": "2026Q1", "april": "2026Q2"} | new


def test_an_earlier_answer_that_is_lost_stops_no_harvest(
    connection: duckdb.DuckDBPyConnection, place: Workplace, tmp_path: Path, stack: ExitStack
) -> None:
    answers = [body(feed(entry(n, day="05 Apr 2026"))) for n in ("lost", "kept", "last")]
    server = stack.enter_context(FaultyServer({"/feed": in_turn(*answers)}))
    sources = listed(tmp_path, press=server.url("/feed"))
    for day in (6, 7):
        now = datetime(2026, 4, day, tzinfo=UTC)
        harvested(connection, place, sources, "127.0.0.1", now=now)
    lost = next(Archive(place.raw).documents("press"))
    next(place.raw.rglob(f"{lost.sha256}.zst")).unlink()
    found = harvested(connection, place, sources, "127.0.0.1", quarter=Q1.next(), now=JUNE_30)
    assert found == {"press": (ANSWERED, "")}
    assert titles(connection) == {"kept", "last"}


def test_which_earlier_answers_are_read_for_a_quarter() -> None:
    begins = NOON - Q1.start
    answers = [
        archived("before", hours=-begins / HOUR - 1),
        archived("on its first day", hours=-begins / HOUR),
        archived("read"),
        archived("refused", status=503),
        archived("of a search", kind="arxiv-oai"),
        archived("long after", hours=10_000),
    ]
    read = {archived("read").document_id}
    assert [a.url for a in unread(answers, Q1, read)] == [answers[1].url, answers[5].url]


def test_one_source_s_private_host_is_no_other_one_s(
    connection: duckdb.DuckDBPyConnection, place: Workplace, tmp_path: Path, stack: ExitStack
) -> None:
    inside = stack.enter_context(FaultyServer({
        "/feed": body(feed(entry("inside"))), "/secret": body(feed(entry("secret"))),
    }))  # fmt: skip
    outside = stack.enter_context(FaultyServer({"/feed": redirect(inside.url("/secret"))}))
    sources = listed(
        tmp_path, private="intranet", intranet=inside.url("/feed"), press=outside.url("/feed")
    )
    outcomes = harvested(connection, place, sources, outside.host)
    assert outcomes["intranet"] == (ANSWERED, "")
    assert outcomes["press"][0] == FAILED
    assert "/secret" not in inside.paths
    assert titles(connection) == {"inside"}
