"""What an address, an identifier or a remark says: arXiv ids, DOIs, withdrawals."""

from __future__ import annotations

import pytest

from digest.items import (
    arxiv_id_in,
    doi_in,
    says_withdrawn,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2602.01234", "2602.01234", id="bare"),
        pytest.param("2602.01234v3", "2602.01234", id="with-version"),
        pytest.param("0704.0001", "0704.0001", id="four-digits-of-2007"),
        pytest.param("arXiv:2602.01234", "2602.01234", id="arXiv-prefix"),
        pytest.param("oai:arXiv.org:2602.01234", "2602.01234", id="OAI-identifier"),
        pytest.param("oai:arXiv.org:hep-th/9901001", "hep-th/9901001", id="old-OAI-identifier"),
        pytest.param("math.GT/0309136", "math.GT/0309136", id="old-with-subject-class"),
        pytest.param("http://arxiv.org/abs/2602.01234v2", "2602.01234", id="abstract-page"),
        pytest.param("https://arxiv.org/pdf/2602.01234v2.pdf", "2602.01234", id="PDF"),
        pytest.param("https://www.arxiv.org/html/2602.01234#S3", "2602.01234", id="HTML-page"),
        pytest.param(" 2602.01234 ", "2602.01234", id="spaces"),
        pytest.param("see 2602.01234 for more", "", id="in-the-middle-of-a-text"),
        pytest.param("https://news.example/2602.01234", "", id="another-site"),
        pytest.param("10.48550/arXiv.2602.01234", "2602.01234", id="arXiv-DOI"),
        pytest.param("doi:10.48550/arxiv.2602.01234v2", "2602.01234", id="arXiv-DOI-with-prefix"),
        pytest.param(" DOI: 10.48550/ARXIV.2602.01234", "2602.01234", id="arXiv-DOI-in-capitals"),
        pytest.param("https://doi.org/10.48550/arXiv.2602.01234.", "2602.01234", id="DOI-link"),
        pytest.param("https://doi.org/10.48550/arXiv.hep-th/9901001", "hep-th/9901001",
                     id="old-arXiv-DOI"),
        pytest.param("10.48550/ARXIV.HEP-TH/9901001", "hep-th/9901001",
                     id="old-arXiv-DOI-in-capitals"),
        pytest.param("110.48550/arXiv.2602.01234", "", id="another-prefix"),
        pytest.param("10.48550/arXiv.2602.012345", "", id="DOI-too-long"),
        pytest.param("10.48550/arXiv", "", id="DOI-of-no-paper"),
        pytest.param("2602.123", "", id="too-short"),
        pytest.param("", "", id="empty"),
    ],
)  # fmt: skip
def test_arxiv_ids(text: str, expected: str) -> None:
    assert arxiv_id_in(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("10.1038/s41586-026-0001-2", "10.1038/s41586-026-0001-2", id="bare"),
        pytest.param("doi:10.1038/S41586-026", "10.1038/s41586-026", id="upper-case"),
        pytest.param("https://doi.org/10.1145/3580305.35", "10.1145/3580305.35", id="url"),
        pytest.param("(10.1000/xyz123).", "10.1000/xyz123", id="in-brackets-and-full-stop"),
        pytest.param("10.1016/S0140-6736(26)00001-2", "10.1016/s0140-6736(26)00001-2",
                     id="brackets-inside"),
        pytest.param("10.48550/arXiv.2602.01234", "", id="arXiv-itself"),
        pytest.param("10.48550/ARXIV.2602.01234", "", id="arXiv-itself-in-capitals"),
        pytest.param("10.12/short", "", id="prefix-too-short"),
        pytest.param("version 10.4", "", id="no-DOI"),
        pytest.param("", "", id="empty"),
    ],
)  # fmt: skip
def test_dois(text: str, expected: str) -> None:
    assert doi_in(text) == expected


@pytest.mark.parametrize(
    ("comments", "abstract", "expected"),
    [
        pytest.param("This paper has been withdrawn by the authors", "", True, id="arXiv-wording"),
        pytest.param("Withdrawn by arXiv administrators", "", True, id="by-arXiv"),
        pytest.param("The authors have withdrawn this version", "", True, id="authors-have"),
        pytest.param("12 pages; submission withdrawn", "", True, id="submission-withdrawn"),
        pytest.param("", "This article has been withdrawn due to an error.", True, id="abstract"),
        pytest.param("", "Withdrawn", True, id="the-one-word"),
        pytest.param("", "This manuscript is temporarily withdrawn.", True, id="temporarily"),
        pytest.param("The authors have decided to withdraw this manuscript", "", True,
                     id="decided-to-withdraw"),
        pytest.param("This submission is being withdrawn because", "", True, id="being-withdrawn"),
        pytest.param("overlaps with prior work, the authors request withdrawal", "", True,
                     id="request-withdrawal"),
        pytest.param("This submission has been\n  withdrawn", "", True, id="over-two-lines"),
        pytest.param("This article has been removed by arXiv administrators", "", True,
                     id="removed-by-arXiv"),
        pytest.param("We withdraw our paper: Lemma 2 is false", "", True, id="we-withdraw-it"),
        pytest.param("Withdrawn from arXiv", "", True, id="from-arXiv"),
        pytest.param("Withdrawn from NeurIPS, accepted at ICML", "", False, id="from-a-conference"),
        pytest.param("Accepted at a workshop (withdrawn before presentation)", "", False,
                     id="before-presentation"),
        pytest.param("Withdraws nothing", "", False, id="another-word"),
        pytest.param("", "Troops were withdrawn from the region by the authorities.", False,
                     id="withdrawn-troops"),
        pytest.param("", "Users who have withdrawn consent keep their rights.", False,
                     id="withdrawn-consent"),
        pytest.param("", "We study why drugs get withdrawn after approval.", False, id="drugs"),
        pytest.param("", "x" * 300 + " This paper has been withdrawn", False,
                     id="far-down-the-abstract"),
        pytest.param("15 pages, 3 figures", "We withdraw nothing.", False, id="ordinary"),
    ],
)  # fmt: skip
def test_withdrawals(comments: str, abstract: str, expected: bool) -> None:
    assert says_withdrawn(comments, abstract) is expected


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://news.example/13.10.2025/news", ""),
        ("10.1080/123.456", "10.1080/123.456"),
        ("/doi/10.3389/frai.2026.123/full", "10.3389/frai.2026.123"),
        ("doi:10.1038/s41586-026-00001-1", "10.1038/s41586-026-00001-1"),
    ],
)
def test_a_doi_begins_where_nothing_goes_before_and_ends_before_the_page_s_form(
    text: str, doi: str
) -> None:
    assert doi_in(text) == doi
