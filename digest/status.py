"""What ``digest status`` says: how a working folder stands at this moment, whoever works in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.classify.model import identity
from digest.config import Clock, Workplace, utc_now
from digest.edition.manifest import Manifest
from digest.edition.shelf import Edition, Shelf
from digest.errors import StoreError
from digest.quarter import Quarter
from digest.steps.health import Health, health
from digest.store import alerts, history
from digest.store.alerts import Attempt
from digest.store.database import reading, writer_lines
from digest.store.history import Outcome
from digest.store.outbox import Raised, unhandled
from digest.store.signoffs import SignOff, signoffs
from digest.store.turn import serve_holder, turn_holder

if TYPE_CHECKING:
    import duckdb

NAMED = 20  # reasons, events and alerts that are listed; the rest is counted
KINDS = {"paper": "papers", "news": "news"}


def status_lines(
    place: Workplace, quarter_text: str, clock: Clock = utc_now
) -> tuple[bool, Iterable[str]]:
    """What is stored of a quarter, or of the one harvested last, what waits, what is published.

    True if every source answered when it was asked last.

    Raises:
        QuarterError: ``quarter_text`` is not a quarter.
        StoreError: there is no database that can be read; says what to do.
    """
    asked, now = Quarter.parse(quarter_text) if quarter_text else None, clock()
    working = _working_lines(place)
    with reading(place.database) as connection:
        last = history.last_harvest(connection, asked)
        quarter = asked or (last and last[0])
        if quarter is None:
            return False, ["nothing was harvested yet: harvest a quarter (digest run 2026Q1)"]
        outcomes = list(history.latest_outcomes(connection, quarter).values())
        used = identity(place.model_in_use)
        lines = [
            *_harvest_lines(quarter, last and last[1], outcomes),
            *working,
            *writer_lines(connection, place.database),
            *_item_lines(connection, quarter, used),
            *_source_lines(outcomes),
            # Of a quarter that is over: whether they were silent at its end.
            *_silent_lines(health(connection, [o.source for o in outcomes], min(now, quarter.end))),
            *_rejection_lines(history.rejections(connection, quarter)),
            *_edition_lines(connection, place, quarter, used, now),
            *_event_lines(unhandled(connection), now, is_served=serve_holder(place) is not None),
            *_alert_lines(alerts.attempts(connection)),
        ]
    return bool(outcomes) and not any(outcome.is_missed for outcome in outcomes), lines


def _harvest_lines(quarter: Quarter, at: datetime | None, outcomes: list[Outcome]) -> Iterator[str]:
    stopped = sum(outcome.outcome == history.UNFINISHED for outcome in outcomes)
    if at is None:
        yield f"{quarter}: no harvest of it was finished: digest run {quarter}"
    elif stopped:
        yield (
            f"{quarter}: its harvest was stopped before it was done with {stopped:,} of "
            f"{len(outcomes):,} sources, and is to be run again: digest run {quarter}"
        )
    else:
        yield f"{quarter}: harvested last on {at:%Y-%m-%d at %H:%M} UTC"


def _working_lines(place: Workplace) -> list[str]:
    lines = []
    if number := serve_holder(place):
        lines.append(f"digest serve runs as process number {number}")
    if number := turn_holder(place):
        lines.append(f"process number {number} works in this folder right now")
    return lines


def _item_lines(
    connection: duckdb.DuckDBPyConnection, quarter: Quarter, used: tuple[str, str]
) -> Iterator[str]:
    """Items, and how many wait for the labels of the model that is in use."""
    by_kind = history.item_counts(connection, quarter)
    total = sum(by_kind.values())
    kinds = ", ".join(f"{by_kind.get(kind, 0):,} {name}" for kind, name in KINDS.items())
    yield f"items: {total:,} ({kinds})"
    makers = history.labelling_counts(connection, quarter)
    for model, codebook in makers | ({used: {}} if total else {}):
        counts = makers.get((model, codebook), {})
        missing = total - sum(counts.values())
        said = [f"{number:,} {status}" for status, number in counts.items()]
        said += [f"{missing:,} not labelled yet"] if missing else []
        mark = "" if (model, codebook) == used else " (not in use now)"
        yield f"labels by {model} with codebook {codebook}{mark}: {'; '.join(said)}"


def _source_lines(outcomes: list[Outcome]) -> Iterator[str]:
    counts = Counter(outcome.outcome for outcome in outcomes)
    if outcomes:
        yield "sources: " + ", ".join(f"{n:,} {outcome}" for outcome, n in sorted(counts.items()))
    for outcome in outcomes:
        if outcome.is_missed:
            detail = outcome.detail.removeprefix(f"{outcome.source}: ")
            yield f"  {outcome.source} {outcome.outcome}: {detail}"


def _silent_lines(states: Iterable[Health]) -> Iterator[str]:
    for state in states:
        if state.is_silent:
            yield (
                f"  {state.heard.source} silent: nothing new for {state.quiet_days:,} days, since "
                f"{state.last_item}; usual is every {state.usual_gap:g} days"
            )


def _rejection_lines(rejections: Iterable[tuple[str, int]]) -> Iterator[str]:
    most_first = sorted(rejections, key=lambda r: (-r[1], r[0]))
    yield f"rejected entries: {sum(number for _, number in most_first):,}"
    for reason, number in most_first[:NAMED]:
        yield f"  {number:,}: {reason}"
    if more := most_first[NAMED:]:
        yield f"  {sum(number for _, number in more):,}: {len(more):,} other reasons"


def _edition_lines(
    connection: duckdb.DuckDBPyConnection,
    place: Workplace,
    quarter: Quarter,
    used: tuple[str, str],
    now: datetime,
) -> Iterator[str]:
    shelf = Shelf(place.editions)
    stored = history.item_states(connection, quarter)
    try:
        published = shelf.editions(quarter)
        draft = shelf.draft(quarter)
        if draft is None:
            yield "draft: none"
        else:
            yield _draft_line(draft, published)
            is_over = quarter.end <= now and not published
            if is_over and not history.has_answered(connection, quarter, quarter.end):
                yield (
                    "  no source has answered since the quarter ended: its last days are missing, "
                    f"and it is not frozen for review before one has; digest run {quarter} asks "
                    "them"
                )
            yield from _review_lines(draft, shelf, quarter, signoffs(connection, quarter))
            if behind := _behind(draft, stored, used, history.waiting(connection, quarter, *used)):
                reviewed = shelf.is_frozen(quarter) and place.packet(quarter).exists()
                renew = f"review open {quarter} --refresh" if reviewed else f"rerun {quarter}"
                yield f"  it is older than the store: {behind}; digest {renew} renews it"
        for edition in published:
            day = f"{edition.published_at:%Y-%m-%d}"
            yield f"published: {edition.version} on {day}, sha256 {edition.sha256}"
        if published:
            on_time = {item.id for item in shelf.manifest(published[0]).items}
            yield (
                f"late arrivals: {len(stored.keys() - on_time):,} items surfaced after "
                f"{published[0].version} was published"
            )
    except StoreError as error:
        yield str(error)


def _draft_line(draft: Manifest, published: list[Edition]) -> str:
    sha256 = draft.sha256
    same = [edition.version for edition in published if edition.sha256 == sha256]
    return f"draft: sha256 {sha256} ({f'published as {same[-1]}' if same else 'not published'})"


def _review_lines(
    draft: Manifest, shelf: Shelf, quarter: Quarter, signed: list[SignOff]
) -> Iterator[str]:
    if shelf.is_frozen(quarter):
        yield "  it is frozen for review"
    for one in signed:
        which = "" if one.sha256 == draft.sha256 else f"another draft, {one.sha256}, was "
        yield f"  {which}signed off by {one.by} on {one.at:%Y-%m-%d at %H:%M} UTC"


def _behind(
    draft: Manifest, stored: dict[str, tuple[str, bool]], used: tuple[str, str], waiting: int
) -> str:
    """What the store has that the draft has not, in words; ``""`` when it is up to date."""
    drafted = {item.id: (item.text_hash, item.withdrawn) for item in draft.items}
    unlabelled = sum(item.status == history.UNLABELLED for item in draft.items)
    common = drafted.keys() & stored.keys()
    found = [
        (len(stored.keys() - drafted.keys()), "new items"),
        (len(drafted.keys() - stored.keys()), "items that are gone"),
        (sum(drafted[i] != stored[i] for i in common), "changed items"),
        (max(0, unlabelled - waiting), "new labels"),
    ]
    said = [f"{number:,} {what}" for number, what in found if number]
    return ", ".join(said + (["another model"] if (draft.model, draft.codebook) != used else []))


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Events of one name and quarter that the same listeners have not handled; ``oldest`` first."""

    oldest: Raised
    number: int


