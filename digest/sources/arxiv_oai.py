"""arXiv by OAI-PMH, its preferred bulk route: a set's records since a quarter's first day.

A datestamp is the day of the last *modification*, so the list goes from the quarter's first day to
today and holds papers of other quarters too; which ones are wanted is decided where they are
stored. A resumption token expires at midnight: then the list is asked for again from its start,
which costs time and nothing else, because what was stored before is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from digest.errors import Incomplete
from digest.items import Record, Rejection
from digest.sources import Document
from digest.sources.arxiv_record import (
    Stated,
    UnusableError,
    authors_in,
    categories_in,
    moment_in,
    names_in,
    record_of,
    unreadable,
    xml_of,
)
from digest.text import one_line

if TYPE_CHECKING:
    from lxml.etree import _Element

    from digest.quarter import Quarter
    from digest.sources.catalogue import Source
    from digest.sources.http import PoliteClient

PARSER = "arxiv-oai/1"
ACCEPT = "text/xml, application/xml"
RESTARTS = 2  # of a list whose token has died
NO_RECORDS, DEAD_TOKEN = "noRecordsMatch", "badResumptionToken"
_AGAIN = "what came was kept; run again"


@dataclass(frozen=True, slots=True)
class _Page:
    """One answer: its records, or the error code and text that it has in their place."""

    records: tuple[_Element, ...] = ()
    token: str = ""
    list_size: int | None = None
    error: str = ""
    words: str = ""

    @property
    def identifiers(self) -> set[str]:
        return {_text(record, "header/identifier") for record in self.records}


class _DeadTokenError(Exception):
    """The token is not accepted any more, as ``document`` says."""

    def __init__(self, document: Document) -> None:
        super().__init__(document.url)
        self.document = document


def fetch(source: Source, quarter: Quarter, client: PoliteClient) -> Iterator[Document]:
    """The pages of a set's list since the quarter's first day, each as it comes.

    Raises:
        Incomplete: the list breaks off, goes in a circle, or is shorter than it says.
        Unreadable: a page that is not OAI-PMH, or its error, with code and text.
        SourceError: as ``PoliteClient.get``.
    """
    what = f"its resumption tokens died {RESTARTS + 1} times before the list's end"
    incomplete = Incomplete(source.id, source.url, what, _AGAIN)
    for _ in range(RESTARTS + 1):
        try:
            yield from _list(source, quarter, client)
        except _DeadTokenError as dead:
            incomplete.document = dead.document
        else:
            return
    raise incomplete


def _list(source: Source, quarter: Quarter, client: PoliteClient) -> Iterator[Document]:
    """One passage through the list."""
    question = {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "set": source.set,
        "from": f"{quarter.start:%Y-%m-%d}",
    }
    received: set[str] = set()
    tokens: set[str] = set()
    while True:
        document = client.get(
            f"{source.url}?{urlencode(question)}", source=source.id, accept=ACCEPT
        )
        page = _read(document)
        _check(document, page, received)
        yield document
        received |= page.identifiers
        if not page.token or page.token in tokens:
            break
        tokens.add(page.token)
        question = {"verb": "ListRecords", "resumptionToken": page.token}
    if page.token:
        raise Incomplete(source.id, document.url, "the list goes in a circle", _AGAIN)
    if page.list_size is not None and len(received) < page.list_size:
        what = f"{len(received):,} of {page.list_size:,} records came"
        raise Incomplete(source.id, document.url, what, _AGAIN)


def _check(document: Document, page: _Page, received: set[str]) -> None:
    """Raise what is wrong with a page after those that gave the ``received`` identifiers."""
    if page.error == DEAD_TOKEN:
        raise _DeadTokenError(document)
    if page.error and page.error != NO_RECORDS:
        raise _error(document, page)
    # Only a last page may: it repeats what was revised while the list was read.
    is_last = page.identifiers and not page.token
    if received and not page.identifiers - received and not is_last:
        what = f"a page with nothing new after {len(received):,} records"
        raise Incomplete(document.source, document.url, what, _AGAIN)
    if not page.error and not page.records:
        raise unreadable(document, "a list without records, and no word that there are none")


def parse(document: Document) -> Iterator[Record | Rejection]:
    """The records of a page, in its order; none where the source says that nothing matches.

    Reads arXivRaw, and arXiv and oai_dc as far as they tell: these know no number of versions.

    Raises:
        Refused: the answer has an HTTP status that is none.
        Unreadable: it is not a page of records, or an OAI-PMH error, with code and text.
    """
    page = _read(document)
    if page.error == NO_RECORDS:
        return
    if page.error:
        raise _error(document, page)
    for position, record in enumerate(page.records):
        yield _entry(record, document.source, position)


def _error(document: Document, page: _Page) -> Exception:
    words = f": {page.words}" if page.words else ""
    return unreadable(document, f"the source answers with the error {page.error}{words}")


def _read(document: Document) -> _Page:
    root = xml_of(document)
    if _name(root) == "record":
        return _Page((root,))
    if _name(root) != "OAI-PMH":
        raise unreadable(document, f"the answer is <{_name(root)}>, not OAI-PMH")
    error = root.find("{*}error")
    if error is not None:
        return _Page(error=error.get("code") or "without a code", words=one_line(error.text))
    parts = [part for part in root if _name(part) in ("ListRecords", "GetRecord")]
    if not parts:
        said = _name(root[-1]) if len(root) else "nothing"
        raise unreadable(document, f"the answer is {said}, which has no records")
    token = parts[0].find("{*}resumptionToken")
    size = "" if token is None else token.get("completeListSize", "")
    return _Page(
        records=tuple(parts[0].iterfind("{*}record")),
        token=_text(parts[0], "resumptionToken"),
        list_size=int(size) if size.isascii() and size.isdigit() else None,
    )


def _entry(record: _Element, source: str, position: int) -> Record | Rejection:
    identifier = _text(record, "header/identifier")
    try:
        return record_of(_stated(record, identifier), source)
    except UnusableError as reason:
        return Rejection(source, position, identifier, str(reason))


def _stated(record: _Element, identifier: str) -> Stated:
    header = record.find("{*}header")
    if header is not None and header.get("status") == "deleted":
        raise UnusableError("the source has deleted it")
    described = record.find("{*}metadata/*")
    if described is None:
        raise UnusableError("it has no metadata")
    readers = {"arXivRaw": _from_raw, "arXiv": _from_arxiv, "dc": _from_dublin_core}
    reader = readers.get(_name(described))
    if reader is None:
        raise UnusableError(f"its metadata are <{_name(described)}>, which nothing here reads")
    return reader(described, identifier)


def _from_raw(paper: _Element, identifier: str) -> Stated:
    versions = paper.findall("{*}version")
    if not versions:
        raise UnusableError("it has no versions, so no date")
    return Stated(
        identifier=_text(paper, "id") or identifier,
        title=_text(paper, "title"),
        abstract=_text(paper, "abstract"),
        authors=authors_in(_text(paper, "authors")),
        categories=categories_in(_text(paper, "categories").split()),
        submitted=moment_in(_text(versions[0], "date")),
        updated=moment_in(_text(versions[-1], "date")),
        version=len(versions),
        comments=_text(paper, "comments"),
        doi=_text(paper, "doi"),
        # Among arXiv's flags of a version's source, I is "withdrawn"; its size is then 0 kB, but
        # so is that of a source under 1 kB.
        is_withdrawn="I" in _text(versions[-1], "source_type"),
    )


def _from_arxiv(paper: _Element, identifier: str) -> Stated:
    names = (
        " ".join(_text(author, part) for part in ("forenames", "keyname", "suffix"))
        for author in paper.iterfind("{*}authors/{*}author")
    )
    created = moment_in(_text(paper, "created"))
    updated = _text(paper, "updated")
    return Stated(
        identifier=_text(paper, "id") or identifier,
        title=_text(paper, "title"),
        abstract=_text(paper, "abstract"),
        authors=names_in(names),
        categories=categories_in(_text(paper, "categories").split()),
        submitted=created,
        updated=moment_in(updated) if updated else created,
        comments=_text(paper, "comments"),
        doi=_text(paper, "doi"),
    )


def _from_dublin_core(paper: _Element, identifier: str) -> Stated:
    """arXiv's use of it: the first description is the abstract, the dates are v1's and the last."""
    creators = (c.text or "" for c in paper.iterfind("{*}creator"))
    names = (" ".join(reversed(creator.partition(", ")[::2])) for creator in creators)
    about = [d.text or "" for d in paper.iterfind("{*}description")] or [""]
    dates = sorted(moment_in(d.text or "") for d in paper.iterfind("{*}date"))
    if not dates:
        raise UnusableError("it has no date")
    return Stated(
        identifier=identifier,
        title=_text(paper, "title"),
        abstract=about[0],
        authors=names_in(names),
        categories=(),  # only their names in words
        submitted=dates[0],
        updated=dates[-1],
        comments=" ".join(about[1:]).removeprefix("Comment: "),
        doi=" ".join(i.text or "" for i in paper.iterfind("{*}identifier")),
    )


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: _Element, path: str) -> str:
    """The text at a path of local names, without spaces around it; ``""`` where there is none."""
    steps = "/".join(f"{{*}}{name}" for name in path.split("/"))
    return str(element.findtext(steps) or "").strip()
