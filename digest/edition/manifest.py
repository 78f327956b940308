"""The manifest: an edition as one value, whose canonical JSON is its identity.

It holds all that a page can show, so pages are a pure function of it: every item of the quarter
with its labels and their maker, the details of the items that the pages show, the sources with
what became of each, model, codebook and thresholds, and the outcome of the review. It holds no
clock: the same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import TYPE_CHECKING

import orjson

from digest.edition.panel import Panel
from digest.edition.prevalence import Estimate
from digest.edition.rates import Ratio
from digest.edition.shares import Share

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FORMAT = "edition/3"
NOT_REVIEWED = "not reviewed"  # what ``review`` says where no panel looked


@dataclass(frozen=True, slots=True)
class Assigned:
    """A label that an item carries, and who gave it.

    ``maker`` is ``machine``, or ``panel`` where people decided; ``unsure`` marks a probability near
    the threshold, of which nobody decided.
    """

    scheme: str
    label: str
    probability: float
    threshold: float
    maker: str = "machine"
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class EditionItem:
    """One item of the quarter: enough to count it and to tell whether it changed.

    ``date`` is ``YYYY-MM-DD`` (UTC); ``status`` is ``labelled`` or says why there are no labels;
    ``late`` marks an item that surfaced after the quarter's first edition was published. ``title``
    and ``url`` are its source's own; ``voice`` tells who speaks: a paper's last author, who stands
    for the group, or a news item's publisher; ``field`` is a paper's primary category in arXiv,
    ``""`` if it is not known, for news, and in editions from before it was kept.
    """

    id: str
    kind: str
    date: str
    date_inferred: bool
    version: int
    withdrawn: bool
    late: bool
    language: str
    text_hash: str
    sources: tuple[str, ...]
    status: str
    labels: tuple[Assigned, ...]
    title: str = ""
    url: str = ""
    voice: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence of the item that carries a label, word for word.

    ``share`` is by how much the label's probability falls without it, 0 to 1.
    """

    scheme: str
    label: str
    sentence: str
    share: float


@dataclass(frozen=True, slots=True)
class ShownItem:
    """What a page shows of an item beside its title, in its source's own words."""

    id: str
    authors: tuple[str, ...]
    publishers: tuple[str, ...]
    categories: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown under one label: the chosen items, best first, and the counts behind them.

    ``papers`` and ``news`` count the quarter's items that carry the label; ``passed`` are the items
    that stood before the last of their kind and were passed over, or would be shown if a person
    confirmed them, each with the reason.
    """

    scheme: str
    label: str
    papers: int
    news: int
    chosen: tuple[str, ...]
    passed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EditionStory:
    """Items about one event or one work, two or more; ``representative`` speaks for them.

    ``outlets`` are the publishers of those that stand; ``reasons`` say in words what joined them.
    """

    id: str
    items: tuple[str, ...]
    representative: str
    outlets: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How many items of one kind (``paper`` or ``news``) concern a label, as far as one can say."""

    scheme: str
    label: str
    kind: str
    count: Estimate


