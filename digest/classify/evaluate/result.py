"""The result of an evaluation as one value: canonical JSON, the same bytes for the same inputs.

It keeps every answer beside the truth, so that a later model can be compared with this one, text
by text, without having this one's files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import orjson
from pydantic import BaseModel, Field, ValidationError, model_validator

from digest.classify.evaluate.answers import Answered, Sheet
from digest.classify.evaluate.metrics import (
    PER_CLASS,
    Estimate,
    Outcome,
    Sampling,
    differences,
    estimates,
    with_none,
)
from digest.classify.heads import NONE
from digest.errors import InputError, first_problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digest.classify.evaluate.data import Judged

FORMAT = "evaluation/1"
CONFUSIONS = 15  # the most frequent ones that are kept


def result(
    model: str, codebook: str, judged: Judged, answered: Answered, sampling: Sampling
) -> dict[str, Any]:
    """What there is to say of a model on judged texts; ``codebook`` is the version it learnt."""
    return {
        "format": FORMAT,
        "model": model,
        "codebook": codebook,
        "files": judged.files,
        "texts": len(judged.examples),
        "not_labelled": answered.not_labelled,
        "intervals": asdict(sampling),
        "schemes": {scheme: _scheme(sheet, sampling) for scheme, sheet in answered.sheets.items()},
    }


def compared(
    new: Mapping[str, Sheet], old: Mapping[str, Sheet], model: str, sampling: Sampling
) -> dict[str, Any]:
    """New less old, by scheme, on the texts that both know; ``model`` is the old one's id.

    A scheme whose labels are not the same in both is left out.

    Raises:
        InputError: the two have no text in common.
    """
    schemes: dict[str, Any] = {}
    for scheme, sheet in new.items():
        before = old.get(scheme)
        if before is None or before.outcome.labels != sheet.outcome.labels:
            continue
        place = {text: row for row, text in enumerate(before.ids)}
        rows = [row for row, text in enumerate(sheet.ids) if text in place]
        if not rows:
            continue
        now = sheet.outcome.at(rows)
        then = before.outcome.at([place[sheet.ids[row]] for row in rows])
        # What is true may have been corrected since; both are held to what is true now.
        gained = differences(now, replace(then, truth=now.truth), sampling)
        schemes[scheme] = {
            "texts": len(rows),
            **{
                name: {**_numbers(estimate), "excludes_zero": bool(estimate.excludes_zero)}
                for name, estimate in gained.items()
            },
        }
    if not schemes:
        raise InputError(f"there is no text on which both this and {model} were evaluated")
    return {"model": model, "schemes": schemes}


def dump(value: Mapping[str, Any]) -> bytes:
    """Canonical bytes: sorted keys, no white space, one line."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


class _Answers(BaseModel):
    """A sheet as ``_answers`` writes it: one row a text, labels by their position."""

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    labels: tuple[str, ...]
    exclusive: bool
    truth: list[list[int]]
    given: list[list[int]]
    probability: list[list[float]]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        columns = range(len(self.labels))
        per_text = (self.kinds, self.truth, self.given, self.probability)
        if any(len(rows) != len(self.ids) for rows in per_text):
            raise ValueError("not every text has all of its answers")
        if any(len(row) != len(columns) for row in self.probability) or any(
            place not in columns for row in (*self.truth, *self.given) for place in row
        ):
            raise ValueError("not every answer is one of the labels")
        return self


class _Part(BaseModel):
    answers: _Answers


class _Kept(BaseModel):
    format: str = Field(pattern=f"^{FORMAT}$")
    model: str
    schemes: dict[str, _Part]


def parse(content: bytes, name: str) -> tuple[str, dict[str, Sheet]]:
    """The model's id and the answers that a result keeps; ``name`` is for the error.

    Raises:
        InputError: these bytes are not a result of this format.
    """
    try:
        kept = _Kept.model_validate_json(content)
    except ValidationError as error:
        raise InputError(
            f"{name} is not a result of digest evaluate ({first_problem(error)}): give one that "
            "--out stored, or a model's folder"
        ) from None
    return kept.model, {scheme: _sheet(part.answers) for scheme, part in kept.schemes.items()}


def _scheme(sheet: Sheet, sampling: Sampling) -> dict[str, Any]:
    outcome = sheet.outcome
    found = estimates(outcome, sampling)
    truth, given = with_none(outcome)
    classes = (*outcome.labels, NONE)[: truth.shape[1]]
    return {
        "texts": len(sheet.ids),
        "none": int((~outcome.truth.any(axis=1)).sum()),
        "overall": _overall(found),
        "labels": [
            {
                "label": label,
                "texts": int(truth[:, row].sum()),
                "given": int(given[:, row].sum()),
                **{name: _numbers(found[name], row) for name in PER_CLASS},
            }
            for row, label in enumerate(classes)
        ],
        "confusions": _confusions(outcome),
        "kinds": {
            kind: {"texts": len(rows), **_overall(estimates(outcome.at(rows), sampling))}
            for kind, rows in _by_kind(sheet)
        },
        "answers": _answers(sheet),
    }


def _overall(found: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: _numbers(one) for name, one in found.items() if name not in PER_CLASS}


def _numbers(estimate: Estimate, *at: int) -> dict[str, float | None]:
    parts = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    # orjson writes NaN as null.
    return {name: round(float(part[at]), 4) for name, part in parts.items()}


def _by_kind(sheet: Sheet) -> Iterable[tuple[str, list[int]]]:
    rows: dict[str, list[int]] = {}
    for row, kind in enumerate(sheet.kinds):
        rows.setdefault(kind, []).append(row)
    return sorted(rows.items())


def _confusions(outcome: Outcome) -> list[dict[str, Any]]:
    """What was taken for what, most frequent first; ``[]`` is *none*."""
    pairs = Counter(
        (_names(outcome.labels, true), _names(outcome.labels, given))
        for true, given in zip(outcome.truth, outcome.given, strict=True)
        if (true != given).any()
    )
    ranked = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:CONFUSIONS]
    return [{"true": true, "given": given, "texts": n} for (true, given), n in ranked]


def _names(labels: tuple[str, ...], row: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(labels[i] for i in np.flatnonzero(row))


def _answers(sheet: Sheet) -> dict[str, Any]:
    outcome = sheet.outcome
    return {
        "ids": sheet.ids,
        "kinds": sheet.kinds,
        "labels": outcome.labels,
        "exclusive": outcome.exclusive,
        "truth": [np.flatnonzero(row).tolist() for row in outcome.truth],
        "given": [np.flatnonzero(row).tolist() for row in outcome.given],
        "probability": np.round(outcome.probability, 4).tolist(),
    }


def _sheet(kept: _Answers) -> Sheet:
    truth, given = (_cells(rows, len(kept.labels)) for rows in (kept.truth, kept.given))
    outcome = Outcome(kept.labels, truth, given, np.array(kept.probability), kept.exclusive)
    return Sheet(kept.ids, kept.kinds, outcome)


def _cells(rows: list[list[int]], columns: int) -> NDArray[np.bool_]:
    cells = np.zeros((len(rows), columns), bool)
    for row, true in enumerate(rows):
        cells[row, true] = True
    return cells
