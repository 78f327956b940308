"""Identity: what a record's keys are, and which records are one item."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.items import (
    Item,
    Record,
    Seen,
    keys_of,
    resolve,
    text_hash,
)
from tests.examples import LONG, NOON, Q1, Q4, news, paper, seen

# Few identities among many records: most groups of them meet by one key or another.
few = st.integers(1, 4)
papers = st.builds(
    lambda n, version, doi, withdrawn, source, text: paper(
        n, version=version, doi=doi and f"10.1234/{doi}", withdrawn=withdrawn, source=source,
        text=text, external_id=f"2602.{n:05}v{version}",
    ),
    few, st.integers(1, 3), st.sampled_from(["", "", "a", "b"]), st.booleans(),
    st.sampled_from(["arxiv-cs-ai", "arxiv-cs-cy"]), st.sampled_from(["", "An abstract."]),
)  # fmt: skip
stories = st.builds(
    lambda guid, url, doi, text, title, days, inferred, source: news(
        f"{guid}", external_id=f"guid-{guid}", url=url and f"https://news.example/{url}",
        doi=doi and f"10.1234/{doi}", kind="paper" if doi else "news",
        text=text * LONG, title=title,
        published=NOON + timedelta(days=days), date_inferred=inferred, source=source,
    ),
    few, st.sampled_from(["", "x", "y", "z"]), st.sampled_from(["", "", "", "a", "b"]),
    st.integers(0, 1), st.sampled_from("TU"), st.integers(-60, 20), st.booleans(),
    st.sampled_from(["un-news", "who", "itu"]),
)  # fmt: skip
worlds = st.lists(
    st.builds(seen, papers | stories, st.integers(0, 2)),
    max_size=12,
    unique_by=lambda s: s.record_id,
)


@settings(max_examples=300)
@given(worlds, st.randoms(use_true_random=False))
def test_items_do_not_depend_on_the_order_of_records(world: list[Seen], random: Random) -> None:
    shuffled = list(world)
    random.shuffle(shuffled)
    assert resolve(shuffled) == resolve(world)


@given(worlds)
def test_every_record_belongs_to_exactly_one_item(world: list[Seen]) -> None:
    members = [record_id for item in resolve(world) for record_id in item.record_ids]
    assert sorted(members) == sorted(s.record_id for s in world)


@given(worlds)
def test_no_two_items_share_a_key_and_ids_are_distinct(world: list[Seen]) -> None:
    items = resolve(world)
    keys = [key for item in items for key in item.keys]
    assert len(keys) == len(set(keys))
    assert [item.item_id for item in items] == sorted({item.item_id for item in items})
    assert all(item.item_id == item.keys[0] for item in items)


@given(worlds, st.integers(0, 12))
def test_a_record_seen_again_later_changes_nothing(world: list[Seen], at: int) -> None:
    again = [Seen(s.record_id, s.record, s.first_seen + timedelta(days=3)) for s in world[:at]]
    assert resolve([*again, *world]) == resolve(world)


@given(worlds)
def test_an_arxiv_paper_keeps_its_id_whatever_else_comes(world: list[Seen]) -> None:
    for n in {s.record.arxiv_id for s in world if s.record.arxiv_id}:
        items = [item for item in resolve(world) if f"arxiv:{n}" in item.keys]
        assert [item.item_id.partition(":")[0] for item in items] == ["arxiv"]


@given(worlds)
def test_an_item_takes_everything_from_its_records(world: list[Seen]) -> None:
    by_id = {s.record_id: s for s in world}
    for item in resolve(world):
        members = [by_id[record_id] for record_id in item.record_ids]
        assert item.lead == by_id[item.lead_id].record
        assert set(item.sources) == {m.record.source for m in members}
        assert item.first_seen == min(m.first_seen for m in members)
        assert item.date_inferred == all(m.record.date_inferred for m in members)
        assert item.lead.version == max(
            m.record.version for m in members if m.record.kind == item.lead.kind
            and bool(m.record.arxiv_id) == bool(item.lead.arxiv_id)
        )  # fmt: skip


def test_versions_of_a_paper_are_one_item_led_by_the_newest() -> None:
    first = paper(1, version=1, title="Old title")
    second = paper(1, version=2, title="New title", updated=NOON + timedelta(days=9))
    (item,) = resolve([seen(second), seen(first)])
    assert (item.item_id, item.lead.title) == ("arxiv:2602.00001", "New title")
    assert item.published == NOON


def test_the_same_release_under_two_addresses_is_one_item_with_both_sources() -> None:
    one = news("a", title="Joint release", text=LONG)
    other = news("b", title="JOINT RELEASE", text=LONG.replace(" ", "  "), source="who")
    (item,) = resolve([seen(one), seen(other)])
    assert item.sources == ("un-news", "who")


def test_short_texts_that_are_alike_stay_apart() -> None:
    one, other = (news(n, title="Weekly update", text="Read more.") for n in "ab")
    assert len(resolve([seen(one), seen(other)])) == 2


def test_tracking_and_scheme_do_not_part_a_story() -> None:
    one = news("a", url="http://www.news.example/a/?utm_source=rss#top", external_id="1")
    other = news("b", url="https://news.example/a", external_id="2", source="who")
    assert len(resolve([seen(one), seen(other)])) == 1


@pytest.mark.parametrize(
    ("titles", "items"),
    [
        pytest.param(("One", "Two"), 2, id="other-ids-and-titles"),
        pytest.param(("One", "ONE"), 1, id="other-ids-one-title"),
    ],
)
def test_an_address_of_several_stories_of_a_source_joins_none(
    titles: tuple[str, ...], items: int
) -> None:
    home = "https://news.example/"
    world = [seen(news(str(n), url=home, title=title)) for n, title in enumerate(titles)]
    assert len(resolve(world)) == items


def test_a_guid_that_a_feed_gives_to_one_story_after_another_joins_none() -> None:
    """Such as "latest"; a story that moved when its title was changed keeps its guid."""
    told = [
        news("a", external_id="latest", title=title, url=f"https://news.example/{title}")
        for title in ("floods", "elections", "vaccines")
    ]
    assert len(resolve([seen(record) for record in told])) == 3
    assert len(resolve([seen(record) for record in told[:2]])) == 1
    bare = news("a", external_id="latest", title="another", url="")
    assert len(resolve([seen(record) for record in (*told, bare)])) == 4


def test_what_a_feed_says_of_an_arxiv_paper_does_not_speak_for_it() -> None:
    told = paper(1, version=2, withdrawn=True)
    linked = paper(1, version=0, source="news", external_id="n", title="My hot take", updated=NOON)
    (item,) = resolve([seen(told), seen(linked)])
    assert (item.lead.title, item.withdrawn) == (told.title, True)
    assert item.sources == tuple(sorted((told.source, "news")))


def test_an_undated_entry_about_an_arxiv_paper_is_of_the_paper_s_month() -> None:
    linked = paper(1, version=0, date_inferred=True, published=NOON - timedelta(days=90))
    (item,) = resolve([seen(linked)])
    assert item.published == linked.published


def test_a_story_whose_title_changes_keeps_its_address() -> None:
    old, new = (news("a", title=title) for title in ("Draft", "Final"))
    elsewhere = news("a", source="who", external_id="7", title="Final")
    assert len(resolve([seen(old), seen(new, 5), seen(elsewhere, 5)])) == 1


@pytest.mark.parametrize("number", range(8))
def test_a_corrected_story_says_what_it_says_now(number: int) -> None:
    """Whichever state is longer, or has the greater hash."""
    url = f"https://news.example/{number}"
    said = news(str(number), title="Quake kills 30", text="Many were hurt, it was said.", url=url)
    for title, text in (("Quake kills 13", said.text), ("CORRECTED: no quake", "There was none.")):
        corrected = news(str(number), title=title, text=text, url=url)
        for world in permutations([seen(said), seen(corrected, 24), seen(said, 48)]):
            (item,) = resolve(world)
            assert item.lead == corrected


def test_the_stated_time_of_a_change_counts_before_the_time_of_sight() -> None:
    """An older document may be read after a newer one."""
    newer = news("a", title="Thirteen", updated=NOON + timedelta(hours=3))
    older = news("a", title="Thirty, and more", updated=NOON)
    (item,) = resolve([seen(newer), seen(older, 24)])
    assert item.lead == newer


def test_a_correction_in_one_source_does_not_silence_the_fuller_words_of_another() -> None:
    short = [seen(news("a", title=title), hours) for title, hours in (("T", 0), ("T!", 24))]
    full = news("a", source="who", external_id="7", text=LONG)
    (item,) = resolve([*short, seen(full)])
    assert item.lead == full


def test_a_story_under_two_ids_that_changes_its_title_is_one_in_any_order() -> None:
    home = "https://news.example/live"
    world = [
        seen(news("a", url=home, title="Draft")),
        seen(news("a", url=home, title="Final")),
        seen(news("b", url=home, title="Final")),
    ]
    assert {len(resolve(order)) for order in permutations(world)} == {1}


def test_a_chain_of_shared_keys_is_one_item() -> None:
    first = news("a", url="https://news.example/x", external_id="1")
    middle = news("b", url="https://news.example/x", source="who", text=LONG, title="T")
    last = news("c", url="https://news.example/y", external_id="3", text=LONG, title="T")
    assert len(resolve([seen(first), seen(last)])) == 2
    assert len(resolve([seen(first), seen(last), seen(middle)])) == 1


def test_a_changelog_page_does_not_join_its_entries() -> None:
    page = "https://news.example/changelog"
    entries = [
        news(n, url=f"{page}#{n}", external_id=n, title=f"Release {n}") for n in ("1.1", "1.2")
    ]
    assert len(resolve(map(seen, entries))) == 2


def test_an_entry_whose_guid_was_made_anew_is_the_same_story() -> None:
    twice = [news("a", url="https://news.example/x", external_id=n, title="T") for n in "12"]
    assert len(resolve(map(seen, twice))) == 1


def test_a_doi_that_two_papers_claim_joins_nothing() -> None:
    claims = [paper(1, doi="10.1234/x"), paper(2, doi="10.1234/x")]
    story = news("a", doi="10.1234/x", kind="paper")
    items = resolve([*map(seen, claims), seen(story)])
    assert len(items) == 3
    assert "doi:10.1234/x" not in {key for item in items for key in item.keys}


def test_a_doi_joins_a_paper_with_the_journals_entry() -> None:
    journal = news("a", doi="10.1234/x", kind="paper", source="nature")
    (item,) = resolve([seen(journal), seen(paper(1, doi="10.1234/x"))])
    assert (item.item_id, item.lead.arxiv_id) == ("arxiv:2602.00001", "2602.00001")


def test_a_paper_is_withdrawn_when_its_newest_version_is() -> None:
    first = paper(1, version=1)
    gone = paper(1, version=2, withdrawn=True, text="")
    back = paper(1, version=3)
    assert resolve([seen(first), seen(gone)])[0].withdrawn
    assert not resolve([seen(first), seen(gone), seen(back)])[0].withdrawn


def test_a_papers_date_is_its_submission_whatever_a_journal_states() -> None:
    issue = NOON - timedelta(days=90)
    journal = news("a", doi="10.1234/x", kind="paper", source="nature", published=issue)
    (item,) = resolve([seen(journal), seen(paper(1, doi="10.1234/x"))])
    assert item.published == NOON


def test_a_stated_date_beats_the_time_of_first_sight() -> None:
    inferred = news("a", date_inferred=True, published=NOON - timedelta(days=90))
    stated = news("a", source="who", external_id="2", published=NOON)
    (item,) = resolve([seen(inferred, hours=-2160), seen(stated)])
    assert (item.published, item.date_inferred, item.quarter) == (NOON, False, Q1)


def test_without_a_stated_date_the_earliest_sight_counts() -> None:
    (item,) = resolve([seen(news("a", date_inferred=True), hours=-24 * 60)])
    assert (item.quarter, item.date_inferred) == (Q4, True)


@given(stories, st.integers(1, 400))
def test_an_inferred_date_is_not_part_of_a_records_identity(record: Record, days: int) -> None:
    guessed = _at(record, record.published, inferred=True)
    later = _at(record, record.published + timedelta(days=days), inferred=True)
    assert later.record_id == guessed.record_id
    assert _at(later, later.published, inferred=False).record_id != later.record_id


def _at(record: Record, published: datetime, *, inferred: bool) -> Record:
    values = {name: getattr(record, name) for name in Record.__dataclass_fields__}
    return Record(**(values | {"published": published, "date_inferred": inferred}))


@given(papers | stories)
def test_every_record_has_keys_and_each_says_its_kind(record: Record) -> None:
    kinds = [key.partition(":")[0] for key in keys_of(record)]
    assert kinds
    assert kinds == sorted(kinds, key=["arxiv", "doi", "url", "guid", "text"].index)


def test_a_records_id_is_the_same_whatever_zone_its_date_is_written_in() -> None:
    moscow = NOON.astimezone(timezone(timedelta(hours=3)))
    assert news("a", published=moscow).record_id == news("a").record_id


def test_ids_that_are_stored_for_ever_stay_what_they_are() -> None:
    """A change here makes every stored record, label and link of the past somebody else's."""
    item: Item = resolve([seen(news("a"))])[0]
    assert news("a").record_id == "r1-8492f5eec9c2c3d024e42749"
    assert item.item_id == "url:5ea8bd8f00101c9a"
    assert text_hash("Title", "Text") == "t1-b7d8c342233757ac54bf5e8e"
    assert resolve([seen(paper(7))])[0].item_id == "arxiv:2602.00007"
    assert datetime(2026, 1, 1, tzinfo=UTC) in item.quarter
