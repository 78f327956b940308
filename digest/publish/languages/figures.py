"""What is new in a quarter, in figures, in a language: the same figures as on the English page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from digest.edition.manifest import LABELLED, Manifest
from digest.publish.figures import Figure
from digest.publish.languages.tongue import Tongue


def figures(manifest: Manifest, tongue: Tongue) -> tuple[Figure, ...]:
    """Items, labels, sources and the course of the quarter."""
    return (*_items(manifest, tongue), *_sources(manifest, tongue), *_course(manifest, tongue))


def _items(manifest: Manifest, tongue: Tongue) -> Iterator[Figure]:
    say, number = tongue.gettext, tongue.number
    kinds = Counter(item.kind for item in manifest.items)
    before = manifest.past[-1] if manifest.past else None
    for kind, name in (("paper", say("Papers")), ("news", say("News"))):
        then = before.items.get(kind, 0) if before else 0
        in_quarter = say("%(n)s in %(quarter)s")
        remark = in_quarter % {"n": number(then), "quarter": before.quarter} if before else ""
        yield Figure(number(kinds[kind]), name, remark)
    carried = Counter(
        scheme for item in manifest.items for scheme in {given.scheme for given in item.labels}
    )
    labelled = sum(item.status == LABELLED for item in manifest.items)
    relevant = {"n": number(carried["ai"]), "total": number(labelled)}
    share = tongue.whole_percent(carried["ai"] / labelled) if labelled else "–"
    yield Figure(share, say("Items about AI"), say("%(n)s of %(total)s") % relevant)
    yield Figure(number(carried["sdg"]), say("Items with a goal"))
    yield Figure(number(carried["risk"]), say("Items with a risk"))


def _sources(manifest: Manifest, tongue: Tongue) -> Iterator[Figure]:
    say, number = tongue.gettext, tongue.number
    outcomes = Counter(source.outcome for source in manifest.sources)
    asked = len(manifest.sources) - outcomes["not asked"]
    answered = {"n": number(outcomes["answered"]), "total": number(asked)}
    yield Figure(say("%(n)s of %(total)s") % answered, say("Sources that answered"))
    languages = Counter(item.language for item in manifest.items if item.language)
    often = tongue.listed([tongue.language(tag) for tag, _ in languages.most_common(3)])
    yield Figure(number(len(languages)), say("Languages"), often)


def _course(manifest: Manifest, tongue: Tongue) -> Iterator[Figure]:
    say, number = tongue.gettext, tongue.number
    several = [story for story in manifest.stories if len(story.outlets) > 1]
    yield Figure(number(len(several)), say("Stories told by several publishers"))
    called = sum(len(found.signals) for found in manifest.signals.values())
    tested = sum(found.tested for found in manifest.signals.values())
    remark = (
        say("%(n)s rates compared") % {"n": number(tested)}
        if tested
        else say("No earlier quarter to compare with")
    )
    yield Figure(number(called) if tested else "–", say("Rates that changed beyond chance"), remark)
    yield Figure(number(sum(item.late for item in manifest.items)), say("Late arrivals"))
    yield Figure(number(sum(item.withdrawn for item in manifest.items)), say("Withdrawn"))
