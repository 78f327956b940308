"""Publishing: from a manifest to a static site. Every page is a real file before MkDocs builds it.

    manifest -> views (words) -> pages (Markdown with escaped HTML) -> parts (a MkDocs run each)
    parts -> site (front pages, search, one folder)

Nothing here decides what is shown: that is the edition's task. Nothing here knows a clock.
"""

from __future__ import annotations

from digest.publish.editions import Listed, PublishedEdition
from digest.publish.pages import write_pages
from digest.publish.site import build_site

__all__ = ["Listed", "PublishedEdition", "build_site", "write_pages"]
