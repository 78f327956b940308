"""Rerun: bring a quarter's draft up to date, doing again only what has changed, and say what moved.

Every step does what is not done yet, whatever the reason: a new document is parsed and its texts
are encoded, new heads label from the vectors that are stored, a new template costs the pages. So a
rerun is the steps in their order. It ends at the draft: a published edition is never altered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from digest import taxonomy
from digest.classify.model import Model
from digest.config import Clock, Inputs, Report, Workplace
from digest.edition.difference import Difference, difference
from digest.edition.manifest import Changes, Manifest, compare
from digest.edition.shelf import Shelf
from digest.errors import InputError
from digest.events import DRAFT
from digest.quarter import Quarter
from digest.steps import announce
from digest.steps.classify import classify
from digest.steps.draft import draft
from digest.steps.drafting import drafting
from digest.steps.harvest import harvest, harvested_sources
from digest.steps.publish import build_draft, draft_is_built
from digest.steps.rehearsal import rehearsal
from digest.steps.taking import why_kept
from digest.steps.unfinished import unfinished
from digest.store import history
from digest.store.database import snapshot, writing
from digest.store.history import Outcome

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be run again, with what, when; ``tell`` hears how far it is.

    ``inputs`` without anything to ask or read means what is stored already.
    """

    quarter: Quarter
    inputs: Inputs
    clock: Clock
    tell: Report


@dataclass(frozen=True, slots=True)
class Redone:
    """What was done again: documents parsed, texts labelled, and texts encoded for that."""

    documents: int = 0
    labelled: int = 0
    encoded: int = 0


@dataclass(frozen=True, slots=True)
class Rerun:
    """What a rerun came to, or would come to.

    ``draft`` is None when every source that was asked failed; ``was_frozen``: the one before waited
    for review. ``against`` names what it is compared with, ``""`` when there was nothing; then
    there is no ``difference`` either. ``public`` is the published version and ``for_public`` what
    publishing the draft would change, ``""`` and None when nothing is published. ``was_built``: the
    pages were those of this draft and of today's templates already; ``site`` is where they are,
    None if nothing was built.
    """

    quarter: Quarter
    outcomes: tuple[Outcome, ...]
    redone: Redone
    draft: Manifest | None = None
    was_frozen: bool = False
    against: str = ""
    difference: Difference | None = None
    public: str = ""
    for_public: Changes | None = None
    was_built: bool = False
    site: Path | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every source that was asked answered, and no earlier harvest was stopped."""
        return all(outcome.is_complete for outcome in self.outcomes) and not self.unfinished

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The sources that the draft lacks since their harvest was stopped."""
        return unfinished(self.draft) if self.draft else ()


def rerun(place: Workplace, request: Request) -> Rerun:
    """Do again what has changed, up to the draft and its pages. The caller has the turn.

    Raises:
        InputError: a wrong input, nothing is stored of the quarter and nothing is asked for it, or
            people look at its draft.
        StoreError: the working folder cannot be used.
    """
    codebook = taxonomy.load()
    with writing(place.database) as connection:
        done, asked = _redo(connection, place, request, codebook)
        snapshot(connection, place.database)
    if done.draft is None:
        return done
    was_built = draft_is_built(place, done.draft, codebook)
    if not was_built:
        request.tell("draft: building its site")
    site = build_draft(place, done.draft, codebook)
    with writing(place.database) as connection:
        announce.drafted(connection, done.draft, asked, request.clock())
    return replace(done, was_built=was_built, site=site)


def rehearse(place: Workplace, request: Request) -> Rerun:
    """What ``rerun`` would do and change; the working folder stays as it is.

    Raises: as ``rerun``.
    """
    codebook = taxonomy.load()
    with rehearsal(place) as within, writing(within.database) as connection:
        done, _ = _redo(connection, within, request, codebook)
    if done.draft is None:
        return done
    return replace(done, was_built=draft_is_built(place, done.draft, codebook))


def _redo(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    request: Request,
    codebook: taxonomy.Codebook,
) -> tuple[Rerun, tuple[str, ...]]:
    """What came of it as far as the store goes, and the open events that asked for a draft."""
    quarter, shelf = request.quarter, Shelf(place.editions)
    if kept := why_kept(place, quarter):
        raise InputError(kept)
    outcomes, documents = _harvest(connection, place, request)
    if outcomes and not any(outcome.is_complete for outcome in outcomes):
        return Rerun(quarter, outcomes, Redone(documents)), ()
    if not history.is_harvested(connection, quarter):
        raise InputError(f"nothing is stored of {quarter}: harvest it first (digest run {quarter})")
    model = Model.load(place.model_in_use)
    redone = _label(connection, request, model, documents)
    published = shelf.editions(quarter)
    public = shelf.manifest(published[-1]) if published else None
    version = published[-1].version if published else ""
    waiting, was_frozen = shelf.draft(quarter), shelf.is_frozen(quarter)
    before = waiting or public
    asked = announce.asked_of(connection, DRAFT, quarter)
    request.tell("draft: choosing what is shown, and the sentences that carry its labels")
    manifest = draft(connection, place, quarter, drafting(request.inputs, before, model, codebook))
    done = Rerun(
        quarter,
        outcomes,
        redone,
        draft=manifest,
        was_frozen=was_frozen,
        against="the draft as it was" if waiting else version,
        difference=difference(before, manifest) if before else None,
        public=version,
        for_public=compare(public, manifest) if public else None,
    )
    return done, asked


def _harvest(
    connection: duckdb.DuckDBPyConnection, place: Workplace, request: Request
) -> tuple[tuple[Outcome, ...], int]:
    """What became of what was asked, and how many documents were parsed for it."""
    inputs, total = request.inputs, len(harvested_sources(request.inputs))
    if not total:
        return (), 0
    before = history.documents_read(connection)
    outcomes: list[Outcome] = []
    for outcome in harvest(connection, place, request.quarter, inputs, request.clock):
        outcomes.append(outcome)
        request.tell(f"harvest: {len(outcomes):,} of {total:,} sources")
    return tuple(outcomes), history.documents_read(connection) - before


def _label(
    connection: duckdb.DuckDBPyConnection, request: Request, model: Model, documents: int
) -> Redone:
    labelled = encoded = 0
    for step in classify(connection, request.quarter, model, request.clock):
        labelled, encoded = step.done, step.encoded
        request.tell(f"classify: {labelled:,} of {step.total:,} texts, {encoded:,} of them encoded")
    return Redone(documents, labelled, encoded)
