"""What one edition changes against another, in words."""

from __future__ import annotations

import pytest

from digest.edition.difference import Difference, PageChange, Relabelled, lines
from digest.edition.manifest import Changes


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (("a",), ["  1 changed its labels:", "  page sdg/2: 1 appears, 1 vanishes"]),
        (("a", "b"), ["  2 changed their labels:", "  page sdg/2: 2 appear, 2 vanish"]),
    ],
    ids=["one", "two"],
)
def test_the_words_agree_with_the_number(ids: tuple[str, ...], said: list[str]) -> None:
    changes = Changes(entered=(), left=(), changed=ids, sources=(), other=())
    relabelled = tuple(Relabelled(name, ("sdg/2",), ()) for name in ids)
    found = Difference(changes, relabelled, (), (PageChange("sdg/2", ids, ids),), {})
    assert [line for line in lines(found) if not line.startswith("    ")] == said
