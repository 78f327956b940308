"""A paper as arXiv states it, in whatever format, and how that becomes a record.

OAI-PMH, the search API and the snapshot say the same things in different words. What they say
becomes ``Stated`` in their modules and a record here, so that one paper reads the same from each.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from digest.errors import Refused, Unreadable
from digest.items import Record, arxiv_id_in, doi_in, says_withdrawn
from digest.quarter import FIRST_YEAR
from digest.sources import Document
from digest.text import one_line

if TYPE_CHECKING:
    from lxml.etree import _Element

_AFFILIATION = re.compile(r"\([^()]*\)")
_ET_AL = re.compile(r",?\s+et\.?\s+al\b\.?", re.I)
_ON_BEHALF_OF = re.compile(
    r",?\s(?:for|on behalf of)\s(?:the\s)?(?=[^,;]*\b(?:collaboration|consortium)\b)", re.I
)
_BETWEEN_AUTHORS = re.compile(r"\s*(?:[,;:]|\s(?:and|&)\s)\s*(?:and\s+)?", re.I)
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
# The search API lists subject classes (68T50, I.2.7) among the categories.
_CATEGORY = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")

_MATHEMATICS = re.compile(r"(\$[^$]*\$)")
_ACCENT = re.compile(
    r"""\\(?:(['`^"~=.])\s*(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))|([cvuHkr])\{([A-Za-z])\})"""
)
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L)(?![A-Za-z]) ?")
_BRACES = re.compile(r"\{([^\W\d_a-zA-Z])\}")
_MARKS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303",
          "=": "\u0304", ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306",
          "H": "\u030b", "k": "\u0328", "r": "\u030a"}  # fmt: skip
_LETTERS = {"ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
            "o": "ø", "O": "Ø", "l": "ł", "L": "Ł"}  # fmt: skip


class UnusableError(ValueError):
    """An entry that cannot become a record; the message is the reason of its rejection."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What arXiv states about a paper: texts as they stand there, moments aware and in UTC.

    ``submitted`` is the first version's, ``updated`` the last one's.
    """

    identifier: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    submitted: datetime
    updated: datetime
    version: int = 1
    comments: str = ""
    doi: str = ""
    is_withdrawn: bool = False


def record_of(stated: Stated, source: str) -> Record:
    """The record of a paper.

    Raises:
        UnusableError: the identifier is not arXiv's, there is no title, or no possible date.
    """
    arxiv_id = arxiv_id_in(stated.identifier)
    if not arxiv_id:
        raise UnusableError(f"'{one_line(stated.identifier)[:100]}' is not an arXiv id")
    title, abstract = text_in(stated.title), text_in(stated.abstract)
    if not title:
        raise UnusableError("it has no title")
    if stated.submitted.year < FIRST_YEAR:
        raise UnusableError(f"its date {stated.submitted:%Y-%m-%d} is before arXiv's time")
    comments = text_in(stated.comments)
    return Record(
        source=source,
        external_id=arxiv_id,
        kind="paper",
        title=title,
        text=abstract,
        url=f"https://arxiv.org/abs/{arxiv_id}",
        published=stated.submitted,
        updated=stated.updated,
        authors=stated.authors,
        categories=stated.categories,
        doi=doi_in(stated.doi),
        arxiv_id=arxiv_id,
        version=stated.version,
        comments=comments,
        withdrawn=stated.is_withdrawn or says_withdrawn(comments, abstract),
    )


def moment_in(text: str) -> datetime:
    """The moment in UTC of ``Mon, 05 Jan 2026 17:00:00 GMT``, ``2026-01-05T17:00:00Z`` or a day.

    Raises:
        UnusableError: it is no date.
    """
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text) if text[:1].isdigit() else parsedate_to_datetime(text)
        # All of arXiv's dates are GMT; those without a word about it as well.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UnusableError(f"'{text[:60]}' is not a date") from None


def authors_in(text: str) -> tuple[str, ...]:
    """The names in arXiv's one string of authors, such as ``A, B (MIT) and C``.

    Affiliations in brackets are left out; ``X Collaboration: A, B`` and ``A for the X
    Collaboration`` name the collaboration as an author.
    """
    text = text_in(text)
    while text != (text := _AFFILIATION.sub("", text)):
        pass
    text = _ON_BEHALF_OF.sub(", ", _ET_AL.sub("", text)).strip("() ")
    names: list[str] = []
    for name in _names(_BETWEEN_AUTHORS.split(text)):
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f" {name}"
        else:
            names.append(name)
    return tuple(names)


def names_in(parts: Iterable[str]) -> tuple[str, ...]:
    """Names that arXiv lists one by one, made plain."""
    return tuple(_names(text_in(part).removeprefix("and ") for part in parts))


def _names(parts: Iterable[str]) -> Iterator[str]:
    """The parts that are names: arXiv's own splitting leaves ``:`` among them."""
    return (part for part in parts if any(map(str.isalnum, part)))


def categories_in(words: Iterable[str]) -> tuple[str, ...]:
    """The categories among the words, each once, in their order: the primary one comes first."""
    return tuple(dict.fromkeys(word for word in words if _CATEGORY.fullmatch(word)))


def text_in(text: str) -> str:
    """A text of arXiv's on one line, accents of TeX as letters; mathematics stays as it is."""
    text = one_line(text)
    if "\\" not in text:
        return text
    parts = _MATHEMATICS.split(text)
    parts[::2] = map(_with_letters, parts[::2])
    return "".join(parts)


def _with_letters(text: str) -> str:
    text = _LETTER.sub(lambda m: _LETTERS[m[1]], text)
    text = _ACCENT.sub(lambda m: (m[2] or m[3] or m[5]) + _MARKS[m[1] or m[4]], text)
    return _BRACES.sub(r"\1", unicodedata.normalize("NFC", text))


def xml_of(document: Document) -> _Element:
    """The root of an XML answer, read without entities, DTD or network.

    Raises:
        Refused: the answer has an HTTP status that is none.
        Unreadable: it is not well-formed XML.
    """
    from lxml import etree

    if document.status >= 400:
        raise refused(document)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(document.body, parser)
    except etree.XMLSyntaxError as error:
        raise unreadable(document, f"the answer is not well-formed XML: {error.msg}") from None


def unreadable(document: Document, what: str, hint: str = "") -> Unreadable:
    """The error for an answer that is not what arXiv should send; carries the answer."""
    error = Unreadable(document.source, document.url, what, hint)
    error.document = document
    return error


def refused(document: Document, hint: str = "") -> Refused:
    """The error for an answer with a status that is none; carries the answer."""
    error = Refused(document.source, document.url, document.status, hint)
    error.document = document
    return error
