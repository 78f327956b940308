"""What the panel said, in another language: its own words, and the words of confidence translated.

The English definitions are those of ``digest.edition.panel``; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.publish.languages.tongue import N_, Tongue
from digest.publish.sections import EditionView

# The two parts of a finding's confidence, and what each word means.
EVIDENCE = {
    "limited": (
        N_("limited evidence"),
        N_("one or two studies or reports, or several that share data or authors"),
    ),
    "medium": (
        N_("medium evidence"),
        N_("several independent studies or reports, of mixed kind, quality or setting"),
    ),
    "robust": (
        N_("robust evidence"),
        N_("many independent studies or reports of good quality, by different methods"),
    ),
}
AGREEMENT = {
    "low": (
        N_("low agreement"),
        N_("they contradict each other, or each is alone with what it finds"),
    ),
    "medium": (
        N_("medium agreement"),
        N_("most of them point the same way, with exceptions that matter"),
    ),
    "high": (N_("high agreement"), N_("nearly all of them find the same")),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of the panel; the statement and the dissents are in the panel's own language.

    ``english`` is its page in English, from the edition's root, or ``""``.
    """

    statement: str
    evidence: str
    agreement: str
    dissents: tuple[tuple[str, str], ...]
    name: str
    swatch: str
    english: str


def findings(edition: EditionView, tongue: Tongue) -> tuple[Finding, ...]:
    """What the panel found, in the order of the goals and risks."""
    names = {f"{x.scheme}/{x.id}/": tongue.label(x) for x in edition.codebook.labels}
    say = tongue.gettext
    return tuple(
        Finding(
            statement=one.statement,
            evidence=say(EVIDENCE[one.evidence][0]),
            agreement=say(AGREEMENT[one.agreement][0]),
            dissents=one.dissents,
            name=names.get(one.href, ""),
            swatch=one.swatch,
            english=one.href,
        )
        for one in edition.voices.findings()
    )


def confidence(tongue: Tongue) -> tuple[tuple[str, str], ...]:
    """The words of confidence and what they mean."""
    say = tongue.gettext
    both = (*EVIDENCE.values(), *AGREEMENT.values())
    return tuple((say(word), say(meaning)) for word, meaning in both)
