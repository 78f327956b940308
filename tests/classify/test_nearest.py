from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from digest.classify.model import Model
from digest.classify.nearest import Exemplars, read_exemplars, vectors_path
from digest.classify.train.data import Example

WATER = Example("Half of the villages have no safe water.", {"sdg": frozenset({"6", "3"})}, "sdg-1")
WELLS = Example("Wells ran dry in the north.", {"sdg": frozenset({"6"})}, "sdg-1")
SCHOOL = Example("Girls stay at school longer.", {"sdg": frozenset({"4", "5"})}, "sdg-2")
CAMERA = Example("Cameras judged faces wrongly.", {"mit": frozenset({"1.1"})}, "risk-1")
ALL = (WATER, WELLS, SCHOOL, CAMERA)


def read(model: Model, folder: Path, examples: tuple[Example, ...] = ALL) -> tuple[Exemplars, int]:
    """The exemplars, and how many sentences were said about it."""
    said: list[str] = []
    found = read_exemplars(examples, model, folder, said.append)
    return found, len(said)


@pytest.fixture
def unread(model: Model, tmp_path: Path) -> Model:
    """The same model, whose encoder cannot be loaded."""
    return Model(
        tmp_path / "no", model.id, model.encoder_id, model.codebook, model.languages, model.heads
    )


def test_the_exemplars_are_read_once(model: Model, unread: Model, tmp_path: Path) -> None:
    first, said = read(model, tmp_path / "state")
    assert said == 1
    again, said = read(unread, tmp_path / "state")
    assert said == 0
    np.testing.assert_array_equal(first.vectors, again.vectors)
    for example, vector in zip(ALL, again.vectors, strict=True):
        [alone] = model.encoder.encode([example.text])
        np.testing.assert_array_equal(vector, alone.vector)


def test_other_texts_and_other_encoders_are_read_anew(model: Model, tmp_path: Path) -> None:
    other = Model(tmp_path, model.id, "e1-other", model.codebook, model.languages, model.heads)
    paths = {
        vectors_path(examples, by, tmp_path)
        for examples in (ALL, ALL[:3], ALL[::-1])
        for by in (model, other)
    }
    assert len(paths) == 6


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"text"], ids=["empty", "cut", "other"])
def test_a_damaged_file_is_made_anew(model: Model, tmp_path: Path, content: bytes) -> None:
    path = vectors_path(ALL, model, tmp_path)
    path.write_bytes(content)
    found, said = read(model, tmp_path)
    assert said == 1
    assert len(np.load(path)) == len(found.vectors) == 4


def test_a_file_of_another_size_is_made_anew(model: Model, tmp_path: Path) -> None:
    np.save(vectors_path(ALL, model, tmp_path), np.zeros((3, 384), np.float32))
    assert read(model, tmp_path)[1] == 1


def test_a_place_that_cannot_be_written_is_told_and_hinders_nobody(
    model: Model, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file, not a folder")
    told: list[str] = []
    found = read_exemplars(ALL, model, tmp_path / "state", told.append)
    assert len(found.vectors) == len(ALL)
    assert len(told) == 2
    assert told[1].startswith(f"cannot write to {tmp_path / 'state'}")
    assert told[1].endswith("until then the exemplars are read each time")


def test_only_exemplars_with_the_label_and_the_most_like_first(
    model: Model, tmp_path: Path
) -> None:
    found, _ = read(model, tmp_path)
    [text] = model.encoder.encode(["In the north wells ran dry."])
    near = found.nearest(text.vector, "sdg", "6")
    assert [n.example for n in near] == [WELLS, WATER]
    assert 1 > near[0].cosine > near[1].cosine > 0
    assert [n.example for n in found.nearest(text.vector, "sdg", "6", 1)] == [WELLS]
    assert [n.example for n in found.nearest(text.vector, "mit", "1.1")] == [CAMERA]
    assert found.nearest(text.vector, "sdg", "17") == ()
    assert found.nearest(text.vector, "unheard-of", "6") == ()
