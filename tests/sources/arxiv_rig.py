"""arXiv as the sample speaks it, with many papers and with faults, on a real local server.

    arxiv = Arxiv(papers_on({date(2026, 1, 5): 3}), faults=[...])
    with FaultyServer(arxiv.answers) as server: ...

A fault gets a request's query and how often that very query came, and answers in the place of the
honest server, or leaves it to that one by giving None.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from digest.quarter import Quarter
from digest.sample import data, oai, search
from digest.sources.catalogue import Source
from digest.sources.http import Limits, Pace, PoliteClient
from tests.servers import Answer, Exchange, body
from tests.sources.http_rig import LOCAL

Q1 = Quarter(2026, 1)
LIMITS = Limits(connect=5, read=10, total=20, attempts=2, first_rest=2, last_rest=30)
Fault = Callable[[Mapping[str, str], int], Answer | None]


@dataclass
class Arxiv:
    """The two interfaces over some papers; ``asked`` are the queries in their order."""

    papers: Sequence[data.Paper]
    faults: Sequence[Fault] = ()
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def answers(self) -> dict[str, Answer]:
        return {"/oai": self._answer(self.oai), "/api/query": self._answer(self.api)}

    def oai(self, query: Mapping[str, str]) -> bytes:
        return oai.respond(list(query.items()), self.papers, data.STAGE_TIMES[1])

    def api(self, query: Mapping[str, str]) -> bytes:
        return search.respond(query, self.papers, data.STAGE_TIMES[1])[1]

    def _answer(self, honest: Callable[[Mapping[str, str]], bytes]) -> Answer:
        times: Counter[str] = Counter()

        def answer(exchange: Exchange) -> None:
            query = dict(parse_qsl(urlsplit(exchange.path).query, keep_blank_values=True))
            self.asked.append(query)
            times[exchange.path] += 1
            faults = (fault(query, times[exchange.path]) for fault in self.faults)
            chosen = next((fault for fault in faults if fault), None)
            (chosen or body(honest(query)))(exchange)

        return answer


@dataclass
class Waits:
    """A clock that only waiting moves."""

    rests: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)

    def now(self) -> datetime:
        return datetime(2026, 4, 7, 6, tzinfo=UTC) + timedelta(seconds=sum(self.rests))


@contextmanager
def polite_client(folder: Path, waits: Waits | None = None) -> Iterator[PoliteClient]:
    """A client for this machine's servers that waits on its own clock."""
    waits = waits or Waits()
    agent = "sdg-ai-digest-test/1 (+mailto:editor@panel.example)"
    with PoliteClient(
        agent,
        pace=Pace(folder, others=0.0),
        allow_private=LOCAL,
        limits=LIMITS,
        now=waits.now,
        sleep=waits.sleep,
    ) as client:
        yield client


def papers_on(
    days: Mapping[date, int], categories: tuple[str, ...] = ("cs.AI",)
) -> list[data.Paper]:
    """So many papers a day, of a month's first nine; each has an id and a title of its own."""
    pattern = next(p for p in data.papers(1) if len(p.versions) == 1)
    papers = []
    for day, count in days.items():
        for number in range(count):
            moment = datetime.combine(day, time(1), UTC) + timedelta(seconds=30 * number)
            papers.append(
                replace(
                    pattern,
                    id=f"{day:%y%m}.{day.day}{number:04}",
                    title=f"Paper {number} of {day}",
                    categories=categories,
                    versions=(replace(pattern.versions[0], submitted=moment),),
                    modified=day,
                )
            )
    return papers


def source(kind: str, base: str) -> Source:
    """An entry of the source list for one of the interfaces."""
    is_oai = kind == "arxiv-oai"
    return Source(
        id=f"test-{kind}",
        kind="arxiv-oai" if is_oai else "arxiv-api",
        url=base + ("/oai" if is_oai else "/api/query"),
        publisher="arXiv (test)",
        group="preprints",
        country="INT",
        region="global",
        language="en",
        home="https://arxiv.sample.example",
        verified=True,
        set="cs:cs:AI" if is_oai else "",
        categories=() if is_oai else ("cs.AI",),
    )


def json_line(paper: data.Paper) -> io.BytesIO:
    """A paper in the format of arXiv's metadata snapshot."""
    *others, last = paper.authors
    stated = {
        "id": paper.id,
        "submitter": paper.authors[0],
        "authors": " and ".join(filter(None, (", ".join(others), last))),
        "title": paper.title.replace(" ", "\n  ", 1),
        "comments": paper.comments,
        "journal-ref": paper.journal_ref,
        "doi": paper.doi,
        "categories": " ".join(paper.categories),
        "abstract": f"  {paper.abstract}\n",
        "versions": [
            {"version": f"v{v.number}", "created": f"{v.submitted:%a, %d %b %Y %H:%M:%S} GMT"}
            for v in paper.versions
        ],
        "update_date": str(paper.modified),
    }
    return io.BytesIO(json.dumps(stated).encode() + b"\n")
