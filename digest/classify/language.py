"""Which language a text is in; the shipped model reads English and must not guess at the rest."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# How many times likelier than what is assumed another language must be. Of 3,000 English titles
# of arXiv one is lost at 20, and thirteen were when every answer above one half counted.
CLEARLY = 20
# A few sentences tell the language; more would only take time.
_CHARACTERS_LOOKED_AT = 600
# Of a few words the identifier cannot say which Chinese or Arabic they are, and it need not.
_VARIETIES = {"wuu": "zh", "yue": "zh", "ary": "ar", "arz": "ar"}


def recognise(text: str, declared: str = "") -> str:
    """The ISO 639 code of a text's language, ``""`` when it has no letters.

    It is what the source declares, English if that is nothing known, unless the identifier finds
    another language clearly likelier: a few words in Latin letters ("GPT-4o mini") name no
    language. A text in another script is never taken for English, whatever is declared.
    """
    letters = list(islice(filter(str.isalpha, text), _CHARACTERS_LOOKED_AT))
    if not letters:
        return ""
    first = text.index(letters[0])
    text = text[first : first + _CHARACTERS_LOOKED_AT]
    likely = Counter[str]()
    for language, probability in identifier().rank(text):
        likely[_VARIETIES.get(language, language)] += probability
    assumed = declared.lower()[:2]
    assumed = assumed if assumed in likely else "en"
    if not _mostly_latin(letters):
        del likely["en"]
    best, probability = likely.most_common(1)[0]
    return best if probability > CLEARLY * likely[assumed] else assumed


def _mostly_latin(letters: list[str]) -> bool:
    latin = sum(c.isascii() or unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return 2 * latin > len(letters)


@cache
def identifier() -> LanguageIdentifier:
    """What knows the languages: read from a file when it is first asked for, in 0.6 s."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
