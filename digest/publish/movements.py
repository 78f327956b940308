"""Rates that changed beyond chance, in words: goals and risks that moved, and emerging signals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.edition.manifest import EditionSignal, Manifest
from digest.edition.rates import LEVEL
from digest.edition.select import speaker
from digest.publish import words
from digest.publish.estimates import UNITS
from digest.publish.sections import EditionView, SectionView
from digest.publish.views import TITLE, ItemView

VOICES = {"paper": ("group of authors", "groups of authors"), "news": ("publisher", "publishers")}
DIRECTIONS = ("rise", "first appearance", "decline")
HEADINGS = {
    "rise": "Rose",
    # Texts, an earlier quarter, or titles of a field that one quarter lacks may have it.
    "first appearance": "In no compared title of {before}",
    "decline": "Declined",
}


@dataclass(frozen=True, slots=True)
class SignalView:
    """A rate that changed. ``href`` is the label's page or ``""``; ``items`` are behind it.

    ``change`` says by how much, with its interval; ``expected`` is the number at the earlier rate,
    or ``""``, because ``now`` and ``before`` alone do not tell how much was looked at.
    """

    name: str
    href: str
    swatch: str
    what: str
    unit: str
    direction: str
    now: str
    expected: str
    before: str
    change: str
    voices: str
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class Movements:
    """All that changed against the quarter before.

    ``silence`` says why nothing could be compared, ``""`` when something was; ``no_labels`` why
    goals and risks were not. ``signals`` are terms and stories by direction; ``by_field`` says
    whether papers were compared within their fields.
    """

    before: str
    silence: str
    no_labels: str
    labels: tuple[SignalView, ...]
    signals: tuple[tuple[str, str, tuple[SignalView, ...]], ...]
    tested: str
    level: str
    by_field: bool


def movements(edition: EditionView) -> Movements:
    """What rose, fell or appeared, papers before news, in the order of the signals."""
    manifest = edition.manifest
    compared = [kind for kind, found in manifest.signals.items() if found.status == "compared"]
    called = list(_views(edition))
    before = _before(manifest)
    terms = [view for kind, view in called if kind != "label"]
    return Movements(
        before=before,
        silence="" if compared else _silence(manifest),
        no_labels=_no_labels(manifest) if compared else "",
        labels=tuple(view for kind, view in called if kind == "label"),
        signals=tuple(
            (direction.replace(" ", "-"), HEADINGS[direction].format(before=before), found)
            for direction in DIRECTIONS
            if (found := tuple(view for view in terms if view.direction == direction))
        ),
        tested=words.number(sum(found.tested for found in manifest.signals.values())),
        level=words.percent(LEVEL),
        by_field=manifest.is_by_field,
    )


def _before(manifest: Manifest) -> str:
    return manifest.past[-1].quarter if manifest.past else "the quarter before"


def _silence(manifest: Manifest) -> str:
    if not manifest.past:
        return (
            "No earlier quarter is published, so nothing can be compared yet. That is not the same "
            "as nothing having changed."
        )
    return "The earlier quarter and this one have no items in common to compare."


def _no_labels(manifest: Manifest) -> str:
    """Why goals and risks were not compared, if they were not."""
    before = manifest.past[-1] if manifest.past else None
    if before is None or manifest.compares_with(before):
        return ""
    return (
        f"{before.quarter} was labelled by another model or codebook, so the counts of goals and "
        "risks do not compare; terms and stories do."
    )


def _views(edition: EditionView) -> Iterator[tuple[str, SignalView]]:
    sections = {(s.label.scheme, s.label.id): s for s in (*edition.goals, *edition.risks)}
    ordered = sorted(edition.manifest.signals.items(), key=lambda pair: pair[0] != "paper")
    for kind, found in ordered:
        for signal in found.signals:
            scheme, _, label = signal.name.partition("/")
            section = sections.get((scheme, label)) if signal.kind == "label" else None
            rate = "the earlier rate in the same fields" if found.fields else "the earlier rate"
            yield signal.kind, _view(edition, kind, signal, section, rate)


def _view(
    edition: EditionView,
    kind: str,
    signal: EditionSignal,
    section: SectionView | None,
    rate: str,
) -> SignalView:
    behind = words.count(signal.voices, *VOICES.get(kind, ("voice", "voices")))
    expected = signal.at_earlier_rate
    return SignalView(
        name=section.name if section else _name(edition, signal),
        href=section.href if section else "",
        swatch=section.swatch if section else "",
        what={"label": "label", "term": "term", "story": "story"}.get(signal.kind, signal.kind),
        unit=UNITS.get(kind, kind) + "s",
        direction=signal.direction,
        now=words.number(signal.count),
        expected="" if expected is None else words.number(expected),
        before=words.number(signal.count_before),
        change=_change(signal, _before(edition.manifest), rate),
        voices=f"{behind} behind the earlier ones" if signal.direction == "decline" else behind,
        items=edition.items.views(
            signal.items,
            dict(zip(signal.items, signal.titles, strict=True)) if signal.titles else None,
        ),
    )


def _change(signal: EditionSignal, before: str, rate: str) -> str:
    ratio, low = signal.ratio, words.times(signal.ratio.low)
    if ratio.value is None or ratio.high is None:
        what = "title" if signal.kind == "term" else "item"
        return f"in no {what} of {before} that was compared; at least {low} {rate}"
    interval = f"{low.removesuffix(' times')} to {words.times(ratio.high).removesuffix(' times')}"
    return f"{words.times(ratio.value)} {rate} ({interval})"


def _name(edition: EditionView, signal: EditionSignal) -> str:
    if signal.kind == "story" and (story := edition.items.story(signal.name)):
        return edition.items.view(speaker(story, edition.items.by_id)).title
    return words.clip(signal.name, TITLE)


def moved(labels: Sequence[SignalView], scheme: str) -> tuple[SignalView, ...]:
    """The labels of one scheme that moved, told apart by their pages."""
    return tuple(view for view in labels if view.href.startswith(f"{scheme}/"))
