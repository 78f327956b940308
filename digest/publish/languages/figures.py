"""What is new in a quarter, in figures, in a language: the same figures as on the English page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from digest.edition.manifest import Manifest
from digest.edition.totals import totals
from digest.publish.figures import Figure
from digest.publish.languages.tongue import Tongue


def figures(manifest: Manifest, tongue: Tongue) -> tuple[Figure, ...]:
    """Items, labels, sources and the course of the quarter."""
    return (*_items(manifest, tongue), *_sources(manifest, tongue), *_course(manifest, tongue))


def _items(manifest: Manifest, tongue: Tongue) -> Iterator[Figure]:
    say, number = tongue.gettext, tongue.number
    now = totals(manifest.items)
    before = manifest.past[-1] if manifest.past else None
    then = before.totals if before else None

    def figure(what: str, count: int, count_before: int) -> Figure:
        in_quarter = say("%(n)s in %(quarter)s")
        said = {"n": number(count_before), "quarter": before.quarter} if before else {}
        return Figure(number(count), what, in_quarter % said if before else "")

    for kind, name in (("paper", say("Papers")), ("news", say("News"))):
        yield figure(name, now.items.get(kind, 0), then.items.get(kind, 0) if then else 0)
    about_ai = sum(now.about_ai.values())
    share = tongue.whole_percent(about_ai / now.labelled) if now.labelled else "–"
    of_all = {"n": number(about_ai), "total": number(now.labelled)}
    yield Figure(share, say("Items about AI"), say("%(n)s of %(total)s") % of_all)
    for scheme, name in (("sdg", say("Items with a goal")), ("risk", say("Items with a risk"))):
        carrying = now.carrying.get(scheme, 0)
        yield figure(name, carrying, then.carrying.get(scheme, 0) if then else 0)


def _sources(manifest: Manifest, tongue: Tongue) -> Iterator[Figure]:
    say, number = tongue.gettext, tongue.number
    outcomes = Counter(source.outcome for source in manifest.sources)
    asked = len(manifest.sources) - outcomes["not asked"]
    answered = {"n": number(outcomes["answered"]), "total": number(asked)}
    yield Figure(say("%(n)s of %(total)s") % answered, say("Sources that answered"))
    languages = Counter(item.language for item in manifest.items if item.language)
    often = tongue.listed(
        [f"{tongue.language(tag)} {number(n)}" for tag, n in languages.most_common(3)]
    )
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
