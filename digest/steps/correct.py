"""Correct: a published edition is never edited; a new version is proposed, and says why.

    amendment   the published version, with an item out or a label changed
    update      a new draft of what is stored by now, for new evidence

Either is reviewed, signed off and published like any other draft, and v1.0 stays as it is.

A proposal speaks of the draft that lies on the shelf, and without one nothing takes the place of
what is published. So the last proposal is withdrawn, the draft put there, and then it is proposed:
killed in between, nothing can be signed off, and the same correction is proposed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest import taxonomy
from digest.classify.model import Model
from digest.config import Clock, Inputs, Workplace
from digest.edition.manifest import Manifest
from digest.edition.shelf import Correction, Edition, Shelf
from digest.errors import InputError
from digest.events import CorrectionOpened
from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.events import Corrected, New
from digest.steps import announce
from digest.steps.decisions import desk, people_of
from digest.steps.draft import machine_draft, with_decisions
from digest.steps.drafting import Drafting, drafting
from digest.steps.opening import Wish, put_before_panel
from digest.steps.publish import build_draft
from digest.steps.unfinished import require_finished
from digest.store.database import writing

if TYPE_CHECKING:
    import duckdb

    from digest.taxonomy import Codebook


@dataclass(frozen=True, slots=True)
class Proposed:
    """A correction that was drafted: which version it replaces, and its manifest."""

    replaces: Edition
    manifest: Manifest


def correct(
    place: Workplace,
    quarter: Quarter,
    correction: Correction,
    inputs: Inputs,
    clock: Clock,
    *,
    refresh: bool = False,
) -> Proposed:
    """Draft a new version in the place of the published one. The caller has the turn.

    Raises:
        InputError: nothing is published, another correction is open (``refresh`` makes it anew),
            it names what is not there or contradicts itself, or it would change nothing.
    """
    shelf, codebook = Shelf(place.editions), taxonomy.load()
    edition = _published(shelf, quarter, correction, refresh=refresh)
    public = shelf.manifest(edition)
    _check(correction, public, codebook)
    using = drafting(inputs, public, Model.load(place.model_in_use), codebook)
    with writing(place.database) as connection:
        if correction.kind == "update":
            machine = machine_draft(connection, place, quarter, using)
            require_finished(machine)
        else:
            machine = _machine_of(shelf, quarter, edition)
        manifest = _drafted(connection, place, quarter, machine, correction, using)
        if manifest.sha256 == public.sha256:
            raise InputError(
                f"{quarter} {edition.version} says so already: nothing would change, and nothing "
                "is proposed"
            )
        shelf.withdraw(quarter)
        if people_of(place):
            wish = Wish(correction.by, correction=correction)
            manifest = put_before_panel(connection, place, machine, using, wish, clock)
        else:
            shelf.put_draft(manifest, machine)
            shelf.freeze(manifest, clock())
            shelf.propose(quarter, correction)
        _tell(connection, place, correction, edition, manifest, clock)
    build_draft(place, manifest, codebook)
    return Proposed(edition, manifest)


def _published(shelf: Shelf, quarter: Quarter, correction: Correction, *, refresh: bool) -> Edition:
    editions, is_open = shelf.editions(quarter), shelf.proposal(quarter)
    if not editions:
        raise InputError(
            f"nothing of {quarter} is published, so there is nothing to correct: change the draft "
            f"(digest rerun {quarter})"
        )
    if is_open and is_open != correction and not refresh:
        raise InputError(
            f"{is_open.by} proposed an {is_open.kind} of {quarter} already ({is_open.reason}): "
            "sign it off first, or make it anew with --refresh"
        )
    return editions[-1]


def _check(correction: Correction, public: Manifest, codebook: Codebook) -> None:
    """Whether a correction says what has to be said, of items and labels that there are."""
    if not correction.reason.strip() or not correction.by.strip():
        raise InputError("a correction needs its reason and who answers for it: --reason and --by")
    changes = bool(correction.removed or correction.labels)
    if changes != (correction.kind == "amendment"):
        raise InputError(
            "an amendment names what changes (--remove ITEM, or --label ITEM "
            "scheme/label=accept|reject), and an update brings what is new in the store"
        )
    known = {item.id for item in public.items}
    for item in (*correction.removed, *(label[0] for label in correction.labels)):
        if item not in known:
            raise InputError(f"{public.quarter} has no item {item}: check its id")
    labels = {(label.scheme, label.id) for label in codebook.labels}
    seen = set()
    for item, scheme, label, _ in correction.labels:
        if (scheme, label) not in labels:
            raise InputError(f"the codebook has no label {scheme}/{label}: check both")
        if item in correction.removed:
            raise InputError(f"{item} is taken out, and {scheme}/{label} of it set: leave one out")
        if (item, scheme, label) in seen:
            raise InputError(f"{scheme}/{label} of {item} is set twice: set it once")
        seen.add((item, scheme, label))


def _machine_of(shelf: Shelf, quarter: Quarter, edition: Edition) -> Manifest:
    machine = shelf.machine(quarter, edition.version)
    assert machine is not None
    return machine


def _drafted(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    machine: Manifest,
    correction: Correction,
    using: Drafting,
) -> Manifest:
    """The draft with this correction beside those that are published."""
    published = [e.correction for e in Shelf(place.editions).editions(quarter) if e.correction]
    with desk(place, quarter) as on:
        corrected = replace(on, corrections=[*published, correction])
        return with_decisions(connection, place, machine, corrected, using.model)


def _tell(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    correction: Correction,
    edition: Edition,
    manifest: Manifest,
    clock: Clock,
) -> None:
    """In the book, if there is a panel, and in the outbox."""
    quarter = edition.quarter
    if people_of(place):
        payload = Corrected(correction.kind, correction.reason, edition.version, manifest.sha256)
        event_id = f"corrected-{quarter}-{manifest.sha256[:32]}"
        with closing(Book(place.book, clock)) as book:
            if event_id not in {event.event_id for event in book.events(quarter)}:
                book.append(New(event_id, quarter, correction.by, payload))
    said = CorrectionOpened(
        correction.kind, correction.reason, correction.by, edition.version, manifest.sha256
    )
    announce.correction_opened(connection, quarter, said, clock())


def parsed_labels(texts: Sequence[str]) -> Iterator[tuple[str, str, str, bool]]:
    """Labels of items as they are typed: ``arxiv:2602.00001 sdg/3=reject``.

    Raises:
        InputError: it is not of that form.
    """
    for text in texts:
        item, _, wanted = text.strip().rpartition(" ")
        pair, _, verdict = wanted.partition("=")
        scheme, _, label = pair.partition("/")
        if not item or not label or verdict not in {"accept", "reject"}:
            raise InputError(
                f'\'{text}\' sets no label: write "ITEM sdg/3=accept" or "ITEM sdg/3=reject"'
            )
        yield item.strip(), scheme, label, verdict == "accept"
