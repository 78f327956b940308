from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.classify import runtime
from digest.classify.encoder import PIECE, WINDOW, Encoder
from digest.classify.evaluate.answers import answer
from digest.classify.evaluate.data import unseen
from digest.classify.evaluate.result import parse
from digest.classify.model import Model
from digest.config import SHIPPED_MODEL
from digest.taxonomy import load

TEXTS = (
    "",
    "Water",
    "A short title about clean water for schools",
    "Drought cut harvests by a third. Families sold cattle to buy food.",
    "We train a network on maps of wells. " * 12,
    "Изменение климата и бедность",
    "The well ran dry, and nobody came to mend it. " * 60,
    "\x00\ufeff😀 x² <b>&amp;</b>",
)


@pytest.fixture(scope="module")
def alone(model: Model) -> list[bytes]:
    return [_vectors(model.encoder, [text])[0] for text in TEXTS]


def _vectors(encoder: Encoder, texts: list[str]) -> list[bytes]:
    return [encoding.vector.tobytes() for encoding in encoder.encode(texts)]


@settings(max_examples=8)
@given(order=st.lists(st.sampled_from(range(len(TEXTS))), min_size=2, max_size=12))
def test_a_vector_depends_on_its_text_alone(
    model: Model, alone: list[bytes], order: list[int]
) -> None:
    found = _vectors(model.encoder, [TEXTS[n] for n in order])
    assert found == [alone[n] for n in order]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_vector_does_not_depend_on_the_threads(threads: int, alone: list[bytes]) -> None:
    encoder = Encoder(SHIPPED_MODEL, threads)
    assert _vectors(encoder, list(TEXTS)) == alone
    assert _vectors(encoder, list(TEXTS)) == alone


def test_more_texts_than_are_in_hand_at_a_time_keep_their_order(model: Model) -> None:
    texts = [f"{n} wells" for n in range(300)]
    every = _vectors(model.encoder, texts)
    assert every[250:260] == _vectors(model.encoder, texts[250:260])
    assert len(every) == 300


def test_texts_are_taken_as_they_are_needed(model: Model) -> None:
    def endless() -> object:
        while True:
            yield "One more."

    first = next(model.encoder.encode(endless()))  # type: ignore[arg-type]
    assert first.tokens == 3


@pytest.mark.parametrize("text", ["", "   \n", "\u200b"], ids=["empty", "blank", "invisible"])
def test_a_text_without_tokens_has_a_vector_all_the_same(model: Model, text: str) -> None:
    [encoding] = model.encoder.encode([text], parts=[[(0, len(text))]])
    assert encoding.tokens == 0
    assert np.linalg.norm(encoding.vector) == pytest.approx(1, abs=1e-6)
    assert encoding.parts is not None
    assert encoding.parts.tokens.tolist() == [0]


@pytest.mark.parametrize("tokens", [WINDOW - 1, WINDOW, WINDOW + 1, 5_000])
def test_a_long_text_is_read_to_its_end(model: Model, tokens: int) -> None:
    text = "water " * tokens
    [whole, other] = model.encoder.encode([text, text[:-6] + "famine"])
    assert whole.tokens == other.tokens == tokens
    assert whole.vector.tobytes() != other.vector.tobytes()


def test_a_very_long_text_is_not_cut_inside_a_word(model: Model) -> None:
    word = "x" * 120  # too long for the vocabulary: one token
    number = 2 * PIECE // len(word)
    text = f"{word} " * number + "Wells ran dry."
    end = len(text) - 14
    [encoding] = model.encoder.encode([text], parts=[[(0, end - 1), (end, len(text))]])
    assert encoding.tokens == number + 4
    assert encoding.parts is not None
    assert encoding.parts.tokens.tolist() == [number, 4]


def test_the_parts_of_a_text_add_up_to_its_vector(model: Model) -> None:
    text = "Wells ran dry in the north. " * 30 + "Nobody came to help them."
    spans = [(28 * n, 28 * n + 27) for n in range(30)] + [(28 * 30, len(text))]
    [plain] = model.encoder.encode([text])
    [encoding] = model.encoder.encode([text], parts=[spans])
    assert encoding.vector.tobytes() == plain.vector.tobytes()
    parts = encoding.parts
    assert parts is not None
    assert parts.tokens.sum() == encoding.tokens
    assert parts.tokens.tolist() == [7] * 30 + [6]
    unit = parts.total / np.linalg.norm(parts.total)
    np.testing.assert_allclose(unit, encoding.vector, atol=1e-6)
    # What no part has are the two special tokens of each window.
    rest = np.linalg.norm(parts.total - parts.sums.sum(axis=0)) / np.linalg.norm(parts.total)
    assert 0 < rest < 0.1


def test_whatever_the_processor_labels_are_those_that_the_evaluation_kept(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was kept where int8 sums are exact; a graph whose sums overflow differs in 3 to 7 %."""
    name, kept = parse((SHIPPED_MODEL / "evaluation.json").read_bytes(), "evaluation.json")
    assert name == model.id
    judged = [example for example in unseen().examples if "risk" in example.labels]
    for overflow in {runtime.sums_overflow(), True}:
        monkeypatch.setattr(runtime, "sums_overflow", lambda answer=overflow: answer)
        for scheme, sheet in answer(Model.load(), judged[::2], load()).sheets.items():
            rows = [kept[scheme].ids.index(identifier) for identifier in sheet.ids]
            before, now = kept[scheme].outcome.given[rows], sheet.outcome.given
            assert (before != now).sum() / (before | now).sum() < 0.02
