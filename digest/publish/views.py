"""Items and labels in ready words: what the templates print. Pure; no markup, no files.

Foreign text (titles, authors, sentences) is made one plain, clipped line here and escaped by the
templates. Links are given relative to the edition's root; a template puts ``root`` before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digest.edition.manifest import (
    Assigned,
    EditionItem,
    EditionStory,
    Manifest,
    ShownItem,
)
from digest.edition.panel import PANEL
from digest.publish import words
from digest.taxonomy import SCHEMES, Codebook, Label
from digest.text import web_address

TITLE, AUTHOR, SENTENCE, AUTHORS = 300, 80, 900, 6
REASON = 1_000  # characters of a correction's reason
LISTED = 300  # rows of a long list on a page; all rows are in the data files
TELLING = 30  # items of a story that a page lists
GOALS = frozenset(str(n) for n in range(1, 18))
MACHINE = "machine"


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
class StoryView:
    """The other items of a story that an item stands for; ``more`` of them are not listed.

    ``outlets`` told it in what stands; ``withdrawn`` of the others do not stand.
    """

    outlets: int
    outlet_names: tuple[str, ...]
    others: tuple[ItemView, ...]
    more: int
    withdrawn: int
    reasons: tuple[str, ...]


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
    withdrawn: bool
    publishers: str
    labels: tuple[LabelView, ...]
    quote: str
    story: StoryView | None = None


class Items:
    """The items of an edition, looked up by id and put in words."""

    def __init__(self, manifest: Manifest, codebook: Codebook) -> None:
        self.by_id = {item.id: item for item in manifest.items}
        self._shown = {item.id: item for item in manifest.shown}
        self._labels = {(label.scheme, label.id): label for label in codebook.labels}
        self._stories = {i: story for story in manifest.stories for i in story.items}
        self._publishers = {source.id: source.publisher for source in manifest.sources}

    def view(self, item_id: str, label: Label | None = None, title: str = "") -> ItemView:
        """An item, under a label or in a list.

        One that is not in the edition is shown by ``title``, if that is known, or by its id.
        """
        item, shown = self.by_id.get(item_id), self._shown.get(item_id)
        authors = shown.authors if shown else ()
        date = item.date if item else ""
        return ItemView(
            anchor=anchor(item_id),
            title=words.clip(item.title if item else title, TITLE) or item_id,
            url=web_address((item.url if item else "") or _own_address(item_id)),
            lang=words.lang_attribute(item.language if item else ""),
            authors=tuple(words.clip(name, AUTHOR) for name in authors[:AUTHORS]),
            more_authors=max(0, len(authors) - AUTHORS),
            date=date,
            date_words=words.day(date),
            date_inferred=bool(item and item.date_inferred),
            late=bool(item and item.late),
            withdrawn=bool(item and item.withdrawn),
            publishers=", ".join(self._who(item, shown)),
            labels=tuple(map(self._label, sorted(item.labels, key=_label_order))) if item else (),
            quote=_quote(shown, label, item.title if item else title),
            story=self._story(item_id) if label else None,
        )

    def views(
        self, ids: Iterable[str], titles: Mapping[str, str] | None = None
    ) -> tuple[ItemView, ...]:
        """Several items for a list; ``titles`` are of those that are not in the edition."""
        return tuple(self.view(i, title=(titles or {}).get(i, "")) for i in ids)

    def story(self, story_id: str) -> EditionStory | None:
        """A story by its id."""
        return next((one for one in self._stories.values() if one.id == story_id), None)

    def _story(self, item_id: str) -> StoryView | None:
        story = self._stories.get(item_id)
        if story is None:
            return None
        others = [i for i in story.items if i != item_id and i in self.by_id]
        others.sort(key=lambda i: (self.by_id[i].date, i))
        return StoryView(
            outlets=len(story.outlets),
            outlet_names=tuple(words.clip(name, AUTHOR) for name in story.outlets),
            others=self.views(others[:TELLING]),
            more=max(0, len(others) - TELLING),
            withdrawn=sum(self.by_id[i].withdrawn for i in others),
            reasons=tuple(words.clip(reason, AUTHOR) for reason in story.reasons),
        )

    def _who(self, item: EditionItem | None, shown: ShownItem | None) -> tuple[str, ...]:
        if shown and shown.publishers:
            return tuple(words.clip(name, AUTHOR) for name in shown.publishers)
        sources = item.sources if item else ()
        named = dict.fromkeys(self._publishers.get(source, source) for source in sources)
        return tuple(words.clip(name, AUTHOR) for name in named)

    def _label(self, assigned: Assigned) -> LabelView:
        label = self._labels.get((assigned.scheme, assigned.label))
        return LabelView(
            name=display_name(label) if label else f"{assigned.scheme} {assigned.label}",
            href=href_of(label) if label else "",
            method=f"method/#{threshold_anchor(assigned.scheme, assigned.label)}",
            swatch=swatch_of(label) if label else "",
            percent=words.probability(assigned.probability),
            confidence=words.confidence(assigned.probability),
            threshold=words.percent(assigned.threshold),
            unsure=assigned.unsure,
            by_machine=assigned.maker == MACHINE,
            maker=who(assigned.maker),
        )


def who(maker: str) -> str:
    """Who gave a label, as it is said."""
    return "the panel" if maker == PANEL else words.clip(maker, AUTHOR)


def anchor(item_id: str) -> str:
    """An item's id as the id of an HTML element."""
    return re.sub(r"[^A-Za-z0-9]+", "-", item_id).strip("-")


def display_name(label: Label) -> str:
    """``Goal 2: Zero hunger`` for goals, the plain name for other labels."""
    if label.scheme == "sdg":
        return f"Goal {label.id}: {label.name}"
    return f"MIT {label.id}: {label.name}" if label.scheme == "mit" else label.name


def href_of(label: Label) -> str:
    """The label's page, from the edition's root; ``""`` for schemes without pages."""
    return f"{label.scheme}/{label.id}/" if label.scheme in {"sdg", "risk"} else ""


def swatch_of(label: Label) -> str:
    """The stylesheet's class of a goal's colour, else ``""``."""
    return f"goal-{label.id}" if label.scheme == "sdg" and label.id in GOALS else ""


def threshold_anchor(scheme: str, label: str) -> str:
    """Where the method page states a label's threshold."""
    return "threshold-" + re.sub(r"[^A-Za-z0-9]+", "-", f"{scheme}-{label}")


def _label_order(assigned: Assigned) -> tuple[int, float, str]:
    """Goals, then risks, the surest first; relevance, which nearly all carry, last."""
    return SCHEMES.index(assigned.scheme), -assigned.probability, assigned.label


def _quote(shown: ShownItem | None, label: Label | None, title: str) -> str:
    """The sentence that carries the label; nothing where it is the title, which stands above."""
    for evidence in shown.evidence if shown and label else ():
        if label and (evidence.scheme, evidence.label) == (label.scheme, label.id):
            return words.clip(evidence.sentence, SENTENCE) if evidence.sentence != title else ""
    return ""


def _own_address(item_id: str) -> str:
    """The page of an item that no page shows, as far as its id names it."""
    scheme, _, rest = item_id.partition(":")
    return {"arxiv": f"https://arxiv.org/abs/{rest}", "doi": f"https://doi.org/{rest}"}.get(
        scheme, ""
    )
