"""Which items a page shows under a label: a rule that can be stated and defended.

Shown are items that carry the label and are about AI, and that are not withdrawn; the most
probable first, papers and news apart, and no more than ``PER_PUBLISHER`` news of one source, so
that one outlet cannot fill a page. Equal probabilities are ordered by date, newest first, then id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from digest.edition.manifest import EditionItem, Section

PAPERS, NEWS, PER_PUBLISHER = 12, 8, 3
SHOWN_SCHEMES = ("sdg", "risk")


def sections(items: Iterable[EditionItem], labels: Iterable[tuple[str, str]]) -> list[Section]:
    """One section for each of ``labels`` (scheme, label), empty ones too."""
    carrying: dict[tuple[str, str], list[tuple[float, EditionItem]]] = {pair: [] for pair in labels}
    for item in items:
        if is_showable(item):
            for label in item.labels:
                if (label.scheme, label.label) in carrying:
                    carrying[label.scheme, label.label].append((label.probability, item))
    return [_section(pair, ranked) for pair, ranked in carrying.items()]


def is_showable(item: EditionItem) -> bool:
    """Whether an item may stand on a page and be counted there."""
    return not item.withdrawn and any(label.scheme == "ai" for label in item.labels)


def _section(pair: tuple[str, str], ranked: list[tuple[float, EditionItem]]) -> Section:
    newest_first = sorted(ranked, key=lambda entry: entry[1].id)
    newest_first.sort(key=lambda entry: entry[1].date, reverse=True)
    best_first = sorted(newest_first, key=lambda entry: -entry[0])
    papers = [item for _, item in best_first if item.kind == "paper"]
    news = [item for _, item in best_first if item.kind == "news"]
    chosen = [item.id for item in papers[:PAPERS]]
    per_source: Counter[str] = Counter()
    for item in news:
        if (
            per_source[item.sources[0]] < PER_PUBLISHER
            and len(chosen) < len(papers[:PAPERS]) + NEWS
        ):
            per_source[item.sources[0]] += 1
            chosen.append(item.id)
    return Section(*pair, papers=len(papers), news=len(news), chosen=tuple(chosen))
