"""Records and items: what a source said, and what it is about.

A *record* is one source's statement about one work at one time; it never changes. An *item* is the
paper or story itself: all records that carry a common identity key. ``resolve`` computes items
from records and is a pure function of the set of records: their order does not matter, so a
harvest that was killed, repeated or done in another order gives the same items.

Identity keys, strongest first: arXiv id without version, DOI, canonical URL, the feed's own guid,
and the full text (the same release under two addresses). An item's id is its strongest key.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import combinations
from typing import Literal

import orjson

from digest.quarter import Quarter
from digest.text import canonical_url, one_line

Kind = Literal["paper", "news"]

# What became of an item's text: the model read it, or it does not read its language.
LABELLED, OTHER_LANGUAGE = "labelled", "not labelled: language"
REAL_ABSTRACT = "real abstract"  # the kind of judged text that is like a quarter's papers

ARXIV_ID = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(\d{1,4}))?")
_ARXIV_PAGE = re.compile(r"(?i)arxiv\.org/(?:abs|pdf|html)/" + ARXIV_ID.pattern)
# arXiv's own DOI of a paper; the id of an old one is spelt in capitals by some.
_ARXIV_DOI = re.compile(r"(?i)(?:^|[/:])\s*10\.48550/arxiv\." + ARXIV_ID.pattern + r"(?!\w)")
_ARXIV_NAME = re.compile(r"(?i)(?:oai:arXiv\.org:|arXiv:)?" + ARXIV_ID.pattern)
_DOI = re.compile(r"(?<![\w.])10\.\d{4,9}/\S+")
_FORM = re.compile(r"/(?:full|abstract|e?pdf|meta)$")  # of the page of a paper, not of its DOI
_WORK = "(?:paper|article|submission|manuscript|work|version|preprint|draft)"
# A paper "withdrawn from a conference" or "before its presentation" still stands on arXiv.
_ELSEWHERE = r"(?! (?:from (?!arxiv)|before))"
_WITHDRAWN = re.compile(
    rf"(?i)\b{_WORK} (?:(?:has been|have been|is|was|is being|will be|should be) )?"
    rf"(?:temporarily )?withdrawn{_ELSEWHERE}|"
    rf"\b{_WORK} has been removed by arxiv|"
    r"\bwithdrawn by (?:the )?(?:author|arxiv|submitter)|"
    r"\b(?:authors?|arxiv) ha(?:s|ve) withdrawn\b|"
    r"\b(?:authors?|we)(?: ha(?:s|ve))? "
    r"(?:(?:decided|chose|chosen) to withdraw|request withdrawal)\b|"
    rf"\bwithdr(?:aw|ew|awn|awing) (?:this|the|our) {_WORK}{_ELSEWHERE}|"
    rf"^withdrawn\b{_ELSEWHERE}"
)
# Two texts are the same only if they are long enough to be nobody's boilerplate.
SAME_TEXT_CHARACTERS = 200
ADDRESSES_OF_NO_STORY = 3  # that a guid was given to, with other titles: it names none of them


def digest_of(*parts: object, prefix: str, length: int = 24) -> str:
    """An id made from its inputs: ``prefix`` (with a format version), then hex of a SHA-256."""
    return prefix + hashlib.sha256(orjson.dumps(parts)).hexdigest()[:length]


@dataclass(frozen=True, slots=True)
class Record:
    """What one source said about one work.

    ``published`` is the first version's submission for papers and the stated date for news; when
    the source states none it is the time of first sight and ``date_inferred`` is true. ``version``
    counts a paper's versions, as arXiv states them; what a feed says of an arXiv paper has 0, for
    it must not speak for the paper where arXiv does. A news record has 1, and ``updated`` orders
    its changes.
    """

    source: str
    external_id: str
    kind: Kind
    title: str
    text: str
    url: str
    published: datetime
    date_inferred: bool = False
    updated: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str = ""
    doi: str = ""
    arxiv_id: str = ""
    version: int = 1
    comments: str = ""
    withdrawn: bool = False

    @property
    def record_id(self) -> str:
        """The same content from the same source has the same id, whenever it is seen.

        An inferred date is the day of the first sight and not content: it is left out. The zone in
        which a moment is written makes no difference either.
        """
        values = [_utc(getattr(self, f.name)) for f in fields(self)]
        if self.date_inferred:
            values[6] = None
        return digest_of(*values, prefix="r1-")

    @property
    def text_hash(self) -> str:
        """Identity of what the model reads: title and text."""
        return text_hash(self.title, self.text)


@dataclass(frozen=True, slots=True)
class Rejection:
    """An entry that cannot become a record, where it stood, and why."""

    source: str
    position: int
    external_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """A paper or story, as all its records together tell it. ``lead`` gives title and text."""

    item_id: str
    kind: Kind
    lead: Record
    lead_id: str
    published: datetime
    date_inferred: bool
    withdrawn: bool
    first_seen: datetime
    record_ids: tuple[str, ...]
    sources: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def quarter(self) -> Quarter:
        """The quarter that the item belongs to, by ``published``."""
        return Quarter.of(self.published)


@dataclass(frozen=True, slots=True)
class Seen:
    """A record with its id and the time when it was first seen here."""

    record_id: str
    record: Record
    first_seen: datetime


def _utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def text_hash(title: str, text: str) -> str:
    """Identity of a text to label, the same for the same title and text everywhere."""
    return digest_of(title, text, prefix="t1-")


def arxiv_id_in(text: str) -> str:
    """The arXiv id, without version, that an address, identifier or DOI carries, else ``""``."""
    text = text.strip()
    if by_doi := _ARXIV_DOI.search(text):
        return by_doi[1].lower()
    match = _ARXIV_PAGE.search(text) or _ARXIV_NAME.fullmatch(text)
    return match[1] if match else ""


def doi_in(text: str) -> str:
    """The DOI that an identifier, or an address' path, carries, in lower case, else ``""``.

    arXiv's own DOIs (10.48550/arXiv.…) are left to ``arxiv_id_in``: the id is the stronger key.
    """
    match = _DOI.search(text)
    doi = _FORM.sub("", match[0].rstrip(".,;)]}>\"'").lower()) if match else ""
    return "" if doi.startswith("10.48550/arxiv.") else doi


def says_withdrawn(comments: str, abstract: str) -> bool:
    """Whether arXiv's comment or the abstract of the last version announces a withdrawal."""
    texts = (one_line(text).lower() for text in (comments, abstract[:300]))
    # Few texts have one of these words, and the pattern costs a hundred times as much.
    return any(("withdr" in t or "removed" in t) and _WITHDRAWN.search(t) for t in texts)


