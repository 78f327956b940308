"""A record of arXiv's OAI-PMH interface: its dates, versions and withdrawals, and wrong ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import Refused, SourceError, Unreadable
from digest.items import Record, Rejection
from digest.sample import data, oai
from tests.sources.oai_rig import NOON, answer, parse, raw

REAL = Path(__file__).parents[3] / "shared" / "data" / "arxiv" / "oai"


def record(content: bytes) -> Record:
    (entry,) = parse(content)
    assert isinstance(entry, Record)
    return entry


def rejection(content: bytes) -> Rejection:
    (entry,) = parse(content)
    assert isinstance(entry, Rejection)
    return entry


def test_a_record_says_what_the_paper_says() -> None:
    content = oai.respond(
        [("verb", "ListRecords"), ("metadataPrefix", "arXivRaw")], data.papers(1), NOON
    )
    papers = {paper.id: paper for paper in data.papers(1)}
    for entry in parse(content):
        assert isinstance(entry, Record)
        paper = papers[entry.arxiv_id]
        assert entry == Record(
            source="arxiv",
            external_id=paper.id,
            kind="paper",
            title=paper.title,
            text=paper.abstract,
            url=f"https://arxiv.org/abs/{paper.id}",
            published=paper.submitted,
            updated=paper.updated,
            authors=paper.authors,
            categories=paper.categories,
            doi=(paper.doi or "").lower(),
            arxiv_id=paper.id,
            version=len(paper.versions),
            comments=paper.comments,
            withdrawn=paper.versions[-1].source_type == "I",
        )


def test_versions_give_the_dates() -> None:
    entry = record(
        raw(
            '<version version="v1"><date>Wed, 31 Dec 2025 23:59:59 GMT</date></version>'
            '<version version="v2"><date>Tue, 3 Feb 2026 08:00:00 GMT</date></version>'
        )
    )
    assert entry.published == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert entry.updated == datetime(2026, 2, 3, 8, tzinfo=UTC)
    assert entry.version == 2


def test_mathematics_is_not_markup() -> None:
    text = r"If  $a&lt;b$ and\n $x^{\'}&gt;\"o$, then O(n log n) &amp; more".replace("\\n", "\n")
    entry = record(raw(f"<title>{text}</title><abstract>{text}</abstract>"))
    assert entry.title == r"If $a<b$ and $x^{\'}>\"o$, then O(n log n) & more"
    assert entry.text == entry.title


def version(source_type: str, size: str = "0kb") -> str:
    return (
        '<version version="v1"><date>Mon, 05 Jan 2026 10:00:00 GMT</date>'
        f"<size>{size}</size><source_type>{source_type}</source_type></version>"
    )


@pytest.mark.parametrize(
    ("elements", "is_withdrawn"),
    [
        (version("I"), True),
        (version("SI"), True),
        (version("D", "512kb"), False),
        (version("", "0kb"), False),
        ("<comments>This paper has been withdrawn by the authors</comments>", True),
        ("<comments>An earlier version of this text appeared elsewhere</comments>", False),
    ],
)
def test_withdrawn_papers_are_known(elements: str, is_withdrawn: bool) -> None:
    assert record(raw(elements)).withdrawn == is_withdrawn


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ("<title> </title>", "no title"),
        ("<version><date>some day</date></version>", "'some day' is not a date"),
        ("<version><date>Mon, 05 Jan 1987 10:00:00 GMT</date></version>", "before arXiv's time"),
        ("<version><size>1kb</size></version>", "'' is not a date"),
        ("<id>hal-01234</id>", "'hal-01234' is not an arXiv id"),
    ],
)
def test_a_record_that_cannot_be_used_says_why(elements: str, reason: str) -> None:
    rejected = rejection(raw(elements))
    assert reason in rejected.reason
    assert rejected.external_id == "oai:arXiv.org:2601.00001"


def test_a_deleted_record_and_one_without_metadata_are_rejected() -> None:
    header = "<identifier>oai:arXiv.org:2601.00001</identifier></header></record></ListRecords>"
    deleted = answer(f'<ListRecords><record><header status="deleted">{header}')
    assert rejection(deleted).reason == "the source has deleted it"
    bare = answer(f"<ListRecords><record><header>{header}")
    assert rejection(bare).reason == "it has no metadata"


def test_a_bomb_of_entities_is_no_answer() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE x [<!ENTITY e0 "ha">{bomb}]>'.encode()
    with pytest.raises(Unreadable, match="amplification"):
        parse(doctype + raw("<title>A &e11;</title>"))


def test_no_file_of_this_machine_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "file"
    secret.write_text("a secret", "utf-8")
    doctype = f'<!DOCTYPE x [<!ENTITY file SYSTEM "{secret.as_uri()}">]>'.encode()
    assert "secret" not in str(parse(doctype + raw("<title>A &file;</title>")))


def test_an_answer_with_an_error_s_status_is_refused() -> None:
    with pytest.raises(Refused, match="503"):
        parse(b"<html>busy</html>", code=503)


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason=f"NO REAL DATA: {REAL} is missing")
def test_every_recorded_document_gives_records_or_a_named_reason() -> None:
    outcomes = {}
    for path in sorted(REAL.iterdir()):
        try:
            entries = parse(path.read_bytes())
        except SourceError as problem:
            outcomes[path.name] = type(problem).__name__
        else:
            kinds = sorted({type(entry).__name__ for entry in entries})
            outcomes[path.name] = f"{len(entries)} {' '.join(kinds)}".strip()
            assert all(isinstance(e, Record) or e.reason for e in entries)
            assert all(e.text and e.authors for e in entries if isinstance(e, Record))
    assert outcomes == {
        "arxiv-physics-hep-ex.xml": "3 Record",
        "arxiv-physics-hep-th.xml": "3 Record",
        "arxiv-single.xml": "1 Record",
        "arxiv_0901_2443.xml": "1 Record",
        "arxiv_1711_04702.xml": "1 Record",
        "arxiv_1711_05739.xml": "1 Record",
        "arxiv_math_0306266.xml": "1 Record",
        "arxiv_multi_20230125.xml": "3 Record",
        "other-GetRecord.xml": "1 Rejection",
        "other-GetRecord_utf8test.xml": "1 Rejection",
        "other-Identify.xml": "Unreadable",
        "other-ListIdentifiers.xml": "Unreadable",
        "other-ListIdentifiers2.xml": "Unreadable",
        "other-ListMetadataFormats.xml": "Unreadable",
        "other-ListRecords.xml": "2 Rejection",
        "other-ListRecords2.xml": "2 Rejection",
        "other-ListRecords3.xml": "2 Rejection",
        "other-ListRecords4.xml": "2 Rejection",
        "other-ListRecordsBroken.xml": "Unreadable",
        "other-ListSets.xml": "Unreadable",
        "other-badArgument.xml": "Unreadable",
        "other-badResumptionToken.xml": "Unreadable",
        "other-cannotDisseminateFormat.xml": "Unreadable",
        "other-idDoesNotExist.xml": "Unreadable",
        "other-noRecordsMatch.xml": "0",
        "other-noSetHierarchy.xml": "Unreadable",
        "other-undefinedError.xml": "Unreadable",
    }
