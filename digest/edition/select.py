"""Which items a page shows under a label: a rule that can be stated, defended and asked about.

Shown are items that carry the label and are about AI, and that are not withdrawn; papers and news
apart, the most probable first. An item is passed over if another one of its story is shown already,
or if its group of authors (papers) or its publisher (news) has as many as it may have: one outlet
or one laboratory cannot fill a page. Equal probabilities are ordered by date, newest first, then
id. Whoever was passed over is kept with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from digest.edition.manifest import EditionItem, EditionStory, Section

PAPERS, NEWS = 12, 8
PER_GROUP, PER_PUBLISHER = 2, 3
SHOWN_SCHEMES = ("sdg", "risk")
SAME_STORY = "another item of its story is shown"
SAME_GROUP = f"its group of authors has {PER_GROUP} papers here"
SAME_PUBLISHER = f"its publisher has {PER_PUBLISHER} items here"
PER_VOICE = {"paper": (PER_GROUP, SAME_GROUP), "news": (PER_PUBLISHER, SAME_PUBLISHER)}
Carrier = tuple[float, EditionItem]


def sections(
    items: Iterable[EditionItem],
    labels: Iterable[tuple[str, str]],
    stories: Iterable[EditionStory] = (),
) -> list[Section]:
    """One section for each of ``labels`` (scheme, label), empty ones too."""
    carrying: dict[tuple[str, str], list[Carrier]] = {pair: [] for pair in labels}
    for item in items:
        if is_showable(item):
            for label in item.labels:
                if (label.scheme, label.label) in carrying:
                    carrying[label.scheme, label.label].append((label.probability, item))
    story_of = {item_id: story.id for story in stories for item_id in story.items}
    return [_section(pair, ranked, story_of) for pair, ranked in carrying.items()]


def speaker(story: EditionStory, items: Mapping[str, EditionItem]) -> str:
    """The id of the item that speaks for a story among those of ``items`` that stand.

    It is the story's representative, unless that is gone or withdrawn and another stands.
    """
    standing = [i for i in story.items if i in items and not items[i].withdrawn]
    said = story.representative
    return said if said in standing or not standing else standing[0]


def is_showable(item: EditionItem) -> bool:
    """Whether an item may stand on a page and be counted there."""
    return not item.withdrawn and any(label.scheme == "ai" for label in item.labels)


def _section(
    pair: tuple[str, str], carriers: Sequence[Carrier], story_of: Mapping[str, str]
) -> Section:
    newest_first = sorted(carriers, key=lambda entry: entry[1].id)
    newest_first.sort(key=lambda entry: entry[1].date, reverse=True)
    ranked = [item for _, item in sorted(newest_first, key=lambda entry: -entry[0])]
    papers = [item for item in ranked if item.kind == "paper"]
    news = [item for item in ranked if item.kind == "news"]
    told: set[str] = set()  # a story that a paper tells is not told again by its press
    chosen, passed = _choose(papers, PAPERS, story_of, told)
    more, passed_too = _choose(news, NEWS, story_of, told)
    return Section(
        *pair, papers=len(papers), news=len(news),
        chosen=(*chosen, *more), passed=(*passed, *passed_too),
    )  # fmt: skip


def _choose(
    ranked: Sequence[EditionItem], most: int, story_of: Mapping[str, str], told: set[str]
) -> tuple[list[str], list[tuple[str, str]]]:
    chosen: list[str] = []
    passed: list[tuple[str, str]] = []
    voices: Counter[str] = Counter()
    for item in ranked:
        if len(chosen) == most:
            break
        limit, too_many = PER_VOICE[item.kind]
        story = story_of.get(item.id, item.id)
        if story in told:
            passed.append((item.id, SAME_STORY))
        elif item.voice and voices[item.voice] == limit:
            passed.append((item.id, too_many))
        else:
            chosen.append(item.id)
            told.add(story)
            voices[item.voice] += 1
    return chosen, passed
