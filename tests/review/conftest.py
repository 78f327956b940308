"""A book with two people in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from digest.review.people import People
from tests.review.acts import Watch, person
from tests.review.entering import ADA, CHEAP


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book.sqlite"


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def people(path: Path, watch: Watch) -> Iterator[People]:
    """Ada and Bo are in; neither has entered yet."""
    with closing(People(path, watch, CHEAP)) as people:
        people.add(ADA)
        people.add(person("bo"))
        yield people
