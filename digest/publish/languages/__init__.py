"""The compact site in Arabic, Chinese, French, Russian and Spanish beside the English one.

    manifest -> words of a language (tongue) -> pages (Markdown, kept in the edition's part)
    pages of all quarters -> one MkDocs run for each language -> /zh/, searched by itself

The messages are gettext catalogues in ``catalogue/``; names of goals and risks come from the
codebook; numbers, dates, lists and names of languages from Babel. Items stay in their own language.
"""

from __future__ import annotations

from digest.publish.languages.build import build_languages
from digest.publish.languages.pages import write_language_pages
from digest.publish.languages.tongue import OTHERS, tongue_of

__all__ = ["OTHERS", "build_languages", "tongue_of", "write_language_pages"]
