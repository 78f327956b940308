"""What tests in a real Chromium do and look at: who entered, what is saved, what has the focus."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.review.web.desk import PAPER

Enter = Callable[..., Any]


ITEM = f"/2026Q1/item?queue=selected&id={PAPER.id}"


def saved(page: Any, words: str) -> None:
    """Waits until the line at the top says that something is saved."""
    page.wait_for_selector(f"#status .said >> nth=0 >> visible=true >> xpath=.. >> text={words}")


def hold_clock(page: Any) -> None:
    """From here on the page's time goes on by ``page.clock.run_for`` alone, however busy we are."""
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))


def focused(page: Any) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))
