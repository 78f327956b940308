"""Exact chances of counts, against small cases reckoned by hand and against their own laws."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from digest.edition.chance import beta_binomial, false_discovery, quantile, sum_of


def test_an_even_prior_makes_every_count_as_likely() -> None:
    assert beta_binomial(4, 1, 1) == pytest.approx(np.full(5, 0.2))


def test_much_told_is_the_binomial_distribution() -> None:
    expected = [comb(6, k) * 0.25**k * 0.75 ** (6 - k) for k in range(7)]
    assert beta_binomial(6, 0.25e9, 0.75e9) == pytest.approx(expected, rel=1e-6)


def test_no_trial_has_no_success() -> None:
    assert beta_binomial(0, 0.5, 0.5).tolist() == [1.0]


def test_long_counts_keep_their_mean() -> None:
    chance = beta_binomial(40_000, 0.5, 400)
    assert chance.sum() == pytest.approx(1)
    assert chance @ np.arange(40_001) == pytest.approx(40_000 * 0.5 / 400.5)


def test_the_sum_of_counts() -> None:
    dice = np.array([0, 1, 1, 1, 1, 1, 1]) / 6
    two = sum_of(dice, dice)
    assert len(two) == 13
    assert two[[2, 7, 12]] == pytest.approx([1 / 36, 6 / 36, 1 / 36])
    assert sum_of(dice) == pytest.approx(dice)


def test_a_quantile_is_a_count() -> None:
    chance = np.array([0.5, 0.4, 0.1])
    assert [quantile(chance, at) for at in (0.05, 0.5, 0.6, 0.95, 1.0)] == [0, 0, 1, 2, 2]


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    assert false_discovery(np.array([0.04, 0.01, 0.03, 0.5])) == pytest.approx(
        [0.16 / 3, 0.04, 0.16 / 3, 0.5]
    )
    assert len(false_discovery(np.array([]))) == 0
