"""How far two items are one story, 0 to 1, and why: one rule for each pair of kinds.

The weights are hand-set on the tuning half of the labelled pairs (``benchmarks/stories.py``), and
one threshold serves all three rules. Words are weighed by their rarity among the items of a kind:
"Claude" says much in physics and nothing in a laboratory's own news.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from digest.edition.stories.marks import Marks, words_of

# News of one event appears within days; a date that a feed invents can lie weeks off.
FULL_DAYS, LAST_DAY = 3, 31
# A paper's press comes out with it, or when a journal has it months later.
PRESS_DAYS = 120
# Rarity from which a phrase of a paper's title is nobody else's: "assistant axis" has 14, and
# "technical report" 10. One word alone ("OPUS", "MERRY") means something else too often.
RARE = 14.0
# Shingles from which shared wording counts in full: shorter texts are "Various bug fixes".
ENOUGH_SHINGLES = 8
# Without a vector it takes so many shared names and numbers to mean an event.
NAMES = 3
# Parts of a series share authors, title and phrases; what differs is the point.
SIBLINGS = 0.6

Likeness = tuple[float, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Wording:
    """What two texts share word for word: ``shared`` shingles of ``shorter``, the shorter's all."""

    shared: int = 0
    shorter: int = 0

    @property
    def share(self) -> float:
        """Share of the shorter text, lowered where that text is too short to mean much."""
        enough = min(1.0, self.shorter / ENOUGH_SHINGLES)
        return enough * self.shared / self.shorter if self.shorter else 0.0


@dataclass(frozen=True, slots=True)
class Rarity:
    """How telling a word is, by how few items of a kind have it."""

    items: int
    found: Counter[str]

    @classmethod
    def among(cls, sets: Iterable[frozenset[str]]) -> Rarity:
        """Counted over sets of words, one for each item."""
        listed = list(sets)
        return cls(len(listed), Counter(word for words in listed for word in words))

    def of(self, words: Iterable[str]) -> float:
        """Sum of ln(1 + items / items with the word); a word of none counts as of one."""
        # Sorted, because a sum of floats depends on its order and a set's order on the process.
        return sum(
            math.log1p(self.items / max(1, self.found.get(word, 0))) for word in sorted(words)
        )


def papers(one: Marks, other: Marks, wording: Wording) -> Likeness:
    """Two papers are one work only with the same authors and nearly the same title and abstract.

    Their own word for it ("extended version of arXiv:…") makes up for what the title lacks.
    """
    authors = _shared_authors(one, other)
    title = _jaccard(one.title, other.title)
    score = authors * (0.55 * title + 0.45 * wording.share)
    reasons = [f"{round(authors * 100)} % of the authors"] if authors else []
    if title == 1:
        score, reasons = max(score, 0.9 * authors), [*reasons, "same title"]
    elif are_siblings(one, other):
        score *= SIBLINGS
    elif title >= 0.5:
        reasons.append("similar title")
    if wording.share >= 0.3:
        reasons.append(f"{round(wording.share * 100)} % of the text word for word")
    if one.claims & _keys(other) or other.claims & _keys(one):
        score += 0.6 * authors * (1 - score)
        reasons.append("one names the other as its version")
    return score, tuple(reasons)


def news(one: Marks, other: Marks, wording: Wording, rarity: Rarity, names: Rarity) -> Likeness:
    """Two news items are one event by title, names and meaning, within days of each other."""
    if one.is_round_up or other.is_round_up:
        return 0.0, ()
    if one.item.language == other.item.language:
        score, reasons = _in_one_language(one, other, rarity)
    else:
        score, reasons = _across_languages(one, other, names)
    if wording.share > score:
        score, reasons = wording.share, ("same wording",)
    if one.title == other.title and len(one.title) >= 3:
        score, reasons = max(score, 0.9), ("same title",)
    elif set(one.item.outlets) & set(other.item.outlets):
        score *= SIBLINGS  # an outlet tells of an event once; what is alike is its template
    return _with_links(one, other, score * _nearness(one, other), reasons)


