"""What a panel made of a draft, as its edition keeps it: who, how much, how sure, and what else.

It is part of the manifest, so a sign-off answers for all of it. It names people by the names that
they go by, and holds no secret and no vote of one person on one label.
"""

from __future__ import annotations

from dataclasses import dataclass

PANEL = "panel"  # the maker of a label that people decided
# The two parts of a finding's confidence, each word with its meaning.
EVIDENCE = {
    "limited": "one or two studies or reports, or several that share data or authors",
    "medium": "several independent studies or reports, of mixed kind, quality or setting",
    "robust": "many independent studies or reports of good quality, by different methods",
}
AGREEMENT = {
    "low": "they contradict each other, or each is alone with what it finds",
    "medium": "most of them point the same way, with exceptions that matter",
    "high": "nearly all of them find the same",
}


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A member who decided on so many ``items``."""

    name: str
    affiliation: str
    items: int


@dataclass(frozen=True, slots=True)
class Dissent:
    """Who does not agree with a finding, and what they hold instead."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class PanelFinding:
    """A statement of a page (``sdg/7``) with its two-part confidence; it rests on ``items``.

    ``evidence``: ``limited``, ``medium`` or ``robust``; ``agreement``: ``low``, ``medium`` or
    ``high``; ``approved_by`` are names.
    """

    page: str
    statement: str
    evidence: str
    agreement: str
    items: tuple[str, ...]
    approved_by: tuple[str, ...]
    dissents: tuple[Dissent, ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What the panel could not answer, on a page."""

    page: str
    text: str


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """How far members agree on a label in the end.

    ``items`` were judged by two members or more; ``share`` of their pairs said the same, and
    ``alpha`` (Krippendorff's) is what is left of it beyond chance; None where it has no value.
    """

    scheme: str
    label: str
    items: int
    share: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Overruled:
    """A label on which the panel and the machine differ, with the machine's probability."""

    item: str
    scheme: str
    label: str
    probability: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Panel:
    """The outcome of a review.

    ``opened`` is the sha256 of the machine's draft. ``items`` and ``labels`` count what stands
    decided; ``drawn`` of the random sample's items, ``read`` to the end. ``rejected`` the machine
    had given and the panel took away; ``added`` the panel gave and the machine had not.
    ``agreement`` and ``alpha`` are over all labels, as in ``LabelAgreement``.
    """

    opened: str
    quorum: int
    reviewers: tuple[Reviewer, ...]
    items: int
    labels: int
    drawn: int
    read: int
    agreement: float | None
    alpha: float | None
    agreements: tuple[LabelAgreement, ...]
    findings: tuple[PanelFinding, ...]
    questions: tuple[OpenQuestion, ...]
    rejected: tuple[Overruled, ...]
    added: tuple[Overruled, ...]
