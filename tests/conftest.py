from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from digest.config import Workplace
from digest.store.database import writing

if TYPE_CHECKING:
    import duckdb

# A busy machine is not a defect: examples have no deadline of their own.
settings.register_profile("digest", deadline=None, max_examples=60)
settings.load_profile("digest")


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """A working folder in which nothing has happened yet."""
    return Workplace(tmp_path / "var")


@pytest.fixture
def connection(place: Workplace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The writer's connection to the working folder's database."""
    with writing(place.database) as connection:
        yield connection
