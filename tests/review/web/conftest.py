from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.review.acts import Watch
from tests.review.web.desk import Served, opened


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def served(tmp_path: Path, watch: Watch) -> Iterator[Served]:
    with opened(tmp_path, watch) as it:
        yield it
