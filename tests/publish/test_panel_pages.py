"""What the panel said, on the pages: findings, confidence, dissents, questions, and who it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from digest.edition.panel import AGREEMENT, EVIDENCE
from digest.publish.languages import tongue_of, write_language_pages
from digest.publish.languages.voices import AGREEMENT as AGREEMENT_MESSAGES
from digest.publish.languages.voices import EVIDENCE as EVIDENCE_MESSAGES
from digest.taxonomy import LANGUAGES, load
from tests.publish.full_edition import full, reviewed
from tests.publish.invented_edition import codebook, published
from tests.publish.written import written


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return written(reviewed(full(items=150)), tmp_path_factory.mktemp("pages"))


def _part(page: str, name: str) -> html.HtmlElement:
    """What stands under a heading of a page."""
    below = page.split(f"## {name} {{", 1)[1].partition("\n")[2]
    return html.fromstring(f"<div>{below.partition(chr(10) + '## ')[0]}</div>")


def test_a_finding_states_its_confidence_in_two_words_that_the_page_defines(
    pages: dict[str, str],
) -> None:
    found = _part(pages["sdg/2.md"], "What the panel finds")
    assert found.xpath("//p[@class='statement']/text()") == [
        "Early warnings reach <few> smallholders."
    ]
    said = found.xpath("//p[@class='confidence']")[0].text_content()
    assert said == "Medium evidence Low agreement"
    defined = found.xpath("//details[@class='words']")[0].text_content()
    assert all(meaning in defined for meaning in (*EVIDENCE.values(), *AGREEMENT.values()))


def test_a_finding_names_who_approved_it_who_dissents_and_what_it_rests_on(
    pages: dict[str, str],
) -> None:
    found = _part(pages["sdg/2.md"], "What the panel finds")
    text = found.text_content()
    assert "Approved by Amina Okafor and Chloé Marchand." in text
    (dissent,) = found.xpath("//div[@class='dissent']")
    assert dissent.text_content() == "Dissent of 陈立新The trials are **too small** to say."
    assert len(found.xpath("//details[not(@class)]//li")) == 2
    assert "Rests on 2 items" in text
    questions = _part(pages["sdg/2.md"], "Open questions")
    assert questions.xpath("//li/span/text()") == ["Do warnings reach women <as often>?"]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_nobody_claims_to_know_the_language_of_what_the_panel_wrote(
    tag: str, pages: dict[str, str], tmp_path: Path
) -> None:
    names = ("index.md", "sdg/2.md")
    told = [pages[name] for name in names]
    if tag != "en":
        edition = published(reviewed(full(items=150)))
        write_language_pages(edition, load(), tongue_of(tag), tmp_path, draft=False)
        told = [(tmp_path / "index.md").read_text("utf-8")]
    for page in told:
        document = html.fromstring(f"<div>{page}</div>")
        for said in ("Early warnings", "The trials are", "Do warnings reach"):
            (own,) = document.xpath(f"//*[starts-with(text(), '{said}')]")
            assert (own.get("lang"), own.get("dir")) == ("", "auto"), said


def test_a_withdrawn_paper_that_a_finding_rests_on_is_marked(tmp_path: Path) -> None:
    edition = reviewed(full(items=150))
    assert edition.panel
    gone = edition.panel.findings[0].items[1]
    items = tuple(replace(i, withdrawn=i.id == gone) for i in edition.items)
    page = written(replace(edition, items=items), tmp_path)["sdg/2.md"]
    rests = _part(page, "What the panel finds").xpath("//details[not(@class)]//li")
    assert [line.text_content().endswith(" withdrawn") for line in rests] == [False, True]


def test_what_the_panel_confirmed_rejected_and_added_is_told_apart(pages: dict[str, str]) -> None:
    hunger = _part(pages["sdg/2.md"], "How many").text_content()
    assert "People confirmed 3 of these" in hunger
    assert "took the label from 1 item that the machine had given it" in hunger
    assert "by machine, 83%" in hunger
    assert "What the machine missed" in _part(pages["sdg/13.md"], "How many").text_content()
    assert "decided by the panel" in pages["sdg/2.md"]


def test_the_quarter_tells_all_findings_and_leads_to_their_pages(pages: dict[str, str]) -> None:
    found = _part(pages["index.md"], "What the panel finds")
    assert found.text_content().strip().startswith("3 members of the panel decided on 52 items")
    links = found.xpath("//div[@class='finding']//a/@href")
    assert links == ["sdg/2/#findings", "risk/democracy/#findings"]
    assert found.xpath("//div[@class='dissent']")
    assert found.xpath("//ul/li//a/@href") == ["sdg/2/#open-questions"]


def test_the_method_names_the_members_and_how_far_they_agreed(pages: dict[str, str]) -> None:
    review = _part(pages["method.md"], "How the panel reviewed")
    rows = [row.xpath("string(.)") for row in review.xpath("//table[1]/tbody/tr")]
    assert rows[0] == "Amina OkaforUniversity of <Lagos>41"
    text = review.text_content()
    assert "Of 70 items drawn at random, 64 were read to the end" in text
    assert "in 88% of cases" in text
    assert "is 0.71." in text
    assert (
        review.xpath("//details[1]//tbody/tr")[1].text_content()
        == "Goal 3: Good health and well-being2100%–"
    )


def test_without_a_panel_every_place_says_so(tmp_path: Path) -> None:
    pages = written(full(items=60), tmp_path)
    assert "No panel reviewed this edition" in pages["index.md"]
    assert "No panel reviewed this edition." in pages["method.md"]
    assert "What the panel finds" not in pages["sdg/2.md"]
    assert all("not reviewed by the panel" in page for page in pages.values())


@pytest.mark.parametrize(("tag", "words"), [("fr", "niveau de preuve moyen"), ("zh", "证据中等")])
def test_another_language_tells_findings_in_the_panel_s_words_with_its_own_for_confidence(
    tag: str, words: str, tmp_path: Path
) -> None:
    edition = published(reviewed(full(items=150)))
    write_language_pages(edition, codebook(), tongue_of(tag), tmp_path, draft=False)
    page = html.fromstring(f"<div>{(tmp_path / 'index.md').read_text('utf-8')}</div>")
    statements = page.xpath("//p[@class='statement'][@lang='']/text()")
    assert statements[0] == "Early warnings reach <few> smallholders."
    assert words in page.xpath("//p[@class='confidence']")[0].text_content()
    assert "陈立新" in page.xpath("//div[@class='dissent']")[0].text_content()
    method = (tmp_path / "method.md").read_text("utf-8")
    assert "Chloé Marchand" in method


def test_the_words_of_confidence_mean_the_same_in_every_language() -> None:
    for known, told in ((EVIDENCE, EVIDENCE_MESSAGES), (AGREEMENT, AGREEMENT_MESSAGES)):
        assert {word: meaning for word, (_, meaning) in told.items()} == known
