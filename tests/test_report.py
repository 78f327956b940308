"""What ``digest status`` and ``digest sources check`` say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest import sample
from digest.config import Inputs, Workplace
from digest.edition.shelf import Shelf
from digest.errors import QuarterError, SourceListError, StoreBusy, StoreError
from digest.report import check_lines, status_lines
from digest.sample.server import sample_server
from digest.store.database import snapshot_path, writing
from tests.examples import NOON, another_writer, edition


def said(place: Workplace, quarter: str = "") -> tuple[bool, str]:
    complete, lines = status_lines(place, quarter)
    return complete, "\n".join(lines)


def test_status_names_what_failed_and_what_is_empty_with_the_reason(harvested: Workplace) -> None:
    complete, text = said(harvested)
    assert complete is False
    assert text.startswith("2026Q1: harvested last on 2026-01-07 at 00:00 UTC\n")
    assert "sources: 12 answered, 1 empty, 1 failed" in text
    assert re.search(r"\n  sample-broken failed: the document breaks off after 3 whole", text)
    assert re.search(r"\n  sample-empty empty: it answered without a single entry", text)


def test_status_counts_items_labels_and_rejections(harvested: Workplace) -> None:
    _, text = said(harvested)
    items = re.search(r"items: (\d+) \((\d+) papers, (\d+) news\)", text)
    assert items
    total, papers, stories = map(int, items.groups())
    assert total == papers + stories
    assert papers > 40
    labels = re.search(
        r"labels by m1-test with codebook c1-test: (\d+) labelled; (\d+) not labelled: language$",
        text, re.M,
    )  # fmt: skip
    assert labels
    assert int(labels[1]) + int(labels[2]) == total
    assert "rejected entries: 2\n" in text
    assert "\n  1: it is not JSON" in text


def test_status_counts_what_is_not_labelled_yet(harvested: Workplace) -> None:
    with writing(harvested.database) as connection:
        connection.execute("DELETE FROM labelling WHERE status <> 'labelled'")
    assert re.search(r"labels by .* \d+ labelled; \d+ not labelled yet", said(harvested)[1])
    with writing(harvested.database) as connection:
        connection.execute("DELETE FROM labelling")
    assert re.search(r"^labels: \d+ not labelled yet$", said(harvested)[1], re.M)


def test_status_shows_draft_versions_and_late_arrivals(harvested: Workplace) -> None:
    shelf = Shelf(harvested.editions)
    assert "draft: none" in said(harvested)[1]
    manifest = edition()
    shelf.put_draft(manifest)
    assert f"draft: sha256 {manifest.sha256} (not published)" in said(harvested)[1]
    shelf.publish(manifest, NOON)
    text = said(harvested)[1]
    assert f"draft: sha256 {manifest.sha256} (published as v1.0)" in text
    assert f"published: v1.0 on 2026-02-03, sha256 {manifest.sha256}" in text
    items = re.search(r"items: (\d+)", text)
    late = re.search(r"late arrivals: (\d+) items surfaced after v1.0", text)
    assert items
    assert late
    assert late[1] == items[1]


def test_status_says_that_a_published_manifest_was_altered(harvested: Workplace) -> None:
    Shelf(harvested.editions).publish(edition(), NOON)
    (harvested.editions / "2026Q1" / "v1.0.json").write_bytes(edition(records=9).canonical())
    assert "v1.0.json is missing or was altered: restore it from a backup" in said(harvested)[1]


def test_status_is_complete_when_every_source_answered(harvested: Workplace) -> None:
    with writing(harvested.database) as connection:
        connection.execute("DELETE FROM harvest WHERE outcome <> 'answered'")
    assert said(harvested)[0] is True


def test_the_last_outcome_of_a_source_counts(harvested: Workplace) -> None:
    with writing(harvested.database) as connection:
        connection.execute(
            "INSERT INTO harvest SELECT * REPLACE ('answered' AS outcome, '' AS detail, "
            "finished_at + INTERVAL 1 HOUR AS finished_at) FROM harvest"
        )
    complete, text = said(harvested)
    assert complete is True
    assert "harvested last on 2026-01-07 at 01:00 UTC" in text


def test_status_of_a_quarter_that_was_not_harvested_says_how_to(harvested: Workplace) -> None:
    complete, text = said(harvested, "2025Q4")
    assert complete is False
    assert text.startswith("2025Q4: no harvest of it was finished: digest run 2025Q4\n")


@pytest.mark.parametrize("quarter", ["2026Q1", "2026q1", "2026-Q1"])
def test_a_quarter_may_be_named(harvested: Workplace, quarter: str) -> None:
    assert said(harvested, quarter) == said(harvested)


def test_status_of_no_quarter_is_refused(place: Workplace) -> None:
    with pytest.raises(QuarterError, match="such as 2026Q1"):
        status_lines(place, "2026Q5")


def test_status_of_an_empty_folder_says_what_to_do(place: Workplace) -> None:
    with pytest.raises(StoreError, match=r"harvest a quarter first \(digest run 2026Q1\)"):
        status_lines(place, "")
    with writing(place.database):
        pass
    complete, text = said(place)
    assert (complete, text) == (
        False, "nothing was harvested yet: harvest a quarter (digest run 2026Q1)",
    )  # fmt: skip


def test_status_while_somebody_writes_is_the_snapshots_and_says_so(harvested: Workplace) -> None:
    before = said(harvested)[1]
    with another_writer(harvested.database):
        text = said(harvested)[1]
    note = "somebody is writing to the database right now; this is how it was on "
    assert [line for line in text.splitlines() if not line.startswith(note)] == before.splitlines()
    assert note in text
    assert note not in said(harvested)[1]


def test_status_without_a_snapshot_says_who_writes(harvested: Workplace) -> None:
    snapshot_path(harvested.database).unlink()
    with another_writer(harvested.database) as number:
        with pytest.raises(StoreBusy) as refusal:
            status_lines(harvested, "")
        assert f"number {number}" in str(refusal.value)


@pytest.fixture(scope="module")
def checked() -> dict[str, tuple[bool, str]]:
    with sample_server(stage=1) as base:
        lines = list(check_lines(inputs(base), lambda: datetime(2026, 4, 7, tzinfo=UTC)))
    return {line.split()[0]: (is_well, line) for is_well, line in lines} | {"": lines[-1]}


def inputs(base: str, only: Iterable[str] = ()) -> Inputs:
    return Inputs(
        sources=sample.SOURCES, base=base, only=tuple(only), contact="mailto:a@b.example",
        private_hosts=frozenset({base.removeprefix("http://")}), sample=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("sample-intergov", "rss20 as application/rss+xml, 10 entries, the newest of "
                     "2026-03-30, 7 days ago", id="rss"),
        pytest.param("sample-intergov-fr", "atom10 as application/atom+xml, 6 entries, the newest "
                     "of 2026-03-24", id="atom"),
        pytest.param("sample-journal", "rss10 as application/rdf+xml, 7 entries", id="rdf"),
        pytest.param("sample-research-lab", "json as application/feed+json, 5 entries", id="json"),
        pytest.param("sample-arxiv-cs-ai", "oai-pmh as text/xml, ", id="oai"),
    ],
)  # fmt: skip
def test_a_check_says_what_answers_and_how_fresh(
    checked: dict[str, tuple[bool, str]], source: str, expected: str
) -> None:
    is_well, line = checked[source]
    assert is_well is True
    assert re.fullmatch(rf"{source} +answers  {re.escape(expected)}.*\d ms", line)


def test_a_check_names_what_is_wrong_and_sums_up(checked: dict[str, tuple[bool, str]]) -> None:
    assert checked["sample-broken"][0] is False
    assert re.match(r"sample-broken +FAILS  the document breaks off", checked["sample-broken"][1])
    assert checked["sample-empty"][0] is False
    assert checked[""] == (False, "21 of 23 sources answer; not: sample-broken, sample-empty")


def test_a_check_of_one_source_asks_only_that_one() -> None:
    with sample_server(stage=1) as base:
        lines = list(check_lines(inputs(base, ["sample-journal"])))
    assert [is_well for is_well, _ in lines] == [True, True]
    assert lines[-1][1] == "1 of 1 sources answer"


def test_an_address_that_is_not_asked_is_said_of_its_source() -> None:
    with sample_server(stage=1) as base:
        asked = replace(inputs(base, ["sample-journal"]), private_hosts=frozenset())
        is_well, line = next(check_lines(asked))
    assert is_well is False
    assert re.match(r"sample-journal +FAILS  port \d+ is not one of a public", line)


def test_a_check_of_an_unknown_source_is_refused() -> None:
    with pytest.raises(SourceListError, match="there is no source 'sample-jurnal'"):
        next(check_lines(inputs("http://127.0.0.1:1", ["sample-jurnal"])))
