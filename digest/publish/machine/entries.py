"""What the feeds contain: every version of every edition, and the items that an edition shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from digest.edition.difference import other_changes
from digest.edition.manifest import Assigned, Changes
from digest.publish import views, words
from digest.publish.editions import Placement, PublishedEdition
from digest.publish.machine.addresses import Site, edition_name, permanent, urn
from digest.publish.machine.chosen import Chosen
from digest.publish.machine.feeds import Entry, Feed
from digest.taxonomy import Label


def editions_feed(site: Site, versions: Sequence[Placement], sha256: Mapping[str, str]) -> Feed:
    """All published versions, newest first, corrections among them.

    ``versions`` are one or more; ``sha256`` has the identity of each by its folder.
    """
    newest = sorted(versions, key=lambda p: (p.edition.published, p.edition.order), reverse=True)
    return Feed(
        # What was published first says which digest this is, and does not change.
        id=urn("editions", sha256[newest[-1].folder]),
        title=site.name,
        text=f"{site.description} Every edition and every correction.",
        home="",
        folder="feeds/",
        updated=newest[0].edition.published,
        entries=[_edition_entry(place, sha256[place.folder]) for place in newest],
    )


def _edition_entry(place: Placement, sha256: str) -> Entry:
    edition = place.edition
    manifest = edition.manifest
    months = words.months(manifest.quarter)
    # Of a quarter's versions all but the first replace one.
    is_first = place.versions[-1].version == edition.version
    what = "" if is_first else f", corrected ({edition.version})"
    return Entry(
        id=urn("edition", manifest.quarter, edition.version or "", sha256),
        title=f"{manifest.quarter}: {months}{what}",
        text=" ".join(_sentences(edition)),
        day=edition.published,
        page=permanent(place),
        tags=("edition" if is_first else "correction",),
        language="en",
    )


def _sentences(edition: PublishedEdition) -> Iterator[str]:
    manifest = edition.manifest
    kinds = Counter(item.kind for item in manifest.items)
    outcomes = Counter(source.outcome for source in manifest.sources)
    asked = len(manifest.sources) - outcomes["not asked"]
    if manifest.sample:
        yield "Sample: invented texts."
    yield (
        f"{words.count(kinds['paper'], 'paper')} and {words.count(kinds['news'], 'news item')}; "
        f"{words.number(outcomes['answered'])} of {words.number(asked)} sources answered."
    )
    if edition.changes is not None:
        yield _what_changed(edition.changes)
    yield f"Review: {words.clip(manifest.review, 200)}."


def _what_changed(changes: Changes) -> str:
    moved = [("entered", changes.entered), ("left", changes.left), ("changed", changes.changed)]
    items = [f"{words.count(len(ids), 'item')} {what}" for what, ids in moved if ids]
    sources = [words.count(len(changes.sources), "source")] if changes.sources else []
    other = [*sources, *other_changes(changes)]
    told = [*items, *([f"also changed: {', '.join(other)}"] if other else [])]
    return f"Against the version before: {'; '.join(told) or 'nothing changed'}."


def items_feed(site: Site, place: Placement, chosen: Sequence[Chosen]) -> Feed:
    """The items that an edition's pages show, newest first."""
    edition = place.edition
    quarter = edition.manifest.quarter
    return Feed(
        id=urn("items", place.folder),
        title=f"{site.name}: {quarter}",
        text=f"Papers and news of {words.months(quarter)} that the edition "
        f"{edition_name(edition)} shows under a goal or a risk.",
        home=f"{place.folder}/",
        folder=f"{place.folder}/feeds/",
        updated=edition.published,
        entries=[_item_entry(place, one) for one in chosen],
    )


def _item_entry(place: Placement, one: Chosen) -> Entry:
    given = "; ".join(_given(label, assigned) for label, assigned in one.labels)
    quotes = " ".join(f"“{sentence}”" for sentence in one.sentences)
    return Entry(
        # The same item is the same entry, in whatever version of the edition.
        id=urn("item", one.item.id),
        title=one.title,
        text=f"{given}. {quotes}".strip(),
        day=one.item.date,
        page=f"{place.folder}/{one.page}",
        source=one.url,
        authors=one.authors or one.publishers,
        tags=tuple(views.display_name(label) for label, _ in one.labels),
        language=words.lang_attribute(one.item.language),
    )


def _given(label: Label, assigned: Assigned) -> str:
    if assigned.maker == "machine":
        how = f"by machine, {words.percent(assigned.probability)}"
    else:
        how = f"decided by {words.clip(assigned.maker, views.AUTHOR)}"
    return f"{views.display_name(label)} ({how})"
