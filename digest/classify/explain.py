"""Why a text has its labels, and what the labels that it just missed lacked.

All that is said follows from the model: heads are linear over the sum of the tokens' states, so
every sentence has a part in every label, and one can say what one more sentence would have done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from digest.classify.evidence import Carrier, carriers
from digest.classify.heads import NONE
from digest.classify.label import Text, status_of
from digest.classify.nearest import Exemplars, Near
from digest.items import LABELLED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.classify.encoder import Encoding
    from digest.classify.heads import Heads
    from digest.classify.model import Model

LEAST_SHOWN = 0.02
MOST_MORE = 9

ASSIGNED, MISSED, OUTDONE, NOT = "assigned", "just missed", "outdone", "not assigned"


@dataclass(frozen=True, slots=True)
class Account:
    """One label of a text: how probable, what became of it, and why.

    ``outcome``: assigned; just missed (below the threshold, where a person should look); outdone
    (in an exclusive scheme, another label is more probable); or not assigned. ``missed_by``: how
    much more probability the label needed, 0 when assigned; ``more_needed``: with how many more
    sentences like its carrier the label would have been assigned, 1 to ``MOST_MORE``, None when no
    such number would have done, or no sentence carries it. ``nearest``: the exemplars with this
    label that are most like the text, for labels that are assigned or nearly so and for a scheme's
    most probable one.
    """

    label: str
    probability: float
    threshold: float
    outcome: str
    unsure: bool
    carrier: Carrier
    missed_by: float
    more_needed: int | None
    nearest: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class SchemeAccount:
    """The labels of one scheme, by falling probability down to ``LEAST_SHOWN``.

    ``best`` is the most probable of all, and may be below that; ``none`` is the probability that
    an exclusive scheme has no label, None for the others.
    """

    scheme: str
    labels: tuple[Account, ...]
    best: tuple[str, float]
    none: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text has its labels. ``schemes`` is empty where ``status`` says that it has none."""

    text: Text
    status: str
    language: str
    tokens: int
    model: str
    codebook: str
    schemes: tuple[SchemeAccount, ...]


def explain(text: Text, model: Model, exemplars: Exemplars) -> Explanation:
    """Label a text and say why."""
    status, language = status_of(text, model)
    if status != LABELLED:
        return Explanation(text, status, language, 0, model.id, model.codebook, ())
    [encoding] = model.encode([(text, language)])
    heads = model.heads
    case = _Case(encoding, heads, heads.probabilities(encoding.vector[None])[0])
    names = dict.fromkeys(scheme for scheme, _ in heads.labels)
    rows = [row for name in names for row in case.shown(name)]
    found = carriers(text, language, encoding, model, rows)
    by_row = dict(zip(rows, found, strict=True))
    schemes = tuple(_scheme(case, name, by_row, exemplars) for name in names)
    return Explanation(text, status, language, encoding.tokens, model.id, model.codebook, schemes)


@dataclass(frozen=True, slots=True)
class _Case:
    """A text as the heads see it; ``probabilities`` (labels,)."""

    encoding: Encoding
    heads: Heads
    probabilities: NDArray[np.float64]

    def by_probability(self, scheme: str) -> list[int]:
        """The rows of a scheme's labels, without none, the most probable first."""
        rows = [int(r) for r in self.heads.rows(scheme) if self.heads.labels[r][1] != NONE]
        return sorted(rows, key=lambda row: (-self.probabilities[row], row))

    def shown(self, scheme: str) -> list[int]:
        return [r for r in self.by_probability(scheme) if self.probabilities[r] >= LEAST_SHOWN]

    def none(self, scheme: str) -> float | None:
        row = self.heads.labels.index((scheme, NONE)) if scheme in self.heads.exclusive else None
        return None if row is None else float(self.probabilities[row])

    def is_assigned(self, row: int) -> bool:
        return bool(self.heads.assigned(self.probabilities[None])[0, row])

    def is_unsure(self, row: int) -> bool:
        return bool(self.heads.unsure(self.probabilities[None])[0, row])

    def rival(self, row: int) -> float:
        """The probability of the most probable other label where only one can be assigned."""
        scheme = self.heads.labels[row][0]
        if scheme not in self.heads.exclusive:
            return 0.0
        return float(max(self.probabilities[r] for r in self.heads.rows(scheme) if r != row))


def _scheme(
    case: _Case, scheme: str, found: dict[int, Carrier], exemplars: Exemplars
) -> SchemeAccount:
    labels = [_account(case, row, found[row]) for row in case.shown(scheme)]
    close = [account for account in labels if account.outcome != NOT] or labels[:1]
    best = case.by_probability(scheme)[0]
    return SchemeAccount(
        scheme=scheme,
        labels=tuple(
            replace(
                account,
                nearest=exemplars.nearest(case.encoding.vector, scheme, account.label),
            )
            if account in close
            else account
            for account in labels
        ),
        best=(case.heads.labels[best][1], float(case.probabilities[best])),
        none=case.none(scheme),
    )


def _account(case: _Case, row: int, carrier: Carrier) -> Account:
    probability = float(case.probabilities[row])
    threshold = round(float(case.heads.threshold[row]), 4)
    assigned, unsure = case.is_assigned(row), case.is_unsure(row)
    rival = case.rival(row)
    if assigned:
        outcome = ASSIGNED
    elif probability >= threshold:
        outcome = OUTDONE
    else:
        outcome = MISSED if unsure else NOT
    return Account(
        label=case.heads.labels[row][1],
        probability=probability,
        threshold=threshold,
        outcome=outcome,
        unsure=unsure,
        carrier=carrier,
        missed_by=0.0 if assigned else round(max(threshold, rival) - probability, 4),
        more_needed=None if assigned or not carrier.sentence else _more_needed(case, row, carrier),
        nearest=(),
    )


def _more_needed(case: _Case, row: int, carrier: Carrier) -> int | None:
    """How many more sentences like the carrier would have had the label assigned."""
    parts = case.encoding.parts
    assert parts is not None
    more = np.arange(1, MOST_MORE + 1)[:, None]
    totals = parts.total + more * parts.sums[carrier.number]
    vectors = (totals / np.linalg.norm(totals, axis=1, keepdims=True)).astype(np.float32)
    assigned = case.heads.assigned(case.heads.probabilities(vectors))[:, row]
    return int(assigned.argmax()) + 1 if assigned.any() else None
