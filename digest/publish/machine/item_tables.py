"""The data files whose rows are items, the labels on items, and stories of several items."""

from __future__ import annotations

from collections.abc import Iterator

from digest.edition.select import speaker
from digest.publish.machine.schema import Column, Data, Subject, Table
from digest.text import web_address


def _items(data: Data) -> Iterator[Subject]:
    for item in data.manifest.items:
        yield Subject(data, item, data.shown.get(item.id))


def _labels(data: Data) -> Iterator[Subject]:
    for item in data.manifest.items:
        for label in item.labels:
            yield Subject(data, label, item)


def _stories(data: Data) -> Iterator[Subject]:
    for story in data.manifest.stories:
        members = [data.items[item] for item in story.items if item in data.items]
        yield Subject(data, story, members)


def _evidence(subject: Subject, part: str) -> str | float | None:
    key = (subject.of.id, subject.one.scheme, subject.one.label)
    return getattr(subject.data.evidence.get(key), part, None)


def _representative(subject: Subject) -> str:
    return speaker(subject.one, subject.data.items)


def _title(subject: Subject) -> str:
    item = subject.data.items.get(_representative(subject))
    return item.title if item else ""


def _of_kind(subject: Subject, kind: str) -> int:
    return sum(item.kind == kind for item in subject.of)


ITEMS = Table(
    "items",
    "One row for each paper or news item of the quarter, whether it carries a label or not.",
    ("item_id",),
    (
        Column("item_id", "string", "Permanent id of the item: its arXiv id or DOI, else a hash of "
               "its address, of its feed's own id or of its text.", lambda s: s.one.id,
               required=True),
        Column("kind", "string", "paper or news.", lambda s: s.one.kind, required=True),
        Column("date", "date", "Day (UTC) when the paper's first version was submitted or the news "
               "was published.", lambda s: s.one.date, "day", required=True),
        Column("date_inferred", "boolean", "Whether the source states no date, so that the day is "
               "that of first sight.", lambda s: s.one.date_inferred, required=True),
        Column("version", "integer", "The paper's version that was read; 1 for news.",
               lambda s: s.one.version, required=True),
        Column("withdrawn", "boolean", "Whether the paper was withdrawn.",
               lambda s: s.one.withdrawn, required=True),
        Column("late", "boolean", "Whether the item surfaced after the first version of this "
               "edition was published.", lambda s: s.one.late, required=True),
        Column("language", "string", "Language of title and text as a BCP 47 tag.",
               lambda s: s.one.language),
        Column("sources", "list", "Ids of the sources that had the item; they are rows of the "
               "table sources.", lambda s: s.one.sources),
        Column("status", "string", "labelled, or why the item has no labels.",
               lambda s: s.one.status, required=True),
        Column("story", "string", "Id of the story that the item shares with others. Empty when it "
               "stands alone.", lambda s: s.data.stories.get(s.one.id)),
        Column("title", "string", "Title as the source gives it.", lambda s: s.one.title,
               foreign=True),
        Column("url", "string", "Address at the source.",
               lambda s: web_address(s.one.url)),
        Column("authors", "list", "Authors as the source writes them. Only for items that the "
               "pages show.", lambda s: s.of.authors if s.of else (),
               foreign=True),
        Column("publishers", "list", "Who published it. Only for items that the pages show.",
               lambda s: s.of.publishers if s.of else (), foreign=True),
        Column("field", "string", "The paper's field: its primary category in arXiv. Empty for "
               "news and where it is not known.", lambda s: s.one.field),
        Column("text_hash", "string", "Hash of the title and text that were labelled.",
               lambda s: s.one.text_hash, required=True),
    ),
    _items,
)  # fmt: skip

LABELS = Table(
    "labels",
    "One row for each label on an item, with who gave it and how surely.",
    ("item_id", "scheme", "label"),
    (
        Column("item_id", "string", "Id of the item; a row of the table items.", lambda s: s.of.id,
               required=True),
        Column("scheme", "string", "sdg (Sustainable Development Goals), risk (risk categories), "
               "mit (subdomains of the MIT AI Risk Repository) or ai (about AI at all).",
               lambda s: s.one.scheme, required=True),
        Column("label", "string", "Id of the label within its scheme, such as 2 for Goal 2.",
               lambda s: s.one.label, required=True),
        Column("name", "string", "English name of the label.",
               lambda s: s.data.name(s.one.scheme, s.one.label)),
        Column("decided_by", "string", "machine when the model gave the label and no person "
               "decided on it, else person.",
               lambda s: "machine" if s.one.maker == "machine" else "person", required=True),
        Column("maker", "string", "Who gave the label: machine, or the public id of the person or "
               "group that decided.", lambda s: s.one.maker, required=True),
        Column("probability", "number", "The model's calibrated probability that the label "
               "applies.", lambda s: s.one.probability, "share of 1", required=True),
        Column("threshold", "number", "The probability from which the machine gives the label.",
               lambda s: s.one.threshold, "share of 1", required=True),
        Column("unsure", "boolean", "Whether the probability is near the threshold.",
               lambda s: s.one.unsure, required=True),
        Column("model", "string", "Id of the model whose probability this is.",
               lambda s: s.data.manifest.model, required=True),
        Column("codebook", "string", "Version of the criteria by which machine and people judge.",
               lambda s: s.data.manifest.codebook, required=True),
        Column("chosen", "boolean", "Whether the label's page shows the item.",
               lambda s: (s.of.id, s.one.scheme, s.one.label) in s.data.chosen, required=True),
        Column("evidence", "string", "The item's own sentence that speaks most for the label. Only "
               "for items that the pages show; none where the label rests on no one sentence.",
               lambda s: _evidence(s, "sentence"), foreign=True),
        Column("evidence_share", "number", "By how much the label's probability falls when the "
               "sentence is left out; little, where others say the same.",
               lambda s: _evidence(s, "share"), "share of 1"),
    ),
    _labels,
)  # fmt: skip

STORIES = Table(
    "stories",
    "One row for each event or work that several items of the quarter tell of.",
    ("story",),
    (
        Column("story", "string", "Id of the story.", lambda s: s.one.id, required=True),
        Column("title", "string", "Title of the item that speaks for the story.", _title,
               foreign=True),
        Column("representative", "string", "Id of that item; one that was not withdrawn, if there "
               "is one.", _representative, required=True),
        Column("items", "list", "Ids of all its items; they are rows of the table items.",
               lambda s: s.one.items),
        Column("papers", "integer", "How many of them are papers.", lambda s: _of_kind(s, "paper"),
               "items", required=True),
        Column("news", "integer", "How many of them are news.", lambda s: _of_kind(s, "news"),
               "items", required=True),
        Column("first_date", "date", "Day of its first item.",
               lambda s: min((item.date for item in s.of), default=None), "day"),
        Column("last_date", "date", "Day of its last item.",
               lambda s: max((item.date for item in s.of), default=None), "day"),
        Column("outlets", "list", "All publishers that told it; those of withdrawn "
               "items are left out.", lambda s: s.one.outlets, foreign=True),
        Column("reasons", "list", "What joined the items.", lambda s: s.one.reasons),
    ),
    _stories,
)  # fmt: skip
