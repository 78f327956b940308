from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from digest.sample.server import sample_server


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    with sample_server(stage=1) as url:
        yield url


@pytest.fixture(scope="session")
def later_url() -> Iterator[str]:
    with sample_server(stage=2) as url:
        yield url


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10) as client:
        yield client
