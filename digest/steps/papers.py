"""The cited papers, looked up again before a sign-off: withdrawn since, or in a newer version?

    the draft's chosen papers -> arXiv's search API -> kept raw, stored -> what changed, noted

What arXiv answers is stored like any harvest, so that a refreshed draft knows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from digest.config import Clock, Inputs, Workplace
from digest.edition.manifest import EditionItem, Manifest
from digest.edition.shelf import Shelf
from digest.errors import InputError, SourceError, some_of
from digest.events import PapersLookedUp
from digest.items import Record
from digest.quarter import Quarter
from digest.review.conditions import ARXIV
from digest.review.papers import PapersCheck, read_check, write_check
from digest.sources import arxiv_api
from digest.sources.catalogue import Source
from digest.steps import announce
from digest.steps.harvest import API, OAI, Harvest, client_for, known_sources, parsed
from digest.store.history import ANSWERED, Outcome
from digest.store.ingest import Counts

if TYPE_CHECKING:
    import duckdb

LOCAL = "the quarter was made from local files, and nobody is asked"


def look_up_papers(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    inputs: Inputs,
    clock: Clock,
) -> PapersCheck:
    """Look the papers that the quarter's draft cites up again, and note what came of it.

    A failure is an outcome, too. Where nobody is asked, what arXiv said last still counts. The
    caller has the turn.

    Raises:
        InputError: there is no draft.
        StoreError: the working folder cannot be written.
    """
    draft = _draft(place, quarter)
    source, before = _api(inputs), read_check(place.papers(quarter))
    if source:
        cited = {item.id: item for item in _cited(draft)}
        check = _asked(connection, place, quarter, (inputs, source), cited, clock)
    elif before and before.outcome != "nobody to ask":
        return before
    else:
        check = _unasked(draft, clock)
    write_check(place.papers(quarter), check)
    said = PapersLookedUp(
        check.outcome, len(check.asked), len(check.withdrawn), len(check.newer), check.detail
    )
    announce.papers_looked_up(connection, quarter, said, check.at)
    return check


def require_contact(place: Workplace, quarter: Quarter) -> None:
    """Nobody skips arXiv for a quarter to which it gave papers.

    Raises:
        InputError: arXiv is among the draft's sources, or there is no draft.
    """
    if known := _of_arxiv(_draft(place, quarter)):
        raise InputError(
            f"{quarter} has papers of {some_of(known)}, and arXiv must be told whom to write to: "
            "give --contact mailto:you@example.org, or set DIGEST_CONTACT"
        )


def _draft(place: Workplace, quarter: Quarter) -> Manifest:
    draft = Shelf(place.editions).draft(quarter)
    if draft is None:
        raise InputError(f"{quarter} has no draft: make one first (digest run {quarter})")
    return draft


def _of_arxiv(draft: Manifest) -> list[str]:
    """The draft's sources that are at arXiv, not in local files."""
    return [source.id for source in draft.sources if source.kind in {OAI, API}]


def _unasked(draft: Manifest, clock: Clock) -> PapersCheck:
    """Nobody can be asked: that is as it is with local files, and a failure with arXiv's papers."""
    if known := _of_arxiv(draft):
        why = (
            f"the papers came from {some_of(known)}, and no search API of arXiv is asked: have one "
            'in the source list ("enabled = false" will do), and give a contact'
        )
        return PapersCheck(clock(), "failed", (), detail=why)
    return PapersCheck(clock(), "nobody to ask", (), detail=LOCAL)


def _cited(draft: Manifest) -> Iterator[EditionItem]:
    chosen = frozenset(draft.chosen)
    yield from (i for i in draft.items if i.id in chosen and i.id.startswith(ARXIV))


def _api(inputs: Inputs) -> Source | None:
    """Whom to ask; nobody, where only local files are read."""
    listed = known_sources(inputs) if inputs.sources else []
    return next((source for source in listed if source.kind == API), None)


def _asked(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    whom: tuple[Inputs, Source],
    cited: dict[str, EditionItem],
    clock: Clock,
) -> PapersCheck:
    inputs, source = whom
    run = Harvest.of(connection, place, quarter, clock)
    counts, records, failed = Counts(), [], ""
    try:
        with client_for(inputs) as client:
            ids = [item_id.removeprefix(ARXIV) for item_id in cited]
            for document in arxiv_api.look_up(source, ids, client):
                kept = run.archive.keep(document, API, quarter, source.language)
                more, error = run.store(kept)
                counts += more
                if error:
                    raise error
                records += [r for r in parsed(run.archive, kept) if isinstance(r, Record)]
    except SourceError as error:
        failed = str(error)
    # Also of a part that came, or was stored by a run that was killed: told twice, it counts once.
    answered = [Outcome(source.id, ANSWERED, "", counts)]
    announce.harvested(connection, quarter, run.wanted, answered, (), clock())
    if failed:
        return PapersCheck(clock(), "failed", (), detail=failed)
    return _compared(cited, records, clock)


def _compared(
    cited: dict[str, EditionItem], records: Sequence[Record], clock: Clock
) -> PapersCheck:
    now = {f"{ARXIV}{record.arxiv_id}": record for record in records}
    known = [(item, now[item.id]) for item in cited.values() if item.id in now]
    return PapersCheck(
        clock(), "checked", tuple(cited),
        withdrawn=tuple(i.id for i, r in known if r.withdrawn and not i.withdrawn),
        newer=tuple(i.id for i, r in known if r.version > i.version),
        unknown=tuple(item_id for item_id in cited if item_id not in now),
    )  # fmt: skip
