"""An explanation in words for a person, and as data for a program."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from babel import Locale

from digest.classify.explain import (
    ASSIGNED,
    LEAST_SHOWN,
    MISSED,
    MOST_MORE,
    NOT,
    OUTDONE,
    Account,
    Explanation,
    SchemeAccount,
)
from digest.classify.label import NO_TEXT
from digest.classify.nearest import Near
from digest.items import LABELLED
from digest.taxonomy import Codebook
from digest.text import one_line

SCHEMES = {
    "sdg": "Sustainable Development Goals",
    "risk": "AI risks, by the panel's categories",
    "mit": "AI risks, by the subdomains of the MIT AI Risk Repository: one or none",
    "ai": "Artificial intelligence",
}
WIDTH = 100
EXEMPLAR_CHARACTERS = 120


def as_lines(explanation: Explanation, codebook: Codebook) -> Iterator[str]:
    """The explanation, line by line."""
    names = {(label.scheme, label.id): label.name for label in codebook.labels}
    yield from _heading(explanation)
    for scheme in explanation.schemes:
        yield ""
        yield SCHEMES.get(scheme.scheme, scheme.scheme)
        if not scheme.labels:
            yield "  no label reaches {}; the most probable is {}, {:.3f}".format(
                LEAST_SHOWN, *scheme.best
            )
        for account in scheme.labels:
            yield from _label(account, names.get((scheme.scheme, account.label), ""))
        if scheme.none is not None:
            yield f"  {'none':>4}  {scheme.none:.2f}  that no label of this scheme fits"


def _heading(explanation: Explanation) -> Iterator[str]:
    if explanation.status == LABELLED:
        yield (
            f"{explanation.tokens:,} tokens of {_language(explanation.language)}, read by "
            f"{explanation.model} with codebook {explanation.codebook}"
        )
    elif explanation.status == NO_TEXT:
        yield "not labelled: there is no text, or none with letters"
    else:
        yield (
            f"not labelled: the language is {_language(explanation.language)}, which the model "
            f"{explanation.model} does not read"
        )


def _language(code: str) -> str:
    return str(Locale("en").languages.get(code, code))


def _label(account: Account, name: str) -> Iterator[str]:
    yield (
        f"  {account.label:>4}  {account.probability:.2f}  {_outcome(account)} (threshold "
        f"{account.threshold:.2f})  {name}"
    )
    if account.outcome == NOT and not account.nearest:
        return
    sentence = one_line(account.carrier.sentence)
    verb = "rests most on" if account.outcome == ASSIGNED else "what spoke for it most"
    yield from _wrapped(
        f"{verb}: “{sentence}” (without it {account.carrier.share:.2f} less; "
        f"by itself {account.carrier.alone:.2f})"
        if sentence
        else f"{verb}: no one sentence"
    )
    if account.outcome in (MISSED, OUTDONE):
        yield from _wrapped(f"needed: {_needed(account)}")
    for near in account.nearest:
        start = textwrap.shorten(near.example.text, EXEMPLAR_CHARACTERS, placeholder=" …")
        yield from _wrapped(f"like {near.cosine:.2f}: “{one_line(start)}” [{_labels(near)}]")


def _outcome(account: Account) -> str:
    by = f" by {account.missed_by:.2f}" if account.outcome in (MISSED, OUTDONE) else ""
    return f"{account.outcome}{by}" + (", unsure" if account.unsure else "")


def _needed(account: Account) -> str:
    lacking = f"{account.missed_by:.2f} more probability"
    if not account.carrier.sentence:
        return lacking
    lacking += "; "
    if account.more_needed is None:
        return lacking + f"even {MOST_MORE} more sentences like this one would not have been enough"
    sentences = "sentence" if account.more_needed == 1 else "sentences"
    return lacking + f"{account.more_needed} more {sentences} like this one would have been enough"


def _labels(near: Near) -> str:
    return "; ".join(
        f"{scheme} {', '.join(sorted(labels, key=_by_number)) or 'none'}"
        for scheme, labels in near.example.labels.items()
    )


def _by_number(label: str) -> str:
    return label.zfill(2)  # goal 6 before goal 13


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 10)


def as_data(explanation: Explanation) -> dict[str, Any]:
    """The explanation as JSON data; the label's own words are those of ``digest label``."""
    return {
        "title": explanation.text.title,
        "text": explanation.text.body,
        "status": explanation.status,
        "language": explanation.language,
        "tokens": explanation.tokens,
        "model": explanation.model,
        "codebook": explanation.codebook,
        "schemes": [_scheme_data(scheme) for scheme in explanation.schemes],
    }


def _scheme_data(scheme: SchemeAccount) -> dict[str, Any]:
    return {
        "scheme": scheme.scheme,
        "best": {"label": scheme.best[0], "probability": scheme.best[1]},
        "none": scheme.none,
        "labels": [_label_data(account) for account in scheme.labels],
    }


def _label_data(account: Account) -> dict[str, Any]:
    carrier = account.carrier
    return {
        "label": account.label,
        "probability": account.probability,
        "threshold": account.threshold,
        "assigned": account.outcome == ASSIGNED,
        "unsure": account.unsure,
        "outcome": account.outcome,
        "missed_by": account.missed_by,
        "more_needed": account.more_needed,
        "evidence": {
            "sentence": carrier.sentence, "share": carrier.share, "alone": carrier.alone
        },
        "nearest": [
            {
                "cosine": near.cosine,
                "text": near.example.text[:EXEMPLAR_CHARACTERS],
                "labels": {
                    s: sorted(labels, key=_by_number) for s, labels in near.example.labels.items()
                },
                "origin": near.example.origin,
            }
            for near in account.nearest
        ],
    }  # fmt: skip
