"""Values that the tests begin with: short to write, valid, and each with its own identity."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.edition.manifest import (
    Assigned,
    EditionItem,
    Evidence,
    Manifest,
    Section,
    ShownItem,
    SourceOutcome,
)
from digest.items import Record, Seen
from digest.quarter import Quarter
from digest.sources import Document
from digest.store.archive import Archived

if TYPE_CHECKING:
    import duckdb

Q1 = Quarter(2026, 1)
Q4 = Quarter(2025, 4)
NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
LONG = "A long release that says the same everywhere, word for word, whoever prints it. " * 4


def news(name: str = "a", **changes: Any) -> Record:
    """A news record that shares no key with one of another name."""
    values: dict[str, Any] = {
        "source": "un-news",
        "external_id": f"guid-{name}",
        "kind": "news",
        "title": f"Story {name}",
        "text": f"What happened in {name}.",
        "url": f"https://news.example/{name}",
        "published": NOON,
        "language": "en",
    }
    return Record(**(values | changes))


def paper(number: int = 1, **changes: Any) -> Record:
    """A version of an arXiv paper."""
    arxiv_id = f"2602.{number:05}"
    values: dict[str, Any] = {
        "source": "arxiv-cs-ai",
        "external_id": arxiv_id,
        "kind": "paper",
        "title": f"Paper {number}",
        "text": f"We study question {number}.",
        "url": f"https://arxiv.org/abs/{arxiv_id}",
        "published": NOON,
        "arxiv_id": arxiv_id,
        "authors": ("A. Author",),
        "categories": ("cs.AI",),
        "language": "en",
    }
    return Record(**(values | changes))


def seen(record: Record, hours: float = 0) -> Seen:
    """A record with its id, first seen so many hours after noon."""
    return Seen(record.record_id, record, NOON + timedelta(hours=hours))


def archived(name: str = "a", hours: float = 0, **changes: Any) -> Archived:
    """An answer in the archive's words, without the archive."""
    values: dict[str, Any] = {
        "document_id": "d1-" + hashlib.sha256(name.encode()).hexdigest()[:24],
        "source": "un-news",
        "kind": "feed",
        "quarter": str(Q1),
        "language": "en",
        "url": f"https://news.example/{name}.xml",
        "fetched_at": NOON + timedelta(hours=hours),
        "status": 200,
        "headers": {},
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "bytes": len(name),
    }
    return Archived(**(values | changes))


def document(body: bytes = b"<rss/>", hours: float = 0, **changes: Any) -> Document:
    """An answer as it came."""
    values: dict[str, Any] = {
        "source": "un-news",
        "url": "https://news.example/feed.xml",
        "fetched_at": NOON + timedelta(hours=hours),
        "status": 200,
        "body": body,
        "headers": {"content-type": "application/rss+xml"},
    }
    return Document(**(values | changes))


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """All that a database holds, in an order that does not depend on how it came there."""
    names = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY table_name"
    ).fetchall()
    return {
        name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
        for (name,) in names
    }


def edition(**changes: Any) -> Manifest:
    """A manifest of one item, shown on one page."""
    assigned = Assigned("ai", "relevant", 0.9, 0.5)
    goal = Assigned("sdg", "3", 0.8, 0.5, unsure=True)
    item = EditionItem(
        id="arxiv:2602.00001", kind="paper", date="2026-02-03", date_inferred=False, version=1,
        withdrawn=False, late=False, language="en", text_hash="t1-a", sources=("arxiv-cs-ai",),
        status="labelled", labels=(assigned, goal), title="Paper 1",
        url="https://arxiv.org/abs/2602.00001",
    )  # fmt: skip
    shown = ShownItem(
        id=item.id, authors=("A",), publishers=("arXiv",), categories=("cs.AI",),
        evidence=(Evidence("sdg", "3", "We study health.", 0.4),),
    )  # fmt: skip
    asked = SourceOutcome(
        id="arxiv-cs-ai", publisher="arXiv", kind="arxiv-oai", group="preprints", country="INT",
        region="global", language="en", home="https://arxiv.org/", outcome="answered", detail="",
        items=1,
    )  # fmt: skip
    values: dict[str, Any] = {
        "quarter": str(Q1),
        "model": "m1-test",
        "codebook": "c1-test",
        "thresholds": {"sdg/3": 0.5, "ai/relevant": 0.5},
        "sample": True,
        "sources": (asked,),
        "records": 1,
        "rejections": (("it has no title", 2),),
        "items": (item,),
        "shown": (shown,),
        "sections": (Section("sdg", "3", 1, 0, (item.id,)),),
        "review": "not reviewed",
    }
    return Manifest(**(values | changes))


HOLD = """
import sys
from pathlib import Path
from digest.store.database import writing
with writing(Path(sys.argv[1])) as connection:
    connection.execute("INSERT INTO item_record VALUES ('unseen', 'unseen')")
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_writer(path: Path) -> Iterator[int]:
    """Another process that holds the database for writing; gives its number."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == b"held\n"
        yield process.pid
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
