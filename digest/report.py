"""What ``digest status`` and ``digest sources check`` say, in lines for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from digest.config import Clock, Inputs, Workplace, utc_now
from digest.edition.shelf import Edition, Shelf
from digest.errors import StoreCorrupt
from digest.quarter import Quarter
from digest.sources.check import SourceCheck, check
from digest.steps.asking import answers_of
from digest.steps.harvest import client_for, listed_sources
from digest.store import history
from digest.store.database import is_snapshot, reading, snapshot_path
from digest.store.history import Outcome

if TYPE_CHECKING:
    import duckdb

NAMED = 20  # reasons of rejections that are listed; the rest is counted
KINDS = {"paper": "papers", "news": "news"}


def status_lines(place: Workplace, quarter_text: str) -> tuple[bool, Iterable[str]]:
    """What is stored of a quarter, or of the one harvested last, and what is published of it.

    True if every source answered when it was asked last.

    Raises:
        QuarterError: ``quarter_text`` is not a quarter.
        StoreError: there is no database that can be read; says what to do.
    """
    asked = Quarter.parse(quarter_text) if quarter_text else None
    with reading(place.database) as connection:
        last = history.last_harvest(connection, asked)
        quarter = asked or (last and last[0])
        if quarter is None:
            return False, ["nothing was harvested yet: harvest a quarter (digest run 2026Q1)"]
        outcomes = list(history.latest_outcomes(connection, quarter).values())
        lines = [
            *_harvest_lines(quarter, last and last[1]),
            *_writer_lines(connection, place),
            *_item_lines(connection, quarter),
            *_source_lines(outcomes),
            *_rejection_lines(history.rejections(connection, quarter)),
            *_edition_lines(Shelf(place.editions), quarter, history.item_ids(connection, quarter)),
        ]
    return bool(outcomes) and not any(outcome.is_missed for outcome in outcomes), lines


def _harvest_lines(quarter: Quarter, at: datetime | None) -> Iterator[str]:
    if at is None:
        yield f"{quarter}: no harvest of it was finished: digest run {quarter}"
    else:
        yield f"{quarter}: harvested last on {at:%Y-%m-%d at %H:%M} UTC"


def _writer_lines(connection: duckdb.DuckDBPyConnection, place: Workplace) -> Iterator[str]:
    if is_snapshot(connection, place.database):
        made = datetime.fromtimestamp(snapshot_path(place.database).stat().st_mtime, UTC)
        yield (
            "somebody is writing to the database right now; this is how it was on "
            f"{made:%Y-%m-%d at %H:%M} UTC"
        )


def _item_lines(connection: duckdb.DuckDBPyConnection, quarter: Quarter) -> Iterator[str]:
    by_kind = history.item_counts(connection, quarter)
    total = sum(by_kind.values())
    kinds = ", ".join(f"{by_kind.get(kind, 0):,} {name}" for kind, name in KINDS.items())
    yield f"items: {total:,} ({kinds})"
    makers = history.labelling_counts(connection, quarter)
    for (model, codebook), counts in makers.items():
        missing = total - sum(counts.values())
        said = [f"{number:,} {status}" for status, number in counts.items()]
        said += [f"{missing:,} not labelled yet"] if missing else []
        yield f"labels by {model} with codebook {codebook}: {'; '.join(said)}"
    if total and not makers:
        yield f"labels: {total:,} not labelled yet"


def _source_lines(outcomes: list[Outcome]) -> Iterator[str]:
    counts = Counter(outcome.outcome for outcome in outcomes)
    if outcomes:
        yield "sources: " + ", ".join(f"{n:,} {outcome}" for outcome, n in sorted(counts.items()))
    for outcome in outcomes:
        if outcome.is_missed:
            detail = outcome.detail.removeprefix(f"{outcome.source}: ")
            yield f"  {outcome.source} {outcome.outcome}: {detail}"


def _rejection_lines(rejections: Iterable[tuple[str, int]]) -> Iterator[str]:
    most_first = sorted(rejections, key=lambda r: (-r[1], r[0]))
    yield f"rejected entries: {sum(number for _, number in most_first):,}"
    for reason, number in most_first[:NAMED]:
        yield f"  {number:,}: {reason}"
    if more := most_first[NAMED:]:
        yield f"  {sum(number for _, number in more):,}: {len(more):,} other reasons"


def _edition_lines(shelf: Shelf, quarter: Quarter, items: set[str]) -> Iterator[str]:
    published = shelf.editions(quarter)
    try:
        yield _draft_line(shelf, quarter, published)
        for edition in published:
            day = f"{edition.published_at:%Y-%m-%d}"
            yield f"published: {edition.version} on {day}, sha256 {edition.sha256}"
        if published:
            on_time = {item.id for item in shelf.manifest(published[0]).items}
            yield (
                f"late arrivals: {len(items - on_time):,} items surfaced after "
                f"{published[0].version} was published"
            )
    except StoreCorrupt as error:
        yield str(error)


def _draft_line(shelf: Shelf, quarter: Quarter, published: list[Edition]) -> str:
    draft = shelf.draft(quarter)
    if draft is None:
        return "draft: none"
    sha256 = draft.sha256
    same = [edition.version for edition in published if edition.sha256 == sha256]
    return f"draft: sha256 {sha256} ({f'published as {same[-1]}' if same else 'not published'})"


def check_lines(inputs: Inputs, clock: Clock = utc_now) -> Iterator[tuple[bool, str]]:
    """Ask every source once; a line each as its answer is known, and at the end how many answer.

    Raises:
        SourceListError: the list is wrong, or lacks a source that is asked for.
    """
    sources = listed_sources(inputs)
    silent = []
    with client_for(inputs) as client, closing(
        answers_of(sources, lambda source: [check(source, client, clock())])
    ) as answers:  # fmt: skip
        for source, answer in answers:
            if isinstance(answer, SourceCheck):
                silent += [] if answer.answers else [source.id]
                yield answer.answers, _check_line(answer)
            elif answer is not None:
                silent.append(source.id)
                yield False, f"{source.id:32} {answer}"
    named = f"; not: {', '.join(sorted(silent))}" if silent else ""
    yield not silent, f"{len(sources) - len(silent):,} of {len(sources):,} sources answer{named}"


def _check_line(checked: SourceCheck) -> str:
    if not checked.answers:
        return f"{checked.source:32} FAILS  {checked.error.removeprefix(checked.source + ': ')}"
    what = f"{checked.dialect} as {checked.media_type or 'no type'}"
    return f"{checked.source:32} answers  {what}{_freshness(checked)}, {checked.milliseconds:,} ms"


def _freshness(checked: SourceCheck) -> str:
    """How many entries and how old the newest is; nothing of OAI-PMH, which was not asked."""
    if not checked.entries:
        return ""
    if checked.newest is None:
        return f", {checked.entries:,} entries without dates"
    days = f"{checked.newest:%Y-%m-%d}, {checked.age_days:,} days ago"
    return f", {checked.entries:,} entries, the newest of {days}"
