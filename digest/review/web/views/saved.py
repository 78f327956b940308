"""What somebody saved last, in words: the line that says so, and what undoing takes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.review.events import Comment, Decision, Declared, ReviewEvent, StoryRuling, of_kind
from digest.review.web.forms import batch_of
from digest.review.web.review import Review
from digest.review.web.tongue import Tongue
from digest.taxonomy import Codebook
from digest.tongue import N_

VERDICTS = {"accept": N_("Accepted"), "reject": N_("Rejected"), "unsure": N_("Unsure")}


@dataclass(frozen=True, slots=True)
class Status:
    """What one form saved, ``notice`` in words, ``""`` if nothing was; ``batch`` is what to undo.

    ``item`` is the first item it is about, ``title`` what that is called (``""`` where it has no
    page); ``more`` says how far it went, and that a reason was kept.
    """

    notice: str = ""
    item: str = ""
    title: str = ""
    more: tuple[str, ...] = ()
    batch: str = ""


def said_of(
    last: Sequence[ReviewEvent], review: Review, tongue: Tongue, codebook: Codebook
) -> Status:
    """The events of one form, as one line."""
    if not last:
        return Status()
    item = _item(last[0])
    brief = review.packet.briefs.get(item)
    return Status(
        notice=" + ".join(_acts(last, review, tongue, codebook)),
        item=item,
        title=brief.title if brief else "",
        more=tuple(_more(last, tongue)),
        batch=batch_of(last[-1].event_id),
    )


def _more(last: Sequence[ReviewEvent], tongue: Tongue) -> list[str]:
    others = len({_item(event) for event in last}) - 1
    said = []
    if others:
        words = tongue.ngettext("and %(n)s near-duplicate", "and %(n)s near-duplicates", others)
        said.append(words % {"n": tongue.number(others)})
    if any(getattr(event.payload, "reason", "") for event in last):
        said.append(tongue.gettext("reason kept"))
    return said


def _acts(
    last: Sequence[ReviewEvent], review: Review, tongue: Tongue, codebook: Codebook
) -> list[str]:
    """What was done, each act once, however many items it was done for."""
    names = {(x.scheme, x.id): tongue.label(x) for x in codebook.labels}
    match [act for _, act in of_kind(last, Decision) if act.item == _item(last[0])]:
        case [Decision(verdict="reject") as old, Decision(verdict="accept") as new] if (
            old.scheme,
            old.label,
        ) != (new.scheme, new.label):
            words = tongue.gettext("%(label)s instead of %(other)s")
            label, other = (names.get((x.scheme, x.label), x.label) for x in (new, old))
            return [words % {"label": label, "other": other}]
    acts = []
    for event in last:
        act = event.payload
        if isinstance(act, Decision):
            word = N_("Added") if _is_new(event, act, review) else VERDICTS[act.verdict]
            label = names.get((act.scheme, act.label), act.label)
            acts.append(f"{tongue.gettext(word)}: {label}")
        elif isinstance(act, Declared):
            acts.append(tongue.gettext("Conflict of interest declared"))
        elif isinstance(act, Comment):
            acts.append(tongue.gettext("Comment"))
        else:
            acts.append(tongue.gettext("Not one story"))
    return list(dict.fromkeys(acts))


def _is_new(event: ReviewEvent, act: Decision, review: Review) -> bool:
    """Whether nobody had spoken of the label before it was accepted: the machine did not, and it
    is what the first person said."""
    item = review.packet.packet.item(act.item)
    if act.verdict != "accept" or item is None:
        return False
    pair = act.scheme, act.label
    said = of_kind(review.ledger.item_events(act.item), Decision)
    return pair not in {(x.scheme, x.label) for x in item.judged} and not any(
        (x.scheme, x.label) == pair and other.number < event.number for other, x in said
    )


def _item(event: ReviewEvent) -> str:
    if isinstance(event.payload, Decision | Declared):
        return event.payload.item
    if isinstance(event.payload, Comment):
        return event.payload.subject.removeprefix("item:")
    return event.payload.items[0] if isinstance(event.payload, StoryRuling) else ""
