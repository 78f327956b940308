"""The sentences that carry labels, found once and kept: for pages, and for those who review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from digest.classify.label import Text, evidence_for
from digest.edition.manifest import EditionItem, Evidence, ShownItem
from digest.edition.publishers import publishers_of
from digest.edition.readings import Pair
from digest.store import labels as store
from digest.store.labels import Passage

if TYPE_CHECKING:
    import duckdb

    from digest.classify.model import Model

# How the sentence is chosen; what was found by another rule is not taken for known.
RULE = "e2"
Found = dict[tuple[str, str, str], tuple[str, float]]  # by text, scheme, label: sentence, share
NO_SENTENCE = ("", 0.0)
Wanted = Mapping[str, Sequence[Pair]]  # by item


def evidence(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    passages: Mapping[str, Passage],
    items: Mapping[str, EditionItem],
    wanted: Wanted,
) -> Found:
    """The sentence behind each wanted label; texts are read again only where it is unknown.

    Labels that the model does not have are left out; a label that rests on no one sentence has
    ``""``.
    """
    by = f"{model.id}/{RULE}"
    known = store.known_evidence(
        connection, by, {passages[i].text_hash for i in wanted if i in passages}
    )
    row_of = {pair: row for row, pair in enumerate(model.heads.labels)}
    missing: dict[str, list[int]] = {}
    for item_id, pairs in wanted.items():
        if item_id in passages:
            text_hash = passages[item_id].text_hash
            rows = [row_of[p] for p in pairs if p in row_of and (text_hash, *p) not in known]
            if rows:
                missing[item_id] = rows
    found = _find(missing, passages, items, model)
    store.store_evidence(connection, by, found)
    return known | found


def _find(
    missing: Mapping[str, Sequence[int]],
    passages: Mapping[str, Passage],
    items: Mapping[str, EditionItem],
    model: Model,
) -> Found:
    if not missing:
        return {}
    texts = [
        (Text(passages[i].title, passages[i].text), items[i].language) for i in missing
    ]  # fmt: skip
    found: Found = {}
    for (text, language), (item_id, rows), encoding in zip(
        texts, missing.items(), model.encode(texts), strict=True
    ):
        carriers = evidence_for(text, language, encoding, model, np.array(rows))
        for row in rows:
            key = (passages[item_id].text_hash, *model.heads.labels[row])
            carrier = carriers.get(row)
            found[key] = (carrier["sentence"], carrier["share"]) if carrier else NO_SENTENCE
    return found


def shown(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    items: Sequence[EditionItem],
    wanted: Wanted,
    publishers: Mapping[str, str],
) -> tuple[ShownItem, ...]:
    """What pages show of some of the items, in their order: of those in ``wanted``.

    ``wanted`` are the labels whose evidence is shown with an item; none, where it is only listed.
    """
    listed = [item for item in items if item.id in wanted]
    passages = store.passages(connection, [(item.id, item.text_hash) for item in listed])
    found = evidence(connection, model, passages, {item.id: item for item in listed}, wanted)
    return tuple(
        _shown(item, passages[item.id], found, wanted[item.id], publishers)
        for item in listed if item.id in passages
    )  # fmt: skip


def _shown(
    item: EditionItem,
    passage: Passage,
    found: Found,
    pairs: Sequence[Pair],
    publishers: Mapping[str, str],
) -> ShownItem:
    keys = ((passage.text_hash, *pair) for pair in pairs)
    return ShownItem(
        id=item.id,
        authors=passage.authors,
        publishers=publishers_of(item.sources, publishers),
        categories=passage.categories,
        evidence=tuple(
            Evidence(key[1], key[2], *found[key])
            for key in keys
            if found.get(key, NO_SENTENCE) != NO_SENTENCE
        ),
    )
