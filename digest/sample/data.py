"""Reads the sample's data files into frozen values; decides what each stage can see.

`papers.jsonl` and `news.jsonl` hold the texts, `sources.toml` says what a harvester is
configured with, and `feeds.toml` what only the server knows: dialect, encoding, flaws.
The `sdg` and `risk` fields are what a text was written to be about. They are never served;
tests and demos compare them with what the classifier finds.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

MARK = "Sample record, invented text"
FOLDER = Path(__file__).parent

# The server has no clock: each stage happens at one fixed moment.
STAGE_TIMES = {
    1: datetime(2026, 4, 7, 6, tzinfo=UTC),
    2: datetime(2026, 5, 4, 6, tzinfo=UTC),
}


@dataclass(frozen=True)
class Version:
    """One version of a paper. arXiv gives a withdrawn one 0 kB and source type `I`."""

    number: int
    submitted: datetime
    kilobytes: int
    source_type: str


@dataclass(frozen=True)
class Paper:
    """One arXiv record; `modified` is what OAI-PMH calls its datestamp."""

    id: str
    title: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    versions: tuple[Version, ...]
    modified: date
    comments: str
    abstract: str
    license: str
    doi: str | None
    journal_ref: str | None
    stage: int
    sdg: tuple[int, ...]
    risk: tuple[str, ...]

    @property
    def submitted(self) -> datetime:
        """When v1 was submitted: the date that decides the quarter."""
        return self.versions[0].submitted

    @property
    def updated(self) -> datetime:
        """When the newest version was submitted."""
        return self.versions[-1].submitted


@dataclass(frozen=True)
class NewsItem:
    """One feed entry. `date_text` replaces the date on the wire where a feed writes it oddly."""

    feed: str
    title: str
    summary: str
    date: datetime | None
    date_text: str | None
    link: str
    guid: str
    language: str
    doi: str | None
    same_as: str | None
    stage: int
    sdg: tuple[int, ...]
    risk: tuple[str, ...]


@dataclass(frozen=True)
class Feed:
    """What a feed document says about itself, and how it is written."""

    id: str
    title: str
    publisher: str
    description: str
    home: str
    language: str
    dialect: str
    encoding: str
    gzip: bool
    html: bool
    truncated: bool

    @property
    def path(self) -> str:
        """Where the server offers the document."""
        return f"/feeds/{self.id}." + ("json" if self.dialect == "json" else "xml")


@cache
def papers(stage: int) -> tuple[Paper, ...]:
    """The papers arXiv would hold at this stage, in the order OAI-PMH lists them."""
    every = (_paper(row) for row in _rows("papers.jsonl"))
    seen = [paper for paper in every if paper.stage <= stage]
    return tuple(sorted(seen, key=lambda paper: (paper.modified, paper.id)))


@cache
def news(stage: int) -> tuple[NewsItem, ...]:
    """The feed entries visible at this stage, in file order."""
    every = (_news_item(row) for row in _rows("news.jsonl"))
    return tuple(item for item in every if item.stage <= stage)


@cache
def feeds() -> Mapping[str, Feed]:
    """Every feed by id: the public half from sources.toml, the wire half from feeds.toml."""
    wire = tomllib.loads((FOLDER / "feeds.toml").read_text("utf-8"))
    return {
        source["id"]: _feed(source, wire[source["id"]])
        for source in sources()
        if source["kind"] == "feed"
    }


def sources() -> list[dict[str, Any]]:
    """The rows of sources.toml as written, `{base}` not yet filled in."""
    text = (FOLDER / "sources.toml").read_text("utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["source"]
    return rows


def _rows(name: str) -> list[dict[str, Any]]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _paper(row: dict[str, Any]) -> Paper:
    versions = tuple(
        Version(number, datetime.fromisoformat(v["date"]), v["kb"], v.get("source_type", "D"))
        for number, v in enumerate(row["versions"], start=1)
    )
    return Paper(
        id=row["id"],
        title=row["title"],
        authors=tuple(row["authors"]),
        categories=tuple(row["categories"]),
        versions=versions,
        modified=date.fromisoformat(row["modified"]),
        comments=row["comments"],
        abstract=row["abstract"],
        license=row["license"],
        doi=row.get("doi"),
        journal_ref=row.get("journal_ref"),
        stage=row.get("stage", 1),
        sdg=tuple(row["sdg"]),
        risk=tuple(row["risk"]),
    )


def _news_item(row: dict[str, Any]) -> NewsItem:
    return NewsItem(
        feed=row["feed"],
        title=row["title"],
        summary=row["summary"],
        date=datetime.fromisoformat(row["date"]) if row["date"] else None,
        date_text=row.get("date_text"),
        link=row["link"],
        guid=row["guid"],
        language=row["language"],
        doi=row.get("doi"),
        same_as=row.get("same_as"),
        stage=row.get("stage", 1),
        sdg=tuple(row["sdg"]),
        risk=tuple(row["risk"]),
    )


def _feed(source: dict[str, Any], wire: dict[str, Any]) -> Feed:
    return Feed(
        id=source["id"],
        title=wire["title"],
        publisher=source["publisher"],
        description=wire["description"],
        home=source["home"],
        language=source["language"],
        dialect=wire["dialect"],
        encoding=wire.get("encoding", "utf-8"),
        gzip=wire.get("gzip", False),
        html=wire.get("html", False),
        truncated=wire.get("truncated", False),
    )
