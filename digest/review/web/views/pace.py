"""How long the rest will take somebody, from their own pace so far, and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from statistics import median

FEWEST = 10  # decisions before anything is said
PAUSE = 10 * 60.0  # seconds: who waits longer was not reading


def seconds_each(moments: Sequence[datetime]) -> float | None:
    """The median number of seconds from one decision to the next; None before ten decisions.

    ``moments`` are those of a person's decisions, oldest first. Decisions that were saved in one
    go are one; pauses are left out.
    """
    if len(moments) < FEWEST:
        return None
    distinct = sorted(set(moments))
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(distinct)]
    worked = [gap for gap in gaps if gap <= PAUSE]
    return median(worked) if len(worked) >= FEWEST - 1 else None


def minutes_left(moments: Sequence[datetime], left: int) -> int | None:
    """Whole minutes for ``left`` decisions at that pace, at least 1; None if it is not known."""
    each = seconds_each(moments)
    return None if each is None or not left else max(1, round(each * left / 60))
