"""Corrected counts and shares of goals in words: the number, its interval, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digest.edition.manifest import Manifest
from digest.edition.prevalence import Basis, Estimate
from digest.edition.shares import Share
from digest.publish import words
from digest.taxonomy import Label

UNITS = {"paper": "paper", "news": "news item"}
BASES: dict[Basis, str] = {
    "panel sample": "by items of this quarter, drawn at random and read by people",
    "model's test": "by the machine's errors in its test on abstracts of another quarter",
    "none": "not corrected: too few items of this kind were read",
}


@dataclass(frozen=True, slots=True)
class CountView:
    """How many items of a kind concern a label. ``estimate`` and ``interval`` may be ``""``."""

    kind: str
    raw: int
    estimate: str
    interval: str
    basis: str
    sentence: str


def counts_of(manifest: Manifest, label: Label) -> tuple[CountView, ...]:
    """The counts of papers and of news for one label."""
    return tuple(
        _count(one.kind, one.count)
        for one in manifest.counts
        if (one.scheme, one.label) == (label.scheme, label.id)
    )


def _count(kind: str, count: Estimate) -> CountView:
    if count.estimate is None or count.low is None or count.high is None:
        estimate = interval = ""
        sentence = (
            f"{_labelled(count.raw, kind)}; too little was read to say how many truly concern it."
        )
    else:
        estimate = "" if count.is_vague else words.number(count.estimate)
        interval = f"{words.number(count.low)} to {words.number(count.high)}"
        span = f"{words.percent(count.level)} interval"
        sentence = (
            f"Between {words.number(count.low)} and {words.count(count.high, UNITS[kind])} truly "
            f"concern it ({span}): too wide to name one number; {_labelled(count.raw, kind)}."
            if count.is_vague
            else f"About {words.count(count.estimate, UNITS[kind])} truly "
            f"{'concerns' if count.estimate == 1 else 'concern'} it "
            f"({span}: {interval}); "
            f"{_labelled(count.raw, kind)}."
        )
    basis = BASES[count.basis]
    if count.read:
        basis = f"{basis} ({words.number(count.read)} read)"
    sentence = sentence[0].upper() + sentence[1:]
    return CountView(kind, count.raw, estimate, interval, basis, sentence)


def _labelled(raw: int, kind: str) -> str:
    return f"{words.count(raw, UNITS[kind])} {'carries' if raw == 1 else 'carry'} the label"


@dataclass(frozen=True, slots=True)
class ShareView:
    """A goal's share of public-interest AI work beside its reference; texts may be ``""``."""

    name: str
    href: str
    swatch: str
    raw: str
    share: str
    interval: str
    reference: str
    verdict: str
    basis: str
    value: Share


def share_views(
    shares: Iterable[Share], sections: Sequence[tuple[str, str, str, str]]
) -> tuple[ShareView, ...]:
    """Shares in the order of the goals; ``sections`` are id, name, href and swatch of each goal."""
    by_goal = {share.goal: share for share in shares}
    return tuple(
        _share(by_goal[goal], name, href, swatch)
        for goal, name, href, swatch in sections
        if goal in by_goal
    )


def _share(share: Share, name: str, href: str, swatch: str) -> ShareView:
    low, high = _percent(share.low), _percent(share.high)
    return ShareView(
        name=name,
        href=href,
        swatch=swatch,
        raw="" if share.raw is None else words.small_percent(share.raw),
        share=_percent(share.share),
        interval=f"{low} to {high}" if low and high else "",
        reference=_percent(share.reference),
        verdict=share.verdict,
        basis=BASES[share.basis],
        value=share,
    )


def _percent(share: float | None) -> str:
    return "" if share is None else words.precise_percent(share)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the shares say in words: goals by verdict, and the level and reference behind it."""

    under_served: tuple[ShareView, ...]
    open: tuple[ShareView, ...]
    served: tuple[ShareView, ...]
    unknown: tuple[ShareView, ...]
    level: str
    references: str
    basis: str


def verdicts(views: Sequence[ShareView]) -> Verdicts | None:
    """The shares sorted by verdict, the smallest share first; None when there are no shares."""
    if not views:
        return None

    def those(verdict: str) -> tuple[ShareView, ...]:
        found = [one for one in views if one.verdict == verdict]
        return tuple(sorted(found, key=lambda one: (one.value.share or 0, one.name)))

    distinct = dict.fromkeys(one.reference for one in views)
    return Verdicts(
        under_served=those("under-served"),
        open=those("not distinguishable"),
        served=those("not under-served"),
        unknown=those("too little data"),
        level=words.percent(views[0].value.level),
        references=next(iter(distinct)) if len(distinct) == 1 else "",
        basis=views[0].basis,
    )
