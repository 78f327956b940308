"""News feeds in four dialects: RSS 2.0, Atom, RDF (RSS 1.0) and JSON Feed.

A document depends on the feed and its items alone. Summaries of `html` feeds are marked up and
escaped as publishers do; a `truncated` feed stops in the middle of its last item.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from .data import MARK, Feed, NewsItem

CONTENT_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
    "json": "application/feed+json",
}
HOST = "https://feeds.sample.example"


def render(feed: Feed, items: Sequence[NewsItem], updated: datetime) -> bytes:
    """The feed's document, before any compression."""
    return _DIALECTS[feed.dialect](feed, items, updated)


def _rss(feed: Feed, items: Sequence[NewsItem], updated: datetime) -> bytes:
    body = "\n".join(_rss_item(feed, item) for item in items)
    text = f"""<?xml version="1.0" encoding="{feed.encoding}"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"\
 xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>{escape(feed.title)}</title>
<link>{escape(feed.home)}</link>
<description>{escape(feed.description)}</description>
<language>{feed.language}</language>
<lastBuildDate>{format_datetime(updated)}</lastBuildDate>
{body}
</channel>
</rss>
"""
    if feed.truncated:
        text = text[: text.rindex("</description>") - 40]
    return text.encode(feed.encoding)


def _rss_item(feed: Feed, item: NewsItem) -> str:
    date = item.date_text or (format_datetime(item.date) if item.date else None)
    lines = [
        "<item>",
        f"<title>{escape(item.title)}</title>",
        f"<link>{escape(item.link)}</link>",
        f"<description>{_summary(feed, item)}</description>",
        f"<dc:creator>{MARK}</dc:creator>",
        f'<guid isPermaLink="false">{escape(item.guid)}</guid>',
        f"<pubDate>{date}</pubDate>" if date else "",
        f"<content:encoded>{_summary(feed, item)}</content:encoded>" if feed.html else "",
        "</item>",
    ]
    return "\n".join(line for line in lines if line)


def _atom(feed: Feed, items: Sequence[NewsItem], updated: datetime) -> bytes:
    body = "\n".join(_atom_entry(feed, item, updated) for item in items)
    return f"""<?xml version="1.0" encoding="{feed.encoding}"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.language}">
<id>{HOST}{feed.path}</id>
<title>{escape(feed.title)}</title>
<subtitle>{escape(feed.description)}</subtitle>
<updated>{updated.isoformat()}</updated>
<link rel="self" href="{HOST}{feed.path}"/>
<link rel="alternate" href={quoteattr(feed.home)}/>
{body}
</feed>
""".encode(feed.encoding)


def _atom_entry(feed: Feed, item: NewsItem, updated: datetime) -> str:
    published = f"<published>{item.date.isoformat()}</published>\n" if item.date else ""
    changed = item.date or updated
    kind = "html" if feed.html else "text"
    return f"""<entry>
<id>{escape(item.guid)}</id>
<title type="text">{escape(item.title)}</title>
<link rel="alternate" href={quoteattr(item.link)}/>
{published}<updated>{changed.isoformat()}</updated>
<author><name>{MARK}</name></author>
<summary type="{kind}">{_summary(feed, item)}</summary>
</entry>"""


def _rdf(feed: Feed, items: Sequence[NewsItem], updated: datetime) -> bytes:
    body = "\n".join(_rdf_item(feed, item) for item in items)
    listed = "\n".join(f"<rdf:li rdf:resource={quoteattr(item.guid)}/>" for item in items)
    return f"""<?xml version="1.0" encoding="{feed.encoding}"?>
<rdf:RDF xmlns="http://purl.org/rss/1.0/"\
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\
 xmlns:dc="http://purl.org/dc/elements/1.1/"\
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel rdf:about="{HOST}{feed.path}">
<title>{escape(feed.title)}</title>
<link>{escape(feed.home)}</link>
<description>{escape(feed.description)}</description>
<dc:language>{feed.language}</dc:language>
<dc:date>{updated.isoformat()}</dc:date>
<items><rdf:Seq>
{listed}
</rdf:Seq></items>
</channel>
{body}
</rdf:RDF>
""".encode(feed.encoding)


def _rdf_item(feed: Feed, item: NewsItem) -> str:
    lines = [
        f"<item rdf:about={quoteattr(item.guid)}>",
        f"<title>{escape(item.title)}</title>",
        f"<link>{escape(item.link)}</link>",
        f"<description>{_summary(feed, item)}</description>",
        f"<dc:creator>{MARK}</dc:creator>",
        f"<dc:publisher>{escape(feed.publisher)}</dc:publisher>",
        f"<dc:date>{item.date.isoformat()}</dc:date>" if item.date else "",
        f"<dc:identifier>doi:{escape(item.doi)}</dc:identifier>" if item.doi else "",
        f"<prism:doi>{escape(item.doi)}</prism:doi>" if item.doi else "",
        "</item>",
    ]
    return "\n".join(line for line in lines if line)


def _json(feed: Feed, items: Sequence[NewsItem], updated: datetime) -> bytes:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": f"{HOST}{feed.path}",
        "description": feed.description,
        "language": feed.language,
        "items": [_json_item(item) for item in items],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _json_item(item: NewsItem) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": item.guid,
        "url": item.link,
        "title": item.title,
        "content_text": item.summary,
        "language": item.language,
        "authors": [{"name": MARK}],
    }
    if item.date:
        entry["date_published"] = item.date.isoformat()
    return entry


def _summary(feed: Feed, item: NewsItem) -> str:
    if not feed.html:
        return escape(item.summary)
    return escape(f"<p>{escape(item.summary)}</p>")


_DIALECTS: dict[str, Callable[[Feed, Sequence[NewsItem], datetime], bytes]] = {
    "rss": _rss,
    "atom": _atom,
    "rdf": _rdf,
    "json": _json,
}
