"""What goes into stories and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from digest.errors import InputError
from digest.items import Kind, digest_of
from digest.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class StoryItem:
    """An item as far as its story depends on it.

    ``language`` is an ISO 639 code; ``outlets`` are its publishers; ``keys`` its identity keys as
    ``digest.items`` spells them; a ``withdrawn`` item tells of its story, and neither speaks for it
    nor counts as told by its outlets; ``vector`` is the encoder's, of unit length, None for a text
    that it does not read.
    """

    item_id: str
    kind: Kind
    title: str
    text: str
    published: datetime
    language: str = "en"
    date_inferred: bool = False
    withdrawn: bool = False
    authors: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    comments: str = ""
    vector: NDArray[np.float32] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two items that may be one story; ``one < other``, ``score`` from 0 to 1, ``reasons`` words.

    Reasons are for the reader of a story: "both name arxiv:2601.00001", "same title".
    """

    one: str
    other: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a panel member decided: that items are one story, or that no two of them are.

    Items are named by id, or by any key that was their id once.

    Raises:
        InputError: fewer than two items, or no reason.
    """

    kind: Literal["split", "merge"]
    items: tuple[str, ...]
    by: str
    reason: str

    def __post_init__(self) -> None:
        if len(set(self.items)) < 2:
            raise InputError(f"a {self.kind} names two items or more, not {self.items}")
        if not one_line(self.reason):
            raise InputError(f"a {self.kind} needs its reason")


@dataclass(frozen=True, slots=True)
class Story:
    """Items about one event or work; most stories have one item.

    ``item_ids`` begin with the founder, then go by date; ``representative`` speaks for the story;
    ``outlets`` are all publishers of items that stand, in the order of the items; ``reasons`` say
    what joined them.
    """

    id: str
    item_ids: tuple[str, ...]
    representative: str
    outlets: tuple[str, ...]
    reasons: tuple[str, ...] = ()


def story_id(founder: str) -> str:
    """The id of the story that an item founded."""
    return digest_of(founder, prefix="s1-", length=16)
