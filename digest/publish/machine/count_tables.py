"""The data files behind the charts: counts, shares, trends, signals, and what sources answered."""

from __future__ import annotations

from collections.abc import Iterator

from digest.publish.machine.schema import Column, Data, Subject, Table
from digest.text import web_address


def _counts(data: Data) -> Iterator[Subject]:
    for one in data.manifest.counts:
        yield Subject(data, one, one.count)


def _shares(data: Data) -> Iterator[Subject]:
    for one in data.manifest.shares:
        yield Subject(data, one)


def _past(data: Data) -> Iterator[Subject]:
    for quarter in data.manifest.past:
        for count in quarter.counts:
            yield Subject(data, count, quarter)


def _signals(data: Data) -> Iterator[Subject]:
    for kind, found in sorted(data.manifest.signals.items()):
        for one in found.signals:
            yield Subject(data, one, kind)


def _sources(data: Data) -> Iterator[Subject]:
    for one in data.manifest.sources:
        yield Subject(data, one)


_LABEL = (
    Column("scheme", "string", "sdg or risk, as in the table labels.",
           lambda s: s.one.scheme, required=True),
    Column("label", "string", "Id of the label within its scheme.", lambda s: s.one.label,
           required=True),
    Column("name", "string", "English name of the label.",
           lambda s: s.data.name(s.one.scheme, s.one.label)),
)  # fmt: skip

COUNTS = Table(
    "counts",
    "One row for each label and kind of item: the machine's count, how many carry the label in "
    "this edition, and the count corrected for the machine's errors.",
    ("scheme", "label", "kind"),
    (
        *_LABEL,
        Column("kind", "string", "paper or news.", lambda s: s.one.kind, required=True),
        Column("raw", "integer", "Items about AI to which the machine gave the label, errors and "
               "all, whatever people decided since.", lambda s: s.of.raw, "items", required=True),
        Column("labelled", "integer", "Items about AI that carry the label in this edition: after "
               "people's decisions, where there were any, and not corrected. As many as the pages "
               "and charts count.",
               lambda s: s.data.carrying.get((s.one.scheme, s.one.label, s.one.kind), 0), "items",
               required=True),
        Column("estimate", "integer", "Items that truly concern the label: as likely fewer as "
               "more. Empty where nothing says how the machine errs. Where high is more than ten "
               "times low, pages give the interval alone.", lambda s: s.of.estimate, "items"),
        Column("low", "integer", "Lower end of the interval of the estimate.",
               lambda s: s.of.low, "items"),
        Column("high", "integer", "Upper end of the interval of the estimate.",
               lambda s: s.of.high, "items"),
        Column("level", "number", "Probability with which the interval holds the true number.",
               lambda s: s.of.level, "share of 1", required=True),
        Column("read", "integer", "Items that people read for it.", lambda s: s.of.read, "items",
               required=True),
        Column("basis", "string", "Where the rates of error come from: panel sample, model's test, "
               "or none.", lambda s: s.of.basis, required=True),
    ),
    _counts,
)  # fmt: skip

SHARES = Table(
    "shares",
    "One row for each goal: its share of the papers on AI that concern a goal, and whether it is "
    "under-served.",
    ("goal",),
    (
        Column("goal", "string", "Number of the goal.", lambda s: s.one.goal, required=True),
        Column("name", "string", "English name of the goal.",
               lambda s: s.data.name("sdg", s.one.goal)),
        Column("raw", "number", "Share in the machine's own counts.", lambda s: s.one.raw,
               "share of 1"),
        Column("share", "number", "Share corrected for the machine's errors: as likely less as "
               "more. Where high is more than ten times low, pages give the interval alone.",
               lambda s: s.one.share, "share of 1"),
        Column("low", "number", "Lower end of the interval of the share.", lambda s: s.one.low,
               "share of 1"),
        Column("high", "number", "Upper end of the interval of the share.", lambda s: s.one.high,
               "share of 1"),
        Column("level", "number", "Probability with which the interval holds the true share.",
               lambda s: s.one.level, "share of 1", required=True),
        Column("reference", "number", "The share below which the goal is under-served.",
               lambda s: s.one.reference, "share of 1", required=True),
        Column("verdict", "string", "under-served, not under-served, not distinguishable, or too "
               "little data.", lambda s: s.one.verdict, required=True),
        Column("basis", "string", "As in the table counts.", lambda s: s.one.basis, required=True),
    ),
    _shares,
)  # fmt: skip

