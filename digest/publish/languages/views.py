"""What the pages in another language print, in its words. Pure; no markup but charts.

The figures are those of the English pages; only the words differ. Foreign text (titles, sentences)
is clipped by ``digest.publish.views`` and escaped by the templates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from digest.edition.manifest import EditionItem, EditionSignal
from digest.edition.panel import PANEL
from digest.items import OTHER_LANGUAGE
from digest.publish import words
from digest.publish.accounts import ELSEWHERE, outcome_of
from digest.publish.estimates import ShareView
from digest.publish.explore import explorable
from digest.publish.figures import quarter_before
from digest.publish.languages.tongue import N_, Tongue
from digest.publish.sections import EditionView, SectionView
from digest.publish.views import AUTHOR, MACHINE, ItemView, swatch_of
from digest.taxonomy import Label

FIRST = 3  # items that a compact page shows of each label
OWN = 100  # items in the reader's language that a page lists
# What the manifest says of a source, as the catalogues have it.
OUTCOMES = {
    "answered": N_("Answered"),
    "empty": N_("Answered with nothing"),
    "failed": N_("Failed"),
    "unfinished": N_("Not finished"),
    "not asked": N_("Not asked"),
    ELSEWHERE: N_("Answered, nothing of this quarter"),
}
VERDICTS = (
    N_("under-served"), N_("not under-served"), N_("not distinguishable"), N_("too little data"),
)  # fmt: skip
KINDS = {"paper": N_("Papers"), "news": N_("News")}
DIRECTIONS = {
    "rise": N_("rise"),
    "decline": N_("decline"),
    "first appearance": N_("no compared item in %(quarter)s"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An item and who says that it carries the label; ``how`` is in the reader's language, and
    ``""`` where nobody says anything."""

    item: ItemView
    day: str
    how: str


@dataclass(frozen=True, slots=True)
class Row:
    """A label with its counts. ``corrected`` and ``interval`` may be ``""``."""

    id: str
    name: str
    english: str
    swatch: str
    papers: int
    news: int
    confirmed: int
    corrected: str
    interval: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """Items that carry the label."""
        return self.papers + self.news


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Risk categories under their heading."""

    id: str
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A goal's share; numbers as they are printed, and as a chart needs them."""

    name: str
    swatch: str
    share: str
    interval: str
    reference: str
    verdict: str
    verdict_words: str
    low: float | None
    middle: float | None
    high: float | None
    at: float


@dataclass(frozen=True, slots=True)
class Move:
    """A goal or risk category whose rate changed beyond chance.

    ``expected`` is the number of items at the earlier rate, or ``""``.
    """

    scheme: str
    name: str
    swatch: str
    kind: str
    direction: str
    now: str
    expected: str
    before: str


