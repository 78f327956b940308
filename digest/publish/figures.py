"""What is new in a quarter, in ten lines of figures, each beside the quarter before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.edition.manifest import Manifest
from digest.edition.totals import totals
from digest.publish import views, words
from digest.publish.accounts import ELSEWHERE, outcome_of

NAMED = 2  # so many publishers are named; more are counted


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the quarter, what it counts, and a remark or ``""``."""

    value: str
    what: str
    remark: str = ""


def figures(manifest: Manifest) -> tuple[Figure, ...]:
    """The ten lines."""
    return (*_items(manifest), *_sources(manifest), *_course(manifest))


def quarter_before(manifest: Manifest) -> tuple[str, dict[str, int]]:
    """Its name and what it had: items by kind and, if its labels compare, by scheme."""
    if not manifest.past:
        return "", {}
    past = manifest.past[-1]
    labels = past.totals.carrying if manifest.compares_with(past) else {}
    return past.quarter, past.totals.items | labels


def _items(manifest: Manifest) -> Iterator[Figure]:
    now = totals(manifest.items)
    quarter, before = quarter_before(manifest)

    def figure(key: str, what: str, count: int) -> Figure:
        remark = f"{words.number(before[key])} in {quarter}" if key in before else ""
        return Figure(words.number(count), what, remark)

    for kind, what in (("paper", "papers"), ("news", "news items")):
        yield figure(kind, f"{what}{_whose(publishers(manifest, kind))}", now.items[kind])
    relevant = sum(now.about_ai.values())
    yield Figure(
        words.percent(relevant / now.labelled) if now.labelled else "none",
        "about AI",
        f"{words.number(relevant)} of {words.number(now.labelled)} items that were labelled",
    )
    for scheme, what in (("sdg", "of them with a goal"), ("risk", "of them with a risk")):
        yield figure(scheme, what, now.carrying[scheme])


def publishers(manifest: Manifest, kind: str) -> list[str]:
    """Who published the quarter's items of a kind, as the edition's list of sources names them."""
    named = {source.id: source.publisher for source in manifest.sources}
    of_kind = {source for item in manifest.items if item.kind == kind for source in item.sources}
    return sorted({words.clip(named.get(source, source), views.AUTHOR) for source in of_kind})


def _whose(names: Sequence[str]) -> str:
    if not names:
        return ""
    said = words.listed(names) if len(names) <= NAMED else words.count(len(names), "publisher")
    return f" of {said}"


def _sources(manifest: Manifest) -> Iterator[Figure]:
    outcomes = Counter(source.outcome for source in manifest.sources)
    elsewhere = sum(outcome_of(source) == ELSEWHERE for source in manifest.sources)
    asked = len(manifest.sources) - outcomes["not asked"]
    silent = [
        f"{words.number(outcomes[o])} {o}" for o in ("failed", "empty", "unfinished") if outcomes[o]
    ]
    if elsewhere:
        silent.insert(0, f"{words.number(elsewhere)} with nothing of this quarter")
    answered = f"{words.number(outcomes['answered'])} of {words.number(asked)}"
    yield Figure(answered, "sources answered", ", ".join(silent))
    languages = Counter(item.language for item in manifest.items if item.language)
    often = [f"{words.language(tag)} {words.number(n)}" for tag, n in languages.most_common(3)]
    most = "most often " if len(languages) > len(often) else ""
    remark = most + words.listed(often) if often else ""
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
