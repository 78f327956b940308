"""One page of arXiv's search: its entries, what cannot be used, and what is no page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import Refused, Unreadable
from digest.items import Record, Rejection
from digest.sources import Document, arxiv_api
from tests.sources.atom_pages import ERROR, entry, feed

REAL = Path(__file__).parents[3] / "shared" / "data" / "arxiv" / "api"

NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)


def parse(content: bytes, code: int = 200) -> list[Record | Rejection]:
    document = Document("arxiv", "https://arxiv.example/api/query", NOW, code, content)
    return list(arxiv_api.parse(document))


# A page
def test_an_entry_is_read() -> None:
    (record,) = parse(
        feed(
            entry(
                title="<title>If $a&lt;b$\n  then</title>",
                author="<author><name>Jos\u00e9 N\u00fa\u00f1ez</name></author>"
                "<author><name>:</name></author><author><name>B. C. Dee</name></author>",
                category='<category term="math.OC"/><category term="cs.AI"/>'
                '<category term="68T50"/><category term="I.2.7"/>',
                more='<arxiv:primary_category term="cs.AI"/><arxiv:comment>8 pages</arxiv:comment>'
                "<arxiv:doi>10.1000/ABC.1</arxiv:doi>",
            )
        )
    )
    assert record == Record(
        source="arxiv",
        external_id="2601.00001",
        kind="paper",
        title="If $a<b$ then",
        text="An abstract.",
        url="https://arxiv.org/abs/2601.00001",
        published=datetime(2026, 1, 5, 10, tzinfo=UTC),
        updated=datetime(2026, 1, 7, 10, tzinfo=UTC),
        authors=("José Núñez", "B. C. Dee"),
        categories=("cs.AI", "math.OC"),
        doi="10.1000/abc.1",
        arxiv_id="2601.00001",
        version=2,
        comments="8 pages",
    )


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"published": ""}, "'' is not a date"),
        ({"updated": "<updated>tomorrow</updated>"}, "'tomorrow' is not a date"),
        ({"title": ""}, "it has no title"),
        ({"id": ""}, "'' is not an arXiv id"),
        ({"id": "<id>http://example.org/x</id>"}, "'http://example.org/x' is not an arXiv id"),
    ],
)
def test_an_entry_that_cannot_be_used_says_why_and_the_others_stay(
    given: dict[str, str], reason: str
) -> None:
    first, second = parse(feed(entry(**given), entry()))
    assert isinstance(first, Rejection)
    assert first.reason == reason
    assert isinstance(second, Record)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (feed(entry())[:200], "not well-formed XML"),
        (b"<html/>", "not an Atom feed"),
        (ERROR, "arXiv says: incorrect date format"),
    ],
)
def test_what_is_no_page_is_named(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        parse(content)


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason=f"NO REAL DATA: {REAL} is missing")
@pytest.mark.parametrize("path", sorted(REAL.glob("*.json")), ids=lambda path: path.stem)
def test_every_recorded_page_gives_its_entries_or_arxiv_s_own_words(path: Path) -> None:
    kept = json.loads(path.read_text("utf-8"))
    content = kept["body"].encode()
    if kept["status_code"] != 200:
        with pytest.raises(Refused, match="arXiv says: incorrect id format for abc"):
            parse(content, kept["status_code"])
        return
    entries = parse(content)
    assert len(entries) == content.count(b"<entry>")
    assert all(isinstance(e, Record) and e.text and e.authors and e.categories for e in entries)
