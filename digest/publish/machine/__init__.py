"""What programs read of the editions: data files, feeds, citations, metadata. Pure; no clock.

    manifest -> tables -> CSV, Parquet, JSON      (``tables`` is also the data dictionary)
    editions -> feeds                             (RSS 2.0, Atom, JSON Feed 1.1)
    chosen items -> citations                     (BibTeX, RIS, CSL-JSON)
    edition -> metadata                           (schema.org, Open Graph, canonical and language)

``files`` puts all of them under their addresses. Text from outside is plain and on one line in
every format, without direction overrides; each format escapes it in its own way.
"""

from __future__ import annotations

from digest.publish.machine.addresses import IN_EVERY_LANGUAGE, Licence, Site, in_languages
from digest.publish.machine.citations import cite_page
from digest.publish.machine.files import edition_files, site_files
from digest.publish.machine.heads import Heads, described, with_head
from digest.publish.machine.index import Index
from digest.publish.machine.metadata import Page, head, periodical
from digest.publish.machine.sitemap import sitemap

__all__ = [
    "IN_EVERY_LANGUAGE",
    "Heads",
    "Index",
    "Licence",
    "Page",
    "Site",
    "cite_page",
    "described",
    "edition_files",
    "head",
    "in_languages",
    "periodical",
    "site_files",
    "sitemap",
    "with_head",
]
