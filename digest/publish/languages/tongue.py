"""One of the other five languages of the site: its messages, and the names of goals and risks."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from digest.taxonomy import LANGUAGES, Label
from digest.tongue import N_, Speech

__all__ = ["CATALOGUE", "N_", "OTHERS", "Tongue", "tongue_of"]
OTHERS = tuple(language for language in LANGUAGES if language != "en")
HIGHEST = 0.995  # what would be rounded to 1
CATALOGUE = Path(__file__).parent / "catalogue"


@cache
def tongue_of(tag: str) -> Tongue:
    """The language of a tag, one of ``OTHERS``; read once."""
    return Tongue(tag)


class Tongue(Speech):
    """A language. ``tag`` is one of ``OTHERS``; ``direction`` is ``ltr`` or ``rtl``."""

    def __init__(self, tag: str, folder: Path = CATALOGUE) -> None:
        super().__init__(tag, folder)

    def probability(self, value: float) -> str:
        """The machine's probability, as ``words.probability`` says it in English."""
        percent = self.whole_percent(min(max(value, 0.01), 0.99))
        if value >= HIGHEST:
            return self.gettext("over %(percent)s") % {"percent": percent}
        return percent

    def label(self, label: Label) -> str:
        """A label's name; goals with their number."""
        name = label.names[self.tag]
        if label.scheme != "sdg":
            return name
        return self.gettext("Goal %(number)s: %(name)s") % {"number": label.id, "name": name}
