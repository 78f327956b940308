from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digest.items import keys_of
from digest.store.find import find_items
from digest.store.ingest import ingest
from tests.examples import Q1, archived, news, paper

if TYPE_CHECKING:
    import duckdb

PAPER = paper(3, version=2, doi="10.1000/xyz.3", title="Wells", text="No safe water.")
STORY = news("b", title="A story", url="https://news.example/b?utm_source=x", language="fr")
# One address for two stories joins nothing, so it names both.
HOME = "https://home.example/"
FIRST, SECOND = news("h1", url=HOME), news("h2", url=HOME)


@pytest.fixture
def filled(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    records = [paper(3, title="Wells, first version"), PAPER, STORY, FIRST, SECOND, paper(4)]
    ingest(connection, archived(), "test/1", frozenset({Q1}), records)
    return connection


@pytest.mark.parametrize(
    "name",
    [
        "arxiv:2602.00003",
        "2602.00003",
        " 2602.00003v1 ",
        "arXiv:2602.00003",
        "https://arxiv.org/abs/2602.00003v2",
        "https://doi.org/10.48550/arXiv.2602.00003",
        "10.1000/xyz.3",
        "doi:10.1000/xyz.3",
        "https://doi.org/10.1000/XYZ.3",
        keys_of(PAPER)[-1],
    ],
)
def test_a_paper_by_its_names(filled: duckdb.DuckDBPyConnection, name: str) -> None:
    [item] = find_items(filled, name)
    assert (item.item_id, item.kind, item.quarter) == ("arxiv:2602.00003", "paper", "2026Q1")
    assert (item.title, item.text) == ("Wells", "No safe water.")
    assert item.sources == ("arxiv-cs-ai",)


@pytest.mark.parametrize(
    "name",
    [*keys_of(STORY), "https://news.example/b", "http://www.news.example/b/?utm_medium=mail#top"],
)
def test_a_story_by_its_names(filled: duckdb.DuckDBPyConnection, name: str) -> None:
    [item] = find_items(filled, name)
    assert (item.title, item.language, item.withdrawn) == ("A story", "fr", False)
    assert item.item_id in keys_of(STORY)


def test_an_address_of_several_stories(filled: duckdb.DuckDBPyConnection) -> None:
    found = find_items(filled, HOME)
    assert [item.title for item in found] == ["Story h1", "Story h2"] or [
        item.title for item in found
    ] == ["Story h2", "Story h1"]


@pytest.mark.parametrize(
    "name", ["", "2602.99999", "arxiv:2602", "water", "https://news.example/", "'; DROP TABLE item"]
)
def test_what_names_nothing(filled: duckdb.DuckDBPyConnection, name: str) -> None:
    assert find_items(filled, name) == []
