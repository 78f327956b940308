"""The sample quarter from harvest to published site, run three times: new, unchanged, later."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest import sample
from digest.config import Workplace
from digest.edition.manifest import EditionItem, Manifest
from digest.edition.shelf import Shelf
from digest.items import digest_of
from digest.quarter import Quarter
from digest.sample import data
from digest.store.ingest import Counts
from digest.text import canonical_url
from tests.flows.world import World

if TYPE_CHECKING:
    from flows.quarter import Result

Q1 = Quarter(2026, 1)
PAPERS = {f"arxiv:{p.id}": p for p in data.papers(1) if p.submitted in Q1}
LATE_PAPERS = {f"arxiv:{p.id}" for p in data.papers(2) if p.submitted in Q1} - PAPERS.keys()
LATE_NEWS = {
    digest_of(canonical_url(item.link), prefix="url:", length=16)
    for item in set(data.news(2)) - set(data.news(1))
}
PAGES = [
    "", "goals/", "risks/", "matrix/", "explore/", "changes/", "data/", "sources/", "method/",
    "risk/security/", *(f"sdg/{n}/" for n in range(1, 18)),
]  # fmt: skip
pytestmark = pytest.mark.usefixtures("prefect_server")


@dataclass(frozen=True)
class Run:
    """What came of a run, the lines that a terminal shows, and the files of the site after it."""

    result: Result
    manifest: Manifest
    lines: list[str]
    site: dict[str, bytes]
    built_at: int

    @property
    def items(self) -> dict[str, EditionItem]:
        return {item.id: item for item in self.manifest.items}

    @property
    def counts(self) -> Counts:
        return reduce(add, (outcome.counts for outcome in self.result.outcomes))


def run(world: World, stage: int) -> Run:
    from flows.quarter import run_quarter
    from flows.terminal import draft_lines, result_lines

    with world.at_stage(stage) as inputs:
        result = run_quarter("2026Q1", world.place.folder, inputs, unsigned=True)
    assert result.draft is not None
    manifest = Shelf(world.place.editions).draft(Q1)
    assert manifest is not None
    lines = list(draft_lines(manifest, result.draft.difference))
    lines += result_lines(result, Q1, world.place, sample.FAULTY)
    site = world.place.public
    return Run(result, manifest, lines, files_of(site), (site / "index.html").stat().st_mtime_ns)


def files_of(site: Path) -> dict[str, bytes]:
    return {str(p.relative_to(site)): p.read_bytes() for p in site.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(Workplace(tmp_path_factory.mktemp("quarter") / "var"))


@pytest.fixture(scope="module")
def first(world: World) -> Run:
    return run(world, stage=1)


@pytest.fixture(scope="module")
def again(world: World, first: Run) -> Run:
    return run(world, stage=1)


@pytest.fixture(scope="module")
def later(world: World, again: Run) -> Run:
    return run(world, stage=2)


def test_every_source_has_an_outcome_and_the_faulty_ones_are_named(first: Run) -> None:
    outcomes = {o.source: o.outcome for o in first.result.outcomes}
    assert sorted(outcomes) == sorted(row["id"] for row in data.sources())
    assert outcomes.pop("sample-broken") == "failed"
    assert outcomes.pop("sample-empty") == "empty"
    assert set(outcomes.values()) == {"answered"}
    named = [line for line in first.lines if line.startswith(("sample-broken", "sample-empty"))]
    assert ["breaks off" in line for line in named].count(True) == 1
    assert all("as the sample means it to" in line for line in named)
    assert len(named) == 2


def test_the_counts_reconcile(first: Run) -> None:
    assert all(outcome.counts.reconcile for outcome in first.result.outcomes)
    counts = first.counts
    assert counts.read > len(PAPERS) + 80
    assert counts.known == counts.rejected == 0
    assert counts.stored == first.manifest.records
    assert first.lines[2] == (
        f"{counts.read} read = {counts.stored} stored + 0 already known + "
        f"{counts.out_of_quarter} out of quarter + 0 rejected"
    )


def test_the_quarter_has_its_papers_and_news_and_no_others(first: Run) -> None:
    found = {i.id for i in first.manifest.items if i.id.startswith("arxiv:")}
    assert found == PAPERS.keys()
    # The last entry of the document that breaks off is half a text, which is another text.
    cut = [i for i in data.news(1) if data.feeds()[i.feed].truncated][-1]
    news = [i for i in data.news(1) if i.date and i.date in Q1 and not i.same_as and i is not cut]
    in_journal = sum(item.doi in {p.doi for p in PAPERS.values()} for item in news if item.doi)
    assert in_journal == 3
    assert len(first.items) - len(found) == len(news) - in_journal


def test_a_paper_has_its_primary_category_as_its_field(first: Run) -> None:
    """Also one that a journal's feed has, too; news have tags, and no field."""
    fields = {i.id: i.field for i in first.items.values() if i.id in PAPERS}
    assert fields == {item_id: paper.categories[0] for item_id, paper in PAPERS.items()}
    assert {i.field for i in first.items.values() if i.kind == "news"} == {""}


