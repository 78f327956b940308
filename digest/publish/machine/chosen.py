"""The items that an edition's pages show, ready to be cited or put in a feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from digest.edition.manifest import Assigned, EditionItem, Manifest, ShownItem
from digest.edition.select import SHOWN_SCHEMES
from digest.publish import views, words
from digest.publish.machine.addresses import plain
from digest.taxonomy import Codebook, Label
from digest.text import web_address


@dataclass(frozen=True, slots=True)
class Chosen:
    """An item that a page shows; its texts are plain, and clipped as on the pages.

    ``page`` is the first page that shows it, from the edition's root; ``url`` may be ``""``.
    ``labels`` are its goals and risks with who gave them, ``sentences`` its own words for them.
    """

    item: EditionItem
    title: str
    url: str
    authors: tuple[str, ...]
    publishers: tuple[str, ...]
    categories: tuple[str, ...]
    labels: tuple[tuple[Label, Assigned], ...]
    sentences: tuple[str, ...]
    page: str

    @property
    def is_paper(self) -> bool:
        """Whether it is a paper and not news."""
        return self.item.kind == "paper"


def chosen_items(manifest: Manifest, codebook: Codebook) -> tuple[Chosen, ...]:
    """Every item that a goal's or risk's page shows, once, newest first; none that is withdrawn."""
    items = {item.id: item for item in manifest.items if not item.withdrawn}
    shown = {one.id: one for one in manifest.shown}
    labels = {(label.scheme, label.id): label for label in codebook.labels}
    first: dict[str, Label] = {}
    for section in manifest.sections:
        if label := labels.get((section.scheme, section.label)):
            first = dict.fromkeys(section.chosen, label) | first
    found = (
        _chosen(items[i], shown[i], labels, label)
        for i, label in first.items()
        if i in items and i in shown
    )
    return tuple(sorted(found, key=lambda one: (one.item.date, one.item.id), reverse=True))


def _chosen(
    item: EditionItem, shown: ShownItem, labels: dict[tuple[str, str], Label], first: Label
) -> Chosen:
    sentences = dict.fromkeys(words.clip(plain(e.sentence), views.SENTENCE) for e in shown.evidence)
    return Chosen(
        item=item,
        title=words.clip(plain(item.title), views.TITLE) or item.id,
        url=web_address(item.url),
        authors=tuple(_names(shown.authors)),
        publishers=tuple(_names(shown.publishers)),
        categories=tuple(_names(shown.categories)),
        labels=tuple(
            (labels[a.scheme, a.label], a)
            for a in item.labels
            if a.scheme in SHOWN_SCHEMES and (a.scheme, a.label) in labels
        ),
        sentences=tuple(filter(None, sentences)),
        page=views.href_of(first),
    )


def _names(names: tuple[str, ...]) -> Iterator[str]:
    yield from filter(None, (words.clip(plain(name), views.AUTHOR) for name in names))
