"""Counts and shares of goals in words: the number, its interval, what it rests on, who decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from digest.edition.manifest import LabelCount, Manifest
from digest.edition.prevalence import Basis
from digest.edition.shares import Share
from digest.publish import words
from digest.taxonomy import Label

UNITS = {"paper": "paper", "news": "news item"}
Bases = Mapping[Basis, str]  # what each basis of an edition's estimates is, in words
# Whose decisions stand above the machine's labels: a panel's, an editor's (who corrected a
# published version that had no panel), or nobody's.
Deciders = Literal["panel", "editor", "nobody"]
DECISIONS: dict[Deciders, str] = {
    "panel": "the panel's decisions",
    "editor": "an editor's corrections",
    "nobody": "",
}


def bases(quarter: str, tested_on: Sequence[str]) -> Bases:
    """What the estimates of an edition of ``quarter`` rest on.

    ``tested_on`` are the quarters of the abstracts on which its model was tested; none where that
    was not kept.
    """
    named = words.listed(["this same quarter" if q == quarter else q for q in tested_on] or [""])
    whose = f" of {named}" if named else ""
    if named and quarter not in tested_on:
        whose += ", another quarter" if len(tested_on) == 1 else ", other quarters"
    return {
        "panel sample": "corrected by items of this quarter, drawn at random and read by people",
        "model's test": f"corrected by the machine's errors in its test on abstracts{whose}",
        "none": "not corrected: too few items drawn at random were read, and there is no test of "
        "the model to go by instead",
    }


def carrying(manifest: Manifest) -> dict[tuple[str, str, str], int]:
    """How many items carry a label in the edition, by scheme, label and kind.

    The raw count of ``manifest.counts`` is what the machine gave, whatever people decided since.
    """
    return {
        (section.scheme, section.label, kind): number
        for section in manifest.sections
        for kind, number in (("paper", section.papers), ("news", section.news))
    }


def deciders(manifest: Manifest, *, any_confirmed: bool) -> Deciders:
    """Whose decisions the edition's labels are after; ``any_confirmed`` is a label by people."""
    if manifest.panel is not None:
        return "panel"
    now = carrying(manifest)
    differs = any(
        one.count.raw != now.get((one.scheme, one.label, one.kind), 0) for one in manifest.counts
    )
    return "editor" if any_confirmed or differs else "nobody"


@dataclass(frozen=True, slots=True)
class CountView:
    """How many items of a kind concern a label. ``estimate`` and ``interval`` may be ``""``.

    ``raw`` had the label from the machine, ``carrying`` have it in the edition.
    """

    kind: str
    raw: int
    carrying: int
    estimate: str
    interval: str
    basis: str
    sentence: str


def counts_of(
    manifest: Manifest, label: Label, decided: Deciders, rest_on: Bases
) -> tuple[CountView, ...]:
    """The counts of papers and of news for one label, and after whose decisions."""
    now = carrying(manifest)
    return tuple(
        _count(one, now.get((one.scheme, one.label, one.kind), 0), decided, rest_on)
        for one in manifest.counts
        if (one.scheme, one.label) == (label.scheme, label.id)
    )


def _count(of: LabelCount, carried: int, decided: Deciders, rest_on: Bases) -> CountView:
    kind, count = of.kind, of.count
    labelled = _labelled(count.raw, kind, carried, decided)
    if count.estimate is None or count.low is None or count.high is None:
        estimate = interval = ""
        sentence = f"{labelled}; too little was read to say how many truly concern it."
    else:
        estimate = "" if count.is_vague else words.number(count.estimate)
        interval = f"{words.number(count.low)} to {words.number(count.high)}"
        span = f"{words.percent(count.level)} interval"
        sentence = (
            f"Between {words.number(count.low)} and {words.count(count.high, UNITS[kind])} truly "
            f"concern it ({span}): too wide to name one number; {labelled}."
            if count.is_vague
            else f"About {words.count(count.estimate, UNITS[kind])} truly "
            f"{'concerns' if count.estimate == 1 else 'concern'} it "
            f"({span}: {interval}); "
            f"{labelled}."
        )
    basis = rest_on[count.basis]
    if count.read:
        basis = f"{basis} ({words.number(count.read)} read)"
    sentence = sentence[0].upper() + sentence[1:]
    return CountView(kind, count.raw, carried, estimate, interval, basis, sentence)


def _labelled(raw: int, kind: str, carried: int, decided: Deciders) -> str:
    given = words.count(raw, UNITS[kind])
    if decided == "nobody":
        return f"{given} {'carries' if raw == 1 else 'carry'} the label"
    now = f"{words.number(carried) if carried else 'none'} {'carry' if carried > 1 else 'carries'}"
    return f"the machine gave the label to {given}, and after {DECISIONS[decided]} {now} it"


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
    shares: Iterable[Share], sections: Sequence[tuple[str, str, str, str]], rest_on: Bases
) -> tuple[ShareView, ...]:
    """Shares in the order of the goals; ``sections`` are id, name, href and swatch of each goal."""
    by_goal = {share.goal: share for share in shares}
    return tuple(
        _share(by_goal[goal], (name, href, swatch), rest_on)
        for goal, name, href, swatch in sections
        if goal in by_goal
    )


def _share(share: Share, goal: tuple[str, str, str], rest_on: Bases) -> ShareView:
    name, href, swatch = goal
    low, high = _percent(share.low), _percent(share.high)
    return ShareView(
        name=name,
        href=href,
        swatch=swatch,
        raw="" if share.raw is None else words.small_percent(share.raw),
        share="" if share.is_vague else _percent(share.share),
        interval=f"{low} to {high}" if low and high else "",
        reference=_percent(share.reference),
        verdict=share.verdict,
        basis=rest_on[share.basis],
        value=share,
    )


def _percent(share: float | None) -> str:
    return "" if share is None else words.precise_percent(share)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the shares say in words: goals by verdict, and the level and reference behind it.

    ``any_known`` is false where there is too little data on every goal; of those that are
    ``unknown`` although the shares are ``corrected``, too few papers carry a goal.
    """

    under_served: tuple[ShareView, ...]
    open: tuple[ShareView, ...]
    served: tuple[ShareView, ...]
    unknown: tuple[ShareView, ...]
    level: str
    references: str
    basis: str
    corrected: bool

    @property
    def any_known(self) -> bool:
        """Whether the interval of any goal was held against its reference."""
        return bool(self.under_served or self.open or self.served)


def common_reference(references: Iterable[str]) -> str:
    """The reference of all goals as it is written, ``""`` where they have several."""
    first, *others = dict.fromkeys(references) or [""]
    return "" if others else first


def verdicts(views: Sequence[ShareView]) -> Verdicts | None:
    """The shares sorted by verdict, the smallest share first; None when there are no shares."""
    if not views:
        return None

    def those(verdict: str) -> tuple[ShareView, ...]:
        found = [one for one in views if one.verdict == verdict]
        return tuple(sorted(found, key=lambda one: one.value.share or 0))

    return Verdicts(
        under_served=those("under-served"),
        open=those("not distinguishable"),
        served=those("not under-served"),
        unknown=those("too little data"),
        level=words.percent(views[0].value.level),
        references=common_reference(one.reference for one in views),
        basis=views[0].basis,
        corrected=views[0].value.basis != "none",
    )
