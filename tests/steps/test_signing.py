"""Review: drafts freeze in time, a sign-off is for one manifest, and only that one is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.config import Workplace
from digest.edition.shelf import Shelf
from digest.errors import InputError, StoreCorrupt
from digest.events import HARVEST
from digest.quarter import Quarter
from digest.steps import announce
from digest.steps.freezing import Stage, freeze, harvested_now, look_back_ends
from digest.steps.signing import missing_for_publication, sign_off
from digest.store import history
from digest.store.database import writing
from digest.store.history import ANSWERED, FAILED, UNFINISHED, Outcome
from digest.store.ingest import Counts
from digest.store.outbox import events, note_handled, unhandled
from digest.store.signoffs import signoffs
from tests.command import digest, sentence
from tests.examples import Q1, edition

Q2 = Q1.next()
DAYS = 14
OVER = look_back_ends(Q1, DAYS)


@pytest.fixture
def shelf(place: Workplace) -> Shelf:
    """A draft of a quarter that was harvested to its end."""
    shelf = Shelf(place.editions)
    shelf.put_draft(edition())
    asked(place, OVER - timedelta(days=1))
    return shelf


def asked(place: Workplace, at: datetime, outcome: str = ANSWERED) -> None:
    """The quarter's only source is asked; what became of it."""
    with writing(place.database) as connection:
        seen = announce.asked_of(connection, HARVEST, Q1)
        history.note_outcome(connection, Q1, Outcome("arxiv-cs-ai", outcome, "", Counts()), at)
        note_handled(connection, HARVEST, seen, at)


def due(place: Workplace) -> list[object]:
    """Why the harvests that wait are asked for."""
    with writing(place.database) as connection:
        return [event.data["because"] for event in unhandled(connection, HARVEST, Q1)]


def frozen(place: Workplace, now: datetime = OVER) -> Stage:
    return freeze(place, Q1, DAYS, lambda: now)


def at(moment: datetime) -> list[Quarter]:
    return harvested_now(moment, DAYS)


def test_the_last_quarter_is_asked_for_until_its_look_back_is_over() -> None:
    assert at(datetime(2026, 3, 31, 23, 59, tzinfo=UTC)) == [Q1]
    assert at(datetime(2026, 4, 1, tzinfo=UTC)) == [Q1, Q2]
    assert at(OVER - timedelta(seconds=1)) == [Q1, Q2]
    assert at(OVER) == [Q2]
    assert harvested_now(datetime(2026, 4, 1, tzinfo=UTC), 0) == [Q2]


def test_a_draft_is_frozen_once_when_its_look_back_is_over(place: Workplace, shelf: Shelf) -> None:
    assert frozen(place, OVER - timedelta(seconds=1)) is Stage.OPEN
    assert not shelf.is_frozen(Q1)
    for _ in range(3):
        assert frozen(place) is Stage.FROZEN
    assert shelf.is_frozen(Q1)
    with writing(place.database) as connection:
        (event,) = events(connection, Q1, "digest.draft.frozen")
    assert event.data == {"sha256": edition().sha256}


def test_a_draft_that_an_editor_made_anew_is_not_frozen_until_the_next_time(
    place: Workplace, shelf: Shelf
) -> None:
    frozen(place)
    shelf.put_draft(edition(records=9))
    assert not shelf.is_frozen(Q1)
    assert frozen(place) is Stage.FROZEN
    assert shelf.is_frozen(Q1)
    with writing(place.database) as connection:
        assert len(events(connection, Q1, "digest.draft.frozen")) == 2


def test_a_draft_that_was_not_harvested_to_the_quarter_s_end_waits_for_that(
    place: Workplace,
) -> None:
    """As when the machine was off for these weeks; what failed is asked again once a day."""
    shelf = Shelf(place.editions)
    shelf.put_draft(edition())
    asked(place, Q1.end - timedelta(seconds=1))
    for day in (OVER, OVER + timedelta(days=1)):
        for _ in range(2):
            assert frozen(place, day) is Stage.UNHARVESTED
        assert not shelf.is_frozen(Q1)
        assert due(place) == ["freeze"]
        asked(place, day, FAILED)
        assert due(place) == []
    asked(place, OVER + timedelta(days=2))
    assert frozen(place, OVER + timedelta(days=2)) is Stage.FROZEN


