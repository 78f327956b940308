from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.classify import evidence
from digest.classify.evidence import carriers, is_pointer, sentences
from digest.classify.heads import Heads
from digest.classify.label import Text, evidence_for, label_lines
from digest.classify.model import Model
from digest.text import plain
from tests.classify.other_heads import with_heads

NEUTRAL = (
    "The meeting began at nine in the morning.",
    "Chairs stood along the wall of the room.",
    "The second speaker thanked the first one.",
    "A list of names was passed around.",
    "Coffee was served in the hall.",
    "The minutes will be sent by letter.",
    "Nobody had further questions on this point.",
    "The next date is not yet known.",
)
PLANTED = "Half of all villages still have no safe drinking water and no toilets."

words = st.sampled_from(
    [*NEUTRAL, PLANTED, "Poverty fell by a third.", "AI may harm users!", "Dr. No et al. say",
     "e.g. x < y", "a < b > c", "3.5 %", "第一句。", "😀", "\u200b", "…", "<think>", "&amp;"]
)  # fmt: skip
spaces = st.sampled_from([" ", "  ", "\n", "\n\n", "\t", "\u00a0", "\r\n", "", "\x00", "\u2028"])
texts = st.builds(
    lambda parts: "".join(map("".join, parts)), st.lists(st.tuples(words, spaces), max_size=9)
) | st.text(max_size=60)


@settings(max_examples=60)
@given(title=texts, body=texts, is_html=st.booleans())
def test_evidence_is_an_exact_part_of_what_was_given(
    eager: Model, title: str, body: str, is_html: bool
) -> None:
    """Every label is assigned here; only one that rests on no one sentence has none."""
    body = f"<p>{body}</p>" if is_html else body
    try:
        line = orjson.dumps({"id": 1, "title": title, "text": body, "language": "en"})
    except TypeError:  # a lone surrogate cannot be written as JSON
        return
    [answer] = map(orjson.loads, label_lines(io.BytesIO(line), eager))
    given_texts = (title, plain(body) if is_html else body, plain(title))
    for label in answer["labels"]:
        assert label["assigned"] or label["evidence"] is None
        if label["evidence"]:
            assert any(label["evidence"]["sentence"] in text for text in given_texts)
            assert 0 <= label["evidence"]["share"] <= 1
    if answer["status"] == "labelled":
        assert sum(label["assigned"] for label in answer["labels"]) > 30


@given(texts)
def test_sentences_hold_all_that_is_not_white_space(text: str) -> None:
    spans = sentences(text)
    assert [text[a:b].strip() for a, b in spans] == [text[a:b] for a, b in spans]
    assert all(a < b for a, b in spans)
    assert all(b <= a for (_, b), (a, _) in pairwise(spans))
    kept = "".join(text[a:b] for a, b in spans)
    assert "".join(kept.split()) == "".join(text.split())


def test_a_text_without_full_stops_is_divided_at_blanks() -> None:
    text = "all the villages of the north " * 100 + "x" * 2_500
    spans = sentences(text)
    assert all(b - a <= 1_000 for a, b in spans)
    assert all(text[a] == "a" or text[a - 1] in " x" for a, _ in spans)
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "zh", "ar", "gug", ""])
def test_sentences_of_any_language(language: str) -> None:
    assert sentences("Uno. Dos.", language)


@pytest.mark.parametrize("numeral", ["(3)", "(iv)", "(IV)", "(c)"])
def test_the_sentences_after_a_numeral_are_not_one(numeral: str) -> None:
    parts = [f"{numeral} A simulator of risks, under prompts.", *NEUTRAL[:2]]
    alone = " ".join(parts)
    assert [alone[a:b] for a, b in sentences(alone)] == parts
    listed = f"It combines: (1) A model of floods, and {alone}"
    assert [listed[a:b] for a, b in sentences(listed)][-2:] == parts[1:]


