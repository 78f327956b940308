"""Draft: the quarter's labelled items become a manifest, with evidence for what is shown.

    items with the machine's labels -> the machine's draft -> what people decided -> the draft

Both drafts go on the shelf where people decided something; else the machine's is the draft.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.classify.heads import NONE
from digest.config import Workplace
from digest.edition.difference import Difference, difference
from digest.edition.findings import Period, changed_rates, goal_shares, label_counts
from digest.edition.manifest import (
    NOT_REVIEWED,
    Assigned,
    EditionItem,
    EditionStory,
    Manifest,
    ShownItem,
    SourceOutcome,
)
from digest.edition.publishers import publisher
from digest.edition.reviewed import ModelTests, listed, reviewed, shown_labels
from digest.edition.select import SHOWN_SCHEMES, sections
from digest.edition.shelf import Shelf
from digest.edition.stories import Ruling
from digest.quarter import Quarter
from digest.review.outcome import in_words, panel_of
from digest.sources.arxiv_record import categories_in
from digest.sources.catalogue import Source
from digest.steps import findings
from digest.steps.decisions import Desk, decided, desk
from digest.steps.drafting import Drafting
from digest.steps.evidence import Wanted, shown
from digest.steps.harvest import SNAPSHOT
from digest.store import history
from digest.store import labels as store
from digest.store.labels import LabelledItem

if TYPE_CHECKING:
    import duckdb

    from digest.classify.model import Model


def draft(
    connection: duckdb.DuckDBPyConnection, place: Workplace, quarter: Quarter, using: Drafting
) -> Manifest:
    """Make the quarter's manifest from the store and put it on the shelf as the draft.

    Items that no version published so far had, in a quarter that was published, are marked late.
    """
    shelf = Shelf(place.editions)
    machine = machine_draft(connection, place, quarter, using)
    with desk(place, quarter) as on:
        if on.is_empty:
            shelf.put_draft(machine)
            return machine
        manifest = with_decisions(connection, place, machine, on, using.model)
    shelf.put_draft(manifest, machine)
    return manifest


def since_published(place: Workplace, manifest: Manifest) -> Difference | None:
    """What publishing a draft would change; None when nothing of its quarter is published."""
    shelf = Shelf(place.editions)
    editions = shelf.editions(Quarter.parse(manifest.quarter))
    return difference(shelf.manifest(editions[-1]), manifest) if editions else None


def machine_draft(
    connection: duckdb.DuckDBPyConnection, place: Workplace, quarter: Quarter, using: Drafting
) -> Manifest:
    """The quarter as the machine alone labels it now; nothing is put anywhere."""
    shelf, model = Shelf(place.editions), using.model
    rows = list(store.labelled_items(connection, quarter, model.id, model.codebook))
    published = shelf.editions(quarter)
    on_time = {i.id for i in shelf.manifest(published[0]).items} if published else None
    publishers = _hosts(rows) | {source.id: source.publisher for source in using.sources}
    items = [_edition_item(row, on_time, publishers) for row in rows]
    pairs = [(n.scheme, n.id) for s in SHOWN_SCHEMES for n in using.codebook.scheme(s)]
    ruled = findings.rulings(place.rulings)
    told = findings.stories(connection, quarter, model.encoder_id, publishers, ruled)
    outcomes = tuple(_outcomes(connection, quarter, using.sources, items, publishers))
    tests, goals_test = findings.model_tests(model)
    before, past = findings.earlier(shelf, quarter)
    answered = frozenset(o.id for o in outcomes if o.outcome == history.ANSWERED)
    now = Period(quarter, items, told, (model.id, model.codebook), answered)
    manifest = Manifest(
        quarter=str(quarter),
        model=model.id,
        codebook=model.codebook,
        thresholds=_thresholds(model),
        sample=using.sample,
        sources=outcomes,
        records=history.record_count(connection, quarter),
        rejections=history.rejections(connection, quarter),
        items=tuple(items),
        shown=(),
        sections=tuple(sections(items, pairs, told)),
        review=NOT_REVIEWED,
        stories=told,
        counts=tuple(label_counts(items, pairs, tests)),
        shares=goal_shares(
            items,
            [n for s, n in pairs if s == "sdg"],
            goals_test,
            reference=findings.reference(place.reference),
        ),
        signals=changed_rates(now, Period.of(before) if before else None, model.taught),
        past=past,
    )
    of_pages = shown(connection, model, items, _wanted(manifest), publishers)
    return replace(manifest, shown=of_pages)


def _wanted(manifest: Manifest) -> Wanted:
    """What pages show of items: late and withdrawn ones by their titles, without evidence."""
    return dict.fromkeys(listed(manifest), ()) | shown_labels(manifest.items, manifest.chosen)


def with_decisions(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    machine: Manifest,
    on: Desk,
    model: Model,
) -> Manifest:
    """The machine's draft with what people decided about it so far.

    Where another model made the draft, its test and its heads are not at hand: the panel's sample
    still corrects the counts, and those that it is too small for stay as they are.
    """
    publishers = {source.id: source.publisher for source in machine.sources}
    items = {item.id: item for item in machine.items}
    ruled = on.outcome.rulings
    told = None
    if ruled:
        told = _stories(connection, machine, model, publishers, place, ruled)
    own = model if model.id == machine.model else None
    what = decided(connection, on, items, own, told)
    opened = on.packet.about.opened if on.packet else machine.sha256
    panel = panel_of(on.outcome, opened, machine.items, what)
    tests = ModelTests(*findings.model_tests(own)) if own else None
    after = reviewed(machine, what, tests, panel, in_words(panel, NOT_REVIEWED))
    return replace(after, shown=_shown_after(connection, machine, after, model, publishers))


def _stories(
    connection: duckdb.DuckDBPyConnection,
    machine: Manifest,
    model: Model,
    publishers: Mapping[str, str],
    place: Workplace,
    ruled: Sequence[Ruling],
) -> tuple[EditionStory, ...]:
    """The stories told anew, under the panel's rulings; of the draft's items alone."""
    quarter = Quarter.parse(machine.quarter)
    every = (*findings.rulings(place.rulings), *ruled)
    here = frozenset(item.id for item in machine.items)
    return findings.stories(connection, quarter, model.encoder_id, publishers, every, here)


def _shown_after(
    connection: duckdb.DuckDBPyConnection,
    machine: Manifest,
    after: Manifest,
    model: Model,
    publishers: Mapping[str, str],
) -> tuple[ShownItem, ...]:
    """What pages show: as the machine's draft has it, and read from the store what is new there."""
    wanted = _wanted(after)
    known = {one.id: one for one in machine.shown}
    fresh = {
        item: pairs for item, pairs in wanted.items()
        if item not in known or {*pairs} - {(e.scheme, e.label) for e in known[item].evidence}
    }  # fmt: skip
    found = {one.id: one for one in shown(connection, model, after.items, fresh, publishers)}
    either = (found.get(item.id) or known.get(item.id) for item in after.items if item.id in wanted)
    return tuple(_of_labels(one, wanted[one.id]) for one in either if one)


