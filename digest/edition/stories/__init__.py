"""Stories: items about the same event or the same work, with every source kept.

    items -> candidates -> pairs, scored, with reasons -> clusters + the panel's rulings -> stories

``candidates`` finds the pairs that could be one story and says why; ``clusters`` joins them. Both
are pure and do not depend on the order of what they are given. A pair is scored by what the two
items are: two papers by authors, title and shared wording; two news items by title, names, date and
meaning; news and a paper by a link or by the paper's title. Identity is not decided here: records
that carry one key are one item already (``digest.items``).

The shipped encoder reads English only. Items of another language have no vectors: within one
language they are compared by the words of their titles, across languages by the names in Latin
letters and the numbers that they share, and in both by links. What is missed thereby: an event told
in two languages without three names or numbers in common, as Arabic, Chinese and Russian press
mostly tells it, and a Chinese title in other words, because its words are not spaced. Such items
stand as stories of their own until the panel merges them.
"""

from digest.edition.stories.candidates import candidates
from digest.edition.stories.cluster import clusters
from digest.edition.stories.load import story_items
from digest.edition.stories.story import Pair, Ruling, Story, StoryItem

__all__ = [
    "Pair",
    "Ruling",
    "Story",
    "StoryItem",
    "candidates",
    "clusters",
    "story_items",
]
