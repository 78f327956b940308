"""Terms of titles: noun-like phrases of one to three words, by a stated rule.

A title is cut at everything that is neither letter, digit, hyphen nor apostrophe. A hyphen between
letters parts words (``vision-language``); one beside a digit does not (``gpt-5``). Words are
compared in lower case and without a plural's *s*. A term is a run of up to three words, none of
them a function word, a word of titles themselves ("novel", "towards", "via"), a date or a number,
whose last word can be a noun: it does not end as an adjective, adverb or participle does; a single
word also not in *-ing*. Of terms that contain each other and nearly always occur together only the
longest stays. Languages that are written without spaces give no terms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from digest.edition import wordlists

LONGEST = 3  # words
LONGEST_WORD = 40  # characters; what is longer is not one word
SAME = 0.8  # of a term's items with the longer one: then the longer stands for both

_FORMULA = re.compile(r"\$[^$]*\$|\\[a-zA-Z]+")
_PIECE = re.compile(r"[^\W_]+(?:[-'’‑][^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:st|nd|rd|th|s|k|m|b|x)?(?:-\d+)*")
_BETWEEN_LETTERS = re.compile(r"(?<=[^\W\d_])[-‑](?=[^\W\d_])")
_NOT_A_NOUN = (
    "ly", "ed", "ive", "ous", "ful", "less", "able", "ible", "ary", "wise", "al", "ic", "ant",
    "ent", "est",
)  # fmt: skip
_MODIFIERS = frozenset(wordlists.MODIFIERS.split())
_NOUNS = frozenset(wordlists.NOUNS.split())
_STOP = frozenset(wordlists.STOP.split())
_SINGULAR = frozenset(wordlists.SINGULAR.split())


def words(title: str) -> Iterator[list[str]]:
    """The title's words in runs that no function word or sign of punctuation interrupts."""
    for run in re.split(r"[^\w\s'’‑-]+", _FORMULA.sub(" | ", title)):
        kept: list[str] = []
        for piece in _PIECE.findall(run):
            for word in _BETWEEN_LETTERS.split(piece):
                if folded := _in_a_term(word):
                    kept.append(folded)
                else:
                    yield kept
                    kept = []
        yield kept


def fold(word: str) -> str:
    """The form in which words are compared: lower case, no possessive, no plural's *s*."""
    word = word.casefold().replace("’", "'").removesuffix("'s").replace("'", "")
    if len(word) < 4 or word in _SINGULAR or word.endswith(("ss", "us", "is", "as", "ics")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word.removesuffix("s")


@lru_cache(maxsize=1 << 17)
def _in_a_term(word: str) -> str:
    """The word folded, or nothing where it cannot stand in a term."""
    folded = fold(word)
    is_word = 1 < len(folded) <= LONGEST_WORD and not _NUMBER.fullmatch(folded)
    return folded if is_word and not {folded, word.casefold()} & _STOP else ""


def is_noun_like(term: str) -> bool:
    """Whether the last word can be a noun."""
    last = term.rpartition(" ")[2]
    if last in _MODIFIERS or (last == term and last.endswith("ing")):
        return False
    return last in _NOUNS or not last.endswith(_NOT_A_NOUN)


def phrases(title: str) -> set[str]:
    """Every run of one to three words of a title once, folded and joined by single spaces.

    They are terms where ``is_noun_like``; that is asked later, of the few that are frequent.
    """
    found = set()
    for run in words(title):
        for start in range(len(run)):
            for end in range(start + 1, min(start + LONGEST, len(run)) + 1):
                found.add(" ".join(run[start:end]))
    return found


def as_written(term: str, titles: Iterable[str]) -> str:
    """The commonest spelling of a term in titles that have it: ``GPT-5``, not ``gpt-5``."""
    wanted = term.split()
    spelt: Counter[str] = Counter()
    for title in titles:
        parts = [
            (fold(word), word)
            for piece in _PIECE.findall(_FORMULA.sub(" | ", title))
            for word in _BETWEEN_LETTERS.split(piece)
        ]
        for start in range(len(parts) - len(wanted) + 1):
            window = parts[start : start + len(wanted)]
            if [folded for folded, _ in window] == wanted:
                spelt[" ".join(word for _, word in window)] += 1
    return max(spelt, key=lambda form: (spelt[form], form)) if spelt else term


def one_of_each_family(counts: Mapping[str, int]) -> set[str]:
    """The terms without those that a longer one stands for (``SAME``)."""
    covered = set()
    for term, count in counts.items():
        for part in parts_of(term):
            if count >= SAME * counts.get(part, count / SAME + 1):
                covered.add(part)
    return counts.keys() - covered


def parts_of(term: str) -> Iterator[str]:
    """The shorter terms that a term contains."""
    own = term.split()
    for length in range(1, len(own)):
        for start in range(len(own) - length + 1):
            yield " ".join(own[start : start + length])
