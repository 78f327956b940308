"""Terms of titles: noun-like phrases of one to three words, by a stated rule.

A title is cut at everything that is neither letter, digit, hyphen nor apostrophe. A hyphen between
letters parts words (``vision-language``); one beside a digit does not (``gpt-5``), nor one before
*off*, *out*, *up*, *in* or *down* at the end (``trade-off`` is ``tradeoff``). Words are
compared in lower case and without a plural's *s*. A term is one word, or a run of up to three that
neither begins nor ends inside a hyphenated one, which counts as one here: of ``physics-informed
machine learning`` no ``informed machine learning`` is left. None of its words is a function word, a
word of titles themselves ("novel", "towards", "via"), a date or a number, and the last can be a
noun: it does not end as an adjective, adverb or participle does; a single word also not in *-ing*.
Terms of the same letters are one (``multi-agent``, ``multiagent``). Of terms that contain each
other and nearly always occur together only the longest stays. Languages that are written without
spaces give no terms.
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
_BEFORE_PARTICLE = re.compile(r"[-‑](?=(?:off|out|up|in|down)s?\b)", re.IGNORECASE)
_NOT_A_NOUN = (
    "ly", "ed", "ive", "ous", "ful", "less", "able", "ible", "ary", "wise", "al", "ic", "ant",
    "ent", "est",
)  # fmt: skip
_MODIFIERS = frozenset(wordlists.MODIFIERS.split())
_NOUNS = frozenset(wordlists.NOUNS.split())
_STOP = frozenset(wordlists.STOP.split())
_SINGULAR = frozenset(wordlists.SINGULAR.split())


def runs(title: str) -> Iterator[list[str]]:
    """The title's words in runs that no function word or sign of punctuation interrupts.

    A hyphenated word is one, its parts joined by spaces, unless one of them cannot be in a term.
    """
    for run in re.split(r"[^\w\s'’‑-]+", _FORMULA.sub(" | ", title)):
        kept: list[str] = []
        for piece in _PIECE.findall(run):
            for word in _words(piece):
                if word:
                    kept.append(word)
                else:
                    yield kept
                    kept = []
        yield kept


@lru_cache(maxsize=1 << 17)
def _words(piece: str) -> tuple[str, ...]:
    """A piece folded, or its parts where one cannot stand in a term: that one is empty."""
    parts = tuple(_in_a_term(part) for part in _parted(piece))
    return (" ".join(parts),) if all(parts) else parts


def _parted(word: str) -> list[str]:
    return _BETWEEN_LETTERS.split(_BEFORE_PARTICLE.sub("", word))


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
    """Every word of a title and every run of two or three once, folded and joined by single spaces.

    They are terms where ``is_noun_like``; that is asked later, of the few that are frequent.
    """
    found = set()
    for run in runs(title):
        for start, word in enumerate(run):
            found.update(word.split())
            for end in range(start + 1, min(start + LONGEST, len(run)) + 1):
                found.add(" ".join(run[start:end]))
    return found


def as_written(term: str, titles: Iterable[str]) -> str:
    """The commonest spelling of a term in titles that have it: ``GPT-5``, not ``gpt-5``."""
    pieces = [_PIECE.findall(_FORMULA.sub(" | ", title)) for title in titles]
    parts = [[part for piece in one for part in _parted(piece)] for one in pieces]
    for written in (pieces, parts):
        spelt = Counter(form for words in written for form in _spellings(term, words))
        if spelt:
            return max(spelt, key=lambda form: (spelt[form], form))
    return term


def _spellings(term: str, words: list[str]) -> Iterator[str]:
    folded = [folded_as(word) for word in words]
    for start in range(len(words)):
        for end in range(start + 1, min(start + len(term.split()), len(words)) + 1):
            if " ".join(folded[start:end]) == term:
                yield " ".join(words[start:end])


def folded_as(written: str) -> str:
    """The term that is written so: ``vision language model`` of ``Vision-Language Models``."""
    return " ".join(fold(part) for word in written.split() for part in _parted(word))


def of_the_same_letters(counts: Mapping[str, int]) -> dict[str, str]:
    """For each phrase the commonest of those that differ from it by spaces only."""
    best: dict[str, tuple[int, str]] = {}
    for phrase, count in counts.items():
        letters = phrase.replace(" ", "")
        best[letters] = max(best.get(letters, (0, "")), (count, phrase))
    return {phrase: best[phrase.replace(" ", "")][1] for phrase in counts}


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
