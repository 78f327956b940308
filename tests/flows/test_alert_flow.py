"""Alerts and reruns as flows of a real server: blocks by slug, the settings, the form's fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digest.config import Workplace
from digest.events import ALERT, Event, SourceFailed
from digest.store.alerts import attempts
from digest.store.database import writing
from digest.store.outbox import raise_event, unhandled
from tests.alerts.hook import Hook, webhook
from tests.examples import NOON, Q1

pytestmark = pytest.mark.usefixtures("prefect_server")
SETTINGS = """
contact = "mailto:a@sample.example"
[alerts]
blocks = ["custom-webhook/editors", "custom-webhook/nobody"]
webhook = "{}"
"""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as hook:
        yield hook


@pytest.fixture
def served(tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A working folder with settings, whose flows this process runs."""
    from flows import served

    (tmp_path / "serve.toml").write_text(SETTINGS.format(hook.url))
    monkeypatch.setenv(served.FOLDER, str(tmp_path))
    return Workplace(tmp_path)


def test_an_alert_goes_through_a_saved_block_and_the_webhook(served: Workplace, hook: Hook) -> None:
    from prefect.blocks.notifications import CustomWebhookNotificationBlock

    from flows.alert import run_alert

    with webhook() as chat:
        saved: Any = CustomWebhookNotificationBlock(
            name="editors", url=chat.url, json_data={"title": "{{subject}}", "body": "{{body}}"}
        )
        saved.save("editors", overwrite=True)
        with writing(served.database) as connection:
            payload = SourceFailed("who-news", "failed", "HTTP 410")
            raise_event(connection, Event(Q1, payload, "since noon", "who-news"), NOON)
        assert run_alert() == 1
    (body,) = chat.posted
    assert body["title"] == "2026Q1: the source who-news failed: HTTP 410"
    assert "digest rerun 2026Q1 --source who-news" in body["body"]
    assert len(hook.posted) == 1
    with writing(served.database) as connection:
        (failed,) = (attempt for attempt in attempts(connection) if attempt.problem)
        assert unhandled(connection, ALERT)  # the block that is not there is tried again
    assert failed.channel == "custom-webhook/nobody"
    assert "the block custom-webhook/nobody passed nothing on" in failed.problem
    assert run_alert() == 1
    assert len(hook.posted) == 1


def test_the_health_of_sources_is_told_once_a_day(served: Workplace, hook: Hook) -> None:
    from flows.alert import run_health

    assert run_health() == 2  # the blocks that nobody saved here, or whose receiver is gone
    run_health()
    (body,) = hook.posted
    assert body["subject"].endswith("0 of 0 well, 0 failed, 0 silent")
    assert body["events"] == []
