"""Goals and risk categories with what an edition has for each. Pure; no markup but charts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from digest.edition.manifest import EditionItem, Manifest, Section
from digest.edition.select import UNSURE, is_showable
from digest.publish import estimates, views, words
from digest.publish.estimates import CountView, ShareView
from digest.publish.trends import TrendRow, Trends
from digest.publish.views import Items, ItemView, display_name, href_of, swatch_of
from digest.publish.voices import Voices
from digest.taxonomy import Codebook, Label


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen item's place among those of its kind, and the machine's probability in words."""

    item: ItemView
    percent: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """A label of the codebook with what the quarter has for it.

    ``passed`` are items that stood before the last chosen one, or would be shown if a person
    confirmed them, each with why it is not shown; of the latter there are ``waiting``.
    ``confirmed`` counts the items of the label on which people decided. ``rulings`` are the
    borderline cases of its criteria, each with what was decided, in words.
    """

    label: Label
    name: str
    href: str
    swatch: str
    papers: int
    news: int
    confirmed: int
    chosen_papers: tuple[ItemView, ...]
    chosen_news: tuple[ItemView, ...]
    choices: tuple[Choice, ...]
    passed: tuple[tuple[ItemView, str], ...]
    waiting: int
    rulings: tuple[tuple[str, str], ...]
    counts: tuple[CountView, ...]
    trend: tuple[TrendRow, ...]

    @property
    def total(self) -> int:
        """Items of the quarter that carry the label."""
        return self.papers + self.news

    @property
    def chosen(self) -> int:
        """Items that the page shows."""
        return len(self.chosen_papers) + len(self.chosen_news)


@dataclass(frozen=True, slots=True)
class GroupView:
    """A heading over sections; ``href`` leads to it on the page of all risks."""

    id: str
    name: str
    href: str
    sections: tuple[SectionView, ...]


class EditionView:
    """A manifest with its codebook, looked up by id. Reads only what it was given.

    ``deciders`` are those whose decisions stand above the machine's labels. ``tests`` are the
    results of its model's tests (``PublishedEdition.report``), ``abstracts`` those of them that are
    real, and ``bases`` what estimates rest on, in words.
    """

    def __init__(
        self, manifest: Manifest, codebook: Codebook, tests: Mapping[str, Any] | None = None
    ) -> None:
        self.manifest, self.codebook, self.tests = manifest, codebook, tests
        self.abstracts: Mapping[str, Any] | None = (tests or {}).get("abstracts")
        tested_on = self.abstracts["quarters"] if self.abstracts else ()
        self.bases = estimates.bases(manifest.quarter, tested_on)
        self.items = Items(manifest, codebook)
        self._sections = {(s.scheme, s.label): s for s in manifest.sections}
        self._trends = Trends(manifest)
        self._confirmed = _confirmed(manifest)
        self.deciders = estimates.deciders(manifest, any_confirmed=bool(self._confirmed))
        self._risk_names = {label.id: label.name for label in codebook.scheme("risk")}
        # A "risk to democracy" is the word, not the category.
        self._risk_id = re.compile(rf"(?<!to )\b(?:{'|'.join(map(re.escape, self._risk_names))})\b")

    @cached_property
    def goals(self) -> tuple[SectionView, ...]:
        """The goals in the codebook's order, also those without items."""
        return tuple(self._section(label) for label in self.codebook.scheme("sdg"))

    @cached_property
    def risk_groups(self) -> tuple[GroupView, ...]:
        """The groups of risk categories, each category with what the quarter has for it."""
        return tuple(
            GroupView(
                id=group.id,
                name=group.names["en"],
                href=f"risks/#{group.id}",
                sections=tuple(
                    self._section(label)
                    for label in self.codebook.scheme("risk")
                    if label.group == group.id
                ),
            )
            for group in self.codebook.groups["risk"]
        )

    @property
    def risks(self) -> tuple[SectionView, ...]:
        """The risk categories in the order of their groups."""
        return tuple(section for group in self.risk_groups for section in group.sections)

    @cached_property
    def voices(self) -> Voices:
        """What the panel said."""
        return Voices(self.manifest.panel, self.items, self.codebook)

    @cached_property
    def shares(self) -> tuple[ShareView, ...]:
        """The goals' shares of public-interest AI work; empty in an edition without them."""
        named = [(goal.label.id, goal.name, goal.href, goal.swatch) for goal in self.goals]
        return estimates.share_views(self.manifest.shares, named, self.bases)

    def withdrawn(self) -> tuple[ItemView, ...]:
        """The withdrawn items, newest first."""
        return self._listed(item for item in self.manifest.items if item.withdrawn)

    def late(self) -> tuple[ItemView, ...]:
        """The late arrivals, newest first."""
        return self._listed(item for item in self.manifest.items if item.late)

    def _listed(self, items: Iterable[EditionItem]) -> tuple[ItemView, ...]:
        ordered = sorted(items, key=lambda item: item.id)
        ordered.sort(key=lambda item: item.date, reverse=True)
        return self.items.views(item.id for item in ordered)

    def _section(self, label: Label) -> SectionView:
        pair = label.scheme, label.id
        section = self._sections.get(pair, Section(*pair, 0, 0, ()))
        chosen = [i for i in section.chosen if self._may_stand(i)]
        items = {i: self.items.view(i, label) for i in chosen}
        papers = [i for i in chosen if self.items.by_id[i].kind == "paper"]
        return SectionView(
            label=label,
            name=display_name(label),
            href=href_of(label),
            swatch=swatch_of(label),
            papers=section.papers,
            news=section.news,
            confirmed=self._confirmed.get(pair, 0),
            chosen_papers=tuple(items[i] for i in papers),
            chosen_news=tuple(items[i] for i in chosen if i not in papers),
            choices=tuple(Choice(items[i], self._percent(i, label)) for i in chosen),
            passed=tuple((self.items.view(i), reason) for i, reason in section.passed),
            waiting=sum(reason == UNSURE for _, reason in section.passed),
            rulings=tuple((case.rstrip("."), self._ruling(r)) for case, r in label.borderline),
            counts=estimates.counts_of(self.manifest, label, self.deciders, self.bases),
            trend=self._trends.rows(section),
        )

    def _ruling(self, ruling: str) -> str:
        """A ruling of the codebook, which names risk categories by their ids, for readers."""
        return self._risk_id.sub(lambda found: f"“{self._risk_names[found[0]]}”", ruling)

    def _may_stand(self, item_id: str) -> bool:
        item = self.items.by_id.get(item_id)
        return item is not None and not item.withdrawn

    def _percent(self, item_id: str, label: Label) -> str:
        given = self.items.by_id[item_id].labels
        found = [a.probability for a in given if (a.scheme, a.label) == (label.scheme, label.id)]
        return words.probability(found[0]) if found else ""


def _confirmed(manifest: Manifest) -> dict[tuple[str, str], int]:
    """How many items carry each label because people decided so."""
    found: dict[tuple[str, str], int] = {}
    for item in manifest.items:
        for given in item.labels:
            if given.maker != views.MACHINE and is_showable(item):
                pair = given.scheme, given.label
                found[pair] = found.get(pair, 0) + 1
    return found
