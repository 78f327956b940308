"""An evaluation's result as lines of text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from digest.classify.heads import NONE

NAMES = {
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "average_accuracy": "average accuracy over labels",
    "exact_match": "exact match of all labels",
    "most_probable": "most probable label right",
    "ece": "expected calibration error",
    "brier": "Brier score",
}
_KIND_SHOWS = ("macro_f1", "exact_match", "ece")


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The whole result, scheme by scheme."""
    yield f"model {result['model']}, codebook {result['codebook']}"
    yield f"{_texts(result['texts'])} from {', '.join(sorted(result['files']))}"
    for reason, n in sorted(result["not_labelled"].items()):
        yield f"of them {_texts(n)} {reason}: counted as given no label"
    level = f"{result['intervals']['level']:.0%}"
    yield (
        f"in brackets: {level} intervals, of a label Wilson's, of all labels together by "
        f"{result['intervals']['resamples']} resamples of the texts"
    )
    for scheme, part in result["schemes"].items():
        yield ""
        yield from _scheme(scheme, part)
    if "against" in result:
        yield ""
        yield from _against(result["against"])


def _scheme(scheme: str, part: Mapping[str, Any]) -> Iterator[str]:
    labels = part["labels"]
    alone = [label for label in labels if label["label"] != NONE]
    classes = "every text has a label"
    if len(alone) < len(labels):
        classes = f"or none, which {part['none']} are and which counts as a class in F1"
    yield f"{scheme}: {_texts(part['texts'])}, {_count(len(alone), 'label')}, {classes}"
    width = max(len(label["label"]) for label in labels)
    yield f"  {'label':{width}}  true  given  {'precision':22}{'recall':22}F1"
    for label in labels:
        cells = "".join(f"{interval(label[name]):22}" for name in ("precision", "recall", "f1"))
        counts = f"{label['texts']:4}  {label['given']:5}"
        yield f"  {label['label']:{width}}  {counts}  {cells.rstrip()}"
    yield from (
        f"  {NAMES[name]:30}{interval(part['overall'][name])}" for name in _known(part["overall"])
    )
    yield from _kinds(part["kinds"])
    for pair in part["confusions"]:
        yield f"  {pair['texts']} x {_set(pair['true'])} taken for {_set(pair['given'])}"


def _kinds(kinds: Mapping[str, Any]) -> Iterator[str]:
    if set(kinds) <= {""}:
        return
    for kind, part in kinds.items():
        shown = ", ".join(f"{NAMES[name]} {interval(part[name])}" for name in _KIND_SHOWS)
        yield f"  of kind {kind or 'not stated'}: {_texts(part['texts'])}, {shown}"


def _against(against: Mapping[str, Any]) -> Iterator[str]:
    yield f"less {against['model']}, on the same texts (* : the interval excludes 0)"
    for scheme, part in against["schemes"].items():
        yield f"  {scheme}: {_texts(part['texts'])}"
        for name in _known(part):
            mark = " *" if part[name]["excludes_zero"] else ""
            yield f"    {NAMES[name]:30}{interval(part[name], sign='+')}{mark}"


def interval(numbers: Mapping[str, float | None], sign: str = "") -> str:
    """``0.81 [0.75, 0.86]``, or ``-`` for what is undefined."""
    if numbers["value"] is None:
        return "-"
    value, low, high = (f"{numbers[name]:{sign}.3f}" for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _known(part: Mapping[str, Any]) -> Iterable[str]:
    return (name for name in NAMES if name in part)


def _texts(n: int) -> str:
    return _count(n, "text")


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _set(labels: Iterable[str]) -> str:
    return "{" + ", ".join(labels) + "}" if labels else "none"
