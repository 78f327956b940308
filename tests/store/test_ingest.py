"""Ingest: the same items whatever the order, the splitting and the repetitions; counts add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.errors import Incomplete
from digest.items import Item, Record, Rejection, Seen, resolve
from digest.quarter import Quarter
from digest.store.archive import Archived
from digest.store.database import writing
from digest.store.ingest import BATCH, Counts, ingest, records
from tests.examples import LONG, NOON, Q1, Q4, archived, news, paper, seen, tables

if TYPE_CHECKING:
    import duckdb

WANTED = frozenset({Q1})
BOTH = frozenset({Q4, Q1})

few = st.integers(1, 3)
some_records = st.one_of(
    st.builds(
        lambda n, version, doi: paper(n, version=version, doi="10.1234/x" if doi else ""),
        few, st.integers(1, 2), st.booleans(),
    ),
    st.builds(
        lambda guid, url, doi, long, inferred: news(
            str(guid), url=f"https://news.example/{url}", doi="10.1234/x" if doi else "",
            kind="paper" if doi else "news", text=LONG if long else "", title="T",
            date_inferred=inferred,
        ),
        few, few, st.booleans(), st.booleans(), st.booleans(),
    ),
)  # fmt: skip
documents = st.lists(st.lists(some_records, max_size=4), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One real database file for many examples; each must empty it first."""
    with writing(tmp_path_factory.mktemp("ingest") / "digest.duckdb") as connection:
        yield connection


def empty(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("document", "ingest", "rejection", "record", "record_key", "item", "item_record"):
        connection.execute(f"DELETE FROM {table}")


def take(
    connection: duckdb.DuckDBPyConnection, document: Archived, entries: list[Record | Rejection]
) -> Counts:
    counts, error = ingest(connection, document, "test/1", WANTED, entries)
    assert error is None
    assert counts.reconcile
    return counts


def stored_items(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT item_id, kind, quarter, published, date_inferred, withdrawn, first_seen, "
        "lead_record, text_hash, sources, list(record_id ORDER BY record_id) "
        "FROM item JOIN item_record USING (item_id) GROUP BY ALL"
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def expected_items(items: list[Item]) -> dict[str, Any]:
    return {
        i.item_id: (
            i.kind, str(i.quarter), i.published.replace(tzinfo=None), i.date_inferred, i.withdrawn,
            i.first_seen.replace(tzinfo=None), i.lead_id, i.lead.text_hash, list(i.sources),
            list(i.record_ids),
        )
        for i in items
    }  # fmt: skip


def dated(record: Record, document: Archived) -> Record:
    """A feed's parser gives an entry without a date the time of the fetching."""
    if not record.date_inferred:
        return record
    values = {name: getattr(record, name) for name in Record.__dataclass_fields__}
    return Record(**(values | {"published": document.fetched_at}))


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=documents, random=st.randoms(use_true_random=False))
def test_documents_in_any_order_give_what_resolving_all_at_once_gives(
    emptied: duckdb.DuckDBPyConnection, world: list[list[Record]], random: Random
) -> None:
    answers = [archived(str(n), hours=n) for n in range(len(world))]
    filled = [(a, [dated(r, a) for r in rs]) for a, rs in zip(answers, world, strict=True)]
    everything = [Seen(r.record_id, r, a.fetched_at) for a, rs in filled for r in rs]
    found = []
    for _ in range(2):
        empty(emptied)
        random.shuffle(filled)
        for answer, entries in filled:
            take(emptied, answer, list(entries))
        assert stored_items(emptied) == expected_items(resolve(everything))
        held = tables(emptied)
        del held["ingest"]  # what was new and what was known does depend on the order
        found.append(held)
    assert found[0] == found[1]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=documents)
def test_doing_it_again_changes_nothing_and_says_so(
    emptied: duckdb.DuckDBPyConnection, world: list[list[Record]]
) -> None:
    empty(emptied)
    answers = [archived(str(n), hours=n) for n in range(len(world))]
    first = [take(emptied, a, list(rs)) for a, rs in zip(answers, world, strict=True)]
    before = tables(emptied)
    again = [take(emptied, a, list(rs)) for a, rs in zip(answers, world, strict=True)]
    assert tables(emptied) == before
    assert sum(counts.stored for counts in again) == 0
    assert [counts.read for counts in again] == [counts.read for counts in first]


