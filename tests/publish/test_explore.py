from __future__ import annotations

from dataclasses import replace

import orjson

from digest.edition.panel import PANEL
from digest.edition.select import is_showable
from digest.publish import explore, views
from tests.publish.full_edition import full, reviewed
from tests.publish.invented_edition import hostile


def test_every_item_with_a_goal_or_a_risk_is_there_with_its_labels() -> None:
    edition = full(items=200)
    data = orjson.loads(explore.data(edition))
    expected = sorted(
        (item.title, item.date, [f"{a.scheme}/{a.label}" for a in item.labels if a.scheme != "ai"])
        for item in edition.items
        if is_showable(item)
    )
    found = sorted(
        (row[0], row[2], [data["labels"][label] for label, _, _ in row[6]]) for row in data["items"]
    )
    assert found == expected
    days = [row[2] for row in data["items"]]
    assert days == sorted(days, reverse=True)


def test_people_and_regions_are_named() -> None:
    edition = full(items=60)
    item = next(i for i in edition.items if is_showable(i) and i.kind == "news")
    decided = replace(item, labels=tuple(replace(a, maker="panel:r-7") for a in item.labels))
    sources = tuple(
        replace(s, region="arab-states") if s.id == "feed-a" else s for s in edition.sources
    )
    edition = replace(
        edition,
        items=tuple(decided if i.id == item.id else i for i in edition.items),
        sources=sources,
    )
    data = orjson.loads(explore.data(edition))
    row = next(row for row in data["items"] if any(maker for _, _, maker in row[6]))
    assert data["makers"] == [views.MACHINE, "panel:r-7"]
    assert data["regions"][row[4]] == "arab-states"
    assert explore.choices(edition).regions["arab-states"] == "Arab states"


def test_the_panel_is_an_id_for_which_each_page_has_words() -> None:
    data = orjson.loads(explore.data(reviewed(full(items=200))))
    assert data["makers"] == [views.MACHINE, PANEL]


def test_an_arxiv_paper_s_address_is_its_number_and_a_hostile_one_is_none() -> None:
    edition = full(items=90)
    paper = next(i for i in edition.items if is_showable(i) and i.kind == "paper")
    known = replace(paper, url="https://arxiv.org/abs/2601.00001")
    edition = replace(edition, items=tuple(known if i is paper else i for i in edition.items))
    evil = hostile(edition, "<b>x</b>\u202e" + "y" * 10_000, "javascript:alert(1)")
    rows = {row[0]: row for row in orjson.loads(explore.data(evil))["items"]}
    assert any(row[1] == "2601.00001" for row in rows.values())
    title, row = next((t, r) for t, r in rows.items() if t.startswith("<b>x"))
    assert row[1] == ""
    assert len(title) == views.TITLE
    assert "\u202e" not in title
