"""Story items come out of a real store with keys, vectors and publishers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from digest.edition.stories import story_items
from digest.items import keys_of
from digest.store.ingest import ingest, insert
from tests.examples import Q1, Q4, archived, news, paper

if TYPE_CHECKING:
    import duckdb

PAPER = paper(3, version=2, doi="10.1000/xyz.3", title="Wells", comments="8 pages")
POST = news("b", title="A story", language="fr")


def test_items_of_the_quarter(connection: duckdb.DuckDBPyConnection) -> None:
    ingest(connection, archived(), "test/1", frozenset({Q1}), [POST, paper(3), PAPER])
    vector = np.eye(1, 384, dtype=np.float32)[0]
    row = {"text_hash": PAPER.text_hash, "encoder": "e1-x", "tokens": 3, "vector": vector.tolist()}
    insert(connection, "embedding", [row])
    work, story = story_items(connection, Q1, "e1-x", {"un-news": "UN News"})
    assert (work.item_id, work.kind, work.title) == ("arxiv:2602.00003", "paper", "Wells")
    assert work.authors == ("A. Author",)
    assert work.comments == "8 pages"
    assert work.outlets == ("arXiv",)
    assert {"arxiv:2602.00003", "doi:10.1000/xyz.3"} <= set(work.keys)
    assert work.vector is not None
    assert work.vector.tolist() == vector.tolist()
    assert (story.outlets, story.language, story.vector) == (("UN News",), "fr", None)
    assert not (work.withdrawn or story.withdrawn)
    assert set(story.keys) == set(keys_of(POST))
    assert story.published == POST.published.replace(tzinfo=story.published.tzinfo)
    assert story_items(connection, Q4, "e1-x", {}) == []


def test_a_withdrawn_paper_is_known_as_such(connection: duckdb.DuckDBPyConnection) -> None:
    gone = paper(4, withdrawn=True)
    ingest(connection, archived(), "test/1", frozenset({Q1}), [gone])
    (item,) = story_items(connection, Q1, "e1-x", {})
    assert item.withdrawn