def _in_one_language(one: Marks, other: Marks, rarity: Rarity) -> Likeness:
    """By the words of the titles, by the one's title in the other's text, and by meaning.

    Where the encoder does not read the language, the words alone decide.
    """
    shared, every = rarity.of(one.title & other.title), rarity.of(one.title | other.title)
    joint = shared / every if every else 0.0
    told = max(_covered(one, other, rarity), _covered(other, one, rarity))
    score, cosine = 0.4 * joint + 0.25 * told, _cosine(one, other)
    if cosine is None:
        score /= 0.65
    else:
        score += 0.35 * max(0.0, (cosine - 0.4) / 0.6)
    versions = _numbers(one), _numbers(other)
    if not (versions[0] <= versions[1] or versions[1] <= versions[0]):
        score *= SIBLINGS  # "Opus 4.6" and "Opus 4.5" are two events
    said = {
        "similar title": joint >= 0.3,
        "title told in the text": told >= 0.8,
        "near in meaning": cosine is not None and cosine >= 0.6,
    }
    return score, tuple(reason for reason, holds in said.items() if holds)


def _covered(one: Marks, other: Marks, rarity: Rarity) -> float:
    """Share of one's title that the other tells; a title of a word or two says little."""
    weight = rarity.of(one.title)
    share = rarity.of(one.title & other.told) / weight if weight else 0.0
    return share * min(1.0, len(one.title) / 3)


def _with_links(one: Marks, other: Marks, score: float, reasons: tuple[str, ...]) -> Likeness:
    """A link to the other, or to the same work, is much; background is linked to as well."""
    works = {key for key in one.named & other.named if key.startswith(("arxiv:", "doi:"))}
    if one.named & _keys(other) or other.named & _keys(one):
        return 0.35 + 0.65 * score, (*reasons, "one links to the other")
    if works:
        return 0.4 + 0.6 * score, (*reasons, f"both name {min(works)}")
    return score, reasons


def press(report: Marks, paper: Marks, rarity: Rarity) -> Likeness:
    """News is about a paper if it links to it, or calls the work by its title."""
    apart = abs(report.item.published - paper.item.published)
    if report.is_round_up or apart.days > PRESS_DAYS:
        return 0.0, ()
    covered = rarity.of(paper.title & report.title) / (rarity.of(paper.title) or 1)
    phrase = _phrase(report, paper) * min(1.0, rarity.of(set(paper.phrase)) / RARE) ** 2
    cosine = max(0.0, _cosine(report, paper) or 0.0)
    score = 0.45 * phrase + 0.35 * covered + 0.2 * cosine
    reasons = ("calls the work by its title",) if phrase else ()
    if report.named & _keys(paper) or paper.named & _keys(report):
        return 0.7 + 0.3 * score, (*reasons, "links to the paper")
    return score, reasons


def are_siblings(one: Marks, other: Marks) -> bool:
    """Titles of two works of one series.

    They have other numbers ("… I: Methods"), differ in one word ("Near field …", "Far field …"), or
    go on differently after the same beginning ("… Year 6 Results: Weak Lensing").
    """
    if _numbers(one) != _numbers(other):
        return True
    if one.phrase == other.phrase:
        begun = frozenset(one.phrase)
        return _jaccard(one.title - begun, other.title - begun) < 0.5
    same_length = len(one.words) == len(other.words)
    differing = sum(a != b for a, b in zip(one.words, other.words, strict=False))
    return same_length and differing == 1


def _numbers(marks: Marks) -> frozenset[str]:
    """Numbers of a title, Roman ones too, but for years and dates."""
    roman = {"i", "ii", "iii", "iv", "v", "vi", "vii"}
    return frozenset(w for w in marks.title if w in roman or (w.isdigit() and len(w) <= 3))


def _keys(marks: Marks) -> frozenset[str]:
    return frozenset((marks.item.item_id, *marks.item.keys))


def _shared_authors(one: Marks, other: Marks) -> float:
    fewest = min(len(one.authors), len(other.authors))
    return len(one.authors & other.authors) / fewest if fewest else 0.0


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _cosine(one: Marks, other: Marks) -> float | None:
    if one.item.vector is None or other.item.vector is None:
        return None
    return float(one.item.vector @ other.item.vector)


def _across_languages(one: Marks, other: Marks, rarity: Rarity) -> Likeness:
    shared = one.names & other.names
    if len(shared) < NAMES:
        return 0.0, ()
    least = min(rarity.of(one.names), rarity.of(other.names))
    return rarity.of(shared) / least, (f"share {', '.join(sorted(shared)[:5])}",)


def _nearness(one: Marks, other: Marks) -> float:
    days = abs((one.item.published - other.item.published).total_seconds()) / 86400
    return 1 - min(1.0, max(0.0, days - FULL_DAYS) / (LAST_DAY - FULL_DAYS))


def _phrase(report: Marks, paper: Marks) -> bool:
    told = " ".join((*report.words, "", *words_of(report.item.text)))
    return len(paper.phrase) > 1 and f" {' '.join(paper.phrase)} " in f" {told} "
