"""What the templates print: a manifest turned into ready words. Pure; no markup, no files.

Foreign text (titles, authors, sentences) is made one plain, clipped line here and escaped by the
templates. Links are given relative to the edition's root; a template puts ``root`` before them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from digest.edition.manifest import Assigned, EditionItem, Manifest, Section, ShownItem
from digest.publish import words
from digest.taxonomy import SCHEMES, Codebook, Label
from digest.text import web_address

TITLE, AUTHOR, SENTENCE, AUTHORS = 300, 80, 900, 6
LISTED = 300  # rows of a long list on a page; all rows are in the data files
GOALS = frozenset(str(n) for n in range(1, 18))


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label on an item, and how it came there. ``href`` may be ``""``."""

    name: str
    href: str
    method: str
    swatch: str
    percent: str
    confidence: str
    threshold: str
    unsure: bool
    by_machine: bool
    maker: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item on a page. ``quote`` is its own sentence for the section's label, or ``""``."""

    anchor: str
    title: str
    url: str
    lang: str
    authors: tuple[str, ...]
    more_authors: int
    date: str
    date_words: str
    date_inferred: bool
    late: bool
    publishers: str
    labels: tuple[LabelView, ...]
    quote: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """A label of the codebook with what the quarter has for it."""

    label: Label
    name: str
    href: str
    swatch: str
    papers: int
    news: int
    chosen_papers: tuple[ItemView, ...]
    chosen_news: tuple[ItemView, ...]

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
    """A heading over sections, with its own page."""

    id: str
    name: str
    href: str
    sections: tuple[SectionView, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the quarter, what it counts, and a remark or ``""``."""

    value: str
    what: str
    remark: str = ""


class EditionView:
    """A manifest with its codebook, looked up by id. Reads only what it was given."""

    def __init__(self, manifest: Manifest, codebook: Codebook) -> None:
        self.manifest, self.codebook = manifest, codebook
        self._items = {item.id: item for item in manifest.items}
        self._shown = {item.id: item for item in manifest.shown}
        self._sections = {(s.scheme, s.label): s for s in manifest.sections}
        self._labels = {(label.scheme, label.id): label for label in codebook.labels}

    def goals(self) -> tuple[SectionView, ...]:
        """The goals in the codebook's order, also those without items."""
        return tuple(self._section(label) for label in self.codebook.scheme("sdg"))

    def risk_groups(self) -> tuple[GroupView, ...]:
        """The groups of risk categories, each category with what the quarter has for it."""
        return tuple(
            GroupView(
                id=group.id,
                name=group.names["en"],
                href=f"risk/{group.id}/",
                sections=tuple(
                    self._section(label)
                    for label in self.codebook.scheme("risk")
                    if label.group == group.id
                ),
            )
            for group in self.codebook.groups["risk"]
        )

    def withdrawn(self) -> tuple[ItemView, ...]:
        """The withdrawn items, newest first."""
        return self._listed(item for item in self.manifest.items if item.withdrawn)

    def late(self) -> tuple[ItemView, ...]:
        """The late arrivals, newest first."""
        return self._listed(item for item in self.manifest.items if item.late)

    def named(self, ids: Iterable[str]) -> tuple[ItemView, ...]:
        """Items by id; an id that is no longer in the edition is shown by itself."""
        return tuple(self._item(item_id, None) for item_id in ids)

    def _listed(self, items: Iterable[EditionItem]) -> tuple[ItemView, ...]:
        ordered = sorted(items, key=lambda item: item.id)
        ordered.sort(key=lambda item: item.date, reverse=True)
        return tuple(self._item(item.id, None) for item in ordered)

    def _section(self, label: Label) -> SectionView:
        empty = Section(label.scheme, label.id, 0, 0, ())
        section = self._sections.get((label.scheme, label.id), empty)
        chosen = [i for i in section.chosen if i in self._items and not self._items[i].withdrawn]
        return SectionView(
            label=label,
            name=display_name(label),
            href=href_of(label),
            swatch=swatch_of(label),
            papers=section.papers,
            news=section.news,
            chosen_papers=tuple(self._item(i, label) for i in chosen if self._is_paper(i)),
            chosen_news=tuple(self._item(i, label) for i in chosen if not self._is_paper(i)),
        )

    def _is_paper(self, item_id: str) -> bool:
        return self._items[item_id].kind == "paper"

    def _item(self, item_id: str, label: Label | None) -> ItemView:
        item, shown = self._items.get(item_id), self._shown.get(item_id)
        slug = re.sub(r"[^A-Za-z0-9]+", "-", item_id).strip("-")
        authors = shown.authors if shown else ()
        date = item.date if item else ""
        return ItemView(
            anchor=f"{label.id}-{slug}" if label and label.scheme == "risk" else slug,
            title=words.clip(item.title if item else "", TITLE) or item_id,
            url=web_address((item.url if item else "") or _own_address(item_id)),
            lang=words.lang_attribute(item.language if item else ""),
            authors=tuple(words.clip(name, AUTHOR) for name in authors[:AUTHORS]),
            more_authors=max(0, len(authors) - AUTHORS),
            date=date,
            date_words=words.day(date),
            date_inferred=bool(item and item.date_inferred),
            late=bool(item and item.late),
            publishers=", ".join(_publishers(item, shown)),
            labels=tuple(map(self._label, sorted(item.labels, key=_label_order))) if item else (),
            quote=_quote(shown, label),
        )

    def _label(self, assigned: Assigned) -> LabelView:
        label = self._labels.get((assigned.scheme, assigned.label))
        return LabelView(
            name=display_name(label) if label else f"{assigned.scheme} {assigned.label}",
            href=href_of(label) if label else "",
            method=f"method/#{threshold_anchor(assigned.scheme, assigned.label)}",
            swatch=swatch_of(label) if label else "",
            percent=words.percent(assigned.probability),
            confidence=words.confidence(assigned.probability),
            threshold=words.percent(assigned.threshold),
            unsure=assigned.unsure,
            by_machine=assigned.maker == "machine",
            maker=words.clip(assigned.maker, AUTHOR),
        )


def display_name(label: Label) -> str:
    """``Goal 2: Zero hunger`` for goals, the plain name for other labels."""
    if label.scheme == "sdg":
        return f"Goal {label.id}: {label.name}"
    return f"MIT {label.id}: {label.name}" if label.scheme == "mit" else label.name


def href_of(label: Label) -> str:
    """The label's page, from the edition's root; ``""`` for schemes without pages."""
    if label.scheme == "sdg":
        return f"sdg/{label.id}/"
    return f"risk/{label.group}/#{label.id}" if label.scheme == "risk" else ""


def swatch_of(label: Label) -> str:
    """The stylesheet's class of a goal's colour, else ``""``."""
    return f"goal-{label.id}" if label.scheme == "sdg" and label.id in GOALS else ""


def threshold_anchor(scheme: str, label: str) -> str:
    """Where the method page states a label's threshold."""
    return "threshold-" + re.sub(r"[^A-Za-z0-9]+", "-", f"{scheme}-{label}")


def figures(manifest: Manifest) -> tuple[Figure, ...]:
    """What is new in figures."""
    kinds = Counter(item.kind for item in manifest.items)
    outcomes = Counter(source.outcome for source in manifest.sources)
    relevant = sum(any(a.scheme == "ai" for a in item.labels) for item in manifest.items)
    sorted_in = sum(
        any(a.scheme in {"sdg", "risk"} for a in item.labels) for item in manifest.items
    )
    total = len(manifest.items)
    refused = sum(n for _, n in manifest.rejections)
    asked = len(manifest.sources) - outcomes["not asked"]
    silent = [f"{words.number(outcomes[o])} {o}" for o in ("failed", "empty") if outcomes[o]]
    return (
        Figure(words.number(kinds["paper"]), "papers"),
        Figure(words.number(kinds["news"]), "news items"),
        Figure(
            words.percent(relevant / total) if total else "none",
            "about AI",
            f"{words.number(relevant)} of {words.number(total)} items",
        ),
        Figure(words.number(sorted_in), "items with a goal or a risk"),
        Figure(
            f"{words.number(outcomes['answered'])} of {words.number(asked)}",
            "sources answered",
            ", ".join(silent),
        ),
        Figure(words.number(sum(i.late for i in manifest.items)), "late arrivals"),
        Figure(words.number(sum(i.withdrawn for i in manifest.items)), "withdrawn"),
        Figure(words.number(refused), "entries refused", "each with its reason" if refused else ""),
    )


def _label_order(assigned: Assigned) -> tuple[int, float, str]:
    """Goals, then risks, the surest first; relevance, which nearly all carry, last."""
    return SCHEMES.index(assigned.scheme), -assigned.probability, assigned.label


def _publishers(item: EditionItem | None, shown: ShownItem | None) -> tuple[str, ...]:
    names = shown.publishers if shown and shown.publishers else item.sources if item else ()
    return tuple(words.clip(name, AUTHOR) for name in names)


def _quote(shown: ShownItem | None, label: Label | None) -> str:
    for evidence in shown.evidence if shown and label else ():
        if label and (evidence.scheme, evidence.label) == (label.scheme, label.id):
            return words.clip(evidence.sentence, SENTENCE)
    return ""


def _own_address(item_id: str) -> str:
    """The page of an item that no page shows, as far as its id names it."""
    scheme, _, rest = item_id.partition(":")
    return {"arxiv": f"https://arxiv.org/abs/{rest}", "doi": f"https://doi.org/{rest}"}.get(
        scheme, ""
    )
