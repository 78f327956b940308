from __future__ import annotations

import pytest

from tests.publish.machine.whole_edition import all_files


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """All files of two quarters, one of them corrected, by path from the site's root."""
    return all_files()
