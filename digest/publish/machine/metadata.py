"""What stands in a page's head for search engines, link previews, feed readers and citation tools.

schema.org as JSON-LD, Open Graph, the canonical address, and the same page in other languages. The
result is HTML that is escaped already: a template prints it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from markupsafe import Markup

from digest.publish import words
from digest.publish.editions import Placement
from digest.publish.machine.addresses import Site, canonical, permanent
from digest.publish.machine.chosen import Chosen
from digest.publish.machine.feeds import TYPES
from digest.publish.machine.tables import TABLES, rights
from digest.taxonomy import LANGUAGES

_FEEDS = {"rss.xml": "RSS", "atom.xml": "Atom", "feed.json": "JSON Feed"}
# Open Graph knows languages only together with a country.
_LOCALES = {
    "ar": "ar_AR", "en": "en_GB", "es": "es_ES", "fr": "fr_FR", "ru": "ru_RU", "zh": "zh_CN",
}  # fmt: skip
# The theme's script asks for a sitemap beside every address with this relation alone, and there is
# none in most places. Said twice it means the same.
_ALTERNATE = "alternate alternate"
# A browser ends the script at "</script", and an old one reads "<!--" as a comment.
_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page as its head describes it. Paths are from the site's root, folders end with ``/``.

    ``canonical`` is the path under which search engines should know it; ``languages`` gives the
    path of the same page in each language that has it, this one's among them; ``things`` are
    schema.org objects, of which a page without any is one itself. ``place`` is the edition that it
    belongs to, if any, and ``edition`` that one's name (``2026Q1 v1.0``). A draft has no feeds.
    """

    path: str
    title: str
    description: str
    canonical: str
    language: str = "en"
    languages: Mapping[str, str] = field(default_factory=dict)
    place: Placement | None = None
    things: Sequence[dict[str, Any]] = ()
    has_feeds: bool = True
    edition: str = ""


def canonical_path(place: Placement, page: str) -> str:
    """The canonical path of an edition's page, given from the edition's root (``sdg/2/``)."""
    return f"{canonical(place)}{page}"


def head(page: Page, site: Site) -> Markup:
    """The lines for a page's head."""
    at = f"{page.path}index.html"
    feeds = ["feeds/", *([f"{page.place.folder}/feeds/"] if page.place else [])]
    lines = [
        _tag("link", rel="canonical", href=site.url(page.canonical, at)),
        *_alternates(page, site, at),
        *(
            _tag(
                "link",
                rel=_ALTERNATE,
                type=TYPES[name],
                title=title if folder == "feeds/" else f"{title}, {folder.split('/')[0]}",
                href=site.url(folder + name, at),
            )
            for folder in (feeds if page.has_feeds else ())
            for name, title in _FEEDS.items()
        ),
        *_open_graph(page, site, at),
    ]
    things = page.things or [_web_page(page, site, at)]
    lines.append(Markup('<script type="application/ld+json">{}</script>').format(_json_ld(things)))
    return Markup("\n").join(lines)


def _alternates(page: Page, site: Site, at: str) -> list[Markup]:
    known = dict(page.languages)
    if "en" in known:
        known["x-default"] = known["en"]
    return [
        _tag("link", rel=_ALTERNATE, hreflang=language, href=site.url(path, at))
        for language, path in known.items()
    ]


def _open_graph(page: Page, site: Site, at: str) -> list[Markup]:
    properties = {
        "og:type": "article" if page.place else "website",
        "og:site_name": site.name,
        "og:title": page.title,
        "og:description": page.description,
        "og:locale": _LOCALES.get(page.language, ""),
        # The standard wants an absolute address, and no relative one helps a link preview.
        "og:url": site.url(page.canonical, at) if site.address else "",
        "article:published_time": page.place.edition.published if page.place else "",
    }
    return [
        _tag("meta", property=name, content=value) for name, value in properties.items() if value
    ]


def _tag(name: str, **attributes: str) -> Markup:
    pairs = (Markup('{}="{}"').format(key, value) for key, value in attributes.items())
    return Markup("<{} {}>").format(name, Markup(" ").join(pairs))


def _json_ld(things: Sequence[dict[str, Any]]) -> Markup:
    text = orjson.dumps({"@context": "https://schema.org", "@graph": list(things)}).decode()
    for character, escaped in _IN_SCRIPT.items():
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704  (no character of it can end the script)


