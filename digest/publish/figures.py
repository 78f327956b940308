"""What is new in a quarter, in ten lines of figures, each beside the quarter before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from digest.edition.manifest import LABELLED, Manifest, Past
from digest.publish import words


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the quarter, what it counts, and a remark or ``""``."""

    value: str
    what: str
    remark: str = ""


def figures(manifest: Manifest) -> tuple[Figure, ...]:
    """The ten lines."""
    return (*_items(manifest), *_sources(manifest), *_course(manifest))


def _items(manifest: Manifest) -> Iterator[Figure]:
    kinds = Counter(item.kind for item in manifest.items)
    before = manifest.past[-1] if manifest.past else None
    yield Figure(words.number(kinds["paper"]), "papers", _before(before, "paper"))
    yield Figure(words.number(kinds["news"]), "news items", _before(before, "news"))
    labelled = sum(item.status == LABELLED for item in manifest.items)
    relevant = sum(any(a.scheme == "ai" for a in item.labels) for item in manifest.items)
    yield Figure(
        words.percent(relevant / labelled) if labelled else "none",
        "about AI",
        f"{words.number(relevant)} of {words.number(labelled)} items that were labelled",
    )
    for scheme, what in (("sdg", "items with a goal"), ("risk", "items with a risk")):
        carrying = sum(any(a.scheme == scheme for a in item.labels) for item in manifest.items)
        yield Figure(words.number(carrying), what)


def _before(before: Past | None, kind: str) -> str:
    return f"{words.number(before.items.get(kind, 0))} in {before.quarter}" if before else ""


def _sources(manifest: Manifest) -> Iterator[Figure]:
    outcomes = Counter(source.outcome for source in manifest.sources)
    asked = len(manifest.sources) - outcomes["not asked"]
    silent = [f"{words.number(outcomes[o])} {o}" for o in ("failed", "empty") if outcomes[o]]
    answered = f"{words.number(outcomes['answered'])} of {words.number(asked)}"
    yield Figure(answered, "sources answered", ", ".join(silent))
    languages = Counter(item.language for item in manifest.items if item.language)
    often = [words.language(tag) for tag, _ in languages.most_common(3)]
    remark = f"most often {words.listed(often)}" if often else ""
    yield Figure(words.number(len(languages)), "languages", remark)


def _course(manifest: Manifest) -> Iterator[Figure]:
    several = [story for story in manifest.stories if len(story.outlets) > 1]
    most = max((len(story.outlets) for story in several), default=0)
    yield Figure(
        words.number(len(several)),
        "stories told by several publishers",
        f"the most told by {words.number(most)}" if most else "",
    )
    called = [one for found in manifest.signals.values() for one in found.signals]
    tested = sum(found.tested for found in manifest.signals.values())
    yield Figure(
        words.number(len(called)) if tested else "none",
        "rates that changed beyond chance",
        f"of {words.number(tested)} compared" if tested else "no earlier quarter to compare with",
    )
    late = sum(item.late for item in manifest.items)
    withdrawn = sum(item.withdrawn for item in manifest.items)
    yield Figure(words.number(withdrawn), "withdrawn", f"{words.count(late, 'late arrival')}")
