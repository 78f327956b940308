"""What stands of all decisions on the labels. The rule:

1. Of each person the last decision on a label counts, if they did not take it back.
2. Members and chairs vote, editors do not. Whoever has a conflict of interest with the item, by
   their own declaration or because one of their declared names is among its authors and outlets,
   is excluded. The votes of a member who left (``revoked``) stay.
3. When at least ``quorum`` of them said accept or reject, the majority decides.
4. At a tie the chair's vote decides. So it does when a quorum of members looked (unsure counts as
   having looked) and as many of them accept as reject, none included. Chairs who differ decide
   nothing.
5. Otherwise the label is open: the machine's word stays, and the item stays in the queue.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from digest.review.events import Decision, Declared, ReviewEvent, Verdict, not_undone, of_kind

if TYPE_CHECKING:
    from digest.review.persons import Person

Key = tuple[str, str, str]  # item, scheme, label
Involved = Callable[[str], frozenset[str]]  # of an item: the names of its authors and outlets
Outcome = Literal["accepted", "rejected", "open"]

# Scripts without spaces: each character is a word.
_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_CJK}]|[^\\W{_CJK}]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """How many must have said accept or reject."""

    quorum: int = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a label, and who said what: ids of persons, each tuple sorted.

    ``excluded`` are those who decided and have a conflict of interest; they are in no other tuple.
    ``disagree``: some accept and some reject, whatever the outcome.
    """

    item: str
    scheme: str
    label: str
    outcome: Outcome
    accepts: tuple[str, ...]
    rejects: tuple[str, ...]
    unsure: tuple[str, ...]
    excluded: tuple[str, ...]
    by: Literal["quorum", "chair", "nobody"]

    @property
    def disagree(self) -> bool:
        """Whether those who may vote contradict each other."""
        return bool(self.accepts and self.rejects)


def standing(
    events: Sequence[ReviewEvent],
    people: Mapping[str, Person],
    involved: Involved,
    rule: Rule,
) -> dict[Key, Standing]:
    """What stands of every label that somebody with a vote decided, sorted by key.

    ``events`` are those of one quarter, ``people`` persons by id.
    """
    kept = not_undone(events)
    declared = declared_by(kept)
    result = {}
    for key, verdicts in sorted(last_verdicts(kept).items()):
        votes = {id_: v for id_, v in verdicts.items() if is_voter(people.get(id_))}
        if votes:
            names = involved(key[0])
            out = {
                id_
                for id_ in votes
                if key[0] in declared[id_] or has_conflict(people[id_].conflicts, names)
            }
            result[key] = _standing(key, votes, out, _chairs(people), rule.quorum)
    return result


def declared_by(kept: Iterable[ReviewEvent]) -> defaultdict[str, set[str]]:
    """The items in which each person declared an interest; ``kept``: what ``not_undone`` gives."""
    declared: defaultdict[str, set[str]] = defaultdict(set)
    for event, said in of_kind(kept, Declared):
        declared[event.person].add(said.item)
    return declared


def last_verdicts(kept: Iterable[ReviewEvent]) -> dict[Key, dict[str, Verdict]]:
    """The last verdict of each person on each label; ``kept`` is what ``not_undone`` gives."""
    verdicts: dict[Key, dict[str, Verdict]] = defaultdict(dict)
    for event, decision in of_kind(kept, Decision):
        key = (decision.item, decision.scheme, decision.label)
        verdicts[key][event.person] = decision.verdict
    return dict(verdicts)


def is_voter(person: Person | None) -> bool:
    """Whether the person's word counts in decisions: members and chairs, not editors."""
    return person is not None and person.role in ("member", "chair")


def voters(people: Mapping[str, Person]) -> list[Person]:
    """Who may still vote: members and chairs that were not revoked."""
    return [one for one in people.values() if is_voter(one) and not one.revoked]


def has_conflict(conflicts: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a declared name is among the names of an item's authors and outlets.

    Whole words, whatever their case: ``Acme`` is in ``ACME Labs``, not in ``Acmeism``.
    """
    whole = [folded(name) for name in names]
    return any(folded(conflict) in name for conflict in conflicts for name in whole)


@lru_cache(maxsize=10_000)  # the same few names are asked about for every vote
def folded(name: str) -> str:
    """A name as it is compared: its words in lower case, with a space around each."""
    words = _WORD.findall(unicodedata.normalize("NFKC", name).casefold())
    return f" {' '.join(words)} "


def more_needed(found: Standing, people: Mapping[str, Person], rule: Rule) -> int:
    """How many persons more must accept or reject an open label; 0 where the chair's word would do.

    Where chairs differ, it is one person more who makes a majority.
    """
    accepts, rejects, unsure = set(found.accepts), set(found.rejects), set(found.unsure)
    chairs = _chairs(people)
    is_tied = _is_tied(accepts, rejects, unsure, chairs, rule.quorum)
    if is_tied and not chairs & (accepts | rejects):
        return 0
    return max(1, rule.quorum - len(accepts) - len(rejects))


def _chairs(people: Mapping[str, Person]) -> frozenset[str]:
    return frozenset(id_ for id_, person in people.items() if person.role == "chair")


def _standing(
    key: Key, votes: Mapping[str, Verdict], out: set[str], chairs: frozenset[str], quorum: int
) -> Standing:
    by_verdict = {
        verdict: tuple(sorted(i for i, v in votes.items() if v == verdict and i not in out))
        for verdict in ("accept", "reject", "unsure")
    }
    accepts, rejects, unsure = by_verdict["accept"], by_verdict["reject"], by_verdict["unsure"]
    outcome, by = _outcome(set(accepts), set(rejects), set(unsure), chairs, quorum)
    return Standing(*key, outcome, accepts, rejects, unsure, tuple(sorted(out)), by)


def _outcome(
    accepts: set[str], rejects: set[str], unsure: set[str], chairs: frozenset[str], quorum: int
) -> tuple[Outcome, Literal["quorum", "chair", "nobody"]]:
    if len(accepts) + len(rejects) >= quorum and len(accepts) != len(rejects):
        return _majority(len(accepts), len(rejects)), "quorum"
    for_it, against = bool(accepts & chairs), bool(rejects & chairs)
    if for_it != against and _is_tied(accepts, rejects, unsure, chairs, quorum):
        return _majority(for_it, against), "chair"
    return "open", "nobody"


def _is_tied(
    accepts: set[str], rejects: set[str], unsure: set[str], chairs: frozenset[str], quorum: int
) -> bool:
    """Whether a label without a majority is the chair's to decide."""
    if len(accepts) + len(rejects) >= quorum:
        return True
    looked = len((accepts | rejects | unsure) - chairs) >= quorum
    return looked and len(accepts - chairs) == len(rejects - chairs)


def _majority(accepts: int, rejects: int) -> Outcome:
    return "accepted" if accepts > rejects else "rejected"
