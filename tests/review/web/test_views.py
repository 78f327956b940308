"""What pages show, without a page: marked sentences, one's own pace, forms that are read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from digest.review.web import forms
from digest.review.web.forms import URLENCODED, Form, batch_of
from digest.review.web.views.pace import minutes_left, seconds_each
from digest.review.web.views.text import Piece, pieces, title_pieces
from tests.examples import NOON
from tests.review.web.desk import HEALTH, PAPER

SPANS = st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30), st.sampled_from("abc")))


@given(st.text(max_size=25), SPANS)
def test_the_pieces_of_a_text_are_the_text(text: str, spans: list[tuple[int, int, str]]) -> None:
    found = pieces(text, spans)
    assert "".join(piece.text for piece in found) == text
    inside = {label for a, b, label in spans if 0 <= a < b <= len(text)}
    assert {label for piece in found for label in piece.labels} == inside
    assert {label for piece in found for label in piece.first} == inside


def test_sentences_that_overlap_are_both_marked() -> None:
    assert pieces("abcdef", [(0, 4, "x"), (2, 6, "y")]) == (
        Piece("ab", ("x",), ("x",)), Piece("cd", ("x", "y"), ("y",)), Piece("ef", ("y",)),
    )  # fmt: skip


def test_a_sentence_in_the_title_is_marked_there() -> None:
    from dataclasses import replace

    label = replace(HEALTH, sentence="Phones", start=-1, end=-1)
    assert title_pieces(PAPER, [label])[0] == Piece("Phones", ("sdg/3",), ("sdg/3",))
    assert title_pieces(PAPER, [HEALTH]) == (Piece(PAPER.title),)


def test_ones_pace_is_the_middle_of_ones_gaps_without_pauses() -> None:
    gaps = [20, 20, 30, 40, 3600, 20, 0, 30, 30, 40, 50, 20]  # a lunch, and two saved in one go
    moments = [NOON]
    for gap in gaps:
        moments.append(moments[-1] + timedelta(seconds=gap))
    assert seconds_each(moments) == 30
    assert minutes_left(moments, 10) == 5
    assert minutes_left(moments, 1) == 1
    assert minutes_left(moments, 0) is None
    assert seconds_each(moments[:9]) is None


def test_a_form_makes_ids_of_its_own_id_and_of_what_is_in_it() -> None:
    form = Form((("id", "0" * 32),))
    assert form.event_id("a") == form.event_id("a") != form.event_id("b")
    assert batch_of(form.event_id("a")) == batch_of(form.event_id("b")) == "0" * 32
    assert batch_of("import-1") == "import-1"
    with pytest.raises(HTTPException):
        Form((("id", "short"),)).event_id("a")


@given(st.binary(max_size=200))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        form = forms.read(URLENCODED, body)
    except HTTPException as error:
        assert error.status_code == 400
    else:
        assert all(isinstance(value, str) for _, value in form.fields)


def test_invisible_characters_do_not_come_in() -> None:
    form = forms.read(URLENCODED, b"t=a%E2%80%AEb%00c%0D%0Ad")
    assert form.text("t") == "abc\nd"
