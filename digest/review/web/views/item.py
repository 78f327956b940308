"""What the page of an item shows to one person: never others' decisions before their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.edition.readings import Pair
from digest.review.events import Comment, Decision, Declared, ReviewEvent, of_kind
from digest.review.packet import PacketItem, PacketLabel
from digest.review.persons import Person
from digest.review.standing import Key, Rule, Standing, has_conflict, is_voter, more_needed
from digest.review.web.forms import batch_of
from digest.review.web.tongue import Tongue
from digest.review.web.views.rules import Words, spelled_out
from digest.review.web.views.text import Piece, text_pieces, title_pieces
from digest.taxonomy import Codebook, Label
from digest.text import web_address

DECLARED, NAMED = "declared", "named"


@dataclass(frozen=True, slots=True)
class Vote:
    """What another person decided."""

    name: str
    verdict: str
    reason: str
    excluded: bool


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label with the machine's word on it, its criteria, one's own decision, and what stands.

    ``given``: ``given``, ``doubt`` (given, near the threshold), ``nearly`` (not given, near it) or
    ``""`` (somebody proposes it); ``percent`` and ``word`` are ``""`` where the machine said
    nothing. ``votes`` and ``standing`` are None until one may see them; ``more_needed``, of an open
    label, is how many must still say accept or reject, 0 where the chair decides.
    """

    key: str
    scheme: str
    label: str
    name: str
    heading: str
    asked: bool
    given: str
    percent: str
    word: str
    sentence: str
    definition: str
    includes: tuple[str, ...]
    excludes: tuple[tuple[Words, ...], ...]
    borderline: tuple[tuple[str, tuple[Words, ...]], ...]
    mine: str
    reason: str
    standing: Standing | None
    more_needed: int
    votes: tuple[Vote, ...]
    peers: int

    @property
    def anchor(self) -> str:
        """The label's id in the page."""
        return self.key.replace("/", "-").replace(".", "-")


@dataclass(frozen=True, slots=True)
class Peer:
    """Another item of the same story."""

    id: str
    title: str
    outlets: tuple[str, ...]
    url: str
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item. ``conflict`` is ``""``, ``declared`` or ``named``; with one nobody may vote.

    ``declared_batch`` is what to undo to take a declaration back.
    """

    item: PacketItem
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    labels: tuple[LabelView, ...]
    peers: tuple[Peer, ...]
    conflict: str
    declared_reason: str
    declared_batch: str
    may_vote: bool
    is_done: bool
    comments: tuple[tuple[str, str, ReviewEvent], ...]
    comments_hidden: int

    @property
    def link(self) -> str:
        """Where its source has it; ``""`` for what is no address to link to."""
        return web_address(self.item.url)

    @property
    def asked(self) -> tuple[LabelView, ...]:
        """The labels that the queue asks about, and those that a reviewer proposes."""
        return tuple(label for label in self.labels if label.asked)

    @property
    def others(self) -> tuple[LabelView, ...]:
        """The machine's other labels, to be judged by who likes to."""
        return tuple(label for label in self.labels if not label.asked)


@dataclass(frozen=True, slots=True)
class Sight:
    """Who looks at an item, and all that is known of it."""

    person: Person
    people: Mapping[str, Person]
    tongue: Tongue
    codebook: Codebook
    item: PacketItem
    asked: Sequence[Pair]
    peers: Sequence[PacketItem]
    standing: Mapping[Key, Standing]
    rule: Rule
    events: Sequence[ReviewEvent]  # about the item, not undone
    comments: Sequence[tuple[ReviewEvent, Comment]]


def item_view(sight: Sight) -> ItemView:
    """The page of an item as ``sight.person`` may see it."""
    mine = [(e, d) for e, d in of_kind(sight.events, Declared) if e.person == sight.person.id]
    reason, batch = next(((d.reason, batch_of(e.event_id)) for e, d in reversed(mine)), ("", ""))
    conflict = DECLARED if mine else _named_conflict(sight)
    labels = tuple(_labels(sight))
    judged = [label for label in labels if label.asked]
    is_done = bool(judged) and all(label.mine for label in judged)
    sees_all = is_done or not is_voter(sight.person)
    shown = sight.item.judged
    comments = tuple((name_of(sight.people, e.person), c.text, e) for e, c in sight.comments)
    own = tuple(entry for entry in comments if entry[2].person == sight.person.id)
    return ItemView(
        item=sight.item,
        title=title_pieces(sight.item, shown),
        text=text_pieces(sight.item, shown),
        labels=labels,
        peers=tuple(Peer(p.id, p.title, p.outlets, p.url, p.withdrawn) for p in sight.peers),
        conflict=conflict,
        declared_reason=reason,
        declared_batch=batch,
        may_vote=is_voter(sight.person) and not conflict,
        is_done=is_done,
        comments=comments if sees_all else own,
        comments_hidden=0 if sees_all else len(comments) - len(own),
    )


