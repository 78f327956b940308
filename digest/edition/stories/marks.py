"""What can be compared about an item: words of the title, names, numbers, links, wording."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from digest.edition.stories.story import StoryItem
from digest.items import ARXIV_ID, arxiv_id_in, digest_of, doi_in
from digest.text import canonical_url, web_address

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Words in a row that two texts share only if one was written from the other, or both from a third.
SHINGLE = 5
# A post that names more works than this, or lists more topics in its title, is a round-up.
ROUND_UP = 3
# What news is about stands in its first sentences.
TOLD_CHARACTERS = 1_500
_WORD = re.compile(r"[^\W_]+")
# A feed that glues its page's date and section to the title: "Jan 9, 2026AlignmentNext-generation".
_GLUED_DATE = re.compile(r"\d{4}[A-Z]")
_GLUED = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_ARXIV = re.compile(r"(?i:arxiv:\s?|arxiv\.org/(?:abs|pdf|html)/)" + ARXIV_ID.pattern)
_ADDRESS = re.compile(r"https?://[^\s<>\"'\])}]+")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s<>\"',;]+")
# How a paper's comment says that it is another paper over again. arXiv's own notes on "substantial
# text overlap" do not say so: as often they mark the next paper of a series.
_CLAIM = re.compile(
    r"(?i)\b(?:(?:extended|longer|full|unabridged|short|journal|conference|revised|updated|new) "
    r"version of|supersedes|replaces|merger of)\b[^.;]{0,80}?(?<![\d.])" + ARXIV_ID.pattern
)
# A title that lists its topics: "Claude Levels Up, Qwen3 Proliferates, …, LoRA Adapters on Tap".
_LISTED = re.compile(r"[,;、，؛،]\s")
_NAME = re.compile(r"[A-Z][A-Za-z]*[a-z0-9][A-Za-z0-9]*|[A-Z]{2,}[A-Za-z0-9-]*")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d.,]*\d(?![\w])")


@dataclass(frozen=True, slots=True)
class Marks:
    """An item's marks.

    ``words`` is the title in order, ``phrase`` its part before a colon (all of it if there is
    none): the name of a work or of a series; ``told`` has the words of the title and of news' text;
    ``names`` are capitalised Latin words and numbers of news; ``authors`` are "surname i";
    ``named`` are keys of works that the item links to or names; ``claims`` those of papers that it
    says it is a version of. A round-up (``is_round_up``) tells of many things and is about none.
    """

    item: StoryItem
    words: tuple[str, ...]
    phrase: tuple[str, ...]
    title: frozenset[str]
    told: frozenset[str]
    names: frozenset[str]
    authors: frozenset[str]
    named: frozenset[str]
    claims: frozenset[str]
    is_round_up: bool


def marks_of(item: StoryItem) -> Marks:
    """Read an item's marks off it; nothing outside the item matters."""
    title = words_of(_unglued(item.title))
    text = item.text[:TOLD_CHARACTERS] if item.kind == "news" else ""
    named = frozenset(named_works(f"{item.title} {item.text}")) - frozenset(item.keys)
    listed = item.kind == "news" and len(_LISTED.findall(item.title)) + 1 > ROUND_UP
    return Marks(
        item=item,
        words=title,
        phrase=words_of(item.title.partition(":")[0]),
        title=frozenset(title),
        told=frozenset((*title, *words_of(text))),
        names=names_in(f"{_unglued(item.title)}. {text}") if item.kind == "news" else frozenset(),
        authors=frozenset(filter(None, map(author_key, item.authors))),
        named=named,
        claims=frozenset(f"arxiv:{found[1]}" for found in _CLAIM.finditer(item.comments)),
        is_round_up=listed or len(named) > ROUND_UP,
    )


def _unglued(title: str) -> str:
    return _GLUED.sub(" ", title) if _GLUED_DATE.search(title) else title


def words_of(text: str) -> tuple[str, ...]:
    """Words and numbers of a text, case folded, in their order."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def names_in(text: str) -> frozenset[str]:
    """Names in Latin letters and numbers of two digits or more: they outlast translation.

    In English every sentence begins with a capital; such words are common and weigh little.
    """
    text = unicodedata.normalize("NFKC", text)
    numbers = (number.replace(",", "") for number in _NUMBER.findall(text))
    return frozenset(name.casefold() for name in _NAME.findall(text)) | frozenset(numbers)


def author_key(name: str) -> str:
    """``"surname i"`` of "Ida B. Surname" and "Surname, Ida"; accents make no difference."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    last, comma, first = plain.partition(",")
    parts = [*words_of(first), *words_of(last)] if comma else [*words_of(plain)]
    return f"{parts[-1]} {parts[0][0]}" if parts else ""


def named_works(text: str) -> Iterator[str]:
    """The keys of the works and pages that a text names, spelt as in ``digest.items``."""
    for found in _ARXIV.finditer(text):
        yield f"arxiv:{found[1]}"
    for address in _ADDRESS.findall(text):
        yield from _keys_of_address(address.rstrip(".,;:!?"))
    for found in _DOI.finditer(text):
        yield from _keys_of_doi(found[0])


def _keys_of_address(address: str) -> Iterator[str]:
    if arxiv_id := arxiv_id_in(address):
        yield f"arxiv:{arxiv_id}"
    elif doi_in(address):
        yield from _keys_of_doi(address.partition("/10.")[2].join(("10.", "")))
    elif web_address(address):
        yield digest_of(canonical_url(address), prefix="url:", length=16)


def _keys_of_doi(doi: str) -> Iterator[str]:
    if arxiv_id := arxiv_id_in(doi):
        yield f"arxiv:{arxiv_id}"
    elif known := doi_in(doi):
        yield f"doi:{known}"


def shingles(texts: Iterable[str]) -> list[NDArray[np.int64]]:
    """For each text the distinct hashes of every ``SHINGLE`` words in a row, sorted."""
    import numpy as np

    known: dict[str, int] = {}

    def hashes(text: str) -> NDArray[np.int64]:
        words = words_of(text)
        for word in words:
            if word not in known:
                known[word] = crc32(word.encode())
        ids = np.fromiter((known[word] for word in words), np.int64, len(words))
        rows = max(0, len(ids) - SHINGLE + 1)
        mixed = np.zeros(rows, np.int64)
        for place in range(SHINGLE):
            # Multiplication wraps around, which mixes; the factor is odd, so nothing is lost.
            mixed = mixed * np.int64(0x5851F42D4C957F2D) + ids[place : place + rows]
        return np.unique(mixed)

    return [hashes(text) for text in texts]
