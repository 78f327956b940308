"""Which items a page shows under a label: a rule that can be stated, defended and asked about.

Shown are items that carry the label and are about AI, and that are not withdrawn; papers and news
apart, the most probable first. An item is passed over if another one of its story is shown already,
or if its group of authors (papers) or its publisher (news) has as many as it may have: one outlet
or one laboratory cannot fill a page. Nor need a page be full: an item of whose label the machine is
unsure is shown only once a person confirmed it. Equal probabilities are ordered by date, newest
first, then id. Whoever was passed over is kept with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digest.edition.manifest import Assigned, EditionItem, EditionStory, Manifest, Section

PAPERS, NEWS = 12, 8
PER_GROUP, PER_PUBLISHER = 2, 3
SHOWN_SCHEMES = ("sdg", "risk")
SAME_STORY = "another item of its story is shown"
SAME_GROUP = f"its group of authors has {PER_GROUP} papers here"
SAME_PUBLISHER = f"its publisher has {PER_PUBLISHER} items here"
UNSURE = "the machine is unsure of the label, and no person has confirmed it"
PLACES = {"paper": PAPERS, "news": NEWS}
PER_VOICE = {"paper": (PER_GROUP, SAME_GROUP), "news": (PER_PUBLISHER, SAME_PUBLISHER)}
Carrier = tuple[Assigned, EditionItem]


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
                    carrying[label.scheme, label.label].append((label, item))
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


def candidates(section: Section) -> tuple[str, ...]:
    """What a page shows, and then what it would show if a person confirmed the label."""
    waiting = (item_id for item_id, reason in section.passed if reason == UNSURE)
    return (*section.chosen, *waiting)


def shows_unsure(manifest: Manifest) -> bool:
    """Whether pages show items of whose label the machine is unsure, as they once did."""
    labels = {item.id: item.labels for item in manifest.items}
    return any(
        given.unsure
        for section in manifest.sections
        for item_id in section.chosen
        for given in labels.get(item_id, ())
        if (given.scheme, given.label) == (section.scheme, section.label)
    )


def _section(
    pair: tuple[str, str], carriers: Sequence[Carrier], story_of: Mapping[str, str]
) -> Section:
    page = _Page(story_of)
    newest_first = sorted(carriers, key=lambda entry: entry[1].id)
    newest_first.sort(key=lambda entry: entry[1].date, reverse=True)
    ranked = sorted(newest_first, key=lambda entry: -entry[0].probability)
    # A story that a paper tells is not told again by its press, but by the press that is sure.
    for unsure in (False, True):
        for kind in PLACES:
            page.fill(
                [i for label, i in ranked if i.kind == kind and label.unsure == unsure], unsure
            )
    of_kind = Counter(item.kind for _, item in carriers)
    return Section(
        *pair, papers=of_kind["paper"], news=of_kind["news"],
        chosen=tuple(page.chosen), passed=tuple(page.passed),
    )  # fmt: skip


@dataclass
class _Page:
    """A page while its places are given away; an unsure item holds one without being shown."""

    story_of: Mapping[str, str]
    chosen: list[str] = field(default_factory=list)
    passed: list[tuple[str, str]] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)
    _voices: Counter[tuple[str, str]] = field(default_factory=Counter)
    _taken: Counter[str] = field(default_factory=Counter)

    def fill(self, ranked: Iterable[EditionItem], unsure: bool) -> None:
        """Give items of one kind their places, in their order, as long as there are any."""
        for item in ranked:
            if self._taken[item.kind] == PLACES[item.kind]:
                break
            if reason := self._against(item):
                self.passed.append((item.id, reason))
                continue
            self._told.add(self.story_of.get(item.id, item.id))
            self._voices[item.kind, item.voice] += 1
            self._taken[item.kind] += 1
            if unsure:
                self.passed.append((item.id, UNSURE))
            else:
                self.chosen.append(item.id)

    def _against(self, item: EditionItem) -> str:
        limit, too_many = PER_VOICE[item.kind]
        if self.story_of.get(item.id, item.id) in self._told:
            return SAME_STORY
        return too_many if item.voice and self._voices[item.kind, item.voice] == limit else ""
