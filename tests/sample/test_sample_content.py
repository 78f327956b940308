"""What the texts promise: counts, marks, duplicates and traps, read from the data files."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from digest import taxonomy
from digest.sample import data
from digest.sources import catalogue

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
RISKS = {
    "individuals": {
        "dignity-agency",
        "integrity-health-safety",
        "life-opportunities",
        "rights-liberties",
    },
    "society": {
        "group-discrimination",
        "vulnerable-groups",
        "security",
        "democracy",
        "information-integrity",
        "rule-of-law",
        "cultural-diversity",
        "social-cohesion",
        "values-norms",
    },
    "economy": {
        "power-concentration",
        "dependency",
        "unequal-opportunity",
        "missed-use",
        "technosolutionism",
        "systems-stability",
        "intellectual-property",
    },
    "environment": {"resource-use"},
}
PAPERS = [p for p in data.papers(1) if START <= p.submitted < END]
DATED = [i for i in data.news(1) if i.date and START <= i.date < END]
NEWS = [i for i in DATED if not (i.same_as or data.feeds()[i.feed].truncated)]


def is_withdrawn(paper: data.Paper) -> bool:
    return paper.versions[-1].kilobytes == 0


def test_there_are_enough_papers_and_news() -> None:
    assert len(PAPERS) >= 155
    assert len(NEWS) >= 85


def test_every_goal_has_five_standing_papers() -> None:
    found = Counter(goal for p in PAPERS if not is_withdrawn(p) for goal in p.sdg)
    assert {goal: n for goal in range(1, 18) if (n := found[goal]) < 5} == {}


def test_every_risk_category_has_two_papers_and_no_other_name_is_used() -> None:
    found = Counter(risk for p in PAPERS for risk in p.risk)
    assert set(found) == set().union(*RISKS.values())
    assert min(found.values()) >= 2


def test_risk_names_are_those_of_the_taxonomy() -> None:
    listed = {label.id for label in taxonomy.load().scheme("risk")}
    assert set().union(*RISKS.values()) <= listed


def test_about_35_papers_are_pure_method() -> None:
    assert 33 <= sum(not p.sdg and not p.risk for p in PAPERS) <= 40


def test_news_cover_every_risk_group_and_most_goals() -> None:
    found = {risk for item in NEWS for risk in item.risk}
    assert all(found & risks for risks in RISKS.values())
    assert len({goal for item in NEWS for goal in item.sdg}) >= 15


def test_news_come_in_the_six_languages() -> None:
    languages = Counter(item.language for item in NEWS)
    assert set(languages) == {"ar", "en", "es", "fr", "ru", "zh"}
    assert all(languages[code] >= 5 for code in ("ar", "es", "fr", "ru", "zh"))
    assert sum(languages.values()) - languages["en"] >= 28


@pytest.mark.parametrize("paper", data.papers(2), ids=lambda p: p.id)
def test_a_paper_has_the_promised_shape_and_mark(paper: data.Paper) -> None:
    assert 6 <= len(paper.title.split()) <= 15
    assert 70 <= len(paper.abstract.split()) <= 160
    assert 1 <= len(paper.authors) <= 5
    assert data.MARK in paper.comments
    assert re.fullmatch(r"\d{4}\.9\d{4}", paper.id)
    assert paper.id.startswith(f"{paper.submitted:%y%m}.")
    moments = [version.submitted for version in paper.versions]
    assert moments == sorted(moments)
    assert paper.modified > moments[-1].date()
    assert not paper.doi or paper.doi.startswith("10.5555/sample.")


@pytest.mark.parametrize("item", data.news(2), ids=lambda i: i.guid)
def test_a_news_item_has_the_promised_shape_and_mark(item: data.NewsItem) -> None:
    words = len(item.summary) / 2 if item.language == "zh" else len(item.summary.split())
    assert 30 <= words <= 90
    assert re.match(r"https://[a-z-]+\.sample\.example/", item.guid)
    assert re.match(r"https://[a-z-]+\.sample\.example/|javascript:", item.link)
    assert item.date is None or item.date.utcoffset() is not None
    assert "(sample)" in data.feeds()[item.feed].title
    assert item.language == data.feeds()[item.feed].language


def test_texts_are_written_not_filled_in() -> None:
    openings = Counter(" ".join(p.abstract.split()[:5]) for p in data.papers(2))
    assert max(openings.values()) == 1
    assert len({p.title for p in data.papers(2)}) == len(data.papers(2))
    assert len({name for p in data.papers(2) for name in p.authors}) > 400


def test_identifiers_are_unique() -> None:
    assert len({p.id for p in data.papers(2)}) == len(data.papers(2))
    assert len({i.guid for i in data.news(2)}) == len(data.news(2))


def test_six_news_items_appear_in_two_feeds() -> None:
    originals = {item.guid: item for item in data.news(1)}
    copies = [item for item in data.news(1) if item.same_as]
    pairs = [(copy, originals[copy.same_as or ""]) for copy in copies]
    assert all(a.summary == b.summary and a.feed != b.feed for a, b in pairs)
    tracked = [copy.link for copy, first in pairs if copy.link.startswith(first.link + "?")]
    assert len(tracked) == 3
    assert any("utm_source=" in link for link in tracked)
    assert any("fbclid=" in link for link in tracked)
    assert len(copies) == 6


def test_three_papers_are_also_journal_entries() -> None:
    journal = {item.doi: item.title for item in data.news(1) if item.doi}
    assert sum(journal.get(paper.doi) == paper.title for paper in PAPERS if paper.doi) == 3


def test_one_paper_has_three_versions_and_one_is_withdrawn() -> None:
    assert [len(p.versions) for p in PAPERS].count(3) == 1
    withdrawn = [p for p in PAPERS if is_withdrawn(p)]
    assert [p.versions[-1].source_type for p in withdrawn] == ["I"]
    assert withdrawn[0].comments.startswith("This paper has been withdrawn by the authors")


def test_some_items_lie_outside_the_quarter() -> None:
    months = [f"{p.submitted:%Y-%m}" for p in data.papers(1) if p not in PAPERS]
    assert sorted(months) == ["2025-12", "2025-12", "2026-04"]
    outside = [i.date for i in data.news(1) if i.date and i not in DATED]
    assert (
        sorted(f"{d.astimezone(UTC):%Y-%m}" for d in outside) == ["2025-12"] * 3 + ["2026-04"] * 2
    )


def test_dates_near_the_bounds_depend_on_the_time_zone() -> None:
    local = {i.guid.rsplit("/", 1)[1]: i.date for i in data.news(1) if i.date}
    assert local["new-year-traffic"].year == 2026
    assert local["new-year-traffic"] < START
    assert local["training-carbon-note"].month == 4
    assert local["training-carbon-note"] < END


def test_some_items_have_no_date_and_one_is_hostile() -> None:
    assert sum(item.date is None for item in data.news(1)) == 3
    hostile = [item for item in data.news(1) if "<script>" in item.title]
    assert [item.link.split(":")[0] for item in hostile] == ["javascript"]
    assert "\u202e" in hostile[0].title
    assert any("$" in item.title for item in data.news(1))


def test_five_items_arrive_late() -> None:
    papers = set(data.papers(2)) - set(data.papers(1))
    items = set(data.news(2)) - set(data.news(1))
    assert (len(papers), len(items)) == (3, 2)
    closed = data.STAGE_TIMES[1].date()
    assert all(START <= p.submitted < END and p.modified > closed for p in papers)
    assert all(i.date and START <= i.date < END for i in items)


def test_the_configured_sources_reach_every_paper_and_feed() -> None:
    rows = data.sources()
    sets = {row["set"] for row in rows if row["kind"] == "arxiv-oai"}
    wanted = {spec.split(":", 1)[1].replace(":", ".") for spec in sets}
    wanted |= {c for row in rows if row["kind"] == "arxiv-api" for c in row["categories"]}
    assert [p.id for p in data.papers(2) if not wanted & set(p.categories)] == []
    assert all(row["url"].startswith("{base}/") for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    with_items = {item.feed for item in data.news(1)}
    assert set(data.feeds()) - with_items == {"sample-empty"}


def test_the_product_reads_the_source_list() -> None:
    path = data.FOLDER / "sources.toml"
    sources = catalogue.load(path, "http://127.0.0.1:8765")
    assert [source.id for source in sources] == [row["id"] for row in data.sources()]
    assert all(source.url.startswith("http://127.0.0.1:8765/") for source in sources)
