"""A correction that was killed at any moment: no version is published that says another thing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from digest.config import Workplace
from digest.edition.shelf import Shelf
from digest.errors import InputError
from digest.steps import correct as step
from digest.steps import opening
from digest.steps.draft import draft
from digest.steps.signing import missing_for_publication, require_reason, sign_off
from digest.steps.taking import why_kept
from digest.store.database import writing
from tests.examples import Q1
from tests.steps.panel import Panel
from tests.steps.test_correct import finish, propose, signed, without
from tests.steps.test_opening import comes_late


@pytest.fixture(autouse=True)
def _no_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "build_draft", lambda *_: None)


def is_as_proposed(panel: Panel) -> bool:
    """Whether the draft is what is published without what the open proposal takes out."""
    shelf = Shelf(panel.place.editions)
    proposal, public = shelf.proposal(Q1), shelf.manifest(shelf.editions(Q1)[-1])
    before, after = ({item.id for item in m.items} for m in (public, panel.draft))
    return proposal is not None and after == before - {*proposal.removed}


def is_published(panel: Panel) -> bool:
    """Whether the draft is a version already: to publish it does nothing."""
    return panel.draft.sha256 in {e.sha256 for e in Shelf(panel.place.editions).editions(Q1)}


def moments(panel: Panel, folder: Path, act: Callable[[], object]) -> list[Panel]:
    """The disk as it is before each write of ``act``, and in the end: what is left by a process
    that dies there."""
    found: list[Panel] = []

    def keep() -> None:
        place = Workplace(folder / str(len(found)))
        unused = shutil.ignore_patterns("raw", "drafts", "public", ".*")
        shutil.copytree(panel.place.folder, place.folder, ignore=unused)
        found.append(replace(panel, place=place))

    def kept(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def wrapped(*given: Any, **named: Any) -> Any:
            is_scratch = name == "unlink" and given[0].name.startswith(".")
            if not is_scratch:
                keep()
            return real(*given, **named)

        patch.setattr(owner, name, wrapped)

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in (
            (Path, "replace"), (Path, "unlink"), (opening, "_note"), (step, "_tell"),
        ):  # fmt: skip
            kept(owner, name)
        act()
    keep()
    return found


def require_sound(shot: Panel) -> None:
    """Nothing can be published, nor made of it by others, but what is proposed."""
    if missing_for_publication(shot.place, Q1, shot.now) == "":
        assert is_as_proposed(shot) or is_published(shot)
    if Shelf(shot.place.editions).proposal(Q1):
        assert why_kept(shot.place, Q1)


def test_an_editor_signs_no_draft_but_the_one_that_is_proposed(
    published: Panel, tmp_path: Path
) -> None:
    one, other = (without(published.shown()[n][0]) for n in (0, -1))
    comes_late(published, tmp_path / "late")
    with writing(published.place.database) as connection:
        draft(
            connection, published.place, Q1, published.using
        )  # not what is proposed, and in its place
    shots = moments(published, tmp_path / "first", lambda: propose(published, one))
    sign_off(published.place, Q1, "Ed Itor", "", published.clock)
    shots += moments(published, tmp_path / "then", lambda: propose(published, other, refresh=True))
    last = published.draft
    assert len(shots) > 10
    for shot in shots:
        require_sound(shot)
        with suppress(InputError):
            sign_off(shot.place, Q1, "Ed Itor", "", shot.clock)
            assert is_as_proposed(shot)
    for shot in shots[-7:]:  # run again, what was killed is done
        propose(shot, other, refresh=Shelf(shot.place.editions).proposal(Q1) == one)
        assert shot.draft == last
        assert is_as_proposed(shot)
        assert len(shot.told("digest.correction.opened")) == 2


def test_a_panel_signs_no_draft_but_the_one_that_is_proposed(panel: Panel, tmp_path: Path) -> None:
    panel.open()
    finish(panel)
    one, other = (without(panel.shown()[n][0]) for n in (0, -1))
    shots = moments(panel, tmp_path / "first", lambda: propose(panel, one))
    signed(panel)
    shots += moments(panel, tmp_path / "then", lambda: propose(panel, other, refresh=True))
    assert len(shots) > 20
    for shot in shots:
        require_sound(shot)
        with suppress(InputError):  # as the sign-off of a chair begins
            require_reason(shot.place, Q1, shot.draft)
            shot.take_in()
            assert is_as_proposed(shot) or is_published(shot)


def test_a_panel_that_joined_since_gets_no_draft_but_the_one_that_is_proposed(
    published: Panel, tmp_path: Path
) -> None:
    published.join()
    gone = without(published.shown()[0][0])
    for shot in moments(published, tmp_path / "moments", lambda: propose(published, gone)):
        require_sound(shot)
    assert is_as_proposed(shot)
