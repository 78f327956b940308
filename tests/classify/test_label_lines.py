from __future__ import annotations

import io
import random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.classify.label import BAD_INPUT, MAX_LINE, NO_TEXT, label_lines, without_markup
from digest.classify.model import Model
from digest.items import LABELLED, OTHER_LANGUAGE

GOOD = {
    "id": "good",
    "title": "A letter",
    "text": "Half of all villages still have no safe drinking water and no toilets.",
}
KEYS = ["scheme", "label", "probability", "threshold", "assigned", "unsure", "evidence"]


def answers(model: Model, *lines: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(a) for a in label_lines(io.BytesIO(b"\n".join(lines)), model)]


def line(**changes: Any) -> bytes:
    return orjson.dumps(GOOD | changes)


def test_an_answer_has_every_label_of_every_scheme(model: Model) -> None:
    [answer] = answers(model, line())
    assert list(answer) == ["id", "labels", "model", "codebook", "language", "status"]
    assert (answer["id"], answer["language"], answer["status"]) == ("good", "en", LABELLED)
    assert (answer["model"], answer["codebook"]) == (model.id, model.codebook)
    labels = [(label["scheme"], label["label"]) for label in answer["labels"]]
    assert labels == [pair for pair in model.heads.labels if pair[1] != "none"]
    assert all(list(label) == KEYS for label in answer["labels"])
    assigned = {(x["scheme"], x["label"]): x["evidence"] for x in answer["labels"] if x["assigned"]}
    assert assigned["sdg", "6"]["sentence"] == GOOD["text"]


