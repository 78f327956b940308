"""The only place in the tests that starts Prefect: one server for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.config import Workplace
from tests.flows.history import put_history

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Prefect's own warnings are not ours to mend; as errors they would break its server."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="package")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The server of a run, for all runs of these tests.

    Its threads draw random numbers, which Hypothesis takes for a test's own: it must be gone
    before the tests of other folders.
    """
    from flows.settings import prepare

    place = Workplace(tmp_path_factory.mktemp("prefect"))
    put_history(place)
    prepare(place)
    from flows.server import serving

    with serving():
        yield