HISTORY = Table(
    "history",
    "One row for each earlier quarter, label and kind of item: how many items carried the label in "
    "the last version of that quarter's edition, after people's decisions where there were any. "
    "Of this quarter the table counts has that number, in its column labelled.",
    ("quarter", "scheme", "label", "kind"),
    (
        Column("quarter", "string", "The earlier quarter.", lambda s: s.of.quarter, required=True),
        Column("quarter_version", "string", "The version of its edition.", lambda s: s.of.version,
               required=True),
        Column("model", "string", "Id of the model that labelled it. Counts of another model than "
               "this edition's do not compare.", lambda s: s.of.model, required=True),
        Column("codebook", "string", "Version of the criteria. Counts by others do not compare.",
               lambda s: s.of.codebook, required=True),
        Column("scheme", "string", "sdg or risk, as in the table labels.",
               lambda s: s.one[0], required=True),
        Column("label", "string", "Id of the label within its scheme.", lambda s: s.one[1],
               required=True),
        Column("kind", "string", "paper or news.", lambda s: s.one[2], required=True),
        Column("raw", "integer", "Items about AI that carried the label, not corrected for the "
               "machine's errors.", lambda s: s.one[3], "items", required=True),
        Column("exposure", "integer", "Items of that kind in the quarter that were about AI.",
               lambda s: s.of.totals.about_ai.get(s.one[2]), "items"),
    ),
    _past,
)  # fmt: skip

SIGNALS = Table(
    "signals",
    "One row for each term, label or story whose rate changed beyond chance against the quarter "
    "before.",
    ("kind", "what", "name", "direction"),
    (
        Column("kind", "string", "Kind of item that was compared: paper or news.",
               lambda s: s.of, required=True),
        Column("what", "string", "term, label or story.", lambda s: s.one.kind, required=True),
        Column("name", "string", "The term, the label as scheme/label, or the story's id.",
               lambda s: s.one.name, required=True),
        Column("direction", "string", "rise, decline or first appearance. A term that appears "
               "first is in no title of the quarter before that was compared, a label or story on "
               "no item; texts and earlier quarters are not looked through.",
               lambda s: s.one.direction, required=True),
        Column("count", "integer", "Items in this quarter.", lambda s: s.one.count, "items",
               required=True),
        Column("count_before", "integer", "Items in the quarter before.",
               lambda s: s.one.count_before, "items", required=True),
        Column("exposure", "integer", "All items compared in this quarter.",
               lambda s: s.one.exposure, "items", required=True),
        Column("exposure_before", "integer", "All items compared in the quarter before.",
               lambda s: s.one.exposure_before, "items", required=True),
        Column("voices", "integer", "Distinct research groups or publishers behind it.",
               lambda s: s.one.voices, "voices", required=True),
        Column("ratio", "number", "This quarter's rate divided by the one before. Empty when there "
               "was nothing before.", lambda s: s.one.ratio.value, "times"),
        Column("ratio_low", "number", "Lower end of the interval of the ratio.",
               lambda s: s.one.ratio.low, "times", required=True),
        Column("ratio_high", "number", "Upper end of the interval. Empty when there is none.",
               lambda s: s.one.ratio.high, "times"),
        Column("q", "number", "Rate of false discoveries at which the signal is called.",
               lambda s: s.one.q, "share of 1", required=True),
        Column("items", "list", "Ids of some of the items behind it, the newest.",
               lambda s: s.one.items),
    ),
    _signals,
)  # fmt: skip

SOURCES = Table(
    "sources",
    "One row for each source that was to be asked, and what became of it.",
    ("source",),
    (
        Column("source", "string", "Id of the source.", lambda s: s.one.id, required=True),
        Column("publisher", "string", "Who publishes it.", lambda s: s.one.publisher,
               foreign=True),
        Column("kind", "string", "How it is asked.", lambda s: s.one.kind),
        Column("group", "string", "Group in the list of sources.", lambda s: s.one.group),
        Column("country", "string", "Country as an ISO 3166 code; INT is an international body.",
               lambda s: s.one.country),
        Column("region", "string", "Region that it writes about.", lambda s: s.one.region),
        Column("language", "string", "Its language as a BCP 47 tag.", lambda s: s.one.language),
        Column("home", "string", "Its home page.", lambda s: web_address(s.one.home)),
        Column("outcome", "string", "answered, empty (answered with nothing, which is suspicious), "
               "failed, unfinished (its harvest was stopped), or not asked.",
               lambda s: s.one.outcome, required=True),
        Column("detail", "string", "The failure in a sentence.", lambda s: s.one.detail),
        Column("items", "integer", "Items of this quarter that it had.", lambda s: s.one.items,
               "items", required=True),
    ),
    _sources,
)  # fmt: skip
