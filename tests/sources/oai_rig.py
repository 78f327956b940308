"""Answers of an OAI-PMH server, written by hand, and what the parser makes of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from digest.items import Record, Rejection
from digest.sources import Document, arxiv_oai

NOON = datetime(2026, 4, 7, 12, tzinfo=UTC)


RAW = "http://arxiv.org/OAI/arXivRaw/"


def answer(inside: str) -> bytes:
    head = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    return f"{head}<responseDate>2026-04-07T06:00:00Z</responseDate>{inside}</OAI-PMH>".encode()


def raw(paper: str, header: str = "") -> bytes:
    """A page with one arXivRaw record; ``paper`` replaces or adds elements by their names."""
    usual = {
        "id": "<id>2601.00001</id>",
        "version": '<version version="v1"><date>Mon, 05 Jan 2026 10:00:00 GMT</date></version>',
        "title": "<title>A title</title>",
        "authors": "<authors>A. Author</authors>",
        "categories": "<categories>cs.AI</categories>",
        "abstract": "<abstract>An abstract.</abstract>",
    }
    given = set(re.findall(r"<([\w-]+)", paper))
    elements = "".join(text for name, text in usual.items() if name not in given) + paper
    header = header or "<header><identifier>oai:arXiv.org:2601.00001</identifier></header>"
    return answer(
        f"<ListRecords><record>{header}<metadata><arXivRaw xmlns='{RAW}'>{elements}</arXivRaw>"
        "</metadata></record></ListRecords>"
    )


def parse(content: bytes, code: int = 200) -> list[Record | Rejection]:
    document = Document("arxiv", "https://arxiv.example/oai", NOON, code, content)
    return list(arxiv_oai.parse(document))
