"""A published version never changes: whatever model and codebook come after it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from digest import taxonomy
from digest.classify.evaluate.report import report
from digest.classify.model import identity
from digest.edition.shelf import Correction, Shelf
from digest.publish import words
from digest.steps.correct import correct
from digest.steps.publish import publish, publish_signed
from digest.steps.signing import sign_off
from digest.taxonomy import Codebook
from tests.examples import Q1
from tests.steps.panel import STORED, Panel

NONE = "No test results came with the model of this edition"
RESULTS = "Results of the model's tests"


def other_words() -> Codebook:
    """Today's codebook with another name and definition of its first label."""
    book = taxonomy.load()
    names = {language: f"{name} anew" for language, name in book.labels[0].names.items()}
    first = replace(book.labels[0], names=names, definition="Another definition.")
    return replace(book, labels=(first, *book.labels[1:]), version="c1-other")


def another_is_trained(panel: Panel) -> None:
    """The shipped model gives way to one that knows nothing of its tests."""
    shutil.copytree(panel.place.model_in_use, panel.place.model)
    (panel.place.model / "evaluation.json").unlink()
    about = panel.place.model / "model.json"
    about.write_bytes(orjson.dumps(orjson.loads(about.read_bytes()) | {"id": "m1-other"}))


def published(panel: Panel) -> Path:
    """The quarter is signed off and published; the folder of its version."""
    sign_off(panel.place, Q1, "Ed Itor", "", panel.clock)
    edition = publish_signed(panel.place, Q1, panel.clock).edition
    return panel.place.public / "2026Q1" / edition.version


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def built_anew(panel: Panel, codebook: Codebook) -> None:
    """The site is built from nothing."""
    shutil.rmtree(panel.place.public)
    shutil.rmtree(panel.place.public.with_name("public.parts"))
    publish(panel.place, Q1, codebook, panel.clock)


def test_a_version_stays_as_it_was_under_another_model_and_codebook(alone: Panel) -> None:
    folder = published(alone)
    before = bytes_of(folder)
    method = (folder / "method" / "index.html").read_text("utf-8")
    assert RESULTS in method
    assert NONE not in method
    another_is_trained(alone)
    parts = alone.place.public.with_name("public.parts")
    was_built = (parts / "2026Q1-v1.0" / "stamp.txt").stat().st_mtime_ns
    publish(alone.place, Q1, other_words(), alone.clock)
    assert (parts / "2026Q1-v1.0" / "stamp.txt").stat().st_mtime_ns == was_built
    built_anew(alone, other_words())
    assert bytes_of(folder) == before


def test_results_that_were_kept_before_are_shown_with_intervals_made_from_their_counts(
    alone: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier version kept resampled intervals, and nothing of the real abstracts."""

    def kept_before(model: str, folder: Path) -> dict[str, Any] | None:
        told = report(model, folder)
        assert told is not None
        del told["abstracts"], told["caveat"]
        for label in told["schemes"]["sdg"]["labels"]:
            del label["abstracts"]
            label["recall"] |= dict.fromkeys(("low", "high"), label["recall"]["value"])
        return told

    monkeypatch.setattr("digest.steps.publish.report", kept_before)
    method = (published(alone) / "method" / "index.html").read_text("utf-8")
    in_use = alone.place.model_in_use
    today = report(identity(in_use)[0], in_use)
    assert today is not None
    for label in today["schemes"]["sdg"]["labels"]:
        assert f"<td>{words.measure(label['recall'])}</td>" in method


def test_what_a_model_was_tested_on_goes_with_its_draft_though_another_is_trained(
    alone: Panel,
) -> None:
    another_is_trained(alone)
    folder = published(alone)
    assert RESULTS in (folder / "method" / "index.html").read_text("utf-8")
    gone = alone.shown()[0][0]
    why = Correction("amendment", "not about AI", "Ed Itor", (gone,))
    correct(alone.place, Q1, why, STORED, alone.clock)
    (alone.place.editions / "2026Q1" / "tests.json").unlink()  # v1.0 has them, too
    folder = published(alone)
    assert folder.name == "v1.1"
    assert RESULTS in (folder / "method" / "index.html").read_text("utf-8")


def test_a_version_with_which_nothing_was_kept_is_as_it_was(alone: Panel) -> None:
    """Versions from before: the results of the model in use, if it is theirs, and today's words."""
    Shelf(alone.place.editions).publish(alone.draft, alone.now)
    publish(alone.place, Q1, other_words(), alone.clock)
    folder = alone.place.public / "2026Q1" / "v1.0"
    assert RESULTS in (folder / "method" / "index.html").read_text("utf-8")
    assert "Another definition." in (folder / "sdg" / "1" / "index.html").read_text("utf-8")
    another_is_trained(alone)
    publish(alone.place, Q1, other_words(), alone.clock)
    assert NONE in (folder / "method" / "index.html").read_text("utf-8")
