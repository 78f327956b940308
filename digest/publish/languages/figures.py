"""What is new in a quarter, in figures, in a language: the same figures as on the English page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from digest.edition.manifest import Manifest
from digest.edition.totals import totals
from digest.publish.figures import NAMED, Figure, publishers, quarter_before
from digest.publish.languages.tongue import Tongue


def figures(manifest: Manifest, tongue: Tongue) -> tuple[Figure, ...]:
    """Items, labels, sources and the course of the quarter."""
    return (*_items(manifest, tongue), *_sources(manifest, tongue), *_course(manifest, tongue))


def _items(manifest: Manifest, tongue: Tongue) -> Iterator[Figure]:
    say, number = tongue.gettext, tongue.number
    now = totals(manifest.items)
    quarter, before = quarter_before(manifest)

    def figure(key: str, what: str, count: int) -> Figure:
        in_quarter = say("%(n)s in %(quarter)s")
        known = key in before
        remark = in_quarter % {"n": number(before[key]), "quarter": quarter} if known else ""
        return Figure(number(count), what, remark)

    for kind, name in (("paper", say("Papers")), ("news", say("News"))):
        yield figure(kind, _whose(name, publishers(manifest, kind), tongue), now.items[kind])
    about_ai = sum(now.about_ai.values())
    share = tongue.whole_percent(about_ai / now.labelled) if now.labelled else "–"
    of_all = {"n": number(about_ai), "total": number(now.labelled)}
    yield Figure(share, say("Items about AI"), say("%(n)s of %(total)s") % of_all)
    for scheme, name in (("sdg", say("Items with a goal")), ("risk", say("Items with a risk"))):
        yield figure(scheme, name, now.carrying[scheme])


def _whose(kind: str, names: Sequence[str], tongue: Tongue) -> str:
    if not names:
        return kind
    if len(names) > NAMED:
        said = tongue.gettext("%(kind)s (publishers: %(n)s)")
        return said % {"kind": kind, "n": tongue.number(len(names))}
    said = tongue.gettext("%(kind)s (%(publishers)s)")
    return said % {"kind": kind, "publishers": tongue.listed(names)}


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
