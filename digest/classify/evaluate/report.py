"""What the site's method page shows of the model's tests, from the result that came with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from digest.errors import ModelError

EVALUATION = "evaluation.json"  # in the model's folder
_OVERALL = ("macro_f1", "weighted_f1", "exact_match", "ece")
_KIND = ("texts", "macro_f1", "ece")
_LABEL = ("label", "texts", "given", "precision", "recall")


def report(model: str, folder: Path) -> dict[str, Any] | None:
    """The results of the model named, or None when its folder has none or they are another's.

    ``{"model", "codebook", "texts", "schemes": {scheme: {"texts", "none", "macro_f1", …, "kinds":
    [{"kind", "texts", "macro_f1", "ece"}], "labels": [{"label", "texts", "given", "precision",
    "recall"}]}}}``; a measure is ``{"value", "low",
    "high"}``, the ends of its 95 % interval, null where undefined.

    Raises:
        ModelError: the file is there and cannot be read.
    """
    path = folder / EVALUATION
    try:
        result = orjson.loads(path.read_bytes())
        if result["model"] != model:
            return None
        return {
            **{name: result[name] for name in ("model", "codebook", "texts")},
            "schemes": {name: _scheme(part) for name, part in sorted(result["schemes"].items())},
        }
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"the model's test results in {path} cannot be read ({error}): make them again with "
            f"digest evaluate --out {path}"
        ) from None


def _scheme(part: dict[str, Any]) -> dict[str, Any]:
    return {
        "texts": part["texts"],
        "none": part["none"],
        **{name: part["overall"][name] for name in _OVERALL},
        "kinds": [
            {"kind": kind, **{name: found[name] for name in _KIND}}
            for kind, found in sorted(part["kinds"].items())
            if kind
        ],
        "labels": [{name: label[name] for name in _LABEL} for label in part["labels"]],
    }
