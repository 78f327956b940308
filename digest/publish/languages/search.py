"""Search in each language: which parts of a word it passes over.

The theme's search looks for words that begin as those of the query do, and changes no word of a
query, so a stemmer would only keep words from being found. But it cuts texts and queries by the
same pattern. A pattern that takes the ending or the article of a word for a gap between words
therefore lets one form of a word find the others: «нищета» finds «нищеты», «فقر» finds «الفقر».
The patterns are cautious: what they leave has three letters or more, and a word that they cut
wrongly is cut wrongly in the query, too, and still finds itself.
"""

from __future__ import annotations

# Arabic: the article with what is written before it; "and" and "for" without it only before so many
# letters that few words begin with that letter themselves.
_ARABIC = "ء-ي"
_RUSSIAN = "а-яёА-ЯЁ"
_RUSSIAN_ENDINGS = (
    "иями", "ями", "ами", "ыми", "ими", "ого", "его", "ому", "ему", "ией", "иям", "иях", "иев",
    "ых", "их", "ах", "ях", "ам", "ям", "ом", "ем", "ым", "им", "ой", "ей", "ов", "ев", "ую", "юю",
    "ая", "яя", "ое", "ее", "ые", "ие", "ый", "ий", "ия", "ию", "ии", "ью", "[аеёиоуыэюяйь]",
)  # fmt: skip
_LATIN = "a-zà-ÿA-ZÀ-Ý"
PASSED_OVER = {
    "ar": f"(?<![{_ARABIC}])(?:(?:[وفبك]?ال|و?لل)(?=[{_ARABIC}]{{3}})"
    f"|و(?=[{_ARABIC}]{{4}})|ل(?=[{_ARABIC}]{{5}}))",
    "es": f"(?<=[{_LATIN}]{{3}})e?s(?![{_LATIN}])",
    "fr": f"(?<=[{_LATIN}]{{3}})(?:es?|s|x)(?![{_LATIN}])",
    "ru": f"(?<=[{_RUSSIAN}]{{3}})(?:{'|'.join(_RUSSIAN_ENDINGS)})(?![{_RUSSIAN}])",
}


def separator(tag: str, common: str) -> str:
    """The pattern at which search cuts the texts of a language; ``common`` is that of all."""
    own = PASSED_OVER.get(tag)
    return f"{common}|{own}" if own else common
