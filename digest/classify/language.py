"""Which language a text is in; the shipped model reads English and must not guess at the rest."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SURE = 0.5
_LETTERS_LOOKED_AT = 2_000


def recognise(text: str, declared: str = "") -> str:
    """The ISO 639-1 code of a text's language, ``""`` when it has no letters.

    The identifier's word counts when it is sure. A few words in Latin letters ("GPT-4o mini") name
    no language: then the source's declaration counts, and English if it declares none. A text in
    another script is never taken for English, whatever is declared.
    """
    letters = [c for c in text[:_LETTERS_LOOKED_AT] if c.isalpha()]
    if not letters:
        return ""
    language, probability = _identifier().classify(text)
    if probability >= SURE or not _mostly_latin(letters):
        return str(language)
    return declared.lower()[:2] or "en"


def _mostly_latin(letters: list[str]) -> bool:
    latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return 2 * latin > len(letters)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
