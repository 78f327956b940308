from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from digest.sources.catalogue import Source
from tests.sources.http_rig import Rig


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


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with ExitStack() as stack:
        yield Rig(tmp_path / "pace", stack)