def test_a_draft_whose_harvest_was_stopped_waits_for_its_end(place: Workplace) -> None:
    shelf = Shelf(place.editions)
    (source,) = edition().sources
    shelf.put_draft(edition(sources=(replace(source, outcome=UNFINISHED),)))
    asked(place, OVER)
    assert frozen(place) is Stage.UNHARVESTED
    assert due(place) == ["freeze"]
    shelf.put_draft(edition())
    assert frozen(place) is Stage.FROZEN


def test_what_is_frozen_or_before_the_panel_stays_so(place: Workplace, shelf: Shelf) -> None:
    """Nobody asks again for what people look at: an editor refreshes it."""
    frozen(place)
    with writing(place.database) as connection:
        connection.execute("DELETE FROM harvest")
    assert frozen(place) is Stage.FROZEN
    shelf.put_draft(edition(records=9))
    place.packet(Q1).parent.mkdir(parents=True)
    place.packet(Q1).touch()
    assert frozen(place) is Stage.FROZEN
    assert due(place) == []


def test_a_published_quarter_is_not_frozen(place: Workplace, shelf: Shelf) -> None:
    frozen(place)
    shelf.publish(edition(), OVER)
    assert not shelf.is_frozen(Q1)
    shelf.put_draft(edition(records=9))
    assert frozen(place) is Stage.OPEN
    assert not shelf.is_frozen(Q1)


def test_a_damaged_note_is_named(place: Workplace, shelf: Shelf) -> None:
    frozen(place)
    (place.editions / "2026Q1" / "frozen.json").write_text("{")
    with pytest.raises(StoreCorrupt, match=r"frozen\.json cannot be read"):
        shelf.is_frozen(Q1)


def test_a_sign_off_is_for_one_manifest(place: Workplace, shelf: Shelf) -> None:
    assert missing_for_publication(place, Q2, OVER) == "2026Q2 has no draft"
    assert missing_for_publication(place, Q1, OVER).startswith(
        "nobody has signed the draft of 2026Q1"
    )
    for _ in range(2):
        assert sign_off(place, Q1, " A. Editor ", "well done", lambda: OVER) == edition()
    assert missing_for_publication(place, Q1, OVER) == ""
    with writing(place.database) as connection:
        (signed,) = signoffs(connection, Q1)
        (event,) = events(connection, Q1, "digest.edition.signed-off")
    assert (signed.by, signed.note, signed.at) == ("A. Editor", "well done", OVER)
    assert event.data == {"sha256": edition().sha256, "by": "A. Editor", "note": "well done"}

    shelf.put_draft(edition(records=9))
    missing = missing_for_publication(place, Q1, OVER)
    assert edition(records=9).sha256 in missing
    assert f"what A. Editor signed off was {edition().sha256}: review it again" in missing


def test_to_go_back_to_what_an_older_version_said_needs_a_reason(
    place: Workplace, shelf: Shelf
) -> None:
    shelf.publish(edition(), OVER)
    shelf.publish(edition(records=9), OVER)
    shelf.put_draft(edition())
    with pytest.raises(InputError, match="a new version needs its reason"):
        sign_off(place, Q1, "A. Editor", "", lambda: OVER)


def test_a_sign_off_needs_a_name_and_a_draft(place: Workplace, shelf: Shelf) -> None:
    with pytest.raises(InputError, match="needs the name"):
        sign_off(place, Q1, "  ", "", lambda: OVER)
    with pytest.raises(InputError, match="2026Q2 has no draft to sign off"):
        sign_off(place, Q2, "A", "", lambda: OVER)


def test_the_command(place: Workplace, shelf: Shelf) -> None:
    signed = digest("sign-off", "2026Q1", "--by", "A. Editor", "--var", place.folder)
    assert signed.stdout.decode() == (
        f"A. Editor signed the draft of 2026Q1 off, sha256 {edition().sha256}\n"
    )
    assert missing_for_publication(place, Q1, OVER) == ""
    refused = digest("sign-off", "2026Q2", "--by", "A. Editor", "--var", place.folder)
    assert "2026Q2 has no draft to sign off" in sentence(refused)
