from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from digest import taxonomy
from digest.classify.explain import LEAST_SHOWN, Account, Explanation, explain
from digest.classify.heads import NONE, Heads
from digest.classify.label import NO_TEXT, Text
from digest.classify.model import Model
from digest.classify.nearest import Exemplars
from digest.classify.train.data import Example
from digest.classify.wording import as_data, as_lines
from digest.items import OTHER_LANGUAGE
from tests.classify.other_heads import with_heads

WATER = "Half of all villages still have no safe drinking water."
MINUTES = "The minutes of the meeting will be sent by letter."
REST = "Chairs stood along the wall of the room. Coffee was served in the hall."
TEXT = Text("Notes", f"{MINUTES} {REST} {WATER}")
EXAMPLES = (
    Example(WATER.replace("Half", "A third"), {"sdg": frozenset({"6"})}, "sdg-1"),
    Example("Wells ran dry. " * 30, {"sdg": frozenset({"6", "13"})}, "sdg-2"),
    Example("Girls stay at school.", {"sdg": frozenset({"4"})}, "sdg-3"),
    Example("A camera judged faces wrongly.", {"mit": frozenset({"1.1"})}, "risk-1"),
)


@pytest.fixture(scope="module")
def exemplars(model: Model) -> Exemplars:
    encodings = model.encoder.encode(example.text for example in EXAMPLES)
    return Exemplars(EXAMPLES, np.stack([encoding.vector for encoding in encodings]))


Explain = Callable[..., Explanation]


@pytest.fixture(scope="module")
def explained(model: Model, exemplars: Exemplars) -> Explain:
    """Explains by heads for similarity to the two sentences, in a free and an exclusive scheme."""
    [water, minutes] = model.encoder.encode([WATER, MINUTES])
    rows = 10 * np.stack([water.vector, minutes.vector, water.vector, minutes.vector])
    labels = (("sdg", "6"), ("sdg", "16"), ("mit", "1.1"), ("mit", "7.6"), ("mit", NONE))
    weights = np.concatenate([rows, np.zeros((1, rows.shape[1]), np.float32)])
    by_itself = weights @ next(model.encoder.encode([TEXT.joined])).vector

    def run(text: Text = TEXT, **settings: float) -> Explanation:
        """With the log-odds or scores that the whole text has in each row given as settings."""
        wanted = {"water": 0.0, "minutes": 0.0, "mit_water": 0.0, "mit_minutes": 0.0, "none": 0.0}
        scores = np.array(list((wanted | settings).values()), np.float32)
        ones = np.ones(5, np.float32)
        heads = Heads(
            labels=labels, exclusive=frozenset({"mit"}), weights=weights, bias=scores - by_itself,
            threshold=0.6 * ones, unsure_low=0.45 * ones, unsure_high=0.75 * ones,
        )  # fmt: skip
        return explain(text, with_heads(model, heads), exemplars)

    return run


def account(explanation: Explanation, scheme: str, label: str) -> Account:
    [found] = [
        a for s in explanation.schemes if s.scheme == scheme for a in s.labels if a.label == label
    ]
    return found


def told(explanation: Explanation) -> str:
    return " ".join(" ".join(as_lines(explanation, taxonomy.load())).split())


def test_an_assigned_label(explained: Explain) -> None:
    explanation = explained(water=2, minutes=-9)
    found = account(explanation, "sdg", "6")
    assert (found.outcome, found.unsure, found.missed_by) == ("assigned", False, 0)
    assert found.probability == pytest.approx(0.8808, abs=2e-3)
    assert (found.carrier.sentence, found.more_needed) == (WATER, None)
    assert found.carrier.alone > found.probability > found.carrier.share > 0.02
    assert [near.example for near in found.nearest] == list(EXAMPLES[:2])
    words = told(explanation)
    assert "6 0.88 assigned (threshold 0.60) Clean water and sanitation" in words
    assert f"rests most on: “{WATER}”" in words
    assert "“A third of all villages still have no safe drinking water.” [sdg 6]" in words
    assert "…” [sdg 6, 13]" in words
    assert "needed" not in words


def test_a_label_that_was_just_missed(explained: Explain) -> None:
    explanation = explained(water=0.2)
    found = account(explanation, "sdg", "6")
    assert (found.outcome, found.unsure) == ("just missed", True)
    assert found.missed_by == pytest.approx(0.05, abs=2e-3)
    assert (found.carrier.sentence, found.more_needed) == (WATER, 1)
    words = told(explanation)
    assert "6 0.55 just missed by 0.05, unsure (threshold 0.60)" in words
    assert f"what spoke for it most: “{WATER}”" in words
    assert "needed: 0.05 more probability; 1 more sentence like this one" in words


def test_what_was_needed_would_really_have_been_enough(
    explained: Explain, exemplars: Exemplars, model: Model
) -> None:
    """With the sentence repeated so often, and not once less, the label is assigned."""
    explanation = explained(water=-0.1)
    found = account(explanation, "sdg", "6")
    assert found.outcome == "just missed"
    assert found.more_needed is not None
    more = Text(TEXT.title, TEXT.body + f" {WATER}" * (found.more_needed + 1))
    assert account(explained(more, water=-0.1), "sdg", "6").outcome == "assigned"