def test_an_items_id_is_the_same_when_more_of_its_records_come(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    take(connection, archived("a"), [paper(1)])
    before = stored_items(connection).keys()
    take(connection, archived("b", 5), [paper(1, version=2), paper(1, source="arxiv-cs-cy")])
    assert stored_items(connection).keys() == before == {"arxiv:2602.00001"}


def test_every_entry_is_counted_where_it_went(connection: duckdb.DuckDBPyConnection) -> None:
    old = news("old", published=NOON - timedelta(days=200))
    refused = Rejection("un-news", 4, "guid-x", "the entry has no title and no text")
    take(connection, archived("a"), [news("known")])
    counts = take(
        connection,
        archived("b", 1),
        [news("new"), news("new"), news("known"), old, refused],
    )
    assert counts == Counts(read=5, stored=1, known=2, out_of_quarter=1, rejected=1)
    assert connection.execute("SELECT * EXCLUDE (document_id) FROM rejection").fetchall() == [
        (4, "un-news", "guid-x", "the entry has no title and no text")
    ]


EVE = NOON - timedelta(days=40)  # of the quarter before


def test_arxivs_own_word_on_a_stored_paper_counts_whatever_quarter_it_tells(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """A feed announces on the first day of a quarter what was submitted on the last of another."""
    told = paper(1, version=0, source="blog", external_id="g", text="Hot!", published=NOON)
    take(connection, archived("feed"), [told])
    assert [row[1] for row in stored_items(connection).values()] == ["2026Q1"]
    own = paper(1, version=2, withdrawn=True, published=EVE)
    counts = take(connection, archived("oai", 1), [own, paper(2, published=EVE)])
    assert counts == Counts(read=2, stored=1, out_of_quarter=1)
    assert stored_items(connection) == expected_items(resolve([seen(told), seen(own, 1)]))
    [(item_id, (_, quarter, _, _, withdrawn, _, lead, *_))] = stored_items(connection).items()
    assert (item_id, quarter, withdrawn) == ("arxiv:2602.00001", "2025Q4", True)
    assert lead == own.record_id
    again = take(connection, archived("oai again", 2), [own, paper(2, published=EVE)])
    assert again == Counts(read=2, known=1, out_of_quarter=1)


@pytest.mark.parametrize("changes", [{"doi": "10.1234/x"}, {"url": "https://news.example/x"}])
def test_an_item_and_an_older_record_of_it_meet_by_doi_or_address(
    connection: duckdb.DuckDBPyConnection, changes: dict[str, Any]
) -> None:
    story = news("a", title="T", **changes)
    earlier = news("b", title="T", published=EVE, source="who", **changes)
    counts = take(connection, archived("a"), [earlier, story])
    assert counts == Counts(read=2, stored=2)
    assert [row[1] for row in stored_items(connection).values()] == ["2025Q4"]


def test_an_address_of_several_items_brings_no_others(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """A changelog's old entries lead to the same page as its new ones."""
    page = "https://news.example/changelog"
    take(connection, archived("a"), [news(n, url=page) for n in "ab"])
    old = news("old", url=page, published=EVE)
    assert take(connection, archived("b", 1), [old]) == Counts(read=1, out_of_quarter=1)


def test_what_came_before_a_break_is_kept_and_the_break_is_no_entry(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    counts, error = ingest(connection, archived("a"), "test/1", WANTED, _breaking_off())
    assert counts == Counts(read=1, stored=1)
    assert str(error) == "un-news: it breaks off (https://news.example/a.xml)"
    assert len(stored_items(connection)) == 1


def _breaking_off() -> Iterator[Record]:
    yield news("a")
    raise Incomplete("un-news", "https://news.example/a.xml", "it breaks off")


def test_a_document_that_broke_off_is_read_again_and_one_that_did_not_is_not(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    ingest(connection, archived("a"), "test/1", WANTED, _breaking_off())
    counts, error = ingest(connection, archived("a"), "test/1", WANTED, [news("a"), news("b")])
    assert (counts, error) == (Counts(read=2, stored=1, known=1), None)
    unread = iter([news("c")])
    assert ingest(connection, archived("a"), "test/1", WANTED, unread)[0] == Counts(2, known=2)
    assert next(unread)


@pytest.mark.parametrize(
    ("parser", "wanted"),
    [pytest.param("test/2", WANTED, id="parser"), pytest.param("test/1", BOTH, id="quarters")],
)
def test_another_parser_or_another_quarter_reads_a_document_again(
    connection: duckdb.DuckDBPyConnection, parser: str, wanted: frozenset[Quarter]
) -> None:
    take(connection, archived("a"), [news("a")])
    counts, _ = ingest(connection, archived("a"), parser, wanted, [news("a"), news("b")])
    assert counts == Counts(read=2, stored=1, known=1)


def test_late_arrivals_of_another_wanted_quarter_are_kept(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    late = news("late", published=NOON - timedelta(days=60))
    counts, _ = ingest(connection, archived("a"), "test/1", BOTH, [late, news("b")])
    assert counts.stored == 2
    quarters = connection.execute("SELECT quarter FROM item ORDER BY quarter").fetchall()
    assert quarters == [("2025Q4",), ("2026Q1",)]


def test_more_than_one_batch_is_the_same_as_one(connection: duckdb.DuckDBPyConnection) -> None:
    """Both versions of a paper, in different batches, are one item; ids repeat over batches."""
    number = BATCH - 100
    entries = [paper(n, version=v) for v in (1, 2, 1) for n in range(number)]
    counts, _ = ingest(connection, archived("a"), "test/1", WANTED, entries)
    assert counts == Counts(read=3 * number, stored=2 * number, known=number)
    leads = "SELECT count(*), min(version) FROM item JOIN record ON record_id = lead_record"
    assert connection.execute(leads).fetchone() == (number, 2)
    row = connection.execute("SELECT read, stored, known FROM ingest").fetchone()
    assert row == (3 * number, 2 * number, number)


def test_an_interrupted_document_keeps_its_count(connection: duckdb.DuckDBPyConnection) -> None:
    """Interrupted in its second batch: the first is known then, and was brought by itself."""
    entries = [paper(n) for n in range(BATCH + 10)]

    def interrupted() -> Iterator[Record]:
        yield from entries[: BATCH + 5]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(connection, archived("a"), "test/1", WANTED, interrupted())
    counts, _ = ingest(connection, archived("a"), "test/1", WANTED, entries)
    assert counts == Counts(read=BATCH + 10, stored=10, known=BATCH)
    assert connection.execute("SELECT stored, known FROM ingest").fetchone() == (BATCH + 10, 0)


def test_a_record_belongs_to_its_earliest_document(connection: duckdb.DuckDBPyConnection) -> None:
    record = news("a")
    take(connection, archived("late", hours=9), [record])
    counts = take(connection, archived("early", hours=2), [record])
    assert counts == Counts(read=1, known=1)
    assert [s.first_seen for s in records(connection, "")] == [seen(record, 2).first_seen]
    assert connection.execute("SELECT stored, known FROM ingest ORDER BY stored").fetchall() == [
        (1, 0),
        (1, 0),
    ]


def test_a_stored_record_reads_back_as_it_was(connection: duckdb.DuckDBPyConnection) -> None:
    full = paper(
        3, updated=NOON, doi="10.1234/x", comments="C", withdrawn=True, version=4,
        title="Ünï'cödé \"quoted\" 中文 عربي", authors=("A", "B, C"), categories=("cs.AI", "cs.CY"),
    )  # fmt: skip
    plain = news("a", updated=None, authors=(), url="")
    take(connection, archived("a"), [full, plain])
    found = {s.record_id: s for s in records(connection, "ORDER BY record_id")}
    assert found == {r.record_id: seen(r) for r in (full, plain)}
    assert all(s.record.record_id == s.record_id for s in found.values())