def _event_lines(events: list[Raised], now: datetime, *, is_served: bool) -> Iterator[str]:
    groups: dict[tuple[object, ...], _Waiting] = {}
    for event in events:
        key = event.name, event.quarter, event.waiting_for
        known = groups.get(key)
        groups[key] = _Waiting(known.oldest, known.number + 1) if known else _Waiting(event, 1)
    if groups:
        until = "" if is_served else ", until digest serve is started"
        yield f"events that wait{until}: {len(events):,}"
    for group in list(groups.values())[:NAMED]:
        event = group.oldest
        times = f"{group.number:,} times " if group.number > 1 else ""
        yield (
            f"  {event.name} of {event.quarter}, {times}for {', '.join(event.waiting_for)}, since "
            f"{_age(now - event.caused_at)}"
        )


def _age(time: timedelta) -> str:
    minutes = max(0, int(time.total_seconds()) // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // 1440} days"


def _alert_lines(attempts: Iterable[Attempt]) -> Iterator[str]:
    failed = [attempt for attempt in attempts if attempt.problem]
    for channel in sorted({attempt.channel for attempt in failed}):
        own = [attempt for attempt in failed if attempt.channel == channel]
        yield (
            f"alerts that did not go out: {len(own):,} to {channel}, tried last on "
            f"{own[-1].at:%Y-%m-%d at %H:%M} UTC: {own[-1].problem}"
        )