def test_more_sentences_than_can_be_weighed_are_taken_in_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evidence, "MOST_SENTENCES", 3)
    text = " ".join(NEUTRAL)
    spans = sentences(text)
    assert len(spans) == 3
    assert text[slice(*spans[0])] == " ".join(NEUTRAL[:3])
    assert spans[-1][1] == len(text)


@pytest.fixture(scope="module")
def planted(model: Model) -> Model:
    """Two labels by similarity to one sentence each, so that the best carrier is known."""
    [water, coffee] = model.encoder.encode([PLANTED, NEUTRAL[4]])
    ones = np.ones(2, np.float32)
    heads = Heads(
        labels=(("sdg", "6"), ("sdg", "16")),
        exclusive=frozenset(),
        weights=8 * np.stack([water.vector, coffee.vector]),
        bias=-3 * ones,
        threshold=0.5 * ones,
        unsure_low=0.4 * ones,
        unsure_high=0.6 * ones,
    )
    return with_heads(model, heads)


@pytest.mark.parametrize("place", range(len(NEUTRAL) + 1))
def test_the_planted_sentence_carries_the_label(model: Model, place: int) -> None:
    """With the heads that are shipped, wherever in the text it stands."""
    parts = [*NEUTRAL[:place], PLANTED, *NEUTRAL[place:]]
    text = Text("", " ".join(parts))
    [encoding] = model.encode([(text, "en")])
    row = model.heads.labels.index(("sdg", "6"))
    [found] = carriers(text, "en", encoding, model, [row])
    assert found.sentence == PLANTED
    assert found.number == place
    assert found.share > 0


def test_the_carrier_of_a_certain_label(planted: Model) -> None:
    """Where the probability is 1 with and without any one sentence."""
    certain = replace(planted.heads, bias=planted.heads.bias + 40)
    text = Text("Notes", " ".join([*NEUTRAL, PLANTED]))
    [encoding] = planted.encode([(text, "en")])
    [found] = carriers(text, "en", encoding, with_heads(planted, certain), [0])
    assert (found.sentence, found.share, found.alone) == (PLANTED, 0, 1)


def test_each_label_has_a_sentence_of_its_own(planted: Model) -> None:
    text = Text("Notes", "\n".join([*NEUTRAL, PLANTED]))
    [encoding] = planted.encode([(text, "en")])
    found = carriers(text, "en", encoding, planted, [1, 0])
    assert [carrier.sentence for carrier in found] == [NEUTRAL[4], PLANTED]
    whole = planted.heads.probabilities(encoding.vector[None])[0]
    for carrier, row in zip(found, [1, 0], strict=True):
        assert carrier.alone > whole[row] > carrier.share > 0


def test_the_title_can_carry_a_label(planted: Model) -> None:
    text = Text(PLANTED, " ".join(NEUTRAL))
    [encoding] = planted.encode([(text, "en")])
    [found] = carriers(text, "en", encoding, planted, [0])
    assert (found.number, found.sentence) == (0, PLANTED)


def test_the_last_sentence_of_a_very_long_text_can_carry_a_label(planted: Model) -> None:
    text = Text("", " ".join(NEUTRAL * 80) + " " + PLANTED)
    [encoding] = planted.encode([(text, "en")])
    assert encoding.tokens > 5_000
    [found] = carriers(text, "en", encoding, planted, [0])
    assert found.sentence == PLANTED
    assert found.alone > planted.heads.threshold[0]


def test_the_carrier_is_what_the_text_misses_most_when_it_is_really_taken_out(
    planted: Model,
) -> None:
    parts = [*NEUTRAL[:3], PLANTED, *NEUTRAL[3:5]]
    text = Text("", " ".join(parts))
    [encoding] = planted.encode([(text, "en")])
    [found] = carriers(text, "en", encoding, planted, [0])
    shorter = [" ".join(parts[:n] + parts[n + 1 :]) for n in range(len(parts))]
    rest = np.stack([e.vector for e in planted.encoder.encode(shorter)])
    assert planted.heads.probabilities(rest)[:, 0].argmin() == found.number
    assert encoding.parts is not None
    without = encoding.parts.total - encoding.parts.sums[found.number]
    without = (without / np.linalg.norm(without)).astype(np.float32)
    both = planted.heads.probabilities(np.stack([encoding.vector, without]))[:, 0]
    assert found.share == pytest.approx(both[0] - both[1], abs=2e-4)


