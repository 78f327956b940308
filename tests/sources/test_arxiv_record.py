from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.sources.arxiv_record import (
    UnusableError,
    authors_in,
    categories_in,
    moment_in,
    text_in,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace", ("Ada Lovelace",)),
        ("A. Bee and C. Dee", ("A. Bee", "C. Dee")),
        ("A. Bee, C. Dee and E. Eff", ("A. Bee", "C. Dee", "E. Eff")),
        ("A. Bee, C. Dee, and E. Eff", ("A. Bee", "C. Dee", "E. Eff")),
        ("A. Bee,\n  C. Dee & E. Eff", ("A. Bee", "C. Dee", "E. Eff")),
        ("Anders Sandberg, Alexandra Anderson", ("Anders Sandberg", "Alexandra Anderson")),
        ("A. Bee (MIT), C. Dee (ETH, Zurich and CERN)", ("A. Bee", "C. Dee")),
        ("A. Bee (1), C. Dee (1 and 2) ((1) MIT, (2) ETH, Zurich)", ("A. Bee", "C. Dee")),
        ("A. Bee (MIT, C. Dee", ("A. Bee (MIT", "C. Dee")),
        ("Martin Luther King, Jr., A. Bee III", ("Martin Luther King Jr.", "A. Bee III")),
        ("NVIDIA, :, Yan Wang, Wenjie Luo", ("NVIDIA", "Yan Wang", "Wenjie Luo")),
        ("The LHC Team: A. Bee, C. Dee", ("The LHC Team", "A. Bee", "C. Dee")),
        ("A. Bee, The LHC Team", ("A. Bee", "The LHC Team")),
        ("A. Bee (for the ALICE Collaboration)", ("A. Bee",)),
        ("A. Bee, for the ALICE Collaboration", ("A. Bee", "ALICE Collaboration")),
        ("A. Bee on behalf of the CMS Collaboration", ("A. Bee", "CMS Collaboration")),
        ("A. Bee, C. Dee, et al.", ("A. Bee", "C. Dee")),
        ("A. Bee et al", ("A. Bee",)),
        (r"C. Bal\'azs, Peter St\"{u}tz", ("C. Balázs", "Peter Stütz")),
        (r"S. \O stergaard, Stra\ss e", ("S. Østergaard", "Straße")),
        (r"Tom\'{a}\v{s} Proch{\'a}zka, {\L}. Nowak", ("Tomáš Procházka", "Ł. Nowak")),
        (r"Mart\'{\i}n de la \~Nu\~nez", ("Martín de la Ñuñez",)),
        ("张伟, 李娜", ("张伟", "李娜")),
        ("", ()),
        (" , and ,", ()),
    ],
)  # fmt: skip
def test_the_names_in_a_string_of_authors(text: str, names: tuple[str, ...]) -> None:
    assert authors_in(text) == names


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  Two\n  lines ", "Two lines"),
        ("for $a<b$ & c > d", "for $a<b$ & c > d"),
        (r"the Schr\"odinger equation", "the Schrödinger equation"),
        (r"mass $m_{\'e}$ and $\c{x}$", r"mass $m_{\'e}$ and $\c{x}$"),
        (r"an ideal $\ci$ of \cite{one} with \alpha", r"an ideal $\ci$ of \cite{one} with \alpha"),
        (r"H\"{older} spaces", r"H\"{older} spaces"),
        ("plain {braces} stay", "plain {braces} stay"),
    ],
)
def test_texts_become_one_line_and_mathematics_stays(text: str, plain: str) -> None:
    assert text_in(text) == plain


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mon, 5 Jan 2026 17:00:01 GMT", datetime(2026, 1, 5, 17, 0, 1, tzinfo=UTC)),
        ("Mon, 05 Jan 2026 17:00:01 -0000", datetime(2026, 1, 5, 17, 0, 1, tzinfo=UTC)),
        ("Thu, 1 Jan 2026 00:30:00 +0100", datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
        ("2026-01-05T17:00:01Z", datetime(2026, 1, 5, 17, 0, 1, tzinfo=UTC)),
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=UTC)),
    ],
)
def test_moments_are_in_utc(text: str, moment: datetime) -> None:
    assert moment_in(text) == moment
    assert moment_in(text).utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    "text",
    ["", "2026", "soon", "2026-02-30", "Mon, 99 Jan 2026 10:00:00 GMT", "0001-01-01T00:00+14:00"],
)
def test_what_is_no_date_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UnusableError, match="is not a date"):
        moment_in(text)


def test_categories_are_arxiv_s_and_each_comes_once() -> None:
    words = [
        "cs.AI",
        "hep-th",
        "68T50",
        "cs.AI",
        "I.2.7",
        "physics.soc-ph",
        "cond-mat.mtrl-sci",
        "",
    ]
    assert categories_in(words) == ("cs.AI", "hep-th", "physics.soc-ph", "cond-mat.mtrl-sci")