def name_of(people: Mapping[str, Person], person: str) -> str:
    """A person's name; the id of somebody who is no longer known."""
    known = people.get(person)
    return known.name if known else person


def _named_conflict(sight: Sight) -> str:
    names = (*sight.item.authors, *sight.item.outlets)
    return NAMED if has_conflict(sight.person.conflicts, names) else ""


def _labels(sight: Sight) -> Iterable[LabelView]:
    """Those asked about first, then proposed ones, then the machine's others."""
    known = {(label.scheme, label.id): label for label in sight.codebook.labels}
    said = {(x.scheme, x.label): x for x in sight.item.judged}
    proposed = [(key[1], key[2]) for key, found in sight.standing.items() if found.accepts]
    own = {
        (d.scheme, d.label): d for e, d in of_kind(sight.events, Decision)
        if e.person == sight.person.id
    }  # fmt: skip
    needed = {*sight.asked, *(pair for pair in proposed if pair not in said)}
    ordered = dict.fromkeys((*sight.asked, *proposed, *own, *said))
    for pair in sorted(ordered, key=lambda pair: pair not in needed):
        if pair in known:
            yield _label(sight, known[pair], said.get(pair), own.get(pair), is_asked=pair in needed)


def _label(
    sight: Sight,
    label: Label,
    said: PacketLabel | None,
    own: Decision | None,
    *,
    is_asked: bool,
) -> LabelView:
    pair = label.scheme, label.id
    sees = bool(own) or not is_voter(sight.person)
    probability = said.probability if said else None
    found = sight.standing.get((sight.item.id, *pair)) if sees else None

    def names_for_codes(rule: str) -> tuple[Words, ...]:
        return spelled_out(rule, label, sight.codebook, sight.tongue)

    return LabelView(
        key=f"{label.scheme}/{label.id}",
        scheme=label.scheme,
        label=label.id,
        name=sight.tongue.label(label),
        heading=sight.tongue.heading(sight.codebook, label),
        asked=is_asked,
        given=_given(said),
        percent="" if probability is None else sight.tongue.whole_percent(probability),
        word="" if probability is None else sight.tongue.confidence(probability),
        sentence=said.sentence if said else "",
        definition=label.definition,
        includes=label.includes,
        excludes=tuple(map(names_for_codes, label.excludes)),
        borderline=tuple((case, names_for_codes(ruling)) for case, ruling in label.borderline),
        mine=own.verdict if own else "",
        reason=own.reason if own else "",
        standing=found,
        more_needed=more_needed(found, sight.people, sight.rule) if found else 0,
        votes=tuple(_votes(sight, pair)) if sees else (),
        peers=sum(_carries(peer, pair) for peer in sight.peers),
    )


def _given(said: PacketLabel | None) -> str:
    if said is None or not (said.assigned or said.unsure):
        return ""
    if said.assigned:
        return "doubt" if said.unsure else "given"
    return "nearly"


def _carries(item: PacketItem, pair: Pair) -> bool:
    return any((x.scheme, x.label) == pair and (x.assigned or x.unsure) for x in item.labels)


def _votes(sight: Sight, pair: Pair) -> Iterable[Vote]:
    found = sight.standing.get((sight.item.id, *pair))
    last = {
        e.person: d for e, d in of_kind(sight.events, Decision) if (d.scheme, d.label) == pair
    }  # fmt: skip
    for person, decision in last.items():
        if person != sight.person.id and is_voter(sight.people.get(person)):
            yield Vote(
                name_of(sight.people, person),
                decision.verdict,
                " ".join(filter(None, (decision.reason, decision.note))),
                excluded=found is not None and person in found.excluded,
            )


def peers_with(peers: Iterable[PacketItem], pair: Pair) -> list[str]:
    """The ids of the items of a story to which the machine gives, or nearly gives, a label."""
    return [peer.id for peer in peers if _carries(peer, pair)]