def keys_of(record: Record) -> tuple[str, ...]:
    """The identity keys of a record, strongest first; never empty."""
    keys = []
    if record.arxiv_id:
        keys.append(f"arxiv:{record.arxiv_id}")
    if record.doi:
        keys.append(f"doi:{record.doi}")
    if record.url and not record.arxiv_id:
        keys.append(digest_of(canonical_url(record.url), prefix="url:", length=16))
    keys.append(digest_of(record.source, record.external_id, prefix="guid:", length=16))
    if record.kind == "news" and len(record.text) >= SAME_TEXT_CHARACTERS:
        folded = unicodedata.normalize("NFKC", f"{record.title} {record.text}").casefold()
        keys.append(digest_of(re.sub(r"\W+", " ", folded), prefix="text:", length=16))
    return tuple(keys)


def resolve(seen: Iterable[Seen]) -> list[Item]:
    """The items of a set of records, sorted by id; records that share a key are one item.

    A key that stands for several works (``_disputed``) joins nothing.
    """
    by_id = {s.record_id: s for s in sorted(seen, key=lambda s: s.first_seen, reverse=True)}
    keys = {rid: keys_of(s.record) for rid, s in by_id.items()}
    disputed = _disputed((by_id[rid].record for rid in keys), keys.values())
    # A record whose every key is disputed is an item of its own.
    keys = {
        rid: tuple(k for k in ks if k not in disputed) or (f"guid:{rid}",)
        for rid, ks in keys.items()
    }
    items = (_item([by_id[rid] for rid in ids], keys) for ids in _components(keys))
    return sorted(items, key=lambda item: item.item_id)


