"""An item put together for its page: what it says, where it stands in its queue, what was saved."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from digest.edition.readings import JUDGED
from digest.review.events import Comment, not_undone, of_kind
from digest.review.packet import PacketItem
from digest.review.web import forms
from digest.review.web.review import Review
from digest.review.web.views.home import queue_name
from digest.review.web.views.item import ItemView, Sight, item_view
from digest.review.web.views.saved import said_of
from digest.review.web.visit import Visit
from digest.tongue import N_


def item_of(review: Review, item_id: str) -> PacketItem:
    """An item of the packet, or an answer that says that it is not there."""
    found = review.packet.packet.item(item_id)
    if found is None:
        raise forms.refused(N_("this item is not in the review any more"), 404)
    return found


def require_queue(review: Review, name: str) -> None:
    """Refuses a queue that is not there."""
    if name not in review.queues():
        raise forms.refused("", 404)


def address_of(review: Review, queue: str, item_id: str, **more: str) -> str:
    """The address of an item in a queue."""
    query = urlencode({"queue": queue, "id": item_id} | more)
    return f"/{review.quarter}/item?{query}"


def shown(
    visit: Visit, review: Review, queue: str, found: PacketItem, saved: str = ""
) -> dict[str, Any]:
    """What the template of an item prints, after the form ``saved`` where one led there."""
    view = _view(visit, review, queue, found)
    tasks = review.tasks(queue, visit.person)
    ids = [item_id for item_id, _ in tasks]
    place = ids.index(found.id) if found.id in ids else -1
    last = review.ledger.last_batch(visit.person.id)
    back = review.ledger.taken_back(visit.person.id, saved)
    remarks = review.ledger.remarks(visit.person.id, saved)
    return {
        "review": review,
        "queue": queue,
        "view": view,
        "place": place + 1,
        "total": len(ids),
        "previous": address_of(review, queue, ids[place - 1]) if place > 0 else "",
        "following": f"/{review.quarter}/item?{urlencode({'queue': queue, 'after': found.id})}",
        "done": review.done(visit.person, queue),
        "undone": said_of(back, review, visit.tongue, visit.desk.codebook),
        "remarked": said_of(remarks, review, visit.tongue, visit.desk.codebook),
        "status": said_of(last, review, visit.tongue, visit.desk.codebook),
        "choices": _choices(visit),
        "definitions": [
            (f"{label.scheme}/{label.id}", label.definition)
            for label in visit.desk.codebook.labels if label.scheme in JUDGED
        ],
        **names(visit, queue),
    }  # fmt: skip


def names(visit: Visit, queue: str) -> dict[str, Any]:
    """The queue's name, for a template."""
    return {"name": queue_name(queue, visit.tongue, visit.desk.codebook)}


def _choices(visit: Visit) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every label that can be given, under the name of its scheme."""
    say = visit.tongue.gettext
    names = {"sdg": say("Goals"), "risk": say("Risks"), "ai": say("Relevance")}
    return [
        (
            names[scheme],
            [
                (f"{scheme}/{x.id}", visit.tongue.label(x))
                for x in visit.desk.codebook.scheme(scheme)
            ],
        )
        for scheme in names
    ]


def _view(visit: Visit, review: Review, queue: str, found: PacketItem) -> ItemView:
    subject = f"item:{found.id}"
    kept = not_undone(review.ledger.said())
    comments = [(e, c) for e, c in of_kind(kept, Comment) if c.subject == subject]
    _, keys = review.task(found.id, queue, visit.person)
    return item_view(
        Sight(
            person=visit.person,
            people=review.people,
            tongue=visit.tongue,
            codebook=visit.desk.codebook,
            item=found,
            asked=[key[1:] for key in keys],
            peers=review.peers(found),
            standing=review.standing(found.id),
            rule=review.ledger.rule,
            events=review.ledger.item_events(found.id),
            comments=comments,
        )
    )
