"""What ``digest review open`` and ``digest review status`` say, in lines for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from digest.config import Workplace
from digest.edition.readings import ABOUT_AI, Key
from digest.quarter import Quarter
from digest.review.agreement import Agreement, agreement
from digest.review.conditions import embargo, missing
from digest.review.events import Decision, not_undone, of_kind
from digest.review.packet import Packet
from digest.review.papers import PapersCheck, read_check
from digest.review.queues import UNSURE, asked
from digest.review.standing import is_voter
from digest.steps.decisions import desk
from digest.steps.signing import next_step, stage_of, state_of
from digest.store.database import reading, writer_lines

if TYPE_CHECKING:
    from digest.review.outcome import Outcome
    from digest.steps.opening import Opening

WORST = 5  # labels on which people agree least


def opening_lines(opened: Opening, quarter: Quarter) -> Iterator[str]:
    """A review that was opened: its draft, its queues."""
    yield f"the review of {quarter} is open, draft sha256 {opened.manifest.sha256}"
    for name, number in opened.queues:
        left = opened.left_out.get(name, 0)
        yield f"  {name}: {number:,} items" + (f", {left:,} more are left out" if left else "")
    yield "next: digest review serve, where the members review it"


def status_lines(place: Workplace, quarter: Quarter, now: datetime) -> Iterator[str]:
    """How far a review is, what is missing, who did how much, how far they agree.

    Raises:
        InputError: the quarter has no draft.
    """
    yield f"{quarter}: {stage_of(place, quarter, now)}"
    with reading(place.database) as connection:
        yield from writer_lines(connection, place.database)
    with desk(place, quarter) as on:
        if on.packet is None:
            yield next_step(place, quarter)
            return
        for one in on.corrections[-1:]:
            yield f"{one.kind} by {one.by}: {one.reason}"
        lacks = missing(state_of(place, quarter, on), now)
        yield "nothing is missing: a chair can sign it off" if not lacks else "missing:"
        yield from (f"  {lack}" for lack in lacks)
        if held := embargo(on.outcome.events):
            yield f"embargo until {held[1]:%Y-%m-%d %H:%M %Z}"
        yield from _papers_lines(read_check(place.papers(quarter)))
        yield from _queue_lines(on.packet, on.outcome.verdicts)
        yield from _member_lines(on.outcome)
        yield from _agreement_lines(*agreement(on.outcome.standings.values()))


def _papers_lines(check: PapersCheck | None) -> Iterator[str]:
    if check is None:
        return
    when = f"{check.at:%Y-%m-%d %H:%M} UTC"
    if check.outcome != "checked":
        yield f"cited papers: could not be looked up on {when}: {check.detail}"
        return
    said = [
        f"{len(ids):,} {what}"
        for ids, what in (
            (check.withdrawn, "withdrawn"),
            (check.newer, "in a newer version"),
            (check.unknown, "unknown to arXiv"),
        )
        if ids
    ]
    found = ", ".join(said) or "nothing new"
    yield f"cited papers: {len(check.asked):,} looked up on {when}, {found}"


def _queue_lines(packet: Packet, verdicts: Mapping[Key, bool]) -> Iterator[str]:
    yield "queues, items decided:"
    for name, number in packet.queues():
        done = sum(_is_done(name, packet, item, verdicts) for item in packet.queue(name))
        left = packet.about.left_out.get(name, 0)
        more = f" ({left:,} more are left out, the surest)" if left and name == UNSURE else ""
        if number:
            yield f"  {name}: {done:,} of {number:,}{more}"


def _is_done(queue: str, packet: Packet, item_id: str, verdicts: Mapping[Key, bool]) -> bool:
    item = packet.item(item_id)
    assert item is not None
    if verdicts.get((item_id, *ABOUT_AI)) is False:
        return True
    pairs = asked(queue, item.pages, item.assigned, item.unsure)
    return all((item_id, *pair) in verdicts for pair in pairs)


def _member_lines(found: Outcome) -> Iterator[str]:
    decisions: dict[str, list[Decision]] = {}
    for event, decision in of_kind(not_undone(found.events), Decision):
        decisions.setdefault(event.person, []).append(decision)
    yield "members, what they decided:"
    for person in found.people.values():
        own = decisions.get(person.id, [])
        if is_voter(person) and (own or not person.revoked):
            items = len({decision.item for decision in own})
            yield f"  {person.name} ({person.role}): {len(own):,} labels of {items:,} items"


def _agreement_lines(
    whole: Agreement, by_label: Mapping[tuple[str, str], Agreement]
) -> Iterator[str]:
    if whole.share is None:
        yield "agreement: nothing was judged by two yet"
        return
    yield f"agreement: {_in_words(whole)}"
    shares = [
        (one.share, "/".join(pair), one) for pair, one in by_label.items() if one.share is not None
    ]
    for _, name, one in sorted(shares, key=lambda row: row[:2])[:WORST]:
        yield f"  {name}: {_in_words(one)}"


def _in_words(one: Agreement) -> str:
    alpha = "" if one.alpha is None else f", Krippendorff's alpha {one.alpha:.2f}"
    assert one.share is not None
    return f"{one.share:.0%} of {one.pairs:,} pairs of judgements{alpha}"


def check_lines(check: PapersCheck) -> Iterable[str]:
    """What came of looking the cited papers up."""
    yield from _papers_lines(check)
    for name in ("withdrawn", "newer", "unknown"):
        yield from (f"  {name}: {item}" for item in getattr(check, name))
