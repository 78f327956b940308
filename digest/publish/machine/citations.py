"""How to cite an edition and the items that it shows: BibTeX, RIS, CSL-JSON and a plain sentence.

Names stay whole, as the source writes them: no rule tells the family name of every language.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from digest.publish import words
from digest.publish.machine.addresses import Site
from digest.publish.machine.chosen import Chosen
from digest.publish.machine.index import Index

# A brace that stands alone would end a field early, even behind a backslash.
_LATEX = str.maketrans({
    "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "$": r"\$",
    "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """A work to cite. ``day`` is ``YYYY-MM-DD`` or, for a draft, ``""``; so may be other texts.

    ``collective`` says that the author is a body, whose name has no parts.
    """

    key: str
    kind: Literal["edition", "paper", "news"]
    title: str
    authors: tuple[str, ...]
    collective: bool
    day: str
    publisher: str
    url: str
    doi: str = ""
    arxiv: str = ""
    category: str = ""
    version: str = ""
    language: str = ""
    note: str = ""


def edition_reference(site: Site, one: Index) -> Reference:
    """The edition itself, at the address of its version; a site without an address has none."""
    return Reference(
        key=f"digest-{one.edition}-{one.version or 'draft'}",
        kind="edition",
        title=f"{site.name}, {one.edition}: {words.months(one.edition)}",
        authors=(site.name,),
        collective=True,
        day=one.published,
        publisher=site.name,
        url=site.url(one.folder) if site.address else "",
        version=one.version or "draft",
        language="en",
        note=f"SHA-256 of the manifest: {one.sha256}",
    )


def item_reference(one: Chosen) -> Reference:
    """An item that the edition shows."""
    scheme, _, rest = one.item.id.partition(":")
    return Reference(
        key=_key(one.item.id),
        kind="paper" if one.is_paper else "news",
        title=one.title,
        authors=one.authors or one.publishers,
        collective=not one.authors,
        day=one.item.date,
        publisher=", ".join(one.publishers),
        url=one.url,
        doi=rest if scheme == "doi" else "",
        arxiv=rest if scheme == "arxiv" else "",
        category=one.categories[0] if one.categories else "",
        language=words.lang_attribute(one.item.language),
    )


def _key(item_id: str) -> str:
    """A key for BibTeX: readable, and different for every id."""
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", item_id).strip("-")
    if readable == item_id.replace(":", "-", 1):
        return readable
    return f"{readable[:40]}-{hashlib.sha256(item_id.encode()).hexdigest()[:8]}"


def sentence(reference: Reference) -> str:
    """The citation as one sentence."""
    authors = ", ".join(reference.authors[:6]) + (" et al." if len(reference.authors) > 6 else "")
    parts = (
        f"{authors} ({reference.day[:4] or 'draft'})",
        f"{reference.title}, version {reference.version}" if reference.version else reference.title,
        reference.publisher if (reference.publisher,) != reference.authors else "",
        reference.url,
    )
    return ". ".join(part for part in parts if part)


def bibtex(references: Sequence[Reference]) -> bytes:
    """BibTeX in UTF-8, every entry ``@misc``: no other kind fits a preprint or a news item."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    library = Library(
        [
            Entry("misc", one.key, [Field(name, text) for name, text in _bibtex(one).items()])
            for one in references
        ]
    )
    return write_string(library).encode()


def _bibtex(one: Reference) -> dict[str, str]:
    year, month, day = (*one.day.split("-"), "", "")[:3] if one.day else ("", "", "")
    values = {
        "author": " and ".join(_bibtex_name(name, one.collective) for name in one.authors),
        # Double braces keep the title's capitals.
        "title": f"{{{_latex(one.title)}}}",
        "year": year,
        "month": month.lstrip("0"),
        "day": day.lstrip("0"),
        "publisher": _latex(one.publisher),
        "version": _latex(one.version),
        "eprint": one.arxiv,
        "archiveprefix": "arXiv" if one.arxiv else "",
        "primaryclass": _latex(one.category) if one.arxiv else "",
        "doi": _address(one.doi),
        "url": _address(one.url),
        "language": one.language,
        "note": _latex(one.note),
    }
    return {name: value for name, value in values.items() if value}


def _latex(text: str) -> str:
    return text.translate(_LATEX)


def _bibtex_name(name: str, collective: bool) -> str:
    """A name that BibTeX must not take apart stands in braces."""
    whole = collective or "," in name or re.search(r"(?i)\b(and|others)\b", name)
    return f"{{{_latex(name)}}}" if whole else _latex(name)


def _address(url: str) -> str:
    """An address for a field that LaTeX prints word for word; what LaTeX trips over is encoded."""
    return url.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


def ris(references: Sequence[Reference]) -> bytes:
    """RIS in UTF-8: reports for editions, web pages for news, generic for papers of any state."""
    import rispy

    text: str = rispy.dumps([_ris(one) for one in references])
    return text.encode()


def _ris(one: Reference) -> dict[str, Any]:
    values = {
        "type_of_reference": {"edition": "RPRT", "news": "ELEC", "paper": "GEN"}[one.kind],
        "id": one.key,
        "title": one.title,
        "authors": list(one.authors),
        "year": one.day[:4],
        "date": one.day.replace("-", "/"),
        "publisher": one.publisher,
        "edition": one.version,
        "number": f"arXiv:{one.arxiv}" if one.arxiv else "",
        "doi": one.doi,
        "urls": [one.url] if one.url else [],
        "language": one.language,
        "notes": [one.note] if one.note else [],
    }
    return {name: value for name, value in values.items() if value}


def csl(references: Sequence[Reference]) -> bytes:
    """CSL-JSON, as reference managers and citation processors read it."""
    return orjson.dumps(
        [_csl(one) for one in references], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )


def _csl(one: Reference) -> dict[str, Any]:
    values = {
        "id": one.key,
        "type": {"edition": "report", "news": "webpage", "paper": "article"}[one.kind],
        "title": one.title,
        "author": [{"literal": name} for name in one.authors],
        "issued": {"date-parts": [[int(part) for part in one.day.split("-")]]} if one.day else None,
        "publisher": one.publisher,
        "container-title": one.publisher if one.kind == "news" else "",
        "version": one.version,
        "number": f"arXiv:{one.arxiv}" if one.arxiv else "",
        "DOI": one.doi,
        "URL": one.url,
        "language": one.language,
        "note": one.note,
    }
    return {name: value for name, value in values.items() if value}


def cite_page(site: Site, versions: Sequence[Index]) -> list[dict[str, str]]:
    """What the page on citing says of each version, newest first; folders are from the root."""
    return [
        {
            "name": one.name,
            "folder": one.folder,
            "sentence": sentence(edition_reference(site, one)),
        }
        for one in sorted(versions, key=lambda one: one.order, reverse=True)
    ]


FORMATS = {"bib": bibtex, "ris": ris, "json": csl}
