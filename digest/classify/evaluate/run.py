"""One evaluation from beginning to end: a model's folder and judged texts become a result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from digest.classify.evaluate.answers import Sheet, answer
from digest.classify.evaluate.data import Judged
from digest.classify.evaluate.metrics import Sampling
from digest.classify.evaluate.result import compared, parse, result
from digest.classify.model import Model
from digest.errors import InputError
from digest.taxonomy import Codebook


def evaluate(
    folder: Path, judged: Judged, codebook: Codebook, against: Path | None, sampling: Sampling
) -> dict[str, Any]:
    """What ``result`` says of the model in ``folder``.

    With ``against``, another model's folder or a result of an evaluation, the differences to it
    stand under ``against``.
    """
    model = Model.load(folder)
    answered = answer(model, judged.examples, codebook)
    found = result(model.id, model.codebook, judged, answered, sampling)
    if against is not None:
        name, sheets = _previous(against, judged, codebook)
        found["against"] = compared(answered.sheets, sheets, name, sampling)
    return found


def _previous(against: Path, judged: Judged, codebook: Codebook) -> tuple[str, dict[str, Sheet]]:
    """A model's id and its answers, asked anew or as they were kept."""
    if against.is_dir():
        model = Model.load(against)
        return model.id, answer(model, judged.examples, codebook).sheets
    try:
        return parse(against.read_bytes(), str(against))
    except OSError as error:
        raise InputError(f"cannot read {against}: {error.strerror}") from None
