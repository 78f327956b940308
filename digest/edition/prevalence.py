"""Counts that can be defended: how many items truly concern a goal or a risk category.

The machine's raw count is wrong in two ways: some items that carry a label do not concern it, and
some that do not carry it do. What people have read says how often. The number that concerns the
label is what was found by reading, plus what is to be expected among the items that nobody read:
of those with the label and of those without it, each at the rate found in its own part of the
sample (a stratified misclassification correction). The whole distribution of the number is
computed, so an interval near zero is no approximation and never leaves what is possible.

Before anything is read, the share of right labels is open (Jeffreys' prior: half an item right,
half an item wrong). For the items without the label one item stands, but weighed so that the
machine is expected to miss five for each four that it labels, and one item in five hundred at
least, which leaves room for next to none and for four times as many as it labels. Without that,
fifty readings that find nothing would leave room for a thousand items under every label. Simulation
with known truth chose it (``benchmarks/prevalence.py``): with half an item the intervals hold the
truth in 97 of 100 cases where little was read and in three of four where the machine finds only a
third of what is there; with this in 92 to 97 on average, and in four of five there. The usual
normal interval holds it in one to three of four cases, since most samples of a rare label show no
error at all.

What somebody chose to read, for a page or because the machine was unsure, was chosen by the
machine's score: it is no sample. It says how many items there are at least and at most among those
that were not drawn, and no more. (Counted besides, with the rates applied to what is left, the best
would count twice: a tenth too much, and the truth held in 81 to 91 of 100 cases.)

Where the rates come from is the estimate's ``basis``:

* ``panel sample``: items of this quarter that were drawn at random and read by people;
* ``model's test``: judged texts on which the model was tested, most often of another quarter. Each
  counts as ``TEST_WEIGHT`` of a reading, since it was not drawn evenly from its quarter. A page
  must mark such a figure;
* ``none``: too little data. There is the raw count and no interval.

``digest.edition.shares`` puts such counts in relation and says which goals are under-served.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from digest.edition.chance import beta_binomial, quantile, sum_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

Basis = Literal["panel sample", "model's test", "none"]

LEVEL = 0.9
LOW, MIDDLE, HIGH = (1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2
VAGUE = 10  # times its lower end: an interval with a wider span names no middle
MINIMUM = 20  # fewer items read at random say too little
TEST_WEIGHT = 0.7  # of a text of the model's test, beside 1 of an item of the panel's sample
PRIOR_RIGHT = 0.5, 0.5  # items right and wrong on which the rate of right labels rests at first
PRIOR_MISSED = 1.0  # items on which the rate of missed ones rests at first
MISSED_FOR_EACH = 1.25  # items that the machine is expected to miss for each that it labels
LEAST_MISSED = 0.002  # of the items without the label, so that some hundreds read outweigh it


@dataclass(frozen=True, slots=True)
class Sample:
    """Items that people have read, and what stands after their decisions.

    ``rows`` (n,) are places among the machine's items, none twice. ``concerns`` is (n,) for one
    label, (n, labels) for ``shares``. ``inclusion`` (n,) is the probability, above 0 and up to 1,
    with which the item was drawn to be read; NaN marks an item that somebody chose to read (from
    the review queue, say): it counts as it was decided and says nothing of items nobody read.

    Raises:
        ValueError: a row stands twice, or a probability is none.
    """

    rows: NDArray[np.int64]
    concerns: Bools
    inclusion: Floats

    def __post_init__(self) -> None:
        if len(np.unique(self.rows)) != len(self.rows):
            raise ValueError("an item stands twice in the sample: combine its decisions first")
        if ((self.inclusion <= 0) | (self.inclusion > 1)).any():
            raise ValueError("a probability of inclusion is not above 0 and up to 1")

    @property
    def drawn(self) -> Bools:
        """Which of the items were drawn at random, (n,)."""
        return np.isfinite(self.inclusion)


@dataclass(frozen=True, slots=True)
class ModelTest:
    """Judged texts on which the model was tested: whether it gave the label, and whether rightly.

    Both are (n,) for one label, (n, labels) for ``shares``. Only real texts of the same kind as
    the items belong here: the shipped evaluation has 299 abstracts, and for news there are none.
    """

    given: Bools
    concerns: Bools


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many items concern a label.

    ``raw`` is the machine's count. ``estimate`` is the median: the true number is as likely above
    as below it. ``low`` and ``high`` hold the true number with probability ``level``; all three
    are None when ``basis`` is ``none``. ``read`` counts the items that people read.
    """

    raw: int
    estimate: int | None
    low: int | None
    high: int | None
    read: int
    basis: Basis
    level: float = LEVEL

    @property
    def is_vague(self) -> bool:
        """Whether the interval spans so much that its middle would say more than is known."""
        return self.low is not None and self.high is not None and self.high > VAGUE * (self.low + 1)


