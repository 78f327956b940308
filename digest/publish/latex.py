"""LaTeX in titles and sentences of papers, as a reader would have seen it on paper.

Only what is safe to undo: escaped signs, commands that change no more than the letters' look, and
references to a list that is not here. Formulas stay as their authors wrote them.
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\([%&_#$])")
_LOOK = (
    r"\\(?:emph|underline|text(?:it|bf|sc|tt|sl|rm|sf|normal|subscript)?|math(?:rm|it|bf|sf|tt))"
)
# A formula that is nothing but words, such as $\texttt{BluePrint}$.
_WORDS_ONLY = re.compile(rf"\${_LOOK}\{{([A-Za-z][^{{}}$_^\\]*)\}}\$")
_MARKED_UP = re.compile(
    r"(?P<kept>\\\$|\$[^$]+\$)"
    r"|[ ~]?\\(?:paren|text|auto|foot)?cite[a-z]*\*?(?:\[[^\[\]]*\]){0,2}\{[^{}]*\}"
    rf"|{_LOOK}\{{(?P<words>[^{{}}]*)\}}"
)


def without_latex(text: str) -> str:
    """A text without the marks of LaTeX that a page can do without."""
    if "\\" not in text:
        return text
    text, before = _WORDS_ONLY.sub(r"\1", text), ""
    while text != before:  # commands stand in each other, and the innermost go first
        text, before = _MARKED_UP.sub(lambda m: m["kept"] or m["words"] or "", text), text
    return _ESCAPED.sub(r"\1", text)
