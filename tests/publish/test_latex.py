from __future__ import annotations

import pytest

from digest.publish import words
from digest.publish.latex import without_latex


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"in 100\% of trials, R\&D, a\_b, \#1, \$5", "in 100% of trials, R&D, a_b, #1, $5"),
        (r"We propose \emph{Cyber Humanism} now", "We propose Cyber Humanism now"),
        (r"(Token-Level) \textbf{Info\textsc{rmia}}", "(Token-Level) Informia"),
        (r"Mn\textsubscript{3}GaN", "Mn3GaN"),
        (r"barriers \parencite{ullah2021}, and", "barriers, and"),
        (r"as before~\cite[p.~3]{a,b}.", "as before."),
        (r"$\texttt{BluePrint}$: a data set", "BluePrint: a data set"),
        (r"(about $\approx 30\%$ of cases)", r"(about $\approx 30%$ of cases)"),
        (r"$\mathrm{YbSb_2}$ at $z \sim 1$", r"$\mathrm{YbSb_2}$ at $z \sim 1$"),
        (r"\emph{the $n$-th} case", "the $n$-th case"),
        (r"\frac{1}{2} \emph{open", r"\frac{1}{2} \emph{open"),
        (r"C:\temp <b>&amp;</b>", r"C:\temp <b>&amp;</b>"),
        ("", ""),
    ],
)
def test_latex_is_read_as_its_authors_meant_it(written: str, read: str) -> None:
    assert without_latex(written) == read


def test_foreign_text_on_pages_is_without_latex_and_then_clipped() -> None:
    assert words.clip(r"\emph{12345}  678", 9) == "12345 678"