class EditionWords:
    """An edition in a language."""

    def __init__(self, edition: EditionView, tongue: Tongue) -> None:
        self.edition, self.tongue = edition, tongue
        self.manifest = edition.manifest
        self._chosen = {(s.scheme, s.label): s.chosen for s in self.manifest.sections}
        self._papers = {
            (c.scheme, c.label): c.count for c in self.manifest.counts if c.kind == "paper"
        }

    def goals(self) -> tuple[Row, ...]:
        """The goals in their order."""
        return tuple(self._row(section) for section in self.edition.goals)

    def groups(self) -> tuple[RowGroup, ...]:
        """The risk categories under their headings."""
        known = self.edition.codebook.groups["risk"]
        return tuple(
            RowGroup(group.id, group.names[self.tongue.tag], tuple(map(self._row, view.sections)))
            for group, view in zip(known, self.edition.risk_groups, strict=True)
        )

    def _row(self, section: SectionView) -> Row:
        label, number = section.label, self.tongue.number
        count = self._papers.get((label.scheme, label.id))
        known = count is not None and count.estimate is not None
        return Row(
            id=label.id,
            name=self.tongue.label(label),
            english=section.href,
            swatch=section.swatch,
            papers=section.papers,
            news=section.news,
            confirmed=section.confirmed,
            corrected=number(count.estimate or 0) if count and known and not count.is_vague else "",
            interval=self._range(number(count.low or 0), number(count.high or 0))
            if count and known
            else "",
            lines=tuple(self._lines(label)),
        )

    def _range(self, low: str, high: str) -> str:
        return self.tongue.gettext("%(low)s to %(high)s") % {"low": low, "high": high}

    def _lines(self, label: Label) -> Iterator[Line]:
        by_id = self.edition.items.by_id
        chosen = self._chosen.get((label.scheme, label.id), ())
        standing = [by_id[i] for i in chosen if i in by_id and not by_id[i].withdrawn]
        for item in standing[:FIRST]:
            given = [a for a in item.labels if (a.scheme, a.label) == (label.scheme, label.id)]
            how = "; ".join(self._how(a.maker, a.probability) for a in given)
            yield self._line(item, label, how)

    def _line(self, item: EditionItem, label: Label | None, how: str) -> Line:
        day = self.tongue.day(item.date)
        if item.date_inferred:
            day = self.tongue.gettext("first seen %(day)s") % {"day": day}
        return Line(self.edition.items.view(item.id, label), day, how)

    def _how(self, maker: str, probability: float) -> str:
        if maker == PANEL:
            return self.tongue.gettext("decided by the panel")
        if maker != MACHINE:
            return self.tongue.gettext("decided by %(who)s") % {"who": words.clip(maker, AUTHOR)}
        percent = self.tongue.probability(probability)
        return self.tongue.gettext("by machine, %(percent)s") % {"percent": percent}

    def own_items(self) -> tuple[Line, ...]:
        """The labelled items in the reader's language, newest first, and what each is about."""
        found = [item for item in explorable(self.manifest) if self._is_own(item)]
        return tuple(self._line(item, None, self._about(item)) for item in found[:OWN])

    def unread_items(self) -> tuple[tuple[Line, ...], int]:
        """The newest items in the reader's language, which the model does not read, and how many
        there are; those that people labelled are not among them."""
        found = [
            item
            for item in self.manifest.items
            if item.status == OTHER_LANGUAGE and self._is_own(item)
            and not item.labels and not item.withdrawn
        ]  # fmt: skip
        newest = sorted(sorted(found, key=lambda i: i.id), key=lambda i: i.date, reverse=True)
        return tuple(self._line(item, None, "") for item in newest[:OWN]), len(found)

    def _is_own(self, item: EditionItem) -> bool:
        return item.language.split("-")[0] == self.tongue.tag

    def _about(self, item: EditionItem) -> str:
        names = {(x.scheme, x.id): self.tongue.label(x) for x in self.edition.codebook.labels}
        shown = [(a.scheme, a.label) for a in item.labels if a.scheme in {"sdg", "risk"}]
        return self.tongue.listed([names[pair] for pair in shown if pair in names])

    def shares(self) -> tuple[ShareRow, ...]:
        """The goals' shares of public-interest AI work; empty in an edition without them."""
        names = {
            label.id: self.tongue.label(label) for label in self.edition.codebook.scheme("sdg")
        }
        return tuple(self._share(view, names[view.value.goal]) for view in self.edition.shares)

    def _share(self, view: ShareView, name: str) -> ShareRow:
        share, percent = view.value, self.tongue.percent
        known = share.low is not None and share.high is not None
        return ShareRow(
            name=name,
            swatch=view.swatch,
            share="" if share.share is None or share.is_vague else percent(share.share),
            interval=self._range(percent(share.low or 0), percent(share.high or 0))
            if known
            else "",
            reference=percent(share.reference),
            verdict=share.verdict,
            verdict_words=self.tongue.gettext(share.verdict),
            low=share.low,
            middle=None if share.is_vague else share.share,
            high=share.high,
            at=share.reference,
        )

    def moves(self) -> tuple[Move, ...]:
        """The goals and risk categories whose rate changed beyond chance, papers before news."""
        labels = {f"{x.scheme}/{x.id}": x for x in self.edition.codebook.labels}
        ordered = sorted(self.manifest.signals.items(), key=lambda pair: pair[0] != "paper")
        return tuple(
            self._move(labels[signal.name], kind, signal)
            for kind, found in ordered
            for signal in found.signals
            if signal.kind == "label" and signal.name in labels
        )

    def _move(self, label: Label, kind: str, signal: EditionSignal) -> Move:
        quarter, _ = quarter_before(self.manifest)
        number, expected = self.tongue.number, signal.at_earlier_rate
        return Move(
            scheme=label.scheme,
            name=self.tongue.label(label),
            swatch=swatch_of(label),
            kind=self.tongue.gettext(KINDS[kind]),
            direction=self.tongue.gettext(DIRECTIONS[signal.direction]) % {"quarter": quarter},
            now=number(signal.count),
            expected="" if expected is None else number(expected),
            before=number(signal.count_before),
        )

    def outcomes(self) -> tuple[tuple[str, str], ...]:
        """What became of the sources: words and how many."""
        found = Counter(map(outcome_of, self.manifest.sources))
        say, number = self.tongue.gettext, self.tongue.number
        return tuple((say(OUTCOMES[o]), number(found[o])) for o in OUTCOMES if found[o])
