"""The codebook's rules as they are read: the codes of labels in them become the labels' names.

An editor writes ``rights-liberties; add democracy if dissent is suppressed.`` and ``7; add 13 only
if emissions are an aim.`` The cards have names, in the reader's language. The codebook's files stay
as they are: their content is the codebook's version, which models name.

A code is taken for one only where nothing else can be meant:

- an id of several words, ``rights-liberties``, wherever it stands: nobody spells English so;
- a goal's number in the rules of goals, and an id of one word, ``security``, in those of risks,
  where a ruling answers: at the beginning of a clause, or after ``add``, ``not`` and the like, with
  nothing after it but its clause's end or its condition (``if``, ``only``, ``alone``). Several may
  stand there in a row: ``12 and 2``.

All others stay as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from digest.review.web.tongue import Tongue
from digest.taxonomy import Codebook, Label

_CONDITION = r"(?:if|when|unless|only|alone|always|too)\b"
_BEGINS = (
    r"(?:^|[;.:]\ |\(|\b(?:adds?|[Nn]ot|[Nn]ever|else)\ |(?<=,\ )(?=[\w-]+\ (?:if|only\ if)\b)"
)
# Numbers are met in fewer senses than words, so they may be taken for codes in more places.
_NUMBERS_BEGIN = r"|\b(?:is|are)\ (?=\d+\ (?:alone|if|and\ \d))|(?<=,\ )(?=\d+\ for\b)"
_ENDS = r"(?:[;.:)]?$|[;.:]\ |\)|\ " + _CONDITION
_NUMBERS_END = r"|,\ |\ (?:for|on|with)\b|\ \("


@dataclass(frozen=True, slots=True)
class Words:
    """A part of a rule; ``is_name`` where it is the name of a label in the reader's language."""

    text: str
    is_name: bool = False


def spelled_out(rule: str, label: Label, codebook: Codebook, tongue: Tongue) -> tuple[Words, ...]:
    """A rule of ``label`` with names for codes."""
    ids = {one.id: one for scheme in ("sdg", "risk") for one in codebook.scheme(scheme)}
    return tuple(
        Words(short_name(ids[part], tongue), is_name=True) if is_code else Words(part)
        for part, is_code in _parts(rule, _codes(label.scheme, tuple(ids)))
        if part
    )


def short_name(label: Label, tongue: Tongue) -> str:
    """What a label is called within a sentence: a goal by its number."""
    if label.scheme == "sdg":
        return tongue.gettext("Goal %(number)s") % {"number": label.id}
    return label.names[tongue.tag]


@dataclass(frozen=True, slots=True)
class _Codes:
    row: re.Pattern[str]  # codes where a ruling answers
    one: re.Pattern[str]  # a code of such a row
    compound: re.Pattern[str]  # a code that is certain wherever it stands


@cache
def _codes(scheme: str, ids: tuple[str, ...]) -> _Codes:
    compound = [x for x in ids if "-" in x]
    single = [x for x in ids if "-" not in x and x.isdecimal() == (scheme == "sdg")]
    one = _any([*compound, *single])
    begins, ends = _BEGINS, _ENDS
    if scheme == "sdg":
        begins, ends = begins + _NUMBERS_BEGIN, ends + _NUMBERS_END
    row = rf"{begins})(?P<row>{one}(?:(?:,\ |,?\ (?:and|or)\ ){one})*)(?={ends}))"
    return _Codes(re.compile(row, re.VERBOSE), re.compile(one), re.compile(_any(compound)))


def _any(ids: list[str]) -> str:
    longest_first = sorted(ids, key=len, reverse=True)
    return rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])"


def _parts(rule: str, codes: _Codes) -> Iterator[tuple[str, bool]]:
    """The rule cut at its codes, each part with whether it is one."""
    rows = [found.span("row") for found in codes.row.finditer(rule)]
    spans = {found.span() for row in rows for found in codes.one.finditer(rule, *row)}
    end = 0
    for start, stop in sorted(spans | {found.span() for found in codes.compound.finditer(rule)}):
        yield rule[end:start], False
        yield rule[start:stop], True
        end = stop
    yield rule[end:], False