def estimate(
    given: Bools, sample: Sample | None = None, tested: ModelTest | None = None
) -> Estimate:
    """The number of items that concern one label.

    ``given`` (items,) says whether the machine gives it to each item of one kind and quarter. The
    sample is used if at least ``MINIMUM`` of it were drawn at random, else the model's test, if
    there is one; items that were read count as decided in either case.
    """
    basis = basis_of(sample, tested)
    raw, read = int(given.sum()), len(sample.rows) if sample else 0
    if basis == "none":
        return Estimate(raw, None, None, None, read, basis)
    chance = distribution(given, sample, tested)
    low, middle, high = (quantile(chance, at) for at in (LOW, MIDDLE, HIGH))
    return Estimate(raw, middle, low, high, read, basis)


def basis_of(sample: Sample | None, tested: ModelTest | None) -> Basis:
    """Where the rates of error come from."""
    if sample and sample.drawn.sum() >= MINIMUM:
        return "panel sample"
    return "model's test" if tested and len(tested.given) >= MINIMUM else "none"


def distribution(given: Bools, sample: Sample | None, tested: ModelTest | None) -> Floats:
    """The chances that 0, 1, 2 … items concern the label; there must be a basis."""
    drawn = np.zeros(len(given), bool)
    known_yes, known_no = drawn.copy(), drawn.copy()
    if sample:
        drawn[sample.rows] = sample.drawn
        known_yes[sample.rows], known_no[sample.rows] = sample.concerns, ~sample.concerns
    # Items that somebody chose to read stay among those to which the rates apply, or what is best
    # (or most doubtful) among them would be taken away and counted besides. They say how many
    # there are at least and at most.
    among = []
    for part, (yes, no) in zip((given, ~given), _rates(given, sample, tested), strict=True):
        left = part & ~drawn
        number = int(left.sum())
        least, most = int((left & known_yes).sum()), number - int((left & known_no).sum())
        among.append(beta_binomial(number, yes, no, least, most))
    found = int((drawn & known_yes).sum())
    return np.concatenate([np.zeros(found), sum_of(*among)])


Rate = tuple[float, float]  # of a Beta distribution: items that concern the label, and others


def _rates(given: Bools, sample: Sample | None, tested: ModelTest | None) -> tuple[Rate, Rate]:
    """How many of the items with the label concern it, and how many of those without it."""
    if basis_of(sample, tested) == "panel sample" and sample is not None:
        drawn = sample.drawn
        says, concerns = given[sample.rows][drawn], sample.concerns[drawn]
        weight = 1 / sample.inclusion[drawn]
        right, missed = (_told(concerns[part], weight[part]) for part in (says, ~says))
    else:
        assert tested is not None
        parts = tested.given, ~tested.given
        right, missed = (
            (TEST_WEIGHT * yes, TEST_WEIGHT * no)
            for yes, no in (_told(tested.concerns[p], np.ones(p.sum())) for p in parts)
        )
    expected = MISSED_FOR_EACH * given.sum() / max((~given).sum(), 1)
    expected = min(max(expected, LEAST_MISSED), 0.5)
    return (
        (right[0] + PRIOR_RIGHT[0], right[1] + PRIOR_RIGHT[1]),
        (missed[0] + PRIOR_MISSED, missed[1] + PRIOR_MISSED / expected - PRIOR_MISSED),
    )


def _told(concerns: Bools, weight: Floats) -> Rate:
    """What a part of the sample tells: yes and no, in items drawn evenly (Kish's effective size).

    Items that were likelier to be drawn stand for fewer others, which costs some of the size.
    """
    if not len(weight):
        return 0.0, 0.0
    size = weight.sum() ** 2 / (weight**2).sum()
    share = weight[concerns].sum() / weight.sum()
    return float(size * share), float(size * (1 - share))
