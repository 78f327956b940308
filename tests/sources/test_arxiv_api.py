"""Asking arXiv's search, day by day: pages, gaps, faults, and what is told at the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digest.errors import Incomplete, Refused, SourceError, Unreachable
from digest.items import Record
from digest.sample import SOURCES, data
from digest.sample.server import sample_server
from digest.sources import arxiv_api, arxiv_oai, catalogue, snapshot
from digest.sources.http import PoliteClient
from tests.servers import Answer, FaultyServer, body, status
from tests.sources.arxiv_rig import (
    Q1,
    Arxiv,
    Fault,
    Waits,
    json_line,
    papers_on,
    polite_client,
    source,
)
from tests.sources.atom_pages import ERROR, entry, feed

# The quarter begins on a Thursday; five days are over, the weekend among them.
NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)


THURSDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY, WEDNESDAY, TODAY = (
    date(2026, 1, day) for day in range(1, 9)
)


WEEK = {THURSDAY: 3, FRIDAY: 2, MONDAY: 4, TUESDAY: 3}


BIG = {**WEEK, MONDAY: 1_100}  # pages of 500, 500 and 100


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client(tmp_path: Path, waits: Waits) -> Iterator[PoliteClient]:
    with polite_client(tmp_path, waits) as client:
        yield client


@pytest.fixture
def harvest(client: PoliteClient, waits: Waits) -> Callable[[Arxiv], Harvested]:
    """Harvest the days up to now: the ids that came, in their order, and the error at the end."""

    def run(arxiv: Arxiv) -> Harvested:
        ids: list[str] = []
        with FaultyServer(arxiv.answers) as server:
            listed = source("arxiv-api", server.url(""))
            try:
                for page in arxiv_api.fetch(listed, Q1, client, NOW, sleep=waits.sleep):
                    ids += [entry.external_id for entry in arxiv_api.parse(page)]
            except SourceError as error:
                return ids, error
        return ids, None

    return run


Harvested = tuple[list[str], SourceError | None]


Run = Callable[[Arxiv], Harvested]


def ids_of(days: Mapping[date, int]) -> set[str]:
    return {paper.id for paper in papers_on(days)}


def without(day: date, days: Mapping[date, int] = WEEK) -> set[str]:
    return ids_of({d: n for d, n in days.items() if d != day})


def asks_for(query: Mapping[str, str], day: date, start: int = 0) -> bool:
    return f"[{day:%Y%m%d}0000" in query["search_query"] and query["start"] == str(start)


def on(day: date, answer: Answer, start: int = 0, until: int = 99) -> Fault:
    """An answer to the questions for a day, the first so many times that each is asked."""
    return lambda query, times: answer if asks_for(query, day, start) and times <= until else None


def changed(
    day: date, change: tuple[str, str], start: int = 0, until: int = 99, days: object = WEEK
) -> Fault:
    """A page in which a pattern is replaced."""
    honest = Arxiv(papers_on(days))  # type: ignore[arg-type]

    def fault(query: Mapping[str, str], times: int) -> Answer | None:
        if not asks_for(query, day, start) or times > until:
            return None
        return body(re.sub(change[0], change[1], honest.api(query).decode(), flags=re.S).encode())

    return fault


NO_ENTRIES = ("<entry>.*</entry>", "")


NOTHING = (
    "<opensearch:totalResults>.*</entry>",
    "<opensearch:totalResults>0</opensearch:totalResults>",
)


# The sample, whole
@pytest.mark.parametrize("stage", [1, 2])
def test_the_sample_comes_whole_and_without_a_pause(
    client: PoliteClient, waits: Waits, stage: int
) -> None:
    now = data.STAGE_TIMES[stage]
    with sample_server(stage) as base:
        (listed,) = (s for s in catalogue.load(SOURCES, base) if s.kind == "arxiv-api")
        pages = list(arxiv_api.fetch(listed, Q1, client, now, sleep=waits.sleep))
    came = [entry.external_id for page in pages for entry in arxiv_api.parse(page)]
    wanted = [
        paper.id
        for paper in sorted(data.papers(stage), key=lambda paper: (paper.submitted, paper.id))
        if paper.submitted in Q1 and set(paper.categories) & set(listed.categories)
    ]
    assert came == wanted
    assert waits.rests == []


def test_a_paper_reads_the_same_from_all_three(client: PoliteClient, waits: Waits) -> None:
    by_id: dict[str, set[Record]] = {}
    with sample_server(1) as base:
        for listed in catalogue.load(SOURCES, base):
            if listed.kind == "arxiv-oai":
                pages = arxiv_oai.fetch(listed, Q1, client)
                read = arxiv_oai.parse
            elif listed.kind == "arxiv-api":
                pages = arxiv_api.fetch(listed, Q1, client, waits.now())
                read = arxiv_api.parse
            else:
                continue
            for record in (record for page in pages for record in read(page)):
                assert isinstance(record, Record)
                by_id.setdefault(record.arxiv_id, set()).add(replace(record, source=""))
    for paper in data.papers(1):
        (record,) = snapshot.parse(json_line(paper), "")
        assert isinstance(record, Record)
        by_id.setdefault(paper.id, set()).add(replace(record, source=""))
    assert len(by_id) == len(data.papers(1))
    assert [values for values in by_id.values() if len(values) > 1] == []


# The days
def test_each_day_up_to_now_is_one_question(harvest: Run) -> None:
    arxiv = Arxiv(papers_on(WEEK))
    ids, problem = harvest(arxiv)
    assert problem is None
    assert set(ids) == ids_of(WEEK)
    first = arxiv.asked[0]
    assert first["search_query"] == ("submittedDate:[202601010000 TO 202601012359] AND (cat:cs.AI)")
    assert (first["sortBy"], first["sortOrder"]) == ("submittedDate", "ascending")
    days = [re.search(r"\[(\d{8})", query["search_query"]) for query in arxiv.asked]
    assert [day[1] for day in days if day] == [f"2026010{n}" for n in range(1, 9)]


def test_the_last_day_is_the_quarter_s(client: PoliteClient) -> None:
    arxiv = Arxiv([], [lambda query, times: body(feed(entry()))])
    with FaultyServer(arxiv.answers) as server:
        listed = source("arxiv-api", server.url(""))
        assert len(list(arxiv_api.fetch(listed, Q1, client, data.STAGE_TIMES[2]))) == 90
    assert "[202603310000 TO 202603312359]" in arxiv.asked[-1]["search_query"]


def test_a_big_day_is_paged(harvest: Run) -> None:
    arxiv = Arxiv(papers_on(BIG))
    ids, problem = harvest(arxiv)
    assert problem is None
    assert len(ids) == len(set(ids)) == sum(BIG.values())
    starts = [query["start"] for query in arxiv.asked if "[202601050000" in query["search_query"]]
    assert starts == ["0", "500", "1000"]


def test_it_says_who_asks_and_not_that_a_package_does(client: PoliteClient) -> None:
    with FaultyServer(Arxiv(papers_on(WEEK)).answers) as server:
        next(arxiv_api.fetch(source("arxiv-api", server.url("")), Q1, client, NOW))
        assert "editor@panel.example" in server.asked[0].headers["user-agent"]


@pytest.mark.parametrize(
    ("fault", "days"),
    [
        (lambda until: changed(MONDAY, NO_ENTRIES, until=until), WEEK),
        (lambda until: changed(MONDAY, NO_ENTRIES, 500, until, BIG), BIG),
        (lambda until: on(MONDAY, body(Arxiv(papers_on(BIG)).api(FIRST)), 500, until), BIG),
        (lambda until: changed(MONDAY, (r"Results>1100<", "Results>1101<"), 500, until, BIG), BIG),
        (lambda until: changed(MONDAY, ("Results>4<", "Results>7<"), until=until), WEEK),
        (lambda until: changed(MONDAY, ("</entry>.*", ""), until=until), WEEK),
        (lambda until: on(MONDAY, body(ERROR), until=until), WEEK),
        (lambda until: on(MONDAY, body(b"<html>hello</html>"), until=until), WEEK),
    ],
    ids=[
        "an empty first page",
        "an empty page in mid-list",
        "the first page twice",
        "a total that changes",
        "fewer than the total",
        "broken XML",
        "an error with status 200",
        "another page",
    ],
)
class TestFaults:
    def test_a_passing_fault_is_healed_by_asking_again(
        self, harvest: Run, waits: Waits, fault: Callable[[int], Fault], days: dict[date, int]
    ) -> None:
        ids, problem = harvest(Arxiv(papers_on(days), [fault(1)]))
        assert problem is None
        assert set(ids) == ids_of(days)
        assert waits.rests == [10]

    def test_a_lasting_fault_is_named_by_its_day_and_stops_no_other(
        self, harvest: Run, waits: Waits, fault: Callable[[int], Fault], days: dict[date, int]
    ) -> None:
        ids, problem = harvest(Arxiv(papers_on(days), [fault(99)]))
        assert isinstance(problem, Incomplete)
        assert "1 of 8 days are not whole: 2026-01-05 (" in str(problem)
        assert without(MONDAY) <= set(ids)
        assert waits.rests == [10, 30]


FIRST = {
    "search_query": "submittedDate:[202601050000 TO 202601052359] AND (cat:cs.AI)",
    "start": "0",
    "max_results": "500",
    "sortBy": "submittedDate",
    "sortOrder": "ascending",
}


def test_the_numbers_are_told(harvest: Run) -> None:
    _, problem = harvest(Arxiv(papers_on(WEEK), [changed(MONDAY, NO_ENTRIES)]))
    assert "2026-01-05 (0 of 4 papers came)" in str(problem)


def test_attempts_that_each_lack_something_add_up(harvest: Run) -> None:
    def fault(query: Mapping[str, str], times: int) -> Answer | None:
        if not asks_for(query, MONDAY):
            return None
        entries = re.findall("<entry>.*?</entry>", arxiv.api(query).decode(), re.S)
        shown = entries[:2] if times == 1 else entries[2:]
        return body(feed(*shown, total=4))

    arxiv = Arxiv(papers_on(WEEK), [fault])
    ids, problem = harvest(arxiv)
    assert problem is None
    assert set(ids) == ids_of(WEEK)


# Days without papers
def test_a_weekday_without_any_paper_is_a_failure(harvest: Run) -> None:
    days = {day: count for day, count in WEEK.items() if day != FRIDAY}
    ids, problem = harvest(Arxiv(papers_on(days)))
    assert isinstance(problem, Incomplete)
    assert "2026-01-02 (no papers, though arXiv has some for every weekday)" in str(problem)
    assert set(ids) == ids_of(days)


def test_a_weekday_of_a_rare_subject_may_be_empty(harvest: Run) -> None:
    days = {day: count for day, count in WEEK.items() if day != FRIDAY}
    others = papers_on({FRIDAY: 5}, ("hep-th",))
    ids, problem = harvest(arxiv := Arxiv([*papers_on(days), *others]))
    assert problem is None
    assert set(ids) == ids_of(days)  # the papers of other subjects are not taken
    doubts = [query for query in arxiv.asked if "cat:" not in query["search_query"]]
    assert [query["max_results"] for query in doubts] == ["1"]


def test_a_weekday_of_a_big_subject_may_not(harvest: Run) -> None:
    days = {THURSDAY: 12, MONDAY: 14, TUESDAY: 11}
    others = papers_on({FRIDAY: 5}, ("hep-th",))
    _, problem = harvest(Arxiv([*papers_on(days), *others]))
    assert "2026-01-02 (no papers, in a source that has many on other weekdays)" in str(problem)


def test_a_passing_emptiness_is_healed(harvest: Run) -> None:
    ids, problem = harvest(Arxiv(papers_on(WEEK), [changed(FRIDAY, NOTHING, until=1)]))
    assert problem is None
    assert set(ids) == ids_of(WEEK)


def test_two_days_are_given_to_arxiv(harvest: Run) -> None:
    """Tuesday is settled on Thursday noon; Wednesday and today are not."""
    _, problem = harvest(Arxiv(papers_on({THURSDAY: 1, FRIDAY: 1, MONDAY: 1})))
    assert "1 of 8 days" in str(problem)
    assert "2026-01-06" in str(problem)


def test_days_in_vain_are_not_waited_for_for_ever(harvest: Run, waits: Waits) -> None:
    ids, problem = harvest(Arxiv([]))
    assert "4 of 8 days are not whole" in str(problem)
    assert waits.rests == [10, 30] * 3
    assert ids == []


# Servers that refuse
def test_a_refused_question_is_not_asked_again(harvest: Run) -> None:
    arxiv = Arxiv(papers_on(WEEK), [lambda query, times: status(400, data=ERROR)])
    ids, problem = harvest(arxiv)
    assert isinstance(problem, Refused)
    assert "HTTP 400" in str(problem)
    assert "arXiv says: incorrect date format" in str(problem)
    assert problem.document is not None
    assert problem.document.body == ERROR
    assert len(arxiv.asked) == 1
    assert ids == []


def test_too_many_requests_in_mid_list_are_waited_out(harvest: Run, waits: Waits) -> None:
    busy = on(MONDAY, status(429, {"Retry-After": "17"}), start=500, until=1)
    ids, problem = harvest(Arxiv(papers_on(BIG), [busy]))
    assert problem is None
    assert set(ids) == ids_of(BIG)
    assert 16 < max(waits.rests) <= 17


def test_days_that_fail_are_named_together(harvest: Run) -> None:
    faults = [on(FRIDAY, status(503)), on(MONDAY, status(500))]
    ids, problem = harvest(Arxiv(papers_on(WEEK), faults))
    assert isinstance(problem, Incomplete)
    assert "2 of 8 days are not whole: 2026-01-02 (HTTP 503), 2026-01-05 (HTTP 500)" in str(problem)
    assert problem.document is not None
    assert set(ids) == ids_of({THURSDAY: 3, TUESDAY: 3})


def test_a_server_that_does_not_answer_is_left_alone(harvest: Run) -> None:
    arxiv = Arxiv(papers_on(WEEK), [lambda query, times: status(503)])
    ids, problem = harvest(arxiv)
    assert isinstance(problem, Refused)
    assert ids == []
    assert len({query["search_query"] for query in arxiv.asked}) == 3


def test_a_server_that_stops_answering_is_left_alone(harvest: Run) -> None:
    down = [on(day, status(503)) for day in (FRIDAY, SATURDAY, SUNDAY)]
    ids, problem = harvest(Arxiv(papers_on(WEEK), down))
    assert isinstance(problem, Incomplete)
    assert "the last 4 days were not asked" in str(problem)
    assert set(ids) == ids_of({THURSDAY: 3})


def test_no_server_at_all(client: PoliteClient) -> None:
    with FaultyServer({}) as server:
        base = server.url("")
    with pytest.raises(Unreachable):
        list(arxiv_api.fetch(source("arxiv-api", base), Q1, client, NOW))


def test_a_wrong_date_costs_no_other_paper(harvest: Run) -> None:
    """The package would give up at the first; the page is whole all the same."""
    ids, problem = harvest(
        Arxiv(
            papers_on(WEEK),
            [changed(MONDAY, (r"<published>2026-01-05T01:00:00Z", "<published>soon"))],
        )
    )
    assert problem is None
    assert set(ids) >= without(MONDAY)
    assert len(ids) == sum(WEEK.values())