BAD = {
    "not JSON": (b'{"id": 1, "text": ', None, "not JSON"),
    "binary": (bytes(random.Random(5).randbytes(500)).replace(b"\n", b""), None, "not JSON"),
    "not UTF-8": (b'{"id": 1, "text": "caf\xe9"}', None, "not JSON"),
    "UTF-16": ('{"id": 1}'.encode("utf-16"), None, "not JSON"),
    "lone surrogate": (rb'{"id": 1, "text": "a \ud800 b"}', None, "not JSON"),
    "not a number": (b'{"id": NaN, "text": "x"}', None, "not JSON"),
    "deep": (b'{"id": 1, "text": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", None, "not JSON"),
    "list": (b'["id", "text"]', None, "not an object"),
    "text": (b'"text"', None, "not an object"),
    "null": (b"null", None, "not an object"),
    "blank": (b"  ", None, "not JSON"),
    "empty": (b"", None, "not JSON"),
    "neither": (b'{"id": 7, "abstract": "x"}', 7, 'neither "title" nor "text"'),
    "title a number": (b'{"id": 7, "title": 0, "text": "x"}', 7, '"title" is not text'),
    "text a list": (b'{"id": 7, "text": []}', 7, '"text" is not text'),
    "text an object": (b'{"id": 7, "text": {"en": "x"}}', 7, '"text" is not text'),
    "language a list": (b'{"id": 7, "text": "x", "language": ["en"]}', 7, '"language" is not text'),
    "id an object": (b'{"id": {"a": 1}, "text": "x"}', None, '"id" is neither text nor a number'),
    "id too deep": (
        b'{"id": ' + b"[" * 300 + b"]" * 300 + b', "text": "x"}', None, '"id" is neither',
    ),
    "id above 64 bits": (b'{"id": 18446744073709551616, "text": "x"}', None, "write it as text"),
    "id below 64 bits": (b'{"id": -9223372036854775809, "text": "x"}', None, "write it as text"),
    "id not exact": (b'{"id": 9007199254740993.0, "text": "x"}', None, "write it as text"),
    "9 MB": (orjson.dumps({"id": 1, "text": "word " * 1_800_000}), None, f"than {MAX_LINE:,}"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_has_its_error_and_the_next_its_labels(model: Model, name: str) -> None:
    bad, identity, error = BAD[name]
    before, answer, after = answers(model, line(id=1), bad, line(id=3))
    assert answer["id"] == identity
    assert answer["labels"] == []
    assert answer["status"] == BAD_INPUT
    assert answer["error"].startswith("line 2: ")
    assert error in answer["error"]
    assert before["labels"] == after["labels"] != []
    assert (before["id"], after["id"]) == (1, 3)


@pytest.mark.parametrize("identity", [2**64 - 1, -(2**63), 7.0, 0.5, True, "2" * 30])
def test_an_id_comes_back_as_it_was(model: Model, identity: object) -> None:
    [answer] = answers(model, line(id=identity, title="", text=""))
    assert (answer["id"], type(answer["id"])) == (identity, type(identity))


NOT_LABELLED = {
    "no text": (line(title="", text=""), NO_TEXT, ""),
    "nulls": (line(title=None, text=None, id=None, language=None), NO_TEXT, ""),
    "only an empty title": (b'{"id": 1, "title": ""}', NO_TEXT, ""),
    "emoji": (line(title="😀😀", text="🎉 👩‍👩‍👧"), NO_TEXT, ""),
    "numbers": (line(title="12", text="3.5 %"), NO_TEXT, ""),
    "invisible": (line(title="\u200b", text="\ufeff\x00"), NO_TEXT, ""),
    "markup": (line(title="", text="<p><br/></p>"), NO_TEXT, ""),
    "French": (
        line(title="Des puits", text="La moitié des villages n'ont toujours pas d'eau potable."),
        OTHER_LANGUAGE,
        "fr",
    ),
    "no language": (line(title="Ꮳꮃꭹ ꭶꮼꮒꭿꮝꮧ", text="ᏣᎳᎩ"), OTHER_LANGUAGE, None),
}


@pytest.mark.parametrize("name", NOT_LABELLED)
def test_what_is_not_labelled_says_why(model: Model, name: str) -> None:
    given_line, status, language = NOT_LABELLED[name]
    answer, after = answers(model, given_line, line())
    assert (answer["status"], answer["labels"]) == (status, [])
    assert answer["language"] == language or language is None
    assert "error" not in answer
    assert after["status"] == LABELLED


def test_two_hundred_thousand_words(model: Model) -> None:
    text = "all the villages of the north have no safe water and " * (200_000 // 11)
    answer, after = answers(model, line(text=text), line())
    assert answer["status"] == after["status"] == LABELLED
    assert [x["label"] for x in answer["labels"]] == [x["label"] for x in after["labels"]]
    for label in answer["labels"]:
        assert not label["evidence"] or label["evidence"]["sentence"] in f"{GOOD['title']}\n{text}"


@pytest.mark.parametrize("identity", ["", "x", 0, 7, -1.5, None, "\u0000", "é" * 500])
def test_the_id_comes_back_as_it_was_given(model: Model, identity: object) -> None:
    [answer] = answers(model, orjson.dumps({"id": identity, "text": ""}))
    assert answer["id"] == identity


def test_a_byte_order_mark_and_carriage_returns_are_no_error(model: Model) -> None:
    found = answers(model, b"\xef\xbb\xbf" + line() + b"\r", line() + b"\r")
    assert [answer["status"] for answer in found] == [LABELLED, LABELLED]
    assert found[0] == found[1]


def test_an_answer_does_not_depend_on_the_lines_around_it(model: Model) -> None:
    texts = [f"{n} wells ran dry in the north. " * (1 + n % 4) for n in range(70)]
    lines = [line(id=n, text=text) for n, text in enumerate(texts)]
    together = answers(model, *lines)
    assert [answer["id"] for answer in together] == list(range(70))
    for n in (0, 5, 63, 64, 69):
        assert [together[n]] == answers(model, lines[n])


# Of white space a text may have as much as it likes: the labels are the same.
@given(st.lists(st.sampled_from([" ", "\n", "\t", "\r\n  "]), min_size=12, max_size=12))
def test_labels_do_not_depend_on_white_space(model: Model, spaces: list[str]) -> None:
    words = str(GOOD["text"]).split()
    text = "".join(word + space for word, space in zip(words, spaces, strict=False)) + words[-1]
    spaced, plain = answers(model, line(text=text), line(text=" ".join([*words[:12], words[-1]])))
    assert [x["probability"] for x in spaced["labels"]] == [
        x["probability"] for x in plain["labels"]
    ]


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("if a<b and c>d then stop", "if a<b and c>d then stop"),
        ("for n<m we show  that\nx > y", "for n<m we show  that\nx > y"),
        ("the <think> token & List<String>", "the <think> token & List<String>"),
        (" plain ", "plain"),
        ("<p>One&nbsp;&amp; two</p><p>three</p>", "One & two three"),
        ('See <a href="https://x.example/?a=1">the   report</a>.', "See the report."),
        ("Line<br/>break <IMG src=x.png alt=''>", "Line break"),
        ("a<b>c</b>", "ac"),
        (None, ""),
    ],
)
def test_markup_is_taken_out_of_html_alone(given_text: str | None, expected: str) -> None:
    assert without_markup(given_text) == expected
