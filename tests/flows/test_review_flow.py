"""A frozen draft comes before the panel by itself, and takes no more items; nobody, no review."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from digest.config import Workplace, utc_now
from digest.edition.shelf import Shelf
from digest.errors import DigestError
from digest.events import DRAFT, PUBLISH, REVIEW, Event, SignedOff
from digest.quarter import Quarter
from digest.review.packet import Packet
from digest.review.persons import Person
from digest.steps.announce import review_changed
from digest.store.database import writing
from digest.store.history import UNFINISHED
from digest.store.outbox import events, raise_event, unhandled
from tests.examples import Q1, Q4, edition
from tests.flows.world import World
from tests.review.quarter import drafted, harvested, take_part

pytestmark = pytest.mark.usefixtures("prefect_server")
ASKED = ("sample-arxiv-cs-cv", "sample-civil-society")
MEMBERS = (Person("ada", "Ada"), Person("ben", "Ben"), Person("dina", "Dina", role="chair"))


@pytest.fixture
def world(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> World:
    """A draft whose look-back is over, in a working folder whose flows this process runs."""
    from flows import served

    world = World(place)
    with world.at_stage(1, ASKED) as inputs:
        drafted(place, inputs, utc_now)
        settings = f'contact = "{inputs.contact}"\n[sample]\nbase = "{inputs.base}"\n'
    (place.folder / "serve.toml").write_text(settings)
    monkeypatch.setenv(served.FOLDER, str(place.folder))
    return world


def told(place: Workplace, name: str) -> list[dict[str, object]]:
    with writing(place.database) as connection:
        return [event.data for event in events(connection, Q1, name)]


def test_what_fails_for_one_quarter_stops_no_other(world: World) -> None:
    """An old draft that cannot be read, and one that nobody may review: its harvest was stopped."""
    from flows import chain

    place, shelf = world.place, Shelf(world.place.editions)
    take_part(place, MEMBERS, utc_now)
    damaged = place.editions / "2025Q3" / "draft.json"
    damaged.parent.mkdir()
    damaged.write_text("{")
    (source,) = edition().sources
    stopped = edition(quarter=str(Q4), sources=(replace(source, outcome=UNFINISHED),))
    shelf.put_draft(stopped)
    shelf.freeze(stopped, utc_now())
    with pytest.raises(DigestError) as caught:
        chain.freeze()
    (first, second) = str(caught.value).split("; ", 1)
    assert first == f"2025Q3 failed: {damaged} is not a manifest that this version can read"
    assert second.startswith("2025Q4 failed: the harvest of 2025Q4 was stopped before it was done")
    assert place.packet(Q1).exists()
    with writing(place.database) as connection:
        review_changed(connection, Q1, 1, "", utc_now())
    with pytest.raises(DigestError, match="2025Q3 failed") as caught:
        chain.review()
    assert "2026Q1" not in str(caught.value)
    with writing(place.database) as connection:
        assert not unhandled(connection, REVIEW, Q1)
        signed = Event(Q1, SignedOff("ab", "Ada", ""), "cause")
        raise_event(connection, signed, utc_now())
        raise_event(connection, replace(signed, quarter=Quarter(2025, 3)), utc_now())
    with pytest.raises(DigestError, match="2025Q3 failed"):
        chain.publish()
    with writing(place.database) as connection:
        assert not unhandled(connection, PUBLISH, Q1)


def test_a_frozen_draft_comes_before_the_panel(world: World) -> None:
    from flows import chain

    place = world.place
    assert chain.freeze() == ["2026Q1"]
    assert not place.packet(Q1).exists()  # there is nobody yet
    assert chain.review() == {"2026Q1": "no review is open"}
    take_part(place, MEMBERS, utc_now)
    for _ in range(2):
        assert chain.freeze() == ["2026Q1"]
    (opened,) = told(place, "digest.review.opened")
    draft = Shelf(place.editions).draft(Q1)
    assert draft is not None
    assert (opened["by"], opened["sha256"]) == ("digest serve", draft.sha256)
    with closing(Packet(place.packet(Q1))) as packet:
        assert packet.sha256 == draft.sha256
        assert packet.queue("selected")

    with world.at_stage(2, ASKED) as inputs:
        harvested(place, inputs, utc_now)
        with writing(place.database) as connection:
            assert unhandled(connection, DRAFT, Q1)
        assert chain.draft() == {}
    assert Shelf(place.editions).draft(Q1) == draft
    assert "are not decided" in chain.review()["2026Q1"]
    assert chain.publish("2026Q1") == {
        "2026Q1": "nobody has signed the draft of 2026Q1 off (digest sign-off 2026Q1 --by NAME)"
    }
    assert not Shelf(place.editions).editions()