def _of_labels(one: ShownItem, pairs: Sequence[tuple[str, str]]) -> ShownItem:
    """The item without the evidence of labels that were taken away."""
    return replace(one, evidence=tuple(e for e in one.evidence if (e.scheme, e.label) in pairs))


def _hosts(rows: Iterable[LabelledItem]) -> dict[str, str]:
    """The host that most news of each source link to: who publishes a feed that no list names."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        host = (urlsplit(row.url).hostname or "").removeprefix("www.")
        if row.kind == "news" and host:
            for source in row.sources:
                found[source][host] += 1
    return {source: max(hosts, key=lambda h: (hosts[h], h)) for source, hosts in found.items()}


def _edition_item(
    row: LabelledItem, on_time: set[str] | None, publishers: Mapping[str, str]
) -> EditionItem:
    return EditionItem(
        id=row.item_id,
        kind=row.kind,
        date=row.published.date().isoformat(),
        date_inferred=row.date_inferred,
        version=max(row.version, 1),  # a feed's record has none
        withdrawn=row.withdrawn,
        late=on_time is not None and row.item_id not in on_time,
        language=row.language,
        text_hash=row.text_hash,
        sources=row.sources,
        status=row.status,
        labels=tuple(
            Assigned(scheme, label, probability, threshold, unsure=unsure)
            for scheme, label, probability, threshold, assigned, unsure in row.labels
            if assigned
        ),
        title=row.title,
        url=row.url,
        voice=row.authors[-1] if row.authors else publisher(row.sources[0], publishers),
        field=next(iter(categories_in(row.categories)), "") if row.kind == "paper" else "",
    )


def _thresholds(model: Model) -> dict[str, float]:
    pairs = zip(model.heads.labels, model.heads.threshold, strict=True)
    return {f"{s}/{label}": round(float(t), 4) for (s, label), t in pairs if label != NONE}


def _outcomes(
    connection: duckdb.DuckDBPyConnection,
    quarter: Quarter,
    listed: Iterable[Source],
    items: list[EditionItem],
    publishers: Mapping[str, str],
) -> Iterable[SourceOutcome]:
    """What became of every source that was asked, in the order of their ids."""
    by_id = {source.id: source for source in listed}
    counts = Counter(source for item in items for source in item.sources)
    for source_id, outcome in history.latest_outcomes(connection, quarter).items():
        about = _about(source_id, by_id.get(source_id), publishers)
        number = counts[source_id]
        yield SourceOutcome(source_id, *about, outcome.outcome, outcome.detail, number)


def _about(
    source_id: str, source: Source | None, publishers: Mapping[str, str]
) -> tuple[str, str, str, str, str, str, str]:
    """Publisher, kind, group, country, region, language and home page, as far as they are known."""
    if source is not None:
        return (source.publisher, source.kind, source.group, source.country, source.region,
                source.language, source.home)  # fmt: skip
    if source_id == SNAPSHOT:
        return "arXiv", SNAPSHOT, "preprints", "INT", "global", "en", "https://arxiv.org/"
    return publishers.get(source_id, source_id), "feed", "local files", "", "", "", ""
