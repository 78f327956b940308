"""The data files of what the panel said: decisions, how far members agree, findings, questions.

They are there without rows where no panel reviewed the edition.
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.publish import words
from digest.publish.machine.schema import Column, Data, Subject, Table
from digest.publish.views import AUTHOR
from digest.publish.voices import STATEMENT


def _decisions(data: Data) -> Iterator[Subject]:
    if panel := data.manifest.panel:
        yield from (Subject(data, one, "rejected") for one in panel.rejected)
        yield from (Subject(data, one, "added") for one in panel.added)


def _findings(data: Data) -> Iterator[Subject]:
    if panel := data.manifest.panel:
        yield from (Subject(data, one, number) for number, one in enumerate(panel.findings, 1))


def _questions(data: Data) -> Iterator[Subject]:
    if panel := data.manifest.panel:
        yield from (Subject(data, one, number) for number, one in enumerate(panel.questions, 1))


def _agreements(data: Data) -> Iterator[Subject]:
    if panel := data.manifest.panel:
        yield from (Subject(data, one) for one in panel.agreements)


def _name_of_page(subject: Subject) -> str:
    scheme, _, label = subject.one.page.partition("/")
    return subject.data.name(scheme, label)


_THE_LABEL = (
    Column("scheme", "string", "As in the table labels.", lambda s: s.one.scheme,
           required=True),
    Column("label", "string", "Id of the label within its scheme.", lambda s: s.one.label,
           required=True),
    Column("name", "string", "English name of the label.",
           lambda s: s.data.name(s.one.scheme, s.one.label)),
)  # fmt: skip
_THE_PAGE = (
    Column("page", "string", "The page that it stands on, as scheme/label.",
           lambda s: s.one.page, required=True),
    Column("name", "string", "English name of that label.", _name_of_page),
)  # fmt: skip

DECISIONS = Table(
    "decisions",
    "One row for each label that the panel took from an item to which the machine had given it, or "
    "gave to one that the machine had missed. Without rows where no panel reviewed.",
    ("item_id", "scheme", "label"),
    (
        Column("item_id", "string", "Id of the item; a row of the table items.",
               lambda s: s.one.item, required=True),
        *_THE_LABEL,
        Column("decision", "string", "rejected when the panel took the label away, added when it "
               "gave it; what is added is in the table labels, too.", lambda s: s.of,
               required=True),
        Column("probability", "number", "The model's calibrated probability that the label "
               "applies.", lambda s: s.one.probability, "share of 1", required=True),
        Column("threshold", "number", "The probability from which the machine gives the label.",
               lambda s: s.one.threshold, "share of 1", required=True),
    ),
    _decisions,
)  # fmt: skip

FINDINGS = Table(
    "findings",
    "One row for each finding of the panel, with its confidence in two parts. Without rows where "
    "no panel reviewed.",
    ("finding",),
    (
        Column("finding", "integer", "Number of the finding in this version.", lambda s: s.of,
               required=True),
        *_THE_PAGE,
        Column("statement", "string", "What the panel finds.",
               lambda s: words.clip(s.one.statement, STATEMENT), required=True),
        Column("evidence", "string", "How much evidence there is: limited, medium or robust.",
               lambda s: s.one.evidence, required=True),
        Column("agreement", "string", "How far the evidence agrees: low, medium or high.",
               lambda s: s.one.agreement, required=True),
        Column("items", "list", "Ids of the items that it rests on.", lambda s: s.one.items),
        Column("approved_by", "list", "Members who approved it by name.",
               lambda s: [words.clip(name, AUTHOR) for name in s.one.approved_by]),
        Column("dissents", "list", "What members hold instead, each with the name before a colon.",
               lambda s: [f"{words.clip(d.by, AUTHOR)}: {words.clip(d.text, STATEMENT)}"
                          for d in s.one.dissents]),
    ),
    _findings,
)  # fmt: skip

QUESTIONS = Table(
    "questions",
    "One row for each question that the panel could not answer. Without rows where no panel "
    "reviewed.",
    ("question",),
    (
        Column("question", "integer", "Number of the question in this version.", lambda s: s.of,
               required=True),
        *_THE_PAGE,
        Column("text", "string", "What the panel asks.",
               lambda s: words.clip(s.one.text, STATEMENT), required=True),
    ),
    _questions,
)  # fmt: skip

AGREEMENTS = Table(
    "agreements",
    "One row for each label on which members decided: how far those who read the same items agree. "
    "Without rows where no panel reviewed.",
    ("scheme", "label"),
    (
        *_THE_LABEL,
        Column("items", "integer", "Items for which two members or more decided on this label.",
               lambda s: s.one.items, "items", required=True),
        Column("share", "number", "Pairs of members who decided alike on an item; empty without "
               "any pair.", lambda s: s.one.share, "share of 1"),
        Column("alpha", "number", "Krippendorff's alpha: what is left of that beyond chance, 1 for "
               "full agreement, 0 for none beyond chance; empty where all decisions were alike or "
               "too few.", lambda s: s.one.alpha),
    ),
    _agreements,
)  # fmt: skip
