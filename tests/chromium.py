"""A real Chromium for tests: without one they are skipped, or fail where one is required."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

# Debian's browser without its windows comes first: they take a quarter of the time, for nobody.
NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, closed after the block."""
    if not CHROMIUM:
        missing = pytest.fail if os.environ.get("DIGEST_REQUIRE_BROWSER") else pytest.skip
        missing("NO CHROMIUM is installed: nothing was tested in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