def _web_page(page: Page, site: Site, at: str) -> dict[str, Any]:
    whole = site.url("", at)
    return _filled(
        {
            "@type": "WebPage",
            "name": page.title,
            "description": page.description,
            "url": site.url(page.canonical, at),
            "inLanguage": page.language,
            "isPartOf": {"@type": "Periodical", "name": site.name, "url": whole},
            "license": _licence(site),
        }
    )


def periodical(site: Site, at: str) -> dict[str, Any]:
    """The digest as a whole, as the file ``at`` describes it."""
    return _filled(
        {
            "@type": "Periodical",
            "@id": f"{site.url('', at)}#digest",
            "name": site.name,
            "description": site.description,
            "url": site.url("", at),
            "inLanguage": list(LANGUAGES),
            "publisher": {"@type": "Organization", "name": site.name},
            "license": _licence(site),
        }
    )


def _licence(site: Site) -> str:
    return site.licence.address if site.licence else ""


def edition_things(site: Site, place: Placement, sha256: str, at: str) -> list[dict[str, Any]]:
    """The edition as an issue of a periodical, and its data as a data set.

    ``at`` is the file that will say so, from the site's root.
    """
    edition = place.edition
    quarter = edition.manifest.quarter
    folder = permanent(quarter, edition.version)
    name, address = f"{quarter} {edition.version or 'draft'}", site.url(folder, at)
    publisher = {"@type": "Organization", "name": site.name}
    about = {
        "datePublished": edition.published,
        "version": edition.version,
        "url": address,
        "inLanguage": "en",
        "publisher": publisher,
        "usageInfo": site.url(f"{folder}data/", at) + "#terms",
    }
    issue = about | {
        "license": _licence(site),
        "@type": "PublicationIssue",
        "@id": f"{address}#issue",
        "name": f"{site.name}, {name}",
        "issueNumber": quarter,
        "isPartOf": {"@type": "Periodical", "name": site.name, "url": site.url("", at)},
        "hasPart": {"@id": f"{address}#data"},
    }
    first, end = edition.quarter.start, edition.quarter.next().start
    data = about | {
        "@type": "Dataset",
        "@id": f"{address}#data",
        "name": f"{site.name}: data of {name}",
        "description": f"Papers and news on artificial intelligence of {words.months(quarter)}, "
        "labelled by Sustainable Development Goal and by risk, with the model or person behind "
        "each label, counts with intervals, and the sources that were asked.",
        "identifier": f"sha256:{sha256}",
        "creator": publisher,
        "isAccessibleForFree": True,
        # A licence of the whole would be one of other people's texts; tables of our own have it.
        "copyrightNotice": rights(),
        # The last day of the quarter, since an interval of days includes both ends.
        "temporalCoverage": f"{first:%Y-%m-%d}/{end.fromordinal(end.toordinal() - 1):%Y-%m-%d}",
        "distribution": _distribution(site, folder, at),
    }
    return [_filled(issue), _filled(data)]


def _distribution(site: Site, folder: str, at: str) -> list[dict[str, Any]]:
    kinds = {
        "csv": "text/csv",
        "parquet": "application/vnd.apache.parquet",
        "json": "application/json",
    }
    return [
        _filled(
            {
                "@type": "DataDownload",
                "name": table.about,
                "encodingFormat": kind,
                "contentUrl": site.url(f"{folder}data/{table.name}.{ending}", at),
                "license": "" if table.is_foreign else _licence(site),
            }
        )
        for table in TABLES
        for ending, kind in kinds.items()
    ]


def items_thing(name: str, chosen: Sequence[Chosen]) -> dict[str, Any]:
    """The items of a page, in its order, as a list of scholarly articles and news articles."""
    return {
        "@type": "ItemList",
        "name": name,
        "numberOfItems": len(chosen),
        "itemListElement": [
            {"@type": "ListItem", "position": position, "item": _article(one)}
            for position, one in enumerate(chosen, 1)
        ],
    }


def _article(one: Chosen) -> dict[str, Any]:
    return _filled(
        {
            "@type": "ScholarlyArticle" if one.is_paper else "NewsArticle",
            "name": one.title,
            "headline": one.title,
            "url": one.url,
            "identifier": one.item.id,
            "datePublished": one.item.date,
            "inLanguage": words.lang_attribute(one.item.language),
            "author": [{"@type": "Person", "name": name} for name in one.authors],
            "publisher": [{"@type": "Organization", "name": name} for name in one.publishers],
        }
    )


def _filled(thing: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in thing.items() if value not in ("", None, [])}
