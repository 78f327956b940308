"""What somebody saved last, in words: the line that says so, and what undoing takes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.review.events import Decision, Declared, ReviewEvent, StoryRuling
from digest.review.web.forms import batch_of
from digest.review.web.review import Review
from digest.review.web.tongue import Tongue
from digest.taxonomy import Codebook
from digest.tongue import N_

VERDICTS = {"accept": N_("Accepted"), "reject": N_("Rejected"), "unsure": N_("Unsure")}


@dataclass(frozen=True, slots=True)
class Status:
    """``notice`` is what was saved last, ``""`` if nothing was; ``batch`` is what to undo."""

    notice: str
    batch: str


def said_of(
    last: Sequence[ReviewEvent], review: Review, tongue: Tongue, codebook: Codebook, here: str
) -> Status:
    """The events of one form, as one line; the item that is looked at (``here``) is not named."""
    if not last:
        return Status("", "")
    acts = " + ".join(dict.fromkeys(_act(event, tongue, codebook) for event in last))
    items = {_item(event) for event in last}
    brief = review.packet.briefs.get(_item(last[0]))
    of = [brief.title] if brief and _item(last[0]) != here else []
    if len(items) > 1:
        others = len(items) - 1
        said = tongue.ngettext("and %(n)s near-duplicate", "and %(n)s near-duplicates", others)
        of.append(said % {"n": tongue.number(others)})
    return Status(" – ".join([acts, *([" ".join(of)] if of else [])]), batch_of(last[-1].event_id))


def _act(event: ReviewEvent, tongue: Tongue, codebook: Codebook) -> str:
    if isinstance(event.payload, Decision):
        named = {(x.scheme, x.id): tongue.label(x) for x in codebook.labels}
        label = named.get((event.payload.scheme, event.payload.label), event.payload.label)
        return f"{tongue.gettext(VERDICTS[event.payload.verdict])}: {label}"
    if isinstance(event.payload, Declared):
        return tongue.gettext("Conflict of interest declared")
    return tongue.gettext("Not one story")


def _item(event: ReviewEvent) -> str:
    if isinstance(event.payload, Decision | Declared):
        return event.payload.item
    return event.payload.items[0] if isinstance(event.payload, StoryRuling) else ""
