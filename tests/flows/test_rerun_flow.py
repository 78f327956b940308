"""A quarter run again as the page's form does it: what it takes, what it says, how it ends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.config import Workplace
from digest.edition.shelf import Shelf
from digest.quarter import Quarter
from digest.sample.server import sample_server

Q1 = Quarter(2026, 1)
ONE = "sample-regulator"
pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A working folder that serves the sample quarter, of which one source was harvested."""
    from flows.rerun import rerun
    from flows.served import FOLDER

    folder = tmp_path_factory.mktemp("served")
    with sample_server(stage=1) as base, pytest.MonkeyPatch.context() as patch:
        (folder / "serve.toml").write_text(
            f'contact = "mailto:a@sample.example"\n[sample]\nbase = "{base}"\n'
        )
        patch.setenv(FOLDER, str(folder))
        patch.setenv("XDG_STATE_HOME", str(folder / "turns"))
        assert rerun("2026Q1", sources=[ONE], return_state=True).is_completed()
        yield Workplace(folder)


def files(place: Workplace) -> dict[str, str]:
    every = [p for p in sorted(place.folder.rglob("*")) if p.is_file()]
    kept = [p for p in every if "turns" not in p.parts and p.parent != place.state]
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in kept}


def told(quarter: str = "2026q1") -> str:
    """The newest artifact of a quarter's reruns."""
    from prefect.artifacts import Artifact

    found = Artifact.get(key=f"rerun-{quarter}")
    assert found is not None
    return str(found.data)


def test_a_source_that_is_named_is_asked_and_the_draft_is_there(place: Workplace) -> None:
    draft = Shelf(place.editions).draft(Q1)
    assert draft is not None
    assert draft.sample
    assert [(s.id, s.outcome) for s in draft.sources] == [(ONE, "answered")]
    assert (place.drafts / "2026Q1" / "index.html").exists()
    assert not Shelf(place.editions).editions()


def test_a_dry_run_tells_and_changes_nothing(place: Workplace) -> None:
    from flows.rerun import rerun

    before = files(place)
    state = rerun("2026Q1", sources=["sample-agency-ar"], dry_run=True, return_state=True)
    assert state.is_completed()
    assert files(place) == before
    assert "source sample-agency-ar: not listed → answered" in told()
    assert "nothing was changed: this was a dry run" in told()


def test_without_sources_nobody_is_asked(place: Workplace) -> None:
    from flows.rerun import rerun

    assert rerun("2026Q1", return_state=True).is_completed()
    assert "nothing changes against the draft as it was" in told()


def test_a_source_that_fails_again_leaves_the_draft_and_fails_the_run(place: Workplace) -> None:
    from flows.rerun import rerun

    before = Shelf(place.editions).draft(Q1)
    state = rerun("2026Q1", sources=["sample-broken"], return_state=True)
    assert state.is_failed()
    assert "no source answered" in str(state.message)
    assert "sample-broken failed: the document breaks off" in told()
    assert Shelf(place.editions).draft(Q1) == before
    state = rerun("2026Q1", sources=["sample-broken", ONE], return_state=True)
    assert (state.is_completed(), state.name) == (True, "Incomplete")


@pytest.mark.parametrize(
    ("quarter", "sources", "expected"),
    [
        ("2026Q7", [], "'2026Q7' is not a quarter"),
        ("2999Q1", [], "which is in the future"),
        ("2025Q3", [], "nothing is stored of 2025Q3"),
        ("2026Q1", ["sample-regulater"], "there is no source 'sample-regulater' in the list"),
    ],
)
def test_a_wrong_form_is_answered_in_a_sentence(
    place: Workplace, quarter: str, sources: list[str], expected: str
) -> None:
    from flows.rerun import rerun

    state = rerun(quarter, sources=sources, return_state=True)
    assert state.is_failed()
    assert re.search(expected, state.message)


def test_the_form_says_what_its_fields_mean() -> None:
    from flows.rerun import rerun

    schema = rerun.parameters
    assert list(schema.properties) == ["quarter", "sources", "refresh", "dry_run"]
    assert schema.required == ["quarter"]
    assert all(field["description"] for field in schema.properties.values())


def test_a_flow_outside_serve_says_where_it_belongs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from flows.rerun import rerun
    from flows.served import FOLDER

    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.chdir(tmp_path)
    state = rerun("2026Q1", return_state=True)
    assert state.is_failed()
    assert state.message.startswith("this flow belongs to digest serve")
