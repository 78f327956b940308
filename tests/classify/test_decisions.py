"""The panel's decisions teach the labels they name, and are told apart by what was held back."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digest import taxonomy
from digest.classify.heads import NONE
from digest.classify.train import compare, decisions, heads
from digest.classify.train.data import Example
from digest.errors import InputError
from tests.classify.separable import SCHEMES, separable


def test_decisions_on_one_label_teach_that_label_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text(
        '{"text": "a", "scheme": "sdg", "label": "1", "accept": true}\n'
        '{"text": "a", "scheme": "sdg", "label": "2", "accept": false}\n'
        '{"text": "b", "scheme": "sdg", "label": 3, "accept": true}\n'
        '{"text": "b", "scheme": "sdg", "label": "3", "accept": false}\n'
    )
    codebook = taxonomy.load()
    (example,) = decisions.settled(decisions.read(path, codebook, lambda _: None))
    assert example.labels == {"sdg": frozenset({"1"})}
    assert example.judges("sdg", "2")
    assert not example.judges("sdg", "3")
    assert not example.judges("risk", "security")


def test_the_panels_word_replaces_the_readers() -> None:
    read = Example("a", {"sdg": frozenset({"1", "4"}), "ai": frozenset()}, "readings")
    panel = Example("a", {"sdg": frozenset({"2"})}, "panel", only={"sdg": frozenset({"1", "2"})})
    other = Example("b", {"sdg": frozenset()}, "panel", only={"sdg": frozenset({"1"})})
    merged, added = decisions.overruling([read], [panel, other])
    assert merged.labels == {"sdg": frozenset({"2", "4"}), "ai": frozenset()}
    assert merged.is_whole
    assert merged.weight == decisions.WEIGHT
    assert added == other


def on_subdomains(*votes: tuple[str, int]) -> list[Example]:
    """What stands of so many members' words on subdomains of one text; below 0 they reject."""
    return decisions.settled(
        decisions.Decision("a", "mit", label, balance > 0)
        for label, balance in votes
        for _ in range(abs(balance))
    )


@pytest.mark.parametrize("written", ["3.1", NONE])
def test_an_accepted_subdomain_takes_the_place_of_the_texts_own(written: str) -> None:
    earlier = Example("a", {"mit": frozenset({written}), "risk": frozenset()}, "risk-1")
    (merged,) = decisions.overruling([earlier], on_subdomains(("7.3", 1)))
    assert merged.labels == {"mit": frozenset({"7.3"}), "risk": frozenset()}
    assert merged.is_whole


def test_a_rejected_subdomain_leaves_none_to_learn_and_the_other_schemes_as_they_were() -> None:
    earlier = Example("a", {"mit": frozenset({"3.1"}), "risk": frozenset()}, "risk-1")
    (merged,) = decisions.overruling([earlier], on_subdomains(("3.1", -1)))
    assert merged.labels == {"risk": frozenset()}
    assert merged.is_whole


def test_of_two_accepted_subdomains_the_one_that_more_accepted_stands() -> None:
    (example,) = on_subdomains(("3.1", 1), ("7.3", 2), ("2.2", -1))
    assert example.labels == {"mit": frozenset({"7.3"})}
    assert example.only == {"mit": frozenset({"7.3", "2.2"})}
    assert on_subdomains(("3.1", 2), ("7.3", 2), ("1.1", 1)) == []


def test_two_subdomains_on_a_text_are_never_fitted() -> None:
    vectors, examples = separable()
    first = next(i for i, e in enumerate(examples) if e.part == "train")
    examples[first] = replace(examples[first], labels={"mit": frozenset({"1.1", "2.1"})})
    with pytest.raises(AssertionError, match="mit is exclusive"):
        heads.fit(vectors, examples, SCHEMES)


def test_decisions_change_the_heads_and_agreement_says_by_how_much() -> None:
    vectors, examples = separable()
    before = heads.fit(vectors, examples, SCHEMES)
    # The panel calls "2" what has the sixth entry large: nothing in the examples says so.
    random = np.random.default_rng(8)
    taught = [
        Example(f"paper {i}", {"sdg": frozenset({"2"} if i % 2 else ())}, "panel",
                weight=decisions.WEIGHT, only={"sdg": frozenset({"2"})})
        for i in range(400)
    ]  # fmt: skip
    rows = random.normal(0, 0.25, (400, 8))
    rows[:, 5] += np.where(np.arange(400) % 2, 2.0, -2.0)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    after = heads.fit(np.concatenate([vectors, rows]), [*examples, *taught], SCHEMES)
    test = [i for i, example in enumerate(taught) if example.part == "test"]
    held = [taught[i] for i in test]
    agreed = [compare.agreement(compare.given(h, rows[test]), held) for h in (before, after)]
    assert agreed[0][1] == agreed[1][1] > 50
    assert agreed[0][0] < 0.7 * agreed[0][1]
    assert agreed[1][0] > 0.9 * agreed[1][1]
    one = after.rows("sdg")[0]
    assert np.allclose(before.weights[one] / np.linalg.norm(before.weights[one]),
                       after.weights[one] / np.linalg.norm(after.weights[one]))  # fmt: skip


def test_a_decision_is_held_back_where_its_text_is_whoever_wrote_that_first() -> None:
    """A written text is seldom held back, one of the panel's often: it keeps the part it had."""
    vectors, examples = separable(100)
    votes = [decisions.Decision(example.text, "sdg", "1", accept=True) for example in examples]
    decided = decisions.settled(votes)
    merged = decisions.overruling(examples, decided)
    fitted = heads.fit(vectors, examples, SCHEMES)
    found = compare.given(fitted, vectors)
    said = "\n".join(compare.on_decisions(merged, decided, found, found))
    parts = Counter(example.part for example in examples)
    assert parts["test"] < Counter(example.part for example in decided)["test"]
    assert re.findall(r"(taught from|held back): .*after \d+ of (\d+) as", said) == [
        ("taught from", str(parts["train"])), ("held back", str(parts["test"])),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("no json", "Invalid JSON"),
        ('{"text": "b", "scheme": "sdg", "label": "1"}', "accept: Field required"),
        ('{"text": "b", "scheme": "sdg", "label": "18", "accept": true}', "no label sdg/18"),
        ('{"item": "arxiv:2601.1", "scheme": "sdg", "label": "1", "accept": true}', "no item"),
    ],
)
def test_a_malformed_decision_is_refused_with_its_line(
    tmp_path: Path, line: str, said: str
) -> None:
    path = tmp_path / "decisions.jsonl"
    path.write_text(f'{{"text": "a", "scheme": "sdg", "label": "1", "accept": true}}\n{line}\n')
    with pytest.raises(InputError, match=rf"decisions\.jsonl, line 2.*{said}"):
        list(decisions.read(path, taxonomy.load(), lambda _: None))
