"""What the site's method page shows of the model's tests, from the result that came with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from digest.classify.evaluate.data import agreement
from digest.classify.evaluate.metrics import Sampling, per_class
from digest.errors import ModelError
from digest.items import REAL_ABSTRACT
from digest.quarter import Quarter

EVALUATION = "evaluation.json"  # in the model's folder
CAVEAT = "caveat.txt"  # beside it, if readers of its figures must know something
_OVERALL = ("macro_f1", "weighted_f1", "exact_match", "ece")
_KIND = ("texts", "macro_f1", "ece")
_LABEL = ("label", "texts", "given", "precision", "recall")


def report(model: str, folder: Path) -> dict[str, Any] | None:
    """The results of the model named, or None when its folder has none or they are another's.

    ``{"model", "codebook", "texts", "caveat", "abstracts", "schemes": {scheme: {"texts", "none",
    "macro_f1", …, "kinds": [{"kind", "texts", "macro_f1", "ece"}], "labels": [{"label", "texts",
    "abstracts", "given", "precision", "recall"}]}}}``; a measure is ``{"value", "low", "high"}``,
    the ends of its 95 % interval, null where undefined. A label's ``abstracts`` are the real
    abstracts that are about AI and have it. ``abstracts`` of the whole, None where there are none
    whose quarter is known, says how many ``texts`` they are, of which ``quarters``, and what
    ``agreement`` says of all that was read of these. ``caveat`` is the model's own, or ``""``.

    Raises:
        ModelError: the file is there and cannot be read.
    """
    path = folder / EVALUATION
    try:
        result = orjson.loads(path.read_bytes())
        if result["model"] != model:
            return None
        about = _about_ai(result["schemes"])
        return with_intervals(
            {
                **{name: result[name] for name in ("model", "codebook", "texts")},
                "caveat": _caveat(folder),
                "abstracts": _abstracts(result),
                "schemes": {
                    name: _scheme(part, about) for name, part in sorted(result["schemes"].items())
                },
            }
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the model's test results in {path} cannot be read ({error}): make them again with "
            f"digest evaluate --out {path}"
        ) from None


def with_intervals(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report with the labels' intervals made from their counts.

    Results of before had resampled ones, which were too narrow; the counts have stayed.
    """
    return {
        **report,
        "schemes": {
            name: {**part, "labels": _measured(part["labels"])}
            for name, part in report["schemes"].items()
        },
    }


def _measured(labels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    real, said, recall = (
        np.array([value or 0 for value in values], float)
        for values in (
            [label["texts"] for label in labels],
            [label["given"] for label in labels],
            [label["recall"]["value"] for label in labels],
        )
    )
    found = per_class(np.round(recall * real), said, real, Sampling().level)
    return [
        label
        | {
            name: label[name]
            | {end: _number(getattr(found[name], end)[row]) for end in ("low", "high")}
            for name in ("precision", "recall")
        }
        for row, label in enumerate(labels)
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _caveat(folder: Path) -> str:
    path = folder / CAVEAT
    return path.read_text("utf-8").strip() if path.exists() else ""


def _abstracts(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """The real abstracts: they are of the quarters after which the tables of readings are named."""
    tables = (Path(name) for name in sorted(result["files"]) if name.endswith(".tsv"))
    quarters = [path.stem for path in tables if Quarter.named(path.stem)]
    texts = {text for part in result["schemes"].values() for text, _ in _real(part)}
    if not quarters or not texts:
        return None
    return {"texts": len(texts), "quarters": quarters, **agreement(quarters)}


def _about_ai(schemes: Mapping[str, Any]) -> set[str]:
    """The ids of the real abstracts that are about AI."""
    return {text for text, true in _real(schemes["ai"]) if true} if "ai" in schemes else set()


def _real(part: Mapping[str, Any]) -> list[tuple[str, list[int]]]:
    """The ids of a scheme's real abstracts, each with the places of its labels."""
    answers = part["answers"]
    rows = zip(answers["ids"], answers["kinds"], answers["truth"], strict=True)
    return [(text, true) for text, kind, true in rows if kind == REAL_ABSTRACT]


def _scheme(part: dict[str, Any], about: set[str]) -> dict[str, Any]:
    places = Counter(place for text, true in _real(part) if text in about for place in true)
    concerns = {label: places[at] for at, label in enumerate(part["answers"]["labels"])}
    return {
        "texts": part["texts"],
        "none": part["none"],
        **{name: part["overall"][name] for name in _OVERALL},
        "kinds": [
            {"kind": kind, **{name: found[name] for name in _KIND}}
            for kind, found in sorted(part["kinds"].items())
            if kind
        ],
        "labels": [
            {name: label[name] for name in _LABEL} | {"abstracts": concerns.get(label["label"])}
            for label in part["labels"]
        ],
    }