def test_a_label_that_no_sentence_could_have_brought(explained: Explain) -> None:
    found = account(explained(water=-3), "sdg", "6")
    assert (found.outcome, found.more_needed) == ("not assigned", None)
    assert found.missed_by == pytest.approx(0.55, abs=0.01)


def test_in_an_exclusive_scheme_another_label_wins(explained: Explain) -> None:
    explanation = explained(mit_water=1, mit_minutes=0.9, none=-5)
    first, second = account(explanation, "mit", "1.1"), account(explanation, "mit", "7.6")
    assert (first.outcome, second.outcome) == ("just missed", "just missed")
    assert second.missed_by == pytest.approx(max(0.6, first.probability) - second.probability)
    assigned = account(explained(mit_water=3, none=-5), "mit", "1.1")
    assert assigned.outcome == "assigned"


def test_a_label_above_its_threshold_may_be_outdone(
    explained: Explain, exemplars: Exemplars, model: Model
) -> None:
    probability = account(
        explained(mit_water=1, mit_minutes=0.9, none=-5), "mit", "7.6"
    ).probability
    assert probability < 0.5
    labels = (("mit", "1.1"), ("mit", "7.6"), ("mit", NONE))
    heads = replace(
        model.heads, labels=labels, exclusive=frozenset({"mit"}),
        weights=np.zeros((3, model.heads.weights.shape[1]), np.float32),
        bias=np.array([1, 0.9, -5], np.float32),
        **dict.fromkeys(("threshold", "unsure_low"), np.full(3, 0.2, np.float32)),
        unsure_high=np.full(3, 0.3, np.float32),
    )  # fmt: skip
    found = account(explain(TEXT, with_heads(model, heads), exemplars), "mit", "7.6")
    assert (found.outcome, found.unsure) == ("outdone", False)
    assert found.missed_by == pytest.approx(0.0498, abs=1e-3)
    assert found.more_needed is None


def test_labels_stand_by_falling_probability_down_to_the_least(explained: Explain) -> None:
    explanation = explained(water=-2, minutes=1, mit_water=-9, mit_minutes=-9)
    sdg, mit = explanation.schemes
    assert [a.label for a in sdg.labels] == ["16", "6"]
    assert all(a.probability >= LEAST_SHOWN for a in sdg.labels)
    assert (mit.labels, mit.best[0] in ("1.1", "7.6")) == ((), True)
    assert mit.none == pytest.approx(1, abs=1e-3)
    assert sdg.none is None
    words = told(explanation)
    assert "no label reaches 0.02; the most probable is" in words
    assert "none 1.00 that no label of this scheme fits" in words


def test_only_labels_that_matter_come_with_exemplars(explained: Explain) -> None:
    explanation = explained(water=-2, minutes=3)
    assert account(explanation, "sdg", "16").nearest == ()  # there are none with this label
    assert account(explanation, "sdg", "6").nearest == ()
    alone = explained(water=-2, minutes=-9)
    assert len(account(alone, "sdg", "6").nearest) == 2  # the most probable of the scheme


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        (Text("", ""), NO_TEXT, "there is no text"),
        (Text("😀", "12 %"), NO_TEXT, "none with letters"),
        (
            Text("", "La moitié des villages n'ont toujours pas d'eau potable."),
            OTHER_LANGUAGE,
            "the language is French, which the model",
        ),
    ],
)
def test_a_text_that_is_not_labelled(
    explained: Explain, text: Text, status: str, words: str
) -> None:
    explanation = explained(text)
    assert (explanation.status, explanation.schemes, explanation.tokens) == (status, (), 0)
    assert words in told(explanation)


def test_as_data(explained: Explain) -> None:
    data = as_data(explained(water=0))
    assert (data["status"], data["language"], data["title"]) == ("labelled", "en", "Notes")
    assert data["tokens"] > 30
    [sdg, mit] = data["schemes"]
    assert (sdg["scheme"], sdg["none"], mit["none"] is None) == ("sdg", None, False)
    label = next(label for label in sdg["labels"] if label["label"] == "6")
    assert label["outcome"] == "just missed"
    assert not label["assigned"]
    assert label["evidence"]["sentence"] in TEXT.body
    near = label["nearest"][1]
    assert near["labels"] == {"sdg": ["6", "13"]}
    assert (len(near["text"]), near["origin"]) == (120, "sdg-2")


def test_the_shipped_model_is_explained_as_it_labels(model: Model, exemplars: Exemplars) -> None:
    import orjson

    from digest.classify.label import label_lines

    text = Text("Wells", f"{WATER} A model predicts which wells run dry. {REST}")
    line = orjson.dumps({"title": text.title, "text": text.body})
    [answer] = map(orjson.loads, label_lines(io.BytesIO(line), model))
    explanation = explain(text, model, exemplars)
    accounts = {(s.scheme, a.label): a for s in explanation.schemes for a in s.labels}
    for label in answer["labels"]:
        found = accounts.pop((label["scheme"], label["label"]), None)
        if found is None:
            assert label["probability"] < LEAST_SHOWN
            continue
        assert found.probability == label["probability"]
        assert (found.outcome == "assigned") == label["assigned"]
        assert found.unsure == label["unsure"]
        if label["assigned"]:
            assert found.carrier.sentence == label["evidence"]["sentence"]
            assert found.carrier.share == label["evidence"]["share"]
    assert not accounts
