"""Draft: the quarter's labelled items become a manifest, with evidence for what is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from digest.classify.heads import NONE
from digest.classify.label import Text, evidence_for
from digest.config import Workplace
from digest.edition.findings import Period, changed_rates, goal_shares, label_counts
from digest.edition.manifest import (
    Assigned,
    EditionItem,
    Evidence,
    Manifest,
    ShownItem,
    SourceOutcome,
)
from digest.edition.select import SHOWN_SCHEMES, sections
from digest.edition.shelf import Shelf
from digest.quarter import Quarter
from digest.sources.catalogue import Source
from digest.steps import findings
from digest.steps.harvest import SNAPSHOT
from digest.store import history
from digest.store import labels as store
from digest.store.history import Outcome
from digest.store.labels import LabelledItem

if TYPE_CHECKING:
    import duckdb

    from digest.classify.model import Model
    from digest.taxonomy import Codebook

UNREVIEWED = "not reviewed"


@dataclass(frozen=True)
class Drafting:
    """What a draft is made with: the model and codebook that label, the sources that are known."""

    model: Model
    codebook: Codebook
    sources: Sequence[Source]
    sample: bool


def draft(
    connection: duckdb.DuckDBPyConnection, place: Workplace, quarter: Quarter, using: Drafting
) -> Manifest:
    """Make the quarter's manifest from the store and put it on the shelf as the draft.

    Items that no version published so far had, in a quarter that was published, are marked late.
    """
    shelf = Shelf(place.editions)
    model = using.model
    rows = list(store.labelled_items(connection, quarter, model.id, model.codebook))
    published = shelf.editions(quarter)
    on_time = {i.id for i in shelf.manifest(published[0]).items} if published else None
    publishers = {source.id: source.publisher for source in using.sources}
    items = [_edition_item(row, on_time, publishers) for row in rows]
    pairs = [(n.scheme, n.id) for s in SHOWN_SCHEMES for n in using.codebook.scheme(s)]
    rulings = findings.rulings(place.rulings)
    told = findings.stories(connection, quarter, model.encoder_id, publishers, rulings)
    chosen = sections(items, pairs, told)
    carried_ids = {item_id for section in chosen for item_id in section.chosen}
    # Pages list late and withdrawn items by their titles, without evidence.
    listed_ids = carried_ids | {item.id for item in items if item.late or item.withdrawn}
    carried = [row for row in rows if row.item_id in carried_ids]
    shown = [row for row in rows if row.item_id in listed_ids]
    evidence = _evidence(connection, quarter, model, carried)
    outcomes = tuple(_outcomes(connection, quarter, using.sources, items))
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
        shown=tuple(
            _shown_item(row, evidence if row.item_id in carried_ids else {}, publishers)
            for row in shown
        ),
        sections=tuple(chosen),
        review=UNREVIEWED,
        stories=told,
        counts=tuple(label_counts(items, pairs, tests)),
        shares=goal_shares(items, [n for s, n in pairs if s == "sdg"], goals_test),
        signals=changed_rates(now, Period.of(before) if before else None),
        past=past,
    )
    shelf.put_draft(manifest)
    return manifest


def _edition_item(
    row: LabelledItem, on_time: set[str] | None, publishers: dict[str, str]
) -> EditionItem:
    return EditionItem(
        id=row.item_id,
        kind=row.kind,
        date=row.published.date().isoformat(),
        date_inferred=row.date_inferred,
        version=row.version,
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
        voice=row.authors[-1] if row.authors else _publisher(row.sources[0], publishers),
    )


def _shown_item(
    row: LabelledItem,
    evidence: dict[tuple[str, str, str], tuple[str, float]],
    publishers: dict[str, str],
) -> ShownItem:
    carried = [
        Evidence(scheme, label, *evidence[row.text_hash, scheme, label])
        for scheme, label, _, _, assigned, _ in row.labels
        if evidence and assigned and scheme in SHOWN_SCHEMES
    ]
    return ShownItem(
        id=row.item_id,
        authors=row.authors,
        publishers=tuple(dict.fromkeys(_publisher(s, publishers) for s in row.sources)),
        categories=row.categories,
        evidence=tuple(carried),
    )


def _publisher(source: str, publishers: dict[str, str]) -> str:
    return publishers.get(source) or ("arXiv" if source.startswith("arxiv") else source)


def _thresholds(model: Model) -> dict[str, float]:
    pairs = zip(model.heads.labels, model.heads.threshold, strict=True)
    return {f"{s}/{label}": round(float(t), 4) for (s, label), t in pairs if label != NONE}


def _evidence(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, model: Model, rows: list[LabelledItem]
) -> dict[tuple[str, str, str], tuple[str, float]]:
    """The sentence behind every label of the shown items; read again only where it is unknown."""
    known = store.known_evidence(connection, model.id, quarter)
    row_of = {pair: row for row, pair in enumerate(model.heads.labels)}
    missing: list[tuple[LabelledItem, list[int]]] = []
    for item in rows:
        pairs = [(s, n) for s, n, _, _, assigned, _ in item.labels if assigned]
        unknown = [
            row_of[pair] for pair in pairs
            if pair[0] in SHOWN_SCHEMES and (item.text_hash, *pair) not in known
        ]  # fmt: skip
        if unknown:
            missing.append((item, unknown))
    found = _find(missing, model)
    store.store_evidence(connection, model.id, found)
    return known | found


def _find(
    missing: list[tuple[LabelledItem, list[int]]], model: Model
) -> dict[tuple[str, str, str], tuple[str, float]]:
    if not missing:
        return {}
    texts = [(Text(item.title, item.text), item.language) for item, _ in missing]
    found = {}
    for (text, language), (item, rows), encoding in zip(
        texts, missing, model.encode(texts), strict=True
    ):
        evidence = evidence_for(text, language, encoding, model, np.array(rows))
        for row, carrier in evidence.items():
            scheme, label = model.heads.labels[row]
            found[item.text_hash, scheme, label] = (carrier["sentence"], carrier["share"])
    return found


def _outcomes(
    connection: duckdb.DuckDBPyConnection,
    quarter: Quarter,
    listed: Iterable[Source],
    items: list[EditionItem],
) -> Iterable[SourceOutcome]:
    """What became of every source that was asked, in the order of their ids."""
    by_id = {source.id: source for source in listed}
    counts = Counter(source for item in items for source in item.sources)
    for source_id, outcome in history.latest_outcomes(connection, quarter).items():
        yield _outcome(source_id, outcome, by_id.get(source_id), counts[source_id])


def _outcome(source_id: str, outcome: Outcome, source: Source | None, items: int) -> SourceOutcome:
    return SourceOutcome(
        source_id, *_about(source_id, source), outcome.outcome, outcome.detail, items
    )


def _about(source_id: str, source: Source | None) -> tuple[str, str, str, str, str, str, str]:
    """Publisher, kind, group, country, region, language and home page, as far as they are known."""
    if source is not None:
        return (source.publisher, source.kind, source.group, source.country, source.region,
                source.language, source.home)  # fmt: skip
    if source_id == SNAPSHOT:
        return "arXiv", SNAPSHOT, "preprints", "INT", "global", "en", "https://arxiv.org/"
    return source_id, "feed", "local files", "", "", "", ""
