"""A member's language: the application's messages, and the codebook's names in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from babel.dates import format_datetime

from digest.taxonomy import LANGUAGES, Codebook, Label
from digest.tongue import N_, Speech

CATALOGUE = Path(__file__).parent / "catalogue"
OTHERS = tuple(language for language in LANGUAGES if language != "en")
# The words for a probability, and from which percentage on; the same as on the public pages.
CONFIDENCE = ((90, N_("high")), (70, N_("medium")), (0, N_("low")))


class Tongue(Speech):
    """One of the six languages, English among them."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag, CATALOGUE)

    def label(self, label: Label) -> str:
        """A label's name; goals with their number."""
        name = label.names[self.tag]
        if label.scheme != "sdg":
            return name
        return self.gettext("Goal %(number)s: %(name)s") % {"number": label.id, "name": name}

    def heading(self, codebook: Codebook, label: Label) -> str:
        """The name of the group that a label belongs to, ``""`` where it has none."""
        groups = {group.id: group.names[self.tag] for group in codebook.groups[label.scheme]}
        return groups.get(label.group, "")

    def confidence(self, probability: float) -> str:
        """The machine's probability in one word, judged by the percentage beside it."""
        rounded = round(probability * 100)
        return self.gettext(next(word for least, word in CONFIDENCE if rounded >= least))

    def moment(self, at: datetime) -> str:
        """A moment in UTC, to the minute."""
        return str(format_datetime(at.astimezone(UTC), "d MMM y, HH:mm", locale=self.locale))


def preferred(accepted: str) -> str:
    """The first of the six languages that a browser asks for (``Accept-Language``), else English.

    The order is taken for the preference; browsers write it so.
    """
    asked = (part.split(";")[0].strip().split("-")[0].lower() for part in accepted.split(","))
    return next((tag for tag in asked if tag in LANGUAGES), "en")
