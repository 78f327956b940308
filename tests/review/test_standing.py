"""The rule by which it stands or does not stand what the members decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.review.events import Declared, Payload, ReviewEvent, Undone
from digest.review.standing import Rule, Standing, has_conflict, more_needed, standing
from tests.review.acts import ITEM, decides, numbered, panel, person

PANEL = panel(
    person("ada"), person("bo"), person("cy"), person("dee"), person("eve"),
    person("chair", "chair"), person("vice", "chair"), person("editor", "editor"),
)  # fmt: skip
NOBODY: frozenset[str] = frozenset()
Said = tuple[str, str]  # who, which verdict


def stands(events: Sequence[ReviewEvent], quorum: int = 2) -> dict[tuple[str, str, str], Standing]:
    return standing(events, PANEL, lambda _: NOBODY, Rule(quorum))


def of_votes(votes: Iterable[Said], quorum: int = 2) -> Standing:
    (one,) = stands(numbered(*((who, decides(v)) for who, v in votes)), quorum).values()
    return one


def votes(text: str) -> list[Said]:
    """``ada+ bo- cy?``: accept, reject, unsure."""
    verdicts = {"+": "accept", "-": "reject", "?": "unsure"}
    return [(word[:-1], verdicts[word[-1]]) for word in text.split()]


@pytest.mark.parametrize(
    ("said", "outcome", "by"),
    [
        ("ada+", "open", "nobody"),
        ("ada+ bo+", "accepted", "quorum"),
        ("ada- bo- cy+", "rejected", "quorum"),
        ("ada+ bo?", "open", "nobody"),
        ("ada+ chair+", "accepted", "quorum"),
        ("ada+ bo-", "open", "nobody"),
        ("ada+ bo- chair-", "rejected", "quorum"),
        ("ada+ chair-", "rejected", "chair"),
        ("ada+ bo+ cy- chair-", "rejected", "chair"),
        ("ada+ bo- cy- chair+", "accepted", "chair"),
        ("ada? bo? chair+", "accepted", "chair"),
        ("ada? chair+", "open", "nobody"),
        ("ada? bo? chair?", "open", "nobody"),
        ("chair+ vice-", "open", "nobody"),
        ("ada+ bo- chair+ vice-", "open", "nobody"),
        ("ada? bo? chair+ vice+", "accepted", "quorum"),
        ("ada+ editor+", "open", "nobody"),
        ("ada+ stranger+", "open", "nobody"),
    ],
)
def test_the_rule(said: str, outcome: str, by: str) -> None:
    one = of_votes(votes(said))
    assert (one.outcome, one.by) == (outcome, by)


@pytest.mark.parametrize(
    ("said", "quorum", "more"),
    [
        ("ada?", 2, 2),
        ("ada+", 2, 1),
        ("ada+ bo?", 2, 1),
        ("chair+", 2, 1),
        ("ada+ bo-", 2, 0),
        ("ada? bo?", 2, 0),
        ("ada+ bo- chair?", 2, 0),
        ("ada+ bo- chair+ vice-", 2, 1),
        ("ada? chair?", 2, 2),
        ("ada+ bo-", 3, 1),
        ("ada+ bo- cy?", 3, 0),
    ],
)
def test_an_open_label_lacks_persons_or_the_chair(said: str, quorum: int, more: int) -> None:
    one = of_votes(votes(said), quorum)
    assert (one.outcome, more_needed(one, PANEL, Rule(quorum))) == ("open", more)


def test_who_said_what_is_kept() -> None:
    one = of_votes(votes("bo+ ada+ cy- dee?"))
    assert (one.accepts, one.rejects, one.unsure) == (("ada", "bo"), ("cy",), ("dee",))
    assert (one.outcome, one.disagree) == ("accepted", True)
    assert (one.item, one.scheme, one.label) == (ITEM, "sdg", "3")


def test_of_a_person_the_last_decision_counts() -> None:
    assert of_votes(votes("ada+ bo+ ada-")).rejects == ("ada",)


def test_what_is_taken_back_does_not_count_and_the_one_before_does_again() -> None:
    acts: list[tuple[str, Payload]] = [
        ("bo", decides()), ("ada", decides()), ("ada", decides("reject")), ("ada", Undone("e3")),
    ]  # fmt: skip
    (one,) = stands(numbered(*acts)).values()
    assert (one.accepts, one.outcome) == (("ada", "bo"), "accepted")
    assert stands(numbered(*acts, ("ada", Undone("e2")), ("bo", Undone("e1")))) == {}


def test_a_member_who_left_is_still_heard() -> None:
    left = replace(PANEL["ada"], revoked=True)
    events = numbered(("ada", decides()), ("bo", decides()))
    (one,) = standing(events, PANEL | {"ada": left}, lambda _: NOBODY, Rule()).values()
    assert one.outcome == "accepted"


def test_each_label_of_each_item_stands_for_itself_in_order() -> None:
    events = numbered(
        ("ada", decides(item="b")), ("ada", decides(label="risk/x")), ("ada", decides(item="a")),
    )  # fmt: skip
    assert list(stands(events)) == [("a", "sdg", "3"), (ITEM, "risk", "x"), ("b", "sdg", "3")]


def test_a_declared_conflict_with_the_item_excludes_and_says_so() -> None:
    events = numbered(
        ("ada", decides()), ("bo", decides()), ("ada", Declared(ITEM, "my thesis")),
        ("ada", decides(item="other")),
    )  # fmt: skip
    found = stands(events)
    one = found[ITEM, "sdg", "3"]
    assert (one.accepts, one.excluded, one.outcome) == (("bo",), ("ada",), "open")
    assert found["other", "sdg", "3"].accepts == ("ada",)
    (*_, taken_back) = numbered(*((e.person, e.payload) for e in events), ("ada", Undone("e3")))
    assert stands([*events, taken_back])[ITEM, "sdg", "3"].excluded == ()


def test_a_chair_in_conflict_does_not_decide_the_tie() -> None:
    people = PANEL | {"chair": person("chair", "chair", "Acme")}
    events = numbered(*((who, decides(v)) for who, v in votes("ada+ bo- chair+")))
    (one,) = standing(events, people, lambda _: frozenset({"ACME, Inc."}), Rule()).values()
    assert (one.outcome, one.excluded) == ("open", ("chair",))


@pytest.mark.parametrize(
    ("conflict", "name", "is_one"),
    [
        ("Acme", "ACME Labs", True),
        ("Acme", "Acmeism today", False),
        ("Acme Labs", "The Acme Labs, Inc.", True),
        ("Acme Labs", "Labs of Acme", False),
        ("Okafor", "A. Okafor", True),
        ("Okafor", "A. Okafor-Smith", True),
        ("MÜLLER", "Jörg Müller", True),
        ("Müller", "Mu\u0308ller", True),
        ("Ан", "Иван Ан", True),
        ("Ан", "Иван", False),
        ("清华大学", "清华大学计算机系", True),
        ("大清", "清华大学", False),
        ("جامعة القاهرة", "مركز جامعة القاهرة للبحوث", True),
    ],
)
def test_a_declared_name_is_found_as_whole_words(conflict: str, name: str, is_one: bool) -> None:
    assert has_conflict([conflict], ["Somebody else", name]) is is_one
    assert not has_conflict([], [name])
    assert not has_conflict([conflict], [])


VOTES = st.lists(
    st.tuples(
        st.sampled_from([*PANEL, "stranger"]), st.sampled_from(["accept", "reject", "unsure"])
    ),
    max_size=14,
)


def by_person(votes: Sequence[Said]) -> dict[str, list[Said]]:
    return {who: [said for said in votes if said[0] == who] for who, _ in votes}


@given(VOTES, st.randoms(use_true_random=False), st.integers(1, 5))
def test_it_makes_no_difference_who_was_first(votes: list[Said], random: Random, q: int) -> None:
    """Shuffled between persons; of each person the order stays."""
    queues = by_person(votes)
    order = [who for who, _ in votes]
    random.shuffle(order)
    shuffled = [queues[who].pop(0) for who in order]
    first, second = (
        stands(numbered(*((who, decides(v)) for who, v in some)), q) for some in (votes, shuffled)
    )
    assert first == second


@given(VOTES, st.integers(1, 5))
def test_a_higher_quorum_only_leaves_more_open(votes: list[Said], quorum: int) -> None:
    events = numbered(*((who, decides(v)) for who, v in votes))
    higher = stands(events, quorum + 1)
    for key, low in stands(events, quorum).items():
        assert higher[key].outcome in (low.outcome, "open")


@given(VOTES, st.integers(1, 4))
def test_accept_and_reject_are_treated_alike(votes: list[Said], quorum: int) -> None:
    mirror = {"accept": "reject", "reject": "accept", "unsure": "unsure"}
    turned = {"accepted": "rejected", "rejected": "accepted", "open": "open"}
    straight = stands(numbered(*((who, decides(v)) for who, v in votes)), quorum)
    mirrored = stands(numbered(*((who, decides(mirror[v])) for who, v in votes)), quorum)
    assert [turned[one.outcome] for one in straight.values()] == [
        one.outcome for one in mirrored.values()
    ]


@given(VOTES, st.integers(1, 5))
def test_those_who_are_lacking_settle_a_label_if_they_agree(votes: list[Said], quorum: int) -> None:
    events = numbered(*((who, decides(v)) for who, v in votes))
    for one in stands(events, quorum).values():
        if one.outcome != "open":
            continue
        more = more_needed(one, PANEL, Rule(quorum))
        role = "member" if more else "chair"
        people = PANEL | panel(*(person(f"new{n}", role) for n in range(max(1, more))))
        verdict = "reject" if len(one.rejects) > len(one.accepts) else "accept"
        said = [(who, decides(verdict)) for who in people if who not in PANEL]
        acts = [*((who, decides(v)) for who, v in votes), *said]
        (settled,) = standing(numbered(*acts), people, lambda _: NOBODY, Rule(quorum)).values()
        assert settled.outcome == f"{verdict}ed"


@given(VOTES, st.sets(st.sampled_from(sorted(PANEL))))
def test_who_is_in_conflict_makes_no_difference(votes: list[Said], out: set[str]) -> None:
    """As if they had not voted, but for being named."""
    declared = [(who, Declared(ITEM, "")) for who in sorted(out)]
    excluded = stands(numbered(*declared, *((who, decides(v)) for who, v in votes)))
    absent = stands(numbered(*((who, decides(v)) for who, v in votes if who not in out)))
    for key, one in excluded.items():
        assert set(one.excluded) == out & {who for who, _ in votes} - {"editor"}
        other = absent.get(key)
        assert (one.outcome, one.accepts, one.rejects, one.unsure, one.by) == (
            (other.outcome, other.accepts, other.rejects, other.unsure, other.by)
            if other
            else ("open", (), (), (), "nobody")
        )


@given(VOTES)
def test_without_a_second_opinion_nothing_is_decided(votes: list[Said]) -> None:
    for one in stands(numbered(*((who, decides(v)) for who, v in votes))).values():
        looked = len(one.accepts) + len(one.rejects) + len(one.unsure)
        assert one.outcome == "open" or looked >= 2
        assert len({*one.accepts, *one.rejects, *one.unsure, *one.excluded}) >= looked
