"""An evening of the panel in real browsers, with the sample quarter."""

from __future__ import annotations

import pytest

from digest.config import Workplace, utc_now
from tests.flows.evening import Chain, seated
from tests.flows.story import an_evening
from tests.flows.world import World
from tests.review.quarter import drafted

pytestmark = [
    pytest.mark.timeout(900), pytest.mark.browser, pytest.mark.usefixtures("prefect_server"),
]  # fmt: skip
# Some forty texts; the second source has one that came a month late.
ASKED = ("sample-arxiv-cs-cv", "sample-civil-society")


@pytest.fixture
def world(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> World:
    """A draft of the sample quarter, in a working folder whose flows this process runs."""
    from flows import served

    world = World(place)
    with world.at_stage(1, ASKED) as inputs:
        drafted(place, inputs, utc_now)
    settings = f'contact = "{inputs.contact}"\n[sample]\nbase = "{inputs.base}"\n'
    (place.folder / "serve.toml").write_text(settings)
    monkeypatch.setenv(served.FOLDER, str(place.folder))
    return world


def test_an_evening_of_the_panel(world: World) -> None:
    with seated(world.place) as panel:
        for _ in an_evening(panel, Chain(world.place), world.at_stage(2, ASKED)):
            pass
