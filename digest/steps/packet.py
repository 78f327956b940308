"""The packet of a draft: its queues, and for every item in them text, labels and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.config import Clock, Workplace
from digest.edition.manifest import EditionItem, Manifest
from digest.edition.publishers import publishers_of
from digest.edition.readings import ABOUT_AI, JUDGED, Pair
from digest.edition.select import candidates
from digest.quarter import Quarter
from digest.review.events import Decision, Declared, ReviewEvent
from digest.review.packet import About, PacketItem, PacketLabel, write_packet
from digest.review.queues import SAMPLE, Labels, Near, Queues, queues
from digest.steps.decisions import near_of
from digest.steps.evidence import Found, evidence
from digest.store import labels as store
from digest.store.labels import Passage

if TYPE_CHECKING:
    import duckdb

    from digest.classify.model import Model


@dataclass(frozen=True)
class Paperwork:
    """What a packet is made of: the machine's draft and what people made of it so far.

    ``late`` are items that came after the review had been opened.
    """

    machine: Manifest
    draft: Manifest
    about: About
    late: Sequence[str]
    events: Sequence[ReviewEvent]
    model: Model


def put_packet(
    connection: duckdb.DuckDBPyConnection, place: Workplace, made_of: Paperwork, clock: Clock
) -> Queues:
    """Write the packet of a draft in the place of the one before; its queues."""
    draft = made_of.draft
    items = {item.id: item for item in draft.items}
    labels = _labels(connection, made_of)
    found = queues(draft, labels, made_of.about.inclusion, made_of.late)
    # What people acted on stays within reach, though it may stand in no queue any more.
    acts = (event.payload for event in made_of.events)
    touched = {act.item for act in acts if isinstance(act, Decision | Declared)}
    ids = sorted((found.items | touched) & items.keys())
    labels |= _relevance(connection, made_of, labels, found.ids[SAMPLE])
    quarter = Quarter.parse(draft.quarter)
    write_packet(
        place.packet(quarter), draft.sha256, quarter,
        _items(connection, made_of, ids, labels), found.ids, clock,
        replace(made_of.about, left_out=found.left_out),
        ((item.id, item.kind) for item in made_of.machine.items),
    )  # fmt: skip
    return found


def _labels(connection: duckdb.DuckDBPyConnection, made_of: Paperwork) -> dict[str, list[Near]]:
    """What the machine says of every item, as far as people judge it."""
    machine = made_of.machine
    texts = {item.text_hash for item in machine.items}
    said = store.labels_of_texts(connection, texts, machine.model, machine.codebook)
    by_text = {
        text: [Near(*label) for label in labels if label[0] in JUDGED]
        for text, labels in said.items()
    }
    return {item.id: by_text.get(item.text_hash, []) for item in machine.items}


def _relevance(
    connection: duckdb.DuckDBPyConnection,
    made_of: Paperwork,
    labels: Labels,
    sample: Iterable[str],
) -> dict[str, list[Near]]:
    """The labels of drawn items: each is asked whether it is about AI, however sure the machine."""
    machine = made_of.machine
    items = {item.id: item for item in machine.items}
    without = [
        i for i in sample if not any((n.scheme, n.label) == ABOUT_AI for n in labels[i])
    ]  # fmt: skip
    keys = [(item, *ABOUT_AI) for item in without]
    is_own = made_of.model.id == machine.model
    known = near_of(connection, keys, items, made_of.model) if is_own else {}
    threshold = machine.thresholds.get("/".join(ABOUT_AI), 0.0)
    return {
        item: [Near(*ABOUT_AI, *known.get((item, *ABOUT_AI), (0.0, threshold)), False, False),
               *labels[item]]
        for item in without
    }  # fmt: skip


def _items(
    connection: duckdb.DuckDBPyConnection,
    made_of: Paperwork,
    ids: Sequence[str],
    labels: Labels,
) -> Iterator[PacketItem]:
    draft = made_of.draft
    items = {item.id: item for item in draft.items}
    passages = store.passages(connection, [(i, items[i].text_hash) for i in ids])
    wanted = {
        i: [(n.scheme, n.label) for n in labels[i] if n.assigned or n.unsure] for i in ids
    }  # fmt: skip
    carriers = evidence(connection, made_of.model, passages, items, wanted)
    pages: dict[str, list[Pair]] = {}
    for section in draft.sections:
        for item_id in candidates(section):
            pages.setdefault(item_id, []).append((section.scheme, section.label))
    story_of = {item: story for story in draft.stories for item in story.items}
    publishers = {source.id: source.publisher for source in draft.sources}
    late = frozenset(made_of.late)
    for item_id in ids:
        item, story = items[item_id], story_of.get(item_id)
        passage = passages.get(item_id, Passage(item_id, item.text_hash, item.title, "", (), ()))
        own = publishers_of(item.sources, publishers)
        # A withdrawn item's own publishers are not among its story's.
        told_by = (*(story.outlets if story else ()), *own)
        yield PacketItem(
            id=item.id, kind=item.kind, date=item.date, title=item.title, text=passage.text,
            url=item.url, language=item.language, authors=passage.authors,
            outlets=tuple(dict.fromkeys(told_by)), sources=item.sources,
            categories=passage.categories, withdrawn=item.withdrawn,
            late=item.late or item_id in late, story=story.id if story else "",
            labels=tuple(_label(one, passage, item, carriers) for one in labels[item_id]),
            pages=tuple(pages.get(item_id, ())),
        )  # fmt: skip


def _label(near: Near, passage: Passage, item: EditionItem, carriers: Found) -> PacketLabel:
    said = near.probability, near.threshold, near.assigned, near.unsure
    sentence, _ = carriers.get((item.text_hash, near.scheme, near.label), ("", 0.0))
    start = passage.text.find(sentence) if sentence else -1
    end = start + len(sentence) if start >= 0 else -1
    return PacketLabel(near.scheme, near.label, *said, sentence, start, end)
