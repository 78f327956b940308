"""Reviewing: the items of a queue one by one, decisions, conflicts of interest, undoing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from fastapi import APIRouter
from fastapi.responses import JSONResponse, RedirectResponse, Response

from digest.edition.readings import JUDGED, Pair
from digest.review.events import Comment, Decision, Declared, Payload, StoryRuling, Undone
from digest.review.packet import PacketItem
from digest.review.queues import SELECTED
from digest.review.standing import is_voter
from digest.review.web import forms
from digest.review.web.forms import Form, batch_of, browser_of
from digest.review.web.pages.item_page import address_of, item_of, names, require_queue, shown
from digest.review.web.review import Review
from digest.review.web.views.home import label_name, queue_name
from digest.review.web.views.item import peers_with
from digest.review.web.views.standing_list import queue_lines
from digest.review.web.visit import SEE_OTHER, Open, Posted, Visit, Visitor, wants_json
from digest.tongue import N_

inner = APIRouter()
VERDICTS = ("accept", "reject", "unsure", "relabel")
ON_PAGE = 50


@inner.get("/{quarter}/queue")
def queue(visit: Visitor, review: Open, name: str, page: int = 1) -> Response:
    """The list of a queue's items."""
    require_queue(review, name)
    lines = queue_lines(review, visit.person, name)
    pages = max(1, -(-len(lines) // ON_PAGE))
    page = min(max(page, 1), pages)
    return visit.page(
        "queue", review=review, queue=name, lines=lines[(page - 1) * ON_PAGE : page * ON_PAGE],
        name=queue_name(name, visit.tongue, visit.desk.codebook), number=page, pages=pages,
        first=(page - 1) * ON_PAGE + 1, total=len(lines),
        left_out=review.packet.packet.about.left_out.get(name, 0),
    )  # fmt: skip


@inner.get("/{quarter}/item")
def item(
    visit: Visitor, review: Open, queue: str, id: str = "", after: str = "", saved: str = ""
) -> Response:
    """An item of a queue; without an id the next one that this person has not done.

    ``saved`` is the form that led here.
    """
    require_queue(review, queue)
    if id:
        return visit.page("item", **shown(visit, review, queue, item_of(review, id), saved))
    found = review.next_open(visit.person, queue, after)
    if found is None:
        return visit.page(
            "done", review=review, queue=queue, stuck=list(_stuck(visit, review, queue)),
            **names(visit, queue),
        )  # fmt: skip
    return RedirectResponse(address_of(review, queue, found), SEE_OTHER)


def _stuck(visit: Visit, review: Review, queue: str) -> Iterator[tuple[str, str, str]]:
    """Of each label that the person cannot settle alone: its item's address and title, its name."""
    for item, scheme, label in review.stuck(visit.person, queue):
        name = label_name((scheme, label), visit.tongue, visit.desk.codebook)
        yield address_of(review, queue, item), review.packet.briefs[item].title, name


@inner.post("/{quarter}/decide")
def decide(visit: Visitor, review: Open, form: Posted) -> Response:
    """Save a verdict on one label: of this item, or of all of its story that carry it."""
    found = item_of(review, form.needed("item"))
    _require_vote(visit, review, found)
    acts = [(form.event_id(*_content(a)), a) for a in _decisions(visit, review, form, found)]
    _require_newest(visit, review, form, acts)
    visit.save(review, *acts)
    return _answer(visit, review, form, found)


@inner.post("/{quarter}/declare")
def declare(visit: Visitor, review: Open, form: Posted) -> Response:
    """Save a conflict of interest with an item."""
    found = item_of(review, form.needed("item"))
    act = Declared(found.id, form.text("reason"))
    visit.save(review, (form.event_id("declared", found.id, act.reason), act))
    return _answer(visit, review, form, found)


@inner.post("/{quarter}/remark")
def remark(visit: Visitor, review: Open, form: Posted) -> Response:
    """Save a comment on an item."""
    found = item_of(review, form.needed("item"))
    act = Comment(f"item:{found.id}", form.needed("text"))
    visit.save(review, (form.event_id("comment", act.subject, act.text), act))
    return _answer(visit, review, form, found)


@inner.post("/{quarter}/split")
def split(visit: Visitor, review: Open, form: Posted) -> Response:
    """Save that some items are another story than this one."""
    found = item_of(review, form.needed("item"))
    _require_vote(visit, review, found)
    known = {peer.id for peer in review.peers(found)} - review.out(visit.person)
    others = tuple(other for other in form.all("other") if other in known)
    if not others:
        raise forms.refused(N_("choose the items that are about something else"))
    act = StoryRuling("split", (found.id, *others), form.text("reason"))
    visit.save(review, (form.event_id("split", *act.items), act))
    return _answer(visit, review, form, found)


@inner.post("/{quarter}/undo")
def undo(visit: Visitor, review: Open, form: Posted) -> Response:
    """Take back what one form of this person's saved."""
    batch = form.needed("batch", 100)
    acts = [e for e in review.ledger.kept(visit.person.id) if batch_of(e.event_id) == batch]
    back = [e for e in acts if isinstance(e.payload, Decision | Declared | StoryRuling)]
    taken = [(form.event_id("undone", e.event_id), Undone(e.event_id)) for e in back]
    visit.save(review, *taken)
    about = next((_about(e.payload) for e in back), form.text("item"))
    found = review.packet.packet.item(about)
    if back and found is None:  # it is taken back all the same, so that must be the answer
        return _elsewhere(visit, f"/{review.quarter}/")
    return _answer(visit, review, form, found or item_of(review, about))


def _elsewhere(visit: Visit, address: str) -> Response:
    """Something was saved of an item that has no page: where its author goes on."""
    if wants_json(visit.request):
        return JSONResponse({"address": address})
    return RedirectResponse(address, SEE_OTHER)


def _about(payload: Payload) -> str:
    if isinstance(payload, Decision | Declared):
        return payload.item
    return payload.items[0] if isinstance(payload, StoryRuling) else ""


def _decisions(visit: Visit, review: Review, form: Form, found: PacketItem) -> Iterator[Decision]:
    verdict, reason = form.one_of("verdict", VERDICTS), form.text("reason")
    label = _pair(visit, form.text("label")) if form.text("label") else None
    instead = _pair(visit, form.needed("instead")) if verdict == "relabel" else None
    for target in _targets(visit, review, form, found, label):
        if label and instead and label != instead:
            yield Decision(target, *label, "reject", reason)
        if instead:
            yield Decision(target, *instead, "accept", reason)
        elif label:
            yield Decision(target, *label, verdict, reason)  # type: ignore[arg-type]
        else:
            raise forms.refused("choose a label")


def _targets(
    visit: Visit, review: Review, form: Form, found: PacketItem, label: Pair | None
) -> list[str]:
    if not form.text("group") or label is None:
        return [found.id]
    out = review.out(visit.person)
    return [found.id, *(i for i in peers_with(review.peers(found), label) if i not in out)]


def _content(act: Decision) -> tuple[str, ...]:
    return "decision", act.item, act.scheme, act.label, act.verdict, act.reason


def _pair(visit: Visit, key: str) -> Pair:
    scheme, _, label = key.partition("/")
    if scheme in JUDGED and any(x.id == label for x in visit.desk.codebook.scheme(scheme)):
        return scheme, label
    raise forms.refused("there is no such label")


def _require_vote(visit: Visit, review: Review, found: PacketItem) -> None:
    if not is_voter(visit.person):
        raise forms.refused("editors do not vote", 403)
    if found.id in review.out(visit.person):
        raise forms.refused(N_("you have a conflict of interest with this item"), 403)


def _require_newest(
    visit: Visit, review: Review, form: Form, acts: Sequence[tuple[str, Decision]]
) -> None:
    """What waited in a browser does not overrule what its author decided elsewhere meanwhile.

    ``last`` is the number of the book's last event when its page was made. A form without the
    script has none: it is sent when it is pressed.
    """
    last = form.text("last", 20)
    if not last:
        return
    if not (last.isascii() and last.isdecimal()):
        raise forms.refused("'last' must be a number")
    own = review.ledger.own(visit.person.id)
    for event_id, act in acts:
        stands = own.get((act.item, act.scheme, act.label))
        if (
            stands
            and stands.number > int(last)
            and cast(Decision, stands.payload).verdict != act.verdict
            and browser_of(stands.event_id) != browser_of(event_id)
            and event_id not in {event.event_id for event in review.ledger.since(int(last))}
        ):
            raise forms.refused(
                N_("you decided otherwise since, in another browser: load the page again"), 409
            )


def _answer(visit: Visit, review: Review, form: Form, found: PacketItem) -> Response:
    """After something was saved: the item as it is now, as a page or for the script."""
    batch, queue = batch_of(form.event_id()), form.text("queue")
    if queue not in review.queues():  # it is saved all the same, so that must be the answer
        queue = SELECTED
    if not wants_json(visit.request):
        return RedirectResponse(address_of(review, queue, found.id, saved=batch), SEE_OTHER)
    page = shown(visit, review, queue, found, batch)
    return JSONResponse(
        {
            "item": found.id,
            "address": address_of(review, queue, found.id),
            "main": visit.html("item_main", **page),
            "status": visit.html("item_status", **page),
        }
    )