def test_a_fragment_is_no_evidence_where_there_is_a_sentence(planted: Model) -> None:
    heads = replace(planted.heads, weights=-planted.heads.weights)
    text = Text("Water.", " ".join(NEUTRAL[:2]))
    [encoding] = planted.encode([(text, "en")])
    [found] = carriers(text, "en", encoding, with_heads(planted, heads), [0])
    assert found.sentence in NEUTRAL


def test_a_text_of_one_fragment_has_it_as_evidence(planted: Model) -> None:
    text = Text("Water", "")
    [encoding] = planted.encode([(text, "en")])
    [found] = carriers(text, "en", encoding, planted, [0])
    assert found.sentence == "Water"
    assert 0 <= found.share <= 1


def test_of_sentences_that_carry_alike_the_one_most_like_the_label_speaks(planted: Model) -> None:
    """A long sentence carries more than a short one, but says much else besides."""
    long = (
        "Many villages have no toilets, and half of all have no safe drinking water, although "
        "money was set aside in all the years since the first plan."
    )
    text = Text("", " ".join([long, *NEUTRAL[:2], PLANTED]))
    [encoding] = planted.encode([(text, "en")])
    [found] = carriers(text, "en", encoding, planted, [0])
    assert found.sentence == PLANTED


def test_a_title_does_not_hide_a_sentence_that_carries_as_much(planted: Model) -> None:
    sentence = PLANTED.replace("Half", "A third")
    text = Text(PLANTED, " ".join([sentence, *NEUTRAL]))
    [encoding] = planted.encode([(text, "en")])
    [found] = carriers(text, "en", encoding, planted, [0])
    assert found.sentence == sentence


def test_a_label_that_rests_on_no_sentence_has_none(planted: Model) -> None:
    """The more such sentences, the less probable the label: it was given in spite of them."""
    text = Text("", " ".join(NEUTRAL[:3]))
    [encoding] = planted.encode([(text, "en")])
    assert encoding.parts is not None
    against = -8 * np.sum(encoding.parts.sums, axis=0).astype(np.float32)[None].repeat(2, axis=0)
    heads = replace(planted.heads, weights=against / np.linalg.norm(against), bias=40 * np.ones(2))
    contrary = with_heads(planted, heads)
    [found] = carriers(text, "en", encoding, contrary, [0])
    assert (found.sentence, found.share) == ("", 0)
    assert evidence_for(text, "en", encoding, contrary, [0]) == {}


POINTERS = (
    "Code is available at https://github.com/someone/Water-and-Toilets.",
    "Code: https://github.com/someone/water",
    "The maps can be accessed at https://github.com/someone/maps.",
    "Our code is publicly available at this https URL.",
    "The code is available at github.com/someone/water.",
    "Our code and models will be publicly released.",
)


@pytest.mark.parametrize("pointer", POINTERS)
def test_where_something_can_be_had_is_no_evidence(planted: Model, pointer: str) -> None:
    [at] = planted.encoder.encode([pointer])
    heads = replace(planted.heads, weights=8 * np.stack([at.vector, at.vector]))
    text = Text("", f"{NEUTRAL[0]} {PLANTED} {pointer}")
    [encoding] = planted.encode([(text, "en")])
    [found] = carriers(text, "en", encoding, with_heads(planted, heads), [0])
    assert found.sentence != pointer


@pytest.mark.parametrize(
    "sentence",
    [
        "The LSTM model is trained and evaluated on a publicly available dataset.",
        "We release Afri-MCQA, questions on the food, music and customs of twelve African cultures "
        "in their own languages, on HuggingFace (https://huggingface.co/datasets/Afri-MCQA)",
        PLANTED,
    ],
)
def test_a_sentence_with_something_to_say_may_have_a_link(sentence: str) -> None:
    assert not is_pointer(sentence)
