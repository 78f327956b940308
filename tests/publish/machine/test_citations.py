"""Citations, read back by the programs that people use: BibTeX's rules, RIS, a CSL processor."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import orjson
import pytest
import rispy
from pybtex.database import parse_string

from digest.publish.machine import Index
from digest.publish.machine.chosen import chosen_items
from digest.publish.machine.citations import (
    bibtex,
    cite_page,
    edition_reference,
    item_reference,
    ris,
    sentence,
)
from tests.publish.invented_edition import codebook
from tests.publish.machine.whole_edition import HOSTILE, SITE, editions

Files = dict[str, bytes]
FOLDER = "2026Q1/v1.1/cite/"


def _chosen() -> list[Any]:
    return list(chosen_items(editions()[1].manifest, codebook()))


def test_bibtex_is_read_back_whole(files: Files) -> None:
    library = parse_string(files[f"{FOLDER}items.bib"].decode(), "bibtex")
    chosen = _chosen()
    assert len(library.entries) == len(chosen)
    paper = next(one for one in chosen if one.is_paper)
    entry = library.entries[item_reference(paper).key]
    assert entry.fields["title"] == f"{{{paper.title}}}"
    assert entry.fields["eprint"] == paper.item.id.removeprefix("arxiv:")
    assert entry.fields["year"] == paper.item.date[:4]
    assert [str(p) for p in entry.persons["author"]]
    assert len(entry.persons["author"]) == len(paper.authors)


def test_a_hostile_title_ends_no_field_of_bibtex() -> None:
    one = next(one for one in _chosen() if one.item.id == "guid:hostile")
    text = bibtex([item_reference(one)]).decode()
    library = parse_string(text, "bibtex")
    assert len(library.entries) == 1
    title = next(iter(library.entries.values())).fields["title"]
    assert r"{\textbackslash}input{\textbraceleft}x{\textbraceright}" in title
    assert r"100\% \$x\_1\$ \& \# {\textasciitilde} {\textasciicircum}" in title
    assert title.count("{") == title.count("}")


@pytest.mark.parametrize("name", ["Smith and Sons", "World Bank, Group", "{Open", "AI and others"])
def test_a_name_is_not_taken_apart(name: str) -> None:
    reference = replace(item_reference(_chosen()[0]), authors=(name, "Amina Odhiambo"))
    library = parse_string(bibtex([reference]).decode(), "bibtex")
    assert len(next(iter(library.entries.values())).persons["author"]) == 2


def test_ris_is_read_back_whole(files: Files) -> None:
    entries = rispy.loads(files[f"{FOLDER}items.ris"].decode())
    chosen = _chosen()
    assert [e["title"] for e in entries] == [" ".join(one.title.split()) for one in chosen]
    assert [e["date"].replace("/", "-") for e in entries] == [one.item.date for one in chosen]
    assert {e["type_of_reference"] for e in entries} == {"GEN", "ELEC"}


def test_a_hostile_title_begins_no_field_of_ris() -> None:
    assert "TY  - JOUR" in HOSTILE
    one = next(one for one in _chosen() if one.item.id == "guid:hostile")
    lines = ris([item_reference(one)]).decode().splitlines()
    assert [line[:5] for line in lines].count("TY  -") == 1
    assert len(rispy.loads("\n".join(lines))) == 1


def test_a_citation_processor_reads_csl(files: Files) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its imports, not of what it reads
        from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
        from citeproc import CitationStylesStyle as Style
        from citeproc.source.json import CiteProcJSON

        entries = orjson.loads(files[f"{FOLDER}edition.json"])
        source = CiteProcJSON(entries)
        bibliography = CitationStylesBibliography(
            Style("harvard-cite-them-right", validate=False), source, formatter.plain
        )
        bibliography.register(Citation([CitationItem(entries[0]["id"])]))
        said = str(bibliography.bibliography()[0])
    assert "2026Q1: January to March 2026" in said
    assert "2026" in said
    assert SITE.name in said


def test_csl_has_every_chosen_item_with_its_day(files: Files) -> None:
    entries = orjson.loads(files[f"{FOLDER}items.json"])
    chosen = _chosen()
    assert [e["title"] for e in entries] == [one.title for one in chosen]
    for entry, one in zip(entries, chosen, strict=True):
        assert entry["type"] == ("article" if one.is_paper else "webpage")
        year, month, day = entry["issued"]["date-parts"][0]
        assert f"{year}-{month:02}-{day:02}" == one.item.date
        assert [a["literal"] for a in entry["author"]] == list(one.authors or one.publishers)
    assert len({e["id"] for e in entries}) == len(entries)


def test_the_edition_is_cited_at_the_address_that_never_changes(files: Files) -> None:
    entry = orjson.loads(files[f"{FOLDER}edition.json"])[0]
    assert entry["URL"] == f"{SITE.address}2026Q1/v1.1/"
    assert entry["version"] == "v1.1"
    assert editions()[1].manifest.sha256 in entry["note"]
    assert "2026Q1/v1.1/" in files[f"{FOLDER}edition.bib"].decode()
    assert f"UR  - {SITE.address}2026Q1/v1.1/" in files[f"{FOLDER}edition.ris"].decode()


def test_the_page_on_citing_has_the_newest_version_first(files: Files) -> None:
    folders = ("2025Q4/v1.0", "2026Q1/v1.0", "2026Q1/v1.1")
    rows = cite_page(SITE, [Index.from_json(files[f"{f}/edition.json"]) for f in folders])
    assert [row["name"] for row in rows] == ["2026Q1 v1.1", "2026Q1 v1.0", "2025Q4 v1.0"]
    assert rows[0]["sentence"] == (
        f"{SITE.name} (2026). {SITE.name}, 2026Q1: January to March 2026, version v1.1. "
        f"{SITE.address}2026Q1/v1.1/"
    )


def test_a_site_without_a_public_address_is_cited_without_one(files: Files) -> None:
    index = Index.from_json(files["2026Q1/v1.1/edition.json"])
    one = edition_reference(replace(SITE, address=""), index)
    assert one.url == ""
    assert sentence(one).endswith("January to March 2026, version v1.1")
    assert b"url" not in bibtex([one])


def test_ids_that_look_alike_have_different_keys() -> None:
    one = _chosen()[0]
    ids = ["doi:10.1/a_b", "doi:10.1/a-b", "doi:10.1/a(b", "arxiv:2601.00001"]
    keys = {item_reference(replace(one, item=replace(one.item, id=i))).key for i in ids}
    assert len(keys) == len(ids)
    assert "arxiv-2601.00001" in keys