def _disputed(records: Iterable[Record], keys: Iterable[tuple[str, ...]]) -> set[str]:
    """Keys that join nothing: a DOI of several arXiv papers, an address or guid of several stories.

    A source that gives one address to entries with other ids and other titles (a changelog, its
    home page) names no story by it; nor by a guid that it gives, one after another, to entries
    with other addresses and other titles ("latest", or a number in its list).
    """
    papers: dict[str, set[str]] = defaultdict(set)
    stories: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    reused: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for record, own in zip(records, keys, strict=True):
        for key in own:
            if key.startswith("doi:") and record.arxiv_id:
                papers[key].add(record.arxiv_id)
            elif key.startswith("url:"):
                stories[record.source, key][record.external_id].add(record.title.casefold())
            elif key.startswith("guid:") and record.url:
                reused[key][canonical_url(record.url)].add(record.title.casefold())
    shared = {key for (_, key), by_id in stories.items() if _have_nothing_in_common(by_id.values())}
    shared |= {
        key for key, by_url in reused.items()
        # Two may be one story that moved when its title was changed.
        if len(by_url) >= ADDRESSES_OF_NO_STORY and _have_nothing_in_common(by_url.values())
    }  # fmt: skip
    return shared | {doi for doi, claims in papers.items() if len(claims) > 1}


def _have_nothing_in_common(titles: Iterable[set[str]]) -> bool:
    """Whether two of the sets are disjoint; a story may change its title and stays one."""
    distinct = {frozenset(several) for several in titles}
    return any(one.isdisjoint(other) for one, other in combinations(distinct, 2))


def _components(keys: dict[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """Groups of record ids that share keys, by union-find over the keys."""
    parent: dict[str, str] = {}

    def find(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key

    for ks in keys.values():
        for key in ks[1:]:
            parent[find(key)] = find(ks[0])
    groups: dict[str, list[str]] = defaultdict(list)
    for rid, ks in keys.items():
        groups[find(ks[0])].append(rid)
    yield from groups.values()


_STRENGTH = {"arxiv": 0, "doi": 1, "url": 2, "guid": 3, "text": 4}


def _item(group: list[Seen], keys: dict[str, tuple[str, ...]]) -> Item:
    records = [s.record for s in group]
    lead = max(_last_states(group), key=_leads)
    all_keys = sorted(
        {key for s in group for key in keys[s.record_id]},
        key=lambda key: (_STRENGTH[key.partition(":")[0]], key),
    )
    stated = [r for r in records if not r.date_inferred]
    # Of an arXiv paper the submission counts, whatever a journal's feed says.
    dates = [r.published for r in stated if r.arxiv_id] or [r.published for r in stated]
    return Item(
        item_id=all_keys[0],
        kind="paper" if any(r.kind == "paper" for r in records) else "news",
        lead=lead.record,
        lead_id=lead.record_id,
        # Where none is stated a record has that of its sight, or the month of its arXiv id.
        published=min(dates or [min(s.first_seen, s.record.published) for s in group]),
        date_inferred=not stated,
        withdrawn=_newest_is_withdrawn(records),
        first_seen=min(s.first_seen for s in group),
        record_ids=tuple(sorted(s.record_id for s in group)),
        sources=tuple(sorted({r.source for r in records})),
        keys=tuple(all_keys),
    )


def _last_states(group: Iterable[Seen]) -> list[Seen]:
    """Without what an entry said before it was corrected, however much longer that was.

    Two states of one entry that were seen in one moment, as by two parsers, both stay.
    """
    states: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for seen in group:
        states[seen.record.source, seen.record.external_id].append(seen)
    last = {entry: max(map(_state, several)) for entry, several in states.items()}
    return [s for entry, several in states.items() for s in several if _state(s) == last[entry]]


def _state(seen: Seen) -> tuple[object, ...]:
    """Order of the states of one entry."""
    return (*_rank(seen.record), seen.first_seen)


def _leads(seen: Seen) -> tuple[object, ...]:
    """Order in which records speak for their item: the newest version of the paper itself."""
    return (*_rank(seen.record), len(seen.record.text), seen.record_id)


def _rank(record: Record) -> tuple[object, ...]:
    return (
        bool(record.arxiv_id),
        record.kind == "paper",
        record.version,
        not record.withdrawn or not record.text,
        record.updated or datetime.min.replace(tzinfo=UTC),
    )


def _newest_is_withdrawn(records: list[Record]) -> bool:
    newest = max(r.version for r in records)
    return any(r.withdrawn for r in records if r.version == newest)
