"""The only place in the tests that starts Prefect: one server for the session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.config import Workplace

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Prefect's own warnings are not ours to mend; as errors they would break its server."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The server of a run, for all runs of the session."""
    from flows.settings import prepare

    prepare(Workplace(tmp_path_factory.mktemp("prefect")))
    from flows.server import serving

    with serving():
        yield
