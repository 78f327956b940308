"""Items that the tests of stories begin with, each told in a line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from digest.edition.stories import StoryItem
from tests.examples import NOON


def towards(*parts: float) -> Any:
    """A vector of unit length that points so; two that point alike are near in meaning."""
    vector = np.array([*parts, *[0.0] * (4 - len(parts))], np.float32)
    return vector / np.linalg.norm(vector)


def report(name: str, title: str, text: str = "", days: float = 0, **changes: Any) -> StoryItem:
    """News of an outlet called like the item."""
    values: dict[str, Any] = {
        "item_id": f"url:{name}",
        "kind": "news",
        "title": title,
        "text": text,
        "published": NOON + timedelta(days=days),
        "outlets": (name,),
        "vector": towards(1),
    }
    return StoryItem(**(values | changes))


def paper(
    number: int, title: str, text: str = "", authors: tuple[str, ...] = ("Ada Ames", "Bo Bell"),
    **changes: Any,
) -> StoryItem:  # fmt: skip
    """A paper on arXiv."""
    values: dict[str, Any] = {
        "item_id": f"arxiv:2602.{number:05}",
        "kind": "paper",
        "title": title,
        "text": text,
        "published": NOON,
        "authors": authors,
        "outlets": ("arXiv",),
        "vector": towards(0, 1),
    }
    return StoryItem(**(values | changes))


ABSTRACT = (
    "Floods arrive with little warning in river basins that nobody measures. We train a network on "
    "radar images of twelve basins and show that it forecasts the water's height two days ahead, "
    "with half the error of the models in use, where gauges are broken or were never built."
)
# Other works and events, so that a word's rarity means something.
CROWD = [
    *(paper(900 + n, f"Question {w} of learning systems", authors=("C. Crowd",)) for n, w in
      enumerate(("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"))),
    *(report(f"crowd{n}", f"The weekly letter about {w}", vector=towards(0, 0, 1, n / 4), days=n)
      for n, w in enumerate(("music", "gardens", "chess", "trains", "bread", "winter"))),
]  # fmt: skip
