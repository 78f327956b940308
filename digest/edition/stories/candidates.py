"""Which pairs of items are looked at: those that share something rare, never all with all.

A quarter has 600 million pairs. Looked at are pairs that share a link, five words in a row that few
texts have, or a rare word of the title; and, among news, all that lie near in meaning.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from digest.edition.stories import likeness
from digest.edition.stories.likeness import Likeness, Rarity, Wording
from digest.edition.stories.marks import Marks, marks_of, shingles
from digest.edition.stories.story import Pair, StoryItem

# Pairs below are not kept: far enough under any threshold that an average does not miss them.
FLOOR = 0.2
# A word or phrase that more items have tells them apart no more.
COMMON_SHINGLE, COMMON_WORD, VERY_RARE_WORD = 12, 200, 5
# Of each title the rarest words are looked up; one of them is in any title that is nearly the same.
RAREST = 3
# Least shared shingles for two papers to be looked at: two sentences' worth of formula is chance.
SHARED_SHINGLES = 4
NEAR_IN_MEANING = 0.6
Rows = tuple[int, int]


def candidates(items: Iterable[StoryItem]) -> list[Pair]:
    """Every pair of items that could be one story, sorted by ids; the items' order is no matter."""
    marks = [marks_of(item) for item in sorted(items, key=lambda item: item.item_id)]
    papers = [m for m in marks if m.item.kind == "paper"]
    news = [m for m in marks if m.item.kind == "news"]
    found = [*_papers(papers), *_news(news), *_press(news, papers)]
    return sorted(pair for pair in found if pair.score >= FLOOR)


def _pair(one: Marks, other: Marks, likeness: Likeness) -> Pair:
    ids = sorted((one.item.item_id, other.item.item_id))
    score, reasons = likeness
    return Pair(ids[0], ids[1], round(score, 4), reasons)


def _papers(papers: Sequence[Marks]) -> Iterator[Pair]:
    wording = _wording(papers, SHARED_SHINGLES)
    rows = set(wording) | set(_by_title(papers)) | set(_by_claim(papers))
    for a, b in sorted(rows):
        one, other = papers[a], papers[b]
        if one.authors & other.authors:
            yield _pair(one, other, likeness.papers(one, other, wording.get((a, b), Wording())))


def _news(news: Sequence[Marks]) -> Iterator[Pair]:
    titles = Rarity.among(marks.title for marks in news)
    names = Rarity.among(marks.names for marks in news)
    wording = _wording(news, 1)
    rows = (set(wording) | set(_sharing([m.title for m in news])) | set(_near(news))
            | set(_sharing([m.names for m in news])) | set(_linked(news)))  # fmt: skip
    for a, b in sorted(rows):
        one, other = news[a], news[b]
        shared = wording.get((a, b), Wording())
        yield _pair(one, other, likeness.news(one, other, shared, titles, names))


def _press(news: Sequence[Marks], papers: Sequence[Marks]) -> Iterator[Pair]:
    """News and a paper: by a link, by two rare words of the paper's title, or by one very rare."""
    rarity = Rarity.among(marks.title for marks in papers)
    having: dict[str, list[int]] = defaultdict(list)
    by_key: dict[str, list[int]] = defaultdict(list)
    for row, paper in enumerate(papers):
        for word in paper.title:
            having[word].append(row)
        for key in (paper.item.item_id, *paper.item.keys, *paper.named):
            by_key[key].append(row)
    for report in news:
        found: Counter[int] = Counter()
        for word in report.title | report.names:
            rows = having.get(word, [])
            if len(rows) <= COMMON_WORD:
                found.update(dict.fromkeys(rows, 2 if len(rows) <= VERY_RARE_WORD else 1))
        for key in (*report.named, report.item.item_id, *report.item.keys):
            found.update(dict.fromkeys(by_key.get(key, ()), 2))
        for row in sorted(row for row, weight in found.items() if weight >= 2):
            yield _pair(report, papers[row], likeness.press(report, papers[row], rarity))


def _by_title(papers: Sequence[Marks]) -> Iterator[Rows]:
    """Papers with an author in common and, of the title, a rare word and nearly half of all."""
    for a, b in _sharing([marks.title for marks in papers]):
        one, other = papers[a], papers[b]
        if 5 * len(one.title & other.title) >= 2 * len(one.title | other.title):
            yield a, b


def _by_claim(papers: Sequence[Marks]) -> Iterator[Rows]:
    row_of = {key: n for n, m in enumerate(papers) for key in (m.item.item_id, *m.item.keys)}
    for row, marks in enumerate(papers):
        for key in marks.claims & row_of.keys():
            if row_of[key] != row:
                yield min(row, row_of[key]), max(row, row_of[key])


def _linked(news: Sequence[Marks]) -> Iterator[Rows]:
    """News that link to each other, or to the same thing."""
    having: dict[str, set[int]] = defaultdict(set)
    for row, marks in enumerate(news):
        for key in (marks.item.item_id, *marks.item.keys, *marks.named):
            having[key].add(row)
    for rows in having.values():
        if len(rows) <= COMMON_WORD:
            yield from combinations(sorted(rows), 2)


def _sharing(sets: Sequence[frozenset[str]]) -> Iterator[Rows]:
    """Rows that share one of their ``RAREST`` words; a pair can come more than once."""
    rarity = Rarity.among(sets)
    having: dict[str, list[int]] = defaultdict(list)
    for row, words in enumerate(sets):
        rarest = sorted(words, key=lambda word: (rarity.found[word], word))[:RAREST]
        for word in rarest:
            having[word].append(row)
    for rows in having.values():
        if len(rows) <= COMMON_WORD:
            yield from combinations(rows, 2)


def _near(news: Sequence[Marks]) -> Iterator[Rows]:
    """News near in meaning, by a product of vectors that is done block by block."""
    import numpy as np

    rows = [row for row, marks in enumerate(news) if marks.item.vector is not None]
    if not rows:
        return
    vectors = np.stack([news[row].item.vector for row in rows])  # type: ignore[misc]
    for first in range(0, len(rows), 1024):
        cosines = vectors[first : first + 1024] @ vectors[first:].T
        for a, b in np.argwhere(cosines >= NEAR_IN_MEANING).tolist():
            if a < b:
                yield rows[first + a], rows[first + b]


def _wording(marks: Sequence[Marks], least: int) -> dict[Rows, Wording]:
    """The pairs that share ``least`` shingles or more that few have, and how many they share."""
    import numpy as np

    texts = shingles(m.item.text for m in marks)
    sizes = np.array([len(text) for text in texts], np.int64)
    if not sizes.sum():
        return {}
    hashes, owners = np.concatenate(texts), np.repeat(np.arange(len(texts)), sizes)
    order = np.argsort(hashes, kind="stable")  # stable: the owners of one shingle stay ascending
    hashes, owners = hashes[order], owners[order]
    starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    counts = np.diff(np.r_[starts, len(hashes)])
    found = []
    for size in range(2, COMMON_SHINGLE + 1):
        groups = owners[starts[counts == size][:, None] + np.arange(size)]
        found += [groups[:, a] * len(texts) + groups[:, b] for a, b in combinations(range(size), 2)]
    pairs, shared = np.unique(np.concatenate(found), return_counts=True)
    ones, others = np.divmod(pairs[shared >= least], len(texts))
    shorter = np.minimum(sizes[ones], sizes[others])
    kept = zip(ones.tolist(), others.tolist(), shared[shared >= least].tolist(), shorter.tolist(),
               strict=True)  # fmt: skip
    return {(a, b): Wording(number, size) for a, b, number, size in kept}
