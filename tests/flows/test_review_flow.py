"""A frozen draft comes before the panel by itself, and takes no more items; nobody, no review."""

from __future__ import annotations

from contextlib import closing

import pytest

from digest.config import Workplace, utc_now
from digest.edition.shelf import Shelf
from digest.events import DRAFT
from digest.review.packet import Packet
from digest.review.persons import Person
from digest.store.database import writing
from digest.store.outbox import events, unhandled
from tests.examples import Q1
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
