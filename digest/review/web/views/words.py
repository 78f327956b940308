"""The two-part confidence of findings, in a member's language.

The English definitions are those of ``digest.edition.panel``; here they are marked for
translation, and a test holds the two together.
"""

from __future__ import annotations

from digest.review.web.tongue import Tongue
from digest.tongue import N_

EVIDENCE = {
    "limited": (
        N_("limited"),
        N_("one or two studies or reports, or several that share data or authors"),
    ),
    "medium": (
        N_("medium"),
        N_("several independent studies or reports, of mixed kind, quality or setting"),
    ),
    "robust": (
        N_("robust"),
        N_("many independent studies or reports of good quality, by different methods"),
    ),
}
AGREEMENT = {
    "low": (
        N_("low"),
        N_("they contradict each other, or each is alone with what it finds"),
    ),
    "medium": (
        N_("medium"),
        N_("most of them point the same way, with exceptions that matter"),
    ),
    "high": (N_("high"), N_("nearly all of them find the same")),
}


def told(words: dict[str, tuple[str, str]], tongue: Tongue) -> dict[str, tuple[str, str]]:
    """Each word and what it means, by its id."""
    return {
        key: (tongue.gettext(word), tongue.gettext(meaning))
        for key, (word, meaning) in words.items()
    }