def test_one_story_from_two_feeds_is_one_item(first: Run) -> None:
    originals = {item.guid: item.feed for item in data.news(1)}
    pairs = Counter(
        tuple(sorted((copy.feed, originals[copy.same_as]))) for copy in data.news(1) if copy.same_as
    )
    assert (
        Counter(i.sources for i in first.items.values() if i.kind == "news" and i.sources[1:])
        == pairs
    )


def test_a_paper_and_its_journal_entry_are_one_item(first: Run) -> None:
    merged = [i for i in first.items.values() if "sample-journal" in i.sources and i.sources[1:]]
    assert len(merged) == 3
    assert {i.kind for i in merged} == {"paper"}
    assert {data_doi(i) for i in merged} <= {item.doi for item in data.news(1)}


def data_doi(item: EditionItem) -> str | None:
    return PAPERS[item.id].doi


def test_a_withdrawn_paper_is_counted_and_not_shown(first: Run) -> None:
    (withdrawn,) = (i.id for i in first.items.values() if i.withdrawn)
    assert PAPERS[withdrawn].versions[-1].kilobytes == 0
    assert not any(withdrawn in section.chosen for section in first.manifest.sections)
    (shown,) = (item for item in first.manifest.shown if item.id == withdrawn)
    assert shown.evidence == ()
    title = PAPERS[withdrawn].title
    named_on = sorted(
        n for n, body in first.site.items() if n.endswith(".html") and title in body.decode()
    )
    assert named_on
    assert all("/changes/" in name for name in named_on)


def test_other_languages_are_not_labelled(first: Run) -> None:
    other = [i for i in first.items.values() if i.language in {"ar", "es", "fr", "ru", "zh"}]
    assert len(other) >= 28
    assert {i.status for i in other} == {"not labelled: language"}
    assert not any(i.labels for i in other)
    english = [i for i in first.items.values() if i.language == "en"]
    assert {i.status for i in english} == {"labelled"}


def test_the_site_has_its_pages_and_the_manifest(first: Run) -> None:
    pages = {"index.html", "editions/index.html", "about/index.html", "404.html"}
    pages |= {f"2026Q1/{p}{page}index.html" for p in ("", "v1.0/") for page in PAGES}
    assert pages <= first.site.keys()
    manifest = first.site["2026Q1/v1.0/manifest.json"]
    assert hashlib.sha256(manifest).hexdigest() == first.manifest.sha256
    home = first.site["index.html"].decode()
    assert "Sample: invented texts" in home
    assert "noindex" not in home


def test_the_draft_is_apart_and_says_so(world: World, first: Run) -> None:
    draft = files_of(world.place.drafts / "2026Q1")
    assert "noindex" in draft["2026Q1/index.html"].decode()
    assert draft["2026Q1/manifest.json"] == first.site["2026Q1/v1.0/manifest.json"]


def test_the_same_again_changes_nothing(first: Run, again: Run) -> None:
    assert again.manifest.sha256 == first.manifest.sha256
    assert again.counts.stored == again.result.labelled == 0
    assert again.counts.known == first.counts.stored
    assert again.result.published is not None
    assert not again.result.published.is_new
    assert again.lines[1] == "nothing changes on the public site"
    assert any("v1.0 already published, unchanged" in line for line in again.lines)
    assert (again.site, again.built_at) == (first.site, first.built_at)


def test_late_arrivals_are_named_before_they_are_published(first: Run, later: Run) -> None:
    assert later.result.draft is not None
    assert later.result.draft.difference is not None
    changes = later.result.draft.difference.changes
    assert set(changes.entered) == LATE_PAPERS | LATE_NEWS
    assert (changes.left, changes.sources) == ((), ())
    start = later.lines.index("  5 entered:")
    named = later.lines[start + 1 : start + 6]
    titles = {item.id: item.title for item in later.manifest.items}
    assert set(named) == {f"    {item_id}  {titles[item_id]}" for item_id in changes.entered}
    (also,) = (line for line in later.lines if line.startswith("  also changed: "))
    assert "the items chosen for a page, or its counts" in also


def test_late_arrivals_are_marked_late(first: Run, later: Run) -> None:
    assert {i.id for i in later.items.values() if i.late} == LATE_PAPERS | LATE_NEWS
    assert not any(i.late for i in first.items.values())
    page = later.site["2026Q1/changes/index.html"].decode()
    assert all(p.title in page for p in data.papers(2) if f"arxiv:{p.id}" in LATE_PAPERS)


def test_a_correction_leaves_the_first_version_as_it_was(first: Run, later: Run) -> None:
    published = later.result.published
    assert published is not None
    assert (published.edition.version, published.is_new) == ("v1.1", True)
    for name in ("2026Q1/v1.0/manifest.json", "2026Q1/v1.0/data/items.csv"):
        assert later.site[name] == first.site[name]
    second = later.site["2026Q1/v1.1/manifest.json"]
    assert hashlib.sha256(second).hexdigest() == later.manifest.sha256 != first.manifest.sha256
    assert "v1.1" in later.site["2026Q1/v1.0/index.html"].decode()
