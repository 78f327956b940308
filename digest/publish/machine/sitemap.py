"""The map of the site for search engines: every page under the address that they should name."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from digest.publish.machine.addresses import Site

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(site: Site, pages: Iterable[tuple[str, str]]) -> bytes:
    """The map of ``pages``: paths from the root, and the days of their last change or ``""``.

    Days are ``YYYY-MM-DD``. The standard wants absolute addresses, so the site must have one.
    """
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP})  # type: ignore[dict-item]
    for path, day in pages:
        page = etree.SubElement(root, f"{{{_SITEMAP}}}url")
        etree.SubElement(page, f"{{{_SITEMAP}}}loc").text = site.url(path)
        if day:
            etree.SubElement(page, f"{{{_SITEMAP}}}lastmod").text = day
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
