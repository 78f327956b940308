from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.review.acts import Watch
from tests.review.web.browsing import Enter
from tests.review.web.desk import Served, opened


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def served(tmp_path: Path, watch: Watch) -> Iterator[Served]:
    with opened(tmp_path, watch) as it:
        yield it


@pytest.fixture
def enter(browser: Any, served: Served) -> Iterator[Enter]:
    """Enters by a link in a browser of one's own and gives its page; complaints fail the test."""
    complaints: list[str] = []
    contexts = []

    def entered(person: str, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": 375, "height": 700}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("console", lambda m: complaints.append(m.text) if "Security" in m.text else None)
        page.goto(served.base + served.link(person))
        page.click("main button")
        page.wait_for_url("**/account*")
        return page

    yield entered
    for context in contexts:
        context.close()
    assert complaints == []