@dataclass(frozen=True, slots=True)
class EditionSignal:
    """A term, label or story whose rate changed beyond chance since the quarter before.

    ``direction``: ``rise``, ``decline`` or ``first appearance``; ``count`` of ``exposure`` items
    now, ``count_before`` of ``exposure_before`` then, from so many ``voices`` (groups, publishers);
    ``ratio`` compares papers with those of the same field, so it is not that of these numbers.
    ``items`` are some of those behind it, the newest; those of a decline are of the quarter before,
    and have their ``titles`` here.
    """

    kind: str
    name: str
    direction: str
    count: int
    exposure: int
    count_before: int
    exposure_before: int
    voices: int
    ratio: Ratio
    q: float
    items: tuple[str, ...]
    titles: tuple[str, ...] = ()

    @property
    def at_earlier_rate(self) -> int | None:
        """How many items there would be now, had the rate not changed; None if unknown."""
        return round(self.count / self.ratio.value) if self.ratio.value else None


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals among items of one kind; ``status`` says if there was anything to compare with.

    ``tested``: how many rates were compared; ``wobble``: how much the rates of terms
    vary by themselves; ``fields``: in how many fields, 0 where fields are not told apart.
    """

    status: str
    tested: int = 0
    wobble: float | None = None
    signals: tuple[EditionSignal, ...] = ()
    fields: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """How many items a quarter has: ``items`` by kind.

    ``about_ai``, by kind, are those about AI that were not withdrawn, which is what labels count
    among; ``labelled`` is of how many that can be said. ``carrying``, by scheme (sdg, risk), are
    those about AI with at least one of its labels.
    """

    items: dict[str, int] = field(default_factory=dict)
    labelled: int = 0
    about_ai: dict[str, int] = field(default_factory=dict)
    carrying: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """What the last version of an earlier quarter counted: the counts behind a trend.

    ``counts`` are of the items that carry a label there, after people's decisions if there were
    any, by scheme, label and kind, among the ``totals`` about AI, which older editions do not have.
    Counts of another model or codebook than this edition's do not compare.
    """

    quarter: str
    version: str
    model: str
    codebook: str
    counts: tuple[tuple[str, str, str, int], ...]
    totals: Totals = Totals()


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """What became of a source in this quarter.

    ``outcome``: ``answered``, ``empty`` (answered with nothing, which is suspicious), ``failed``,
    ``not asked``, or ``unfinished`` (its harvest was stopped); ``detail`` is the failure in a
    sentence. ``items`` counts this quarter's.
    """

    id: str
    publisher: str
    kind: str
    group: str
    country: str
    region: str
    language: str
    home: str
    outcome: str
    detail: str
    items: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """An edition.

    ``thresholds`` maps ``scheme/label`` to the probability that assigns it; ``records`` counts the
    distinct records behind the items; ``rejections`` counts the refused entries by reason;
    ``sample`` marks the embedded sample quarter, whose texts are invented. ``stories`` are those of
    several items. ``signals`` compare with the quarter before, by kind of item. ``panel`` is what
    the panel made of it, None where no panel looked; ``review`` says so in words.
    """

    quarter: str
    model: str
    codebook: str
    thresholds: dict[str, float]
    sample: bool
    sources: tuple[SourceOutcome, ...]
    records: int
    rejections: tuple[tuple[str, int], ...]
    items: tuple[EditionItem, ...]
    shown: tuple[ShownItem, ...]
    sections: tuple[Section, ...]
    review: str
    stories: tuple[EditionStory, ...] = ()
    counts: tuple[LabelCount, ...] = ()
    shares: tuple[Share, ...] = ()
    signals: dict[str, Signals] = field(default_factory=dict)
    past: tuple[Past, ...] = ()
    panel: Panel | None = None
    format: str = FORMAT

    def canonical(self) -> bytes:
        """Canonical JSON: sorted keys, no spaces, UTF-8."""
        # orjson writes dataclasses fast, in the order of their fields; dictionaries it sorts.
        content = orjson.loads(orjson.dumps(self))
        if self.panel is None:
            del content["panel"]  # what no panel saw has the bytes that it had before there was one
        # So has what was written before fields were told apart.
        for name, ones in (("field", content["items"]), ("fields", content["signals"].values())):
            for one in ones:
                if not one[name]:
                    del one[name]
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)

    @property
    def sha256(self) -> str:
        """The edition's identity."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The items that pages show, in the order of the pages, each once."""
        return tuple(dict.fromkeys(item for one in self.sections for item in one.chosen))

    @property
    def is_by_field(self) -> bool:
        """Whether signals compare papers with those of the same field."""
        return any(found.fields for found in self.signals.values())

    def compares_with(self, past: Past) -> bool:
        """Whether the labels of an earlier quarter were given by the same model and codebook."""
        return (past.model, past.codebook) == (self.model, self.codebook)

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Read a manifest back; ``from_json(m.canonical()) == m``."""
        return _reader().validate_json(text)


@cache
def _reader() -> TypeAdapter[Manifest]:
    from pydantic import TypeAdapter

    return TypeAdapter(Manifest)


@dataclass(frozen=True, slots=True)
class Changes:
    """What an edition has that another one lacks.

    ``entered``, ``left`` and ``changed`` are item ids; ``sources`` says whose outcome changed and
    how; ``other`` names the remaining fields of the manifest that differ.
    """

    entered: tuple[str, ...]
    left: tuple[str, ...]
    changed: tuple[str, ...]
    sources: tuple[str, ...]
    other: tuple[str, ...]

    def __bool__(self) -> bool:
        return any((self.entered, self.left, self.changed, self.sources, self.other))


def compare(old: Manifest, new: Manifest) -> Changes:
    """What changed from ``old`` to ``new``; nothing only if they have the same identity."""
    before = {item.id: item for item in old.items}
    after = {item.id: item for item in new.items}
    sources = tuple(_outcomes_that_changed(old, new))
    # Items are named one by one; so are sources, unless only the words of a failure changed.
    told = {"items"} | ({"sources"} if sources else set())
    return Changes(
        entered=tuple(sorted(after.keys() - before.keys())),
        left=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(
            sorted(i for i in after.keys() & before.keys() if not _is_same(before[i], after[i]))
        ),
        sources=sources,
        other=tuple(
            one.name
            for one in fields(Manifest)
            if one.name not in told and getattr(old, one.name) != getattr(new, one.name)
        ),
    )


def _is_same(old: EditionItem, new: EditionItem) -> bool:
    """Whether an item says the same; one of an older format lacks what the new one says."""
    if not old.title and new.title:
        old = replace(old, title=new.title, url=new.url, voice=new.voice)
    if not old.field and new.field:
        old = replace(old, field=new.field)
    return old == new


def _outcomes_that_changed(old: Manifest, new: Manifest) -> Iterator[str]:
    was = {source.id: source.outcome for source in old.sources}
    now = {source.id: source.outcome for source in new.sources}
    for source in sorted(was.keys() | now.keys()):
        if was.get(source) != now.get(source):
            listed = was.get(source, "not listed"), now.get(source, "not listed")
            yield f"{source}: {' → '.join(listed)}"
