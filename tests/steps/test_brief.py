"""A signal becomes a brief: once, with the items behind it, on a page that says it is a draft."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digest import taxonomy
from digest.config import Workplace
from digest.edition.manifest import Evidence, Manifest, ShownItem
from digest.edition.shelf import Shelf
from digest.events import BRIEF
from digest.quarter import Quarter
from digest.steps.announce import raise_signals
from digest.steps.brief import briefed, draft_briefs
from digest.store.database import transaction, writing
from digest.store.outbox import events, unhandled
from tests.edition.test_alarms import papers
from tests.examples import NOON, edition

Q1 = Quarter.parse("2026Q1")
SENTENCE = "We show that the model helps attackers."


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    """A draft with one unusual week; its first item has a hostile title."""
    items = papers([5, 6, 4, 7, 5, 30])
    (first,) = (n for n, item in enumerate(items) if item.id == "paper:5.0006")
    items[first] = replace(
        items[first], title="<script>alert(1)</script> [x](javascript:1)", url="javascript:alert(1)"
    )
    shown = ShownItem("paper:5.0006", (), ("arXiv",), (), (
        Evidence("risk", "security", SENTENCE, 0.5),
    ))  # fmt: skip
    return edition(items=tuple(items), shown=(shown,))


def test_a_signal_is_raised_once(manifest: Manifest, tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    with writing(place.database) as connection:
        for expected in (1, 0):
            with transaction(connection):
                assert len(raise_signals(connection, manifest, NOON)) == expected
        (open_one,) = unhandled(connection, BRIEF, Q1)
        assert open_one.data["signal"] == "risk/security/paper/2026-02-09"


def test_a_brief_is_drafted_once_and_answers_its_signal(manifest: Manifest, tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    Shelf(place.editions).put_draft(manifest)
    made = draft_briefs(place, Q1, taxonomy.load())
    (one,) = made.new
    assert (one.total, len(one.items), len(one.weeks)) == (30, 20, 6)
    page = made.site / one.slug / "index.html"
    text = page.read_text("utf-8")
    assert "30 papers in the week from 2026-02-09" in text
    assert SENTENCE in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "javascript:alert" not in text
    assert "not reviewed by the panel" in text
    assert "noindex" in text
    built = page.stat().st_mtime_ns

    with writing(place.database) as connection:
        with transaction(connection):
            raise_signals(connection, manifest, NOON)
        asked = [event.event_id for event in unhandled(connection, BRIEF, Q1)]
        briefed(connection, Q1, made.new, asked, NOON)
        assert unhandled(connection, BRIEF, Q1) == []
        ready = [e for e in events(connection, Q1) if e.name == "digest.brief.ready"]
        assert [e.data["sha256"] for e in ready] == [one.sha256]

    again = draft_briefs(place, Q1, taxonomy.load())
    assert (again.new, again.briefs) == ((), (one,))
    assert page.stat().st_mtime_ns == built


def test_no_alarm_makes_no_brief_and_no_site(tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    Shelf(place.editions).put_draft(edition())
    made = draft_briefs(place, Q1, taxonomy.load())
    assert (made.briefs, made.new, made.site.exists()) == ((), (), False)
