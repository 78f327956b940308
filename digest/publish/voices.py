"""What the panel said of an edition, in ready words for its pages. Pure; no markup.

Texts of people are clipped here and escaped by the templates, like those of items.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from digest.edition.panel import AGREEMENT, EVIDENCE, Overruled, Panel, PanelFinding
from digest.publish import words
from digest.publish.views import AUTHOR, Items, ItemView, display_name, href_of, swatch_of
from digest.taxonomy import Codebook, Label

STATEMENT = 2_000  # characters of a finding, a dissent or a question
BASIS = 30  # items of a finding that a page lists
DIFFERENT = 60  # items on which panel and machine differ that a page lists
# Each word of the two parts of confidence, with what it means.
CONFIDENCE = (("Evidence", tuple(EVIDENCE.items())), ("Agreement", tuple(AGREEMENT.items())))


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding. ``dissents`` are names and texts; ``more`` of its items are not in ``items``.

    ``page`` is the name of the page that it belongs to, ``href`` leads there from the edition's
    root, and both may be ``""``.
    """

    statement: str
    evidence: str
    agreement: str
    approved_by: tuple[str, ...]
    dissents: tuple[tuple[str, str], ...]
    items: tuple[ItemView, ...]
    more: int
    page: str
    href: str
    swatch: str


@dataclass(frozen=True, slots=True)
class Voice:
    """What the panel said on one page, and where it and the machine differ on the label.

    ``rejected`` are items with the probability that the machine gave them; of both lists
    ``rejected_count`` and ``added_count`` items are known, and not all need be listed.
    """

    findings: tuple[FindingView, ...]
    questions: tuple[str, ...]
    rejected: tuple[tuple[ItemView, str], ...]
    rejected_count: int
    added: tuple[ItemView, ...]
    added_count: int


@dataclass(frozen=True, slots=True)
class AgreementView:
    """How far members agreed on a label."""

    name: str
    items: int
    share: str
    alpha: str


SILENT = Voice((), (), (), 0, (), 0)


class Voices:
    """What the panel said of an edition; nothing, where there was none."""

    def __init__(self, panel: Panel | None, items: Items, codebook: Codebook) -> None:
        self.panel, self._items = panel, items
        self._labels = {f"{label.scheme}/{label.id}": label for label in codebook.labels}

    def on(self, label: Label) -> Voice:
        """What the panel said on a label's page."""
        if self.panel is None:
            return SILENT
        page = f"{label.scheme}/{label.id}"
        rejected = _of(self.panel.rejected, label)
        added = _of(self.panel.added, label)
        return Voice(
            findings=tuple(self._finding(f) for f in self.panel.findings if f.page == page),
            questions=tuple(
                words.clip(q.text, STATEMENT) for q in self.panel.questions if q.page == page
            ),
            rejected=tuple(
                (self._items.view(one.item), words.probability(one.probability))
                for one in rejected[:DIFFERENT]
            ),
            rejected_count=len(rejected),
            added=self._items.views(one.item for one in added[:DIFFERENT]),
            added_count=len(added),
        )

    def findings(self) -> tuple[FindingView, ...]:
        """All findings, those of goals first, then those of risks, in the order of the codebook."""
        places = {page: n for n, page in enumerate(self._labels)}
        found = self.panel.findings if self.panel else ()
        ordered = sorted(found, key=lambda one: places.get(one.page, len(places)))
        return tuple(self._finding(one) for one in ordered)

    def questions(self) -> tuple[tuple[str, str, str], ...]:
        """All open questions, each with the name of its page and the way there."""
        asked = self.panel.questions if self.panel else ()
        return tuple((words.clip(q.text, STATEMENT), *self._page(q.page)) for q in asked)

    def agreements(self) -> tuple[AgreementView, ...]:
        """Agreement by label, in the order of the manifest."""
        told = self.panel.agreements if self.panel else ()
        return tuple(
            AgreementView(
                name=self._page(f"{one.scheme}/{one.label}")[0] or f"{one.scheme} {one.label}",
                items=one.items,
                share=words.share_of(one.share),
                alpha=words.decimal(one.alpha),
            )
            for one in told
        )

    def _page(self, page: str) -> tuple[str, str]:
        label = self._labels.get(page)
        return (display_name(label), href_of(label)) if label else ("", "")

    def _finding(self, one: PanelFinding) -> FindingView:
        name, href = self._page(one.page)
        label = self._labels.get(one.page)
        return FindingView(
            statement=words.clip(one.statement, STATEMENT),
            evidence=one.evidence,
            agreement=one.agreement,
            approved_by=tuple(words.clip(who, AUTHOR) for who in one.approved_by),
            dissents=tuple(
                (words.clip(d.by, AUTHOR), words.clip(d.text, STATEMENT)) for d in one.dissents
            ),
            items=self._items.views(one.items[:BASIS]),
            more=max(0, len(one.items) - BASIS),
            page=name,
            href=href,
            swatch=swatch_of(label) if label else "",
        )


def _of(overruled: Iterable[Overruled], label: Label) -> list[Overruled]:
    """Those of one label, the machine's surest first."""
    own = [one for one in overruled if (one.scheme, one.label) == (label.scheme, label.id)]
    return sorted(own, key=lambda one: (-one.probability, one.item))
