"""Exact probabilities of counts, as arrays: what ``prevalence`` and ``signals`` reckon with.

No random numbers and no approximation: the same inputs give the same figures everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def beta_binomial(
    trials: int, yes: float, no: float, at_least: int = 0, at_most: int | None = None
) -> Floats:
    """The chances of 0 … ``trials`` successes, when their rate is Beta(``yes``, ``no``).

    Both must be above 0. Very large ``yes`` and ``no`` make it the binomial distribution with the
    rate ``yes / (yes + no)``. Outside ``at_least`` … ``at_most`` the chances are 0: it is known.
    """
    done = np.arange(trials, dtype=np.float64)
    left = trials - done
    # From one count to the next the chance changes by a factor without gamma functions.
    step = np.log(left * (yes + done)) - np.log((done + 1) * (no + left - 1))
    chance = np.concatenate([[0.0], np.cumsum(step)])
    chance[:at_least] = -np.inf
    chance[trials + 1 if at_most is None else at_most + 1 :] = -np.inf
    chance = np.exp(chance - chance.max())
    return np.asarray(chance / chance.sum())


def sum_of(*parts: Floats) -> Floats:
    """The distribution of the sum of independent counts, each given as chances of 0, 1, 2 …"""
    length = sum(len(part) - 1 for part in parts) + 1
    size = 1 << (length - 1).bit_length()
    transformed = np.prod([np.fft.rfft(part, size) for part in parts], axis=0)
    chance = np.clip(np.fft.irfft(transformed, size)[:length], 0, None)
    return np.asarray(chance / chance.sum())


def quantile(chance: Floats, probability: float) -> int:
    """The least count that is not exceeded with at least this probability."""
    below = np.cumsum(chance)
    return min(int(np.searchsorted(below, probability)), len(chance) - 1)


def false_discovery(p: Floats) -> Floats:
    """Benjamini–Hochberg q-values of p-values, in their order.

    Calling all below 0.05 means that at most one call in twenty is by chance, on average.
    """
    order = np.argsort(p, kind="stable")
    ranked = p[order] * len(p) / np.arange(1, len(p) + 1)
    result = np.empty(len(p))
    result[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1)
    return result
