"""Local inputs made from the sample's texts: a metadata snapshot and a folder of feed documents."""

from __future__ import annotations

import gzip
import json
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from digest.sample import data, feeds

DAY = "2026-04-07"


def snapshot_line(paper: data.Paper, number: int = 0) -> dict[str, Any]:
    """A paper as arXiv's snapshot has it; with a number, another paper like it."""
    mark = f" ({number})" if number else ""
    return {
        "id": f"{paper.id[:5]}{int(paper.id[5:]) + 1_000 * number:05}" if number else paper.id,
        "title": paper.title + mark,
        "abstract": paper.abstract + mark,
        "authors": ", ".join(paper.authors),
        "categories": " ".join(paper.categories),
        "comments": paper.comments,
        "doi": None if number else paper.doi,
        "versions": [
            {"version": f"v{v.number}", "created": format_datetime(v.submitted, usegmt=True)}
            for v in paper.versions
        ],
    }


def write_snapshot(path: Path, lines: int) -> Path:
    """A snapshot of so many lines, as gzip; its papers repeat with other ids and other words."""
    papers = data.papers(1)
    rows = [snapshot_line(papers[n % len(papers)], n // len(papers)) for n in range(lines)]
    body = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(body.encode(), mtime=0))
    return path


def write_feeds(folder: Path, *ids: str) -> Path:
    """Sample feeds, those named or all, as the files of one day."""
    folder.mkdir(parents=True, exist_ok=True)
    for feed in (data.feeds()[name] for name in ids or data.feeds()):
        items = [item for item in data.news(1) if item.feed == feed.id]
        body = feeds.render(feed, items, data.STAGE_TIMES[1])
        kind = "json" if feed.dialect == "json" else "xml"
        (folder / f"{feed.id}.{DAY}.{kind}").write_bytes(body)
    return folder
