"""Harvesting arXiv's lists by OAI-PMH: pages, tokens that die, and lists that break off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from digest.errors import Incomplete, Refused, SourceError, Unreadable
from digest.sample import SOURCES, data, oai
from digest.sample.server import sample_server
from digest.sources import arxiv_oai, catalogue
from digest.sources.http import PoliteClient
from tests.servers import Answer, FaultyServer, body, status
from tests.sources.arxiv_rig import Q1, Arxiv, Fault, Waits, papers_on, polite_client, source
from tests.sources.oai_rig import answer

PAPERS = papers_on({date(2026, 1, 5): 100})  # pages of 40, 40 and 20


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client(tmp_path: Path, waits: Waits) -> Iterator[PoliteClient]:
    with polite_client(tmp_path, waits) as client:
        yield client


def harvest(client: PoliteClient, arxiv: Arxiv) -> tuple[list[str], SourceError | None]:
    """The ids that came, in their order, and the error at the end."""
    ids: list[str] = []
    with FaultyServer(arxiv.answers) as server:
        try:
            for page in arxiv_oai.fetch(source("arxiv-oai", server.url("")), Q1, client):
                ids += [entry.external_id for entry in arxiv_oai.parse(page)]
        except SourceError as error:
            return ids, error
    return ids, None


def page_of(query: Mapping[str, str]) -> int:
    """Which page of the list a query asks for, from 1."""
    skip = re.search(r"skip%3D(\d+)", query.get("resumptionToken", ""))
    return int(skip[1]) // oai.PAGE_SIZE + 1 if skip else 1


def at_page(number: int, answer: Answer, until: int = 99) -> Fault:
    """An answer in the place of a page, the first so many times that it is asked for."""
    return lambda query, times: answer if page_of(query) == number and times <= until else None


def changed(number: int, change: tuple[str, str], until: int = 99) -> Fault:
    """A page in which a pattern is replaced."""
    honest = Arxiv(PAPERS)

    def fault(query: Mapping[str, str], times: int) -> Answer | None:
        if page_of(query) != number or times > until:
            return None
        return body(re.sub(change[0], change[1], honest.oai(query).decode()).encode())

    return fault


def error(code: str, words: str = "") -> bytes:
    return answer(f'<error code="{code}">{words}</error>')


# The sample, whole


@pytest.mark.parametrize("stage", [1, 2])
def test_every_set_of_the_sample_comes_whole(client: PoliteClient, stage: int) -> None:
    with sample_server(stage) as base:
        for listed in catalogue.load(SOURCES, base):
            if listed.kind != "arxiv-oai":
                continue
            pages = arxiv_oai.fetch(listed, Q1, client)
            came = [entry for page in pages for entry in arxiv_oai.parse(page)]
            category = listed.set.partition(":")[2].replace(":", ".")
            wanted = [p for p in data.papers(stage) if category in p.categories]
            since = [p.id for p in wanted if p.modified >= Q1.start.date()]
            assert [entry.external_id for entry in came] == since


# The list


def test_it_asks_for_what_changed_since_the_first_day_and_has_no_last_one(
    client: PoliteClient,
) -> None:
    arxiv = Arxiv(PAPERS)
    ids, problem = harvest(client, arxiv)
    assert ids == [paper.id for paper in PAPERS]
    assert problem is None
    assert arxiv.asked[0] == {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "set": "cs:cs:AI",
        "from": "2026-01-01",
    }
    assert [set(query) for query in arxiv.asked[1:]] == [{"verb", "resumptionToken"}] * 2


def test_each_page_is_given_before_the_next_is_asked_for(client: PoliteClient) -> None:
    arxiv = Arxiv(PAPERS)
    with FaultyServer(arxiv.answers) as server:
        pages = arxiv_oai.fetch(source("arxiv-oai", server.url("")), Q1, client)
        for count in (1, 2, 3):
            next(pages)
            assert len(arxiv.asked) == count


def test_a_dead_token_starts_the_list_again(client: PoliteClient) -> None:
    arxiv = Arxiv(PAPERS, [at_page(3, body(error("badResumptionToken", "expired")), until=1)])
    ids, problem = harvest(client, arxiv)
    assert problem is None
    assert sorted(set(ids)) == [paper.id for paper in PAPERS]
    assert [page_of(query) for query in arxiv.asked] == [1, 2, 3, 1, 2, 3]


def test_tokens_that_always_die_end_in_a_failure(client: PoliteClient) -> None:
    arxiv = Arxiv(PAPERS, [at_page(2, body(error("badResumptionToken")))])
    ids, problem = harvest(client, arxiv)
    assert isinstance(problem, Incomplete)
    assert "tokens died 3 times" in str(problem)
    assert [page_of(query) for query in arxiv.asked] == [1, 2] * 3
    assert len(set(ids)) == 40
    assert problem.document is not None


def test_the_same_token_twice_is_a_circle(client: PoliteClient) -> None:
    question = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs:cs:AI"}
    first = Arxiv(PAPERS).oai({**question, "from": "2026-01-01"}).decode()
    token = re.search(r"<resumptionToken>(.*?)<", first)
    assert token is not None
    circle = changed(2, ("<resumptionToken>.*?<", f"<resumptionToken>{token[1]}<"))
    ids, problem = harvest(client, arxiv := Arxiv(PAPERS, [circle]))
    assert isinstance(problem, Incomplete)
    assert "in a circle" in str(problem)
    assert len(arxiv.asked) == 2
    assert len(ids) == 80


def test_a_page_that_comes_again_under_new_tokens_ends_the_list(client: PoliteClient) -> None:
    def fault(query: Mapping[str, str], times: int) -> Answer | None:
        first = {"verb": "ListRecords", "metadataPrefix": "arXivRaw"}
        again = re.sub(
            "<resumptionToken>.*<",
            f"<resumptionToken>{len(arxiv.asked)}<",
            arxiv.oai(first).decode(),
        )
        return body(again.encode())

    arxiv = Arxiv(PAPERS, [fault])
    ids, problem = harvest(client, arxiv)
    assert isinstance(problem, Incomplete)
    assert "nothing new after 40 records" in str(problem)
    assert len(ids) == 40


def test_the_last_page_may_repeat_a_paper_that_was_revised_meanwhile(client: PoliteClient) -> None:
    def again(query: Mapping[str, str], times: int) -> Answer | None:
        if page_of(query) != 2:
            return None
        first = arxiv.oai({"verb": "ListRecords", "metadataPrefix": "arXivRaw"}).decode()
        return body(re.sub("<resumptionToken>.*?</resumptionToken>", "", first).encode())

    arxiv = Arxiv(PAPERS, [again])
    ids, problem = harvest(client, arxiv)
    assert problem is None or "records came" in str(problem)
    assert len(ids) == 80
    assert len(set(ids)) == 40


def test_an_empty_page_in_mid_list_is_no_end(client: PoliteClient) -> None:
    ids, problem = harvest(client, Arxiv(PAPERS, [at_page(2, body(answer("<ListRecords/>")))]))
    assert isinstance(problem, Incomplete)
    assert len(ids) == 40


@pytest.mark.parametrize(("size", "is_whole"), [(100, True), (99, True), (101, False)])
def test_the_list_is_compared_with_the_size_that_it_states(
    client: PoliteClient, size: int, is_whole: bool
) -> None:
    stated = (r"<resumptionToken/>", f'<resumptionToken completeListSize="{size}"/>')
    ids, problem = harvest(client, Arxiv(PAPERS, [changed(3, stated)]))
    assert len(ids) == 100
    assert (problem is None) == is_whole
    assert is_whole or "100 of 101 records" in str(problem)


def test_nothing_since_the_first_day_is_an_answer(client: PoliteClient) -> None:
    arxiv = Arxiv([replace(paper, modified=date(2025, 12, 31)) for paper in PAPERS])
    with FaultyServer(arxiv.answers) as server:
        pages = list(arxiv_oai.fetch(source("arxiv-oai", server.url("")), Q1, client))
    assert [list(arxiv_oai.parse(page)) for page in pages] == [[]]


def test_a_list_without_records_and_without_a_word_is_none(client: PoliteClient) -> None:
    _, problem = harvest(client, Arxiv(PAPERS, [at_page(1, body(answer("<ListRecords/>")))]))
    assert isinstance(problem, Unreadable)


def test_an_error_is_told_in_the_source_s_own_words(client: PoliteClient) -> None:
    refusal = body(error("badArgument", "Set has\n  an invalid name."))
    _, problem = harvest(client, Arxiv(PAPERS, [at_page(1, refusal)]))
    assert isinstance(problem, Unreadable)
    assert "badArgument: Set has an invalid name." in str(problem)
    assert problem.document is not None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Arxiv(PAPERS).oai({"verb": "ListRecords", "metadataPrefix": "arXivRaw"})[:5_000], "XML"),
        (b"<html><body>Sign in to this network</body></html>", "<html>"),
        (b"", "XML"),
    ],
    ids=["truncated", "another page", "empty"],
)
def test_a_broken_page_in_mid_list_keeps_those_before(
    client: PoliteClient, content: bytes, words: str
) -> None:
    ids, problem = harvest(client, Arxiv(PAPERS, [at_page(2, body(content))]))
    assert isinstance(problem, Unreadable)
    assert words in str(problem)
    assert problem.document is not None
    assert problem.document.body == content
    assert len(ids) == 40


def test_too_many_requests_in_mid_list_are_waited_out(client: PoliteClient, waits: Waits) -> None:
    busy = status(429, {"Retry-After": "17"})
    ids, problem = harvest(client, Arxiv(PAPERS, [at_page(2, busy, until=1)]))
    assert problem is None
    assert len(ids) == 100
    assert 16 < max(waits.rests) <= 17


def test_a_server_that_stays_away_in_mid_list_is_named(client: PoliteClient) -> None:
    ids, problem = harvest(client, Arxiv(PAPERS, [at_page(2, status(503))]))
    assert isinstance(problem, Refused)
    assert "503" in str(problem)
    assert len(ids) == 40
