"""A harvest as the page shows it: its state says at a glance whether a source failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.sample.server import sample_server

pytestmark = pytest.mark.usefixtures("prefect_server")


def test_a_harvest_in_which_sources_failed_is_shown_as_incomplete_and_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.chain import harvest
    from flows.served import FOLDER

    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "turns"))
    with sample_server(stage=1) as base:
        (tmp_path / "serve.toml").write_text(
            f'contact = "mailto:a@sample.example"\n[sample]\nbase = "{base}"\n'
        )
        state = harvest("2026Q1", return_state=True)
    assert (state.is_completed(), state.name) == (True, "Incomplete")
    assert state.message == "failed or empty: sample-broken, sample-empty"
    assert state.result() == ["2026Q1"]
