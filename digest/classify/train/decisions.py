"""What the panel decided, as training texts: one accepted or rejected label teaches that label.

A file of JSON lines ``{"item", "scheme", "label", "accept"}``; ``item`` is an item's id or any
other name that ``digest explain`` takes, or ``"text"`` stands in its place. Members may differ:
the majority counts, and a label with as many for it as against it teaches nothing. Of an exclusive
scheme a text gets the label that most accepted, and none when as many accepted another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, StrictBool

from digest.classify.train.data import PANEL, Example
from digest.classify.train.heads import EXCLUSIVE
from digest.classify.train.rows import rows
from digest.errors import InputError

if TYPE_CHECKING:
    from digest.taxonomy import Codebook

WEIGHT = 3.0  # a panel member's word against one written exemplar
Lookup = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Decision:
    """One member's word on one label of one text."""

    text: str
    scheme: str
    label: str
    accept: bool


class _Row(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    scheme: str
    label: str
    accept: StrictBool
    item: str | None = None
    text: str | None = None


def read(path: Path, codebook: Codebook, text_of: Lookup) -> Iterator[Decision]:
    """The decisions of a file; ``text_of`` gives the text that the model reads of an item.

    Raises:
        InputError: names the line that is no decision, or whose item or label is not known; or as
            ``rows``.
    """
    known = {(label.scheme, label.id) for label in codebook.labels}
    for where, row in rows(path, _Row):
        if (row.scheme, row.label) not in known:
            raise InputError(
                f"{where}: the codebook has no label {row.scheme}/{row.label}: check both"
            )
        if not (row.text or row.item):
            raise InputError(f'{where}: give an "item", or a "text" for one from outside')
        text = row.text or text_of(row.item or "")
        if not text:
            raise InputError(
                f'{where}: no item {row.item} in the working folder: give its text as "text"'
            )
        yield Decision(text, row.scheme, row.label, row.accept)


def settled(decisions: Iterable[Decision]) -> list[Example]:
    """One example a text: what stands of what was decided about it."""
    votes: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for one in decisions:
        votes[one.text][one.scheme][one.label] += 1 if one.accept else -1
    return [example for text, counted in votes.items() if (example := _example(text, counted))]


def _example(text: str, votes: dict[str, Counter[str]]) -> Example | None:
    labels: dict[str, frozenset[str]] = {}
    only: dict[str, frozenset[str]] = {}
    for scheme, balances in votes.items():
        accepted = _accepted(scheme, balances)
        judged = accepted | {label for label, balance in balances.items() if balance < 0}
        if judged:
            labels[scheme], only[scheme] = accepted, judged
    return Example(text, labels, PANEL, "", WEIGHT, only) if only else None


def _accepted(scheme: str, balances: Counter[str]) -> frozenset[str]:
    accepted = frozenset(label for label, balance in balances.items() if balance > 0)
    if scheme not in EXCLUSIVE or not accepted:
        return accepted
    most = max(balances.values())
    first = frozenset(label for label in accepted if balances[label] == most)
    return first if len(first) == 1 else frozenset()


def overruling(examples: Sequence[Example], decided: Iterable[Example]) -> list[Example]:
    """The examples with what the panel decided: on the same text its word replaces the other's."""
    by_text = {example.text: example for example in examples}
    for panel in decided:
        earlier = by_text.get(panel.text)
        by_text[panel.text] = _merged(earlier, panel) if earlier else panel
    return list(by_text.values())


def _merged(earlier: Example, panel: Example) -> Example:
    labels, only = dict(earlier.labels), dict(earlier.only)
    for scheme, judged in panel.only.items():
        accepted = panel.labels[scheme]
        if scheme not in labels:
            labels[scheme], only[scheme] = accepted, judged
            continue
        is_settled = scheme in EXCLUSIVE and accepted
        labels[scheme] = accepted if is_settled else labels[scheme] - judged | accepted
        if scheme in only:
            only[scheme] |= judged
        if scheme in EXCLUSIVE and not labels[scheme]:
            del labels[scheme]  # its label was rejected: which other is right, nobody said
    return replace(earlier, labels=labels, only=only, weight=WEIGHT)
