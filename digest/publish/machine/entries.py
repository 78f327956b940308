"""What the feeds contain: every version of every edition, and the items that an edition shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from digest.edition.difference import other_changes
from digest.edition.manifest import Assigned, Changes
from digest.publish import views, words
from digest.publish.editions import Placement, PublishedEdition
from digest.publish.machine.addresses import Site, urn
from digest.publish.machine.chosen import Chosen
from digest.publish.machine.feeds import Entry, Feed
from digest.publish.machine.index import Index
from digest.taxonomy import Label


def editions_feed(site: Site, versions: Sequence[Index]) -> Feed:
    """The published versions, one or more, newest first, corrections among them."""
    newest = sorted(versions, key=lambda one: (one.published, one.order), reverse=True)
    return Feed(
        # What was published first says which digest this is, and does not change.
        id=urn("editions", newest[-1].sha256),
        title=site.name,
        text=f"{site.description} Every edition and every correction.",
        home="",
        folder="feeds/",
        updated=newest[0].published,
        entries=[_edition_entry(one) for one in newest],
    )


def _edition_entry(one: Index) -> Entry:
    corrected = f", corrected ({one.version})" if one.is_correction else ""
    return Entry(
        id=urn("edition", one.edition, one.version or "", one.sha256),
        title=f"{one.edition}: {words.months(one.edition)}{corrected}",
        text=one.summary,
        day=one.published,
        page=one.folder,
        tags=("correction" if one.is_correction else "edition",),
        language="en",
    )


def summary(edition: PublishedEdition) -> str:
    """What is in a version, and what it changes against the one before."""
    return " ".join(_sentences(edition))


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
    if edition.correction is not None:
        reason = words.clip(edition.correction.reason, views.REASON)
        yield f"{words.CORRECTIONS[edition.correction.kind]} {reason}"
        yield f"Corrected by {words.clip(edition.correction.by, views.AUTHOR)}."
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
        f"{quarter} {edition.version} shows under a goal or a risk.",
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
        how = f"by machine, {words.probability(assigned.probability)}"
    else:
        how = f"decided by {views.who(assigned.maker)}"
    return f"{views.display_name(label)} ({how})"
