"""Publishing: from a manifest to a static site. Every page is a real file before MkDocs builds it.

    manifest -> views (words) -> pages (Markdown with escaped HTML) -> site (one MkDocs run)

Nothing here decides what is shown: that is the edition's task. Nothing here knows a clock.
"""

from __future__ import annotations

from digest.publish.editions import PublishedEdition
from digest.publish.pages import write_pages
from digest.publish.site import build_site

__all__ = ["PublishedEdition", "build_site", "write_pages"]
