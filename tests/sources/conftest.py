from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from digest.sources.catalogue import Source


@pytest.fixture
def source() -> Callable[..., Source]:
    """A source at an address, with whatever a test wants otherwise."""

    def make(url: str, **changes: Any) -> Source:
        usual: dict[str, Any] = {
            "id": "a-feed",
            "kind": "feed",
            "publisher": "Somebody",
            "group": "science-press",
            "country": "KE",
            "region": "africa",
            "language": "en",
            "home": "https://news.example/",
            "verified": False,
        }
        return Source(url=url, **{**usual, **changes})

    return make
