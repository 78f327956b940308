"""What the first page shows: queues with their progress, and one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from digest.edition.readings import Pair
from digest.review.events import Decision, of_kind
from digest.review.persons import Person
from digest.review.queues import LATE, SAMPLE, SELECTED, UNSURE, pair_of, queue_of
from digest.review.standing import is_voter
from digest.review.web.review import DISAGREE, DOUBTS, PROPOSED, Progress, Review
from digest.review.web.tongue import Tongue
from digest.review.web.views.pace import minutes_left
from digest.taxonomy import Codebook
from digest.tongue import N_

# The name of a queue and what it is for, in words.
COMMON = {
    SELECTED: (
        N_("Selected for the site"),
        N_(
            "What the edition's pages show, or would if you confirmed it; each label that puts an "
            "item there must be decided."
        ),
    ),
    LATE: (N_("Late arrivals"), N_("What came after the review was opened.")),
    UNSURE: (
        N_("Doubts of the machine"),
        N_("The machine's probability is near its threshold: here your judgement helps most."),
    ),
    SAMPLE: (
        N_("Random sample"),
        N_("Drawn from all items; it measures how often the machine is wrong."),
    ),
    DISAGREE: (
        N_("Reviewers disagree"),
        N_("A quorum looked and found no majority; at a tie the chair decides."),
    ),
    PROPOSED: (
        N_("Proposed by reviewers"),
        N_("Items with labels that a reviewer gave and the machine did not."),
    ),
    DOUBTS: (
        N_("Doubts of your own"),
        N_("Items with labels on which you said unsure; you may know by now."),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue with its name and progress; ``minutes`` is None when nothing can be said."""

    id: str
    name: str
    about: str
    progress: Progress
    minutes: int | None


@dataclass(frozen=True, slots=True)
class HomeView:
    """The queues: this person's own, and the others.

    ``left`` labels of ``mine``, each counted once, still need them. Of the ``needed`` labels of the
    site so many are ``settled``.
    """

    mine: tuple[QueueView, ...]
    common: tuple[QueueView, ...]
    goals: tuple[QueueView, ...]
    risks: tuple[QueueView, ...]
    decisions: int
    left: int
    minutes: int | None
    settled: int
    needed: int


def queue_name(queue: str, tongue: Tongue, codebook: Codebook) -> str:
    """What a queue is called."""
    if queue in COMMON:
        return tongue.gettext(COMMON[queue][0])
    return label_name(pair_of(queue), tongue, codebook)


def label_name(pair: Pair, tongue: Tongue, codebook: Codebook) -> str:
    """What a label is called; ``sdg/7`` of one that the codebook does not have any more."""
    found = [label for label in codebook.labels if (label.scheme, label.id) == pair]
    return tongue.label(found[0]) if found else "/".join(pair)


def home_view(review: Review, person: Person, tongue: Tongue, codebook: Codebook) -> HomeView:
    """The first page for one person."""
    moments = [event.at for event, _ in of_kind(review.ledger.kept(person.id), Decision)]
    own = _part_of(person)
    views = []
    for progress in review.progress(person, review.queues()):
        if progress.items or progress.name == SELECTED:
            name = progress.name
            about = tongue.gettext(COMMON[name][1]) if name in COMMON else ""
            views.append(
                QueueView(
                    name, queue_name(name, tongue, codebook), about, progress,
                    minutes=minutes_left(moments, progress.left),
                )
            )  # fmt: skip
    mine = tuple(view for view in views if view.id in own)
    others = [view for view in views if view not in mine]
    left = _left(review, person, [view.id for view in mine])
    needed = {key for _, keys in review.packet.tasks(SELECTED) for key in keys}
    return HomeView(
        mine=mine,
        common=tuple(view for view in others if view.id in COMMON),
        goals=tuple(_of_scheme(others, "sdg")),
        risks=tuple(_of_scheme(others, "risk")),
        decisions=len(review.ledger.own(person.id)),
        left=left,
        minutes=minutes_left(moments, left) if is_voter(person) else None,
        settled=len(needed & review.settled()),
        needed=len(needed),
    )


def first_queue(review: Review, person: Person) -> str:
    """The queue in which a person begins or goes on: of their own the first that needs them."""
    own = _part_of(person)
    mine = review.progress(person, [queue for queue in review.queues() if queue in own])
    return next((progress.name for progress in mine if progress.left), SELECTED)


def _of_scheme(views: Iterable[QueueView], scheme: str) -> Iterator[QueueView]:
    return (view for view in views if view.id.startswith(queue_of(scheme, "")))


def _part_of(person: Person) -> frozenset[str]:
    """The queues that are a person's: those of their goals, else what the site shows, and what
    they doubted; ties are a chair's; none is of one who does not vote."""
    if not is_voter(person):
        return frozenset()
    own = frozenset(queue_of("sdg", goal) for goal in person.goals) or frozenset({SELECTED})
    return own | ({DISAGREE, DOUBTS} if person.role == "chair" else {DOUBTS})


def _left(review: Review, person: Person, queues: list[str]) -> int:
    """The labels of some queues that still need this person, each counted once."""
    own, out, settled = review.ledger.own(person.id), review.out(person), review.settled()
    keys = {
        key for queue in queues for item, asked in review.tasks(queue, person)
        if item not in out for key in asked
    }  # fmt: skip
    return len(keys - settled - own.keys())
