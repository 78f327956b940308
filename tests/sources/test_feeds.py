"""Feeds of every dialect become records: identity, texts, dates, languages; and fetching."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.items import Record, Rejection, keys_of
from digest.sources.catalogue import Source
from digest.sources.feeds import fetch, parse
from digest.sources.http import Pace, PoliteClient, validators_of
from tests.servers import FaultyServer, body, unless_unchanged
from tests.sources.feed_rig import FETCHED, WHOLE, document, one, records, rss
from tests.sources.http_rig import LOCAL

FEB_18 = datetime(2026, 2, 18, tzinfo=UTC)

# --- dialects -------------------------------------------------------------------------------------

RSS_091 = """<?xml version="1.0"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://x.example/rss-0.91.dtd">
<rss version="0.91"><channel><title>News</title><language>fr-CA</language>
<item><title>Un robot</title><link>https://news.example/1</link>
<description>Il apprend.</description></item></channel></rss>"""

RSS_20 = rss(
    """<title>A &amp; B</title><link>https://news.example/1</link>
    <guid isPermaLink="false">n-1</guid>
    <description>&lt;p&gt;Short &lt;b&gt;text&lt;/b&gt;.&lt;/p&gt;</description>
    <content:encoded><![CDATA[<p>A longer text.</p><p>Of two paragraphs.</p>]]></content:encoded>
    <pubDate>Wed, 18 Feb 2026 10:30:00 +0100</pubDate><dc:creator>Ana Ruiz</dc:creator>
    <category>AI</category><category>health</category><category>AI</category>""",
    head="<language>en-us</language>",
)

RDF = """<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel rdf:about="https://journal.example/"><title>J</title><dc:language>en</dc:language></channel>
<item rdf:about="https://journal.example/articles/s1"><title>Floods foreseen</title>
<link>https://journal.example/articles/s1</link><description>Abstract.</description>
<dc:creator>Li Wei</dc:creator><dc:creator>Ada Obi</dc:creator><dc:date>2026-02-18</dc:date>
<dc:identifier>doi:10.1038/S41586-026-00001-1</dc:identifier>
<prism:doi>10.1038/s41586-026-00001-1</prism:doi></item></rdf:RDF>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es"><title>N</title>
<entry><id>tag:news.example,2026:7</id><title type="html">Riesgo &amp;lt;alto&amp;gt;</title>
<link rel="self" href="https://news.example/self"/><link rel="alternate" href="/noticias/7"/>
<published>2026-02-18T00:00:00Z</published><updated>2026-02-20T08:00:00-05:00</updated>
<author><name>Eva</name><email>eva@news.example</email></author>
<summary type="text">Un resumen.</summary></entry></feed>"""

JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "N",
        "language": "en",
        "items": [
            {
                "id": 7,
                "url": "https://news.example/7",
                "title": "Seven",
                "content_html": "<p>Text &amp; more</p>",
                "date_published": "2026-02-18T00:00:00Z",
                "date_modified": "2026-02-19T00:00:00Z",
                "authors": [{"name": "Ana"}, {"url": "https://x.example"}],
                "tags": ["AI"],
            }
        ],
    }
)


def test_rss_091() -> None:
    (record,) = records(RSS_091)
    assert (record.title, record.text, record.language) == ("Un robot", "Il apprend.", "fr")
    assert record.external_id == record.url == "https://news.example/1"
    assert record.date_inferred


def test_rss_20() -> None:
    (record,) = records(RSS_20)
    assert record == Record(
        source="s",
        external_id="n-1",
        kind="news",
        title="A & B",
        text="A longer text. Of two paragraphs.",
        url="https://news.example/1",
        published=datetime(2026, 2, 18, 9, 30, tzinfo=UTC),
        authors=("Ana Ruiz",),
        categories=("AI", "health"),
        language="en",
    )


def test_rdf_of_a_journal_gives_papers() -> None:
    (record,) = records(RDF)
    assert (record.kind, record.doi) == ("paper", "10.1038/s41586-026-00001-1")
    assert record.authors == ("Li Wei", "Ada Obi")
    assert (record.published, record.date_inferred) == (FEB_18, False)


def test_atom() -> None:
    (record,) = records(ATOM)
    assert (record.title, record.text) == ("Riesgo <alto>", "Un resumen.")
    assert record.url == "https://news.example/noticias/7"
    assert (record.published, record.updated) == (FEB_18, datetime(2026, 2, 20, 13, tzinfo=UTC))
    assert (record.authors, record.language) == (("Eva",), "es")


def test_json_feed() -> None:
    (record,) = records(JSON)
    assert (record.external_id, record.title, record.text) == ("7", "Seven", "Text & more")
    assert (record.published, record.updated) == (FEB_18, datetime(2026, 2, 19, tzinfo=UTC))
    assert (record.authors, record.categories, record.language) == (("Ana",), ("AI",), "en")


def test_a_feed_with_no_entries_has_no_records() -> None:
    assert records(rss()) == []
    assert records('{"version": "https://jsonfeed.org/version/1", "items": []}') == []


def test_a_304_has_no_records() -> None:
    assert list(parse(document(b"", status=304))) == []


# --- markup, scripts and links --------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "<![CDATA[<script>alert(1)</script>Safe]]>",
        "&lt;script&gt;alert(1)&lt;/script&gt;Safe",
        "<![CDATA[<img src=x onerror=alert(1)>Safe]]>",
        "<![CDATA[<b>Sa</b>fe\u202e\u200b]]>",
    ],
)
def test_no_markup_survives_in_titles_and_texts(title: str) -> None:
    record = one(f"<title>{title}</title><description>{title} and more</description>")
    assert (record.title, record.text) == ("Safe", "Safe and more")


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "https://user:pass@x.example/",
        "",
        "http://[bad",
    ],
)
def test_a_refused_link_leaves_the_entry_without_one(link: str) -> None:
    record = one(f"<title>T</title><link>{link}</link><guid isPermaLink='false'>g</guid>")
    assert (record.url, record.external_id) == ("", "g")


def test_a_relative_link_is_resolved_against_the_feed() -> None:
    assert one("<title>T</title><link>/a?b=1</link>").url == "https://news.example/a?b=1"


def test_mail_addresses_are_not_kept() -> None:
    record = one("<title>T</title><author>eva@news.example (Eva Sol)</author>")
    assert record.authors == ("Eva Sol",)
    assert one("<title>T</title><author>eva@news.example</author>").authors == ()


# --- identity -------------------------------------------------------------------------------------


def test_without_guid_the_link_is_the_id_and_without_link_the_title() -> None:
    assert (
        one("<title>T</title><link>https://x.example/1</link>").external_id == "https://x.example/1"
    )
    first, again = one("<title>T</title>"), one("<title>T</title>")
    assert first.external_id == again.external_id != one("<title>U</title>").external_id
    assert (first.url, first.kind) == ("", "news")


def test_a_guid_given_to_several_stories_identifies_none() -> None:
    stories = [
        f"<title>Story {n}</title><guid isPermaLink='false'>1</guid><link>https://x.example/{n}</link>"
        for n in range(3)
    ]
    parsed = records(rss(*stories))
    assert len({key for record in parsed for key in keys_of(record)}) == 6
    same = records(rss(stories[0], stories[0] + "<category>x</category>"))
    assert {record.external_id for record in same} == {"1"}


@pytest.mark.parametrize(
    ("item", "doi"),
    [
        ("<link>https://doi.org/10.1126/science.abc1</link>", "10.1126/science.abc1"),
        (
            "<link>https://www.science.org/doi/abs/10.1126/science.abc1?af=R</link>",
            "10.1126/science.abc1",
        ),
        ("<prism:doi>10.5555/XYZ</prism:doi>", "10.5555/xyz"),
        ("<dc:identifier>doi:10.5555/xyz</dc:identifier>", "10.5555/xyz"),
        ("<guid>https://doi.org/10.5555/xyz</guid>", "10.5555/xyz"),
        ("<link>https://shop.example/item?id=10.5555/xyz</link>", ""),
        ("<description>On doi 10.5555/xyz</description>", ""),
    ],
)
def test_an_entry_that_carries_a_doi_is_a_paper(item: str, doi: str) -> None:
    record = one(f"<title>T</title>{item}")
    assert (record.doi, record.kind) == (doi, "paper" if doi else "news")


@pytest.mark.parametrize(
    "item",
    [
        "<link>https://doi.org/10.48550/arXiv.2602.01234</link>",
        "<link>https://news.example/1</link>"
        "<dc:identifier>doi:10.48550/arXiv.2602.01234</dc:identifier>",
        "<link>https://news.example/1</link><prism:doi>10.48550/ARXIV.2602.01234</prism:doi>",
        "<guid>10.48550/arXiv.2602.01234</guid>",
    ],
)
def test_an_entry_with_arxivs_own_doi_is_of_the_paper(item: str) -> None:
    record = one(f"<title>T</title>{item}")
    assert (record.arxiv_id, record.doi, record.kind) == ("2602.01234", "", "paper")


def test_an_arxiv_entry_has_its_id_no_version_and_a_date_not_after_its_month() -> None:
    record = one(
        "<title>T</title><link>https://arxiv.org/abs/2602.01234</link>"
        "<guid isPermaLink='false'>oai:arXiv.org:2602.01234v3</guid>"
        "<pubDate>Mon, 30 Mar 2026 00:00:00 -0400</pubDate>"
    )
    assert (record.arxiv_id, record.version, record.kind, record.doi) == (
        "2602.01234",
        0,
        "paper",
        "",
    )
    assert record.published == datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)


# --- titles and texts -----------------------------------------------------------------------------


def test_without_a_title_the_first_words_stand_in() -> None:
    words = "A long statement about models. " * 20
    record = one(f"<description>{words}</description>")
    assert len(record.title) <= 120
    assert record.title.endswith("…") and record.text.startswith(record.title[:-1])
    assert one("<description>人工智能治理" + "很" * 200 + "</description>").title.startswith(
        "人工智能"
    )


def test_without_title_and_text_an_entry_is_rejected_with_its_place() -> None:
    parsed = list(
        parse(
            document(rss("<title>T</title>", "<title> </title><guid isPermaLink='false'>g</guid>"))
        )
    )
    assert parsed[1] == Rejection("s", 1, "g", "the entry has no title and no text")


def test_a_text_that_only_repeats_the_title_is_none() -> None:
    assert one("<title>The same</title><description>The same</description>").text == ""


def test_a_huge_entry_is_cut() -> None:
    record = one(
        "<title>" + "t " * 5_000 + "</title><description>" + "word " * 50_000 + "</description>"
    )
    assert len(record.title) <= 500
    assert len(record.text) <= 20_000


# --- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "<pubDate>soon</pubDate>",
        "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>",
        "<pubDate>Sun, 18 Feb 2029 00:00:00 GMT</pubDate>",
        "<pubDate>Fri, 30 Feb 2026 00:00:00 GMT</pubDate>",
        "<pubDate>2026</pubDate>",
        "<pubDate>0000-00-00</pubDate>",
    ],
)
def test_without_a_possible_date_the_time_of_fetching_stands_in(stated: str) -> None:
    record = one(f"<title>T</title><link>https://x.example/1</link>{stated}")
    assert (record.published, record.date_inferred) == (FETCHED, True)


def test_a_date_just_ahead_of_our_clock_is_believed() -> None:
    record = one("<title>T</title><pubDate>Thu, 02 Apr 2026 06:00:00 GMT</pubDate>")
    assert not record.date_inferred


def test_the_next_date_is_used_where_the_first_is_none() -> None:
    record = one("<title>T</title><pubDate>today</pubDate><dc:date>2026-02-18</dc:date>")
    assert (record.published, record.date_inferred) == (FEB_18, False)


def test_a_chinese_date_is_the_whole_date() -> None:
    """Feedparser reads 2026年2月18日 as another day."""
    assert (
        one("<title>T</title><pubDate>2026年2月18日</pubDate>", language="zh").published == FEB_18
    )


# --- language -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "item", "source", "expected"),
    [
        ("<language>fr-FR</language>", "", "en", "fr"),
        ("", "", "ar", "ar"),
        ("", "<dc:language>ru</dc:language>", "en", "ru"),
        ("<language>zh_Hans</language>", "", "en", "zh"),
        ("<language>english</language>", "", "es", "es"),
        ("", "", "", ""),
    ],
)
def test_language(head: str, item: str, source: str, expected: str) -> None:
    (record,) = records(rss(f"<title>T</title>{item}", head=head), language=source)
    assert record.language == expected


# --- fetching -------------------------------------------------------------------------------------


def test_a_feed_is_fetched_once_and_then_asked_for_changes(
    tmp_path: Path, source: Callable[[str], Source]
) -> None:
    answer = unless_unchanged('"7"', body(WHOLE.encode(), headers={"ETag": '"7"'}))
    pace = Pace(tmp_path, others=0)
    with (
        FaultyServer({"/feed": answer}) as server,
        PoliteClient("t (+mailto:a@b.example)", pace=pace, allow_private=LOCAL) as client,
    ):
        feed = source(server.url("/feed"))
        first = fetch(feed, client)
        again = fetch(feed, client, validators_of(first.headers))
    assert (first.source, len(list(parse(first)))) == ("a-feed", 3)
    assert (again.status, list(parse(again))) == (304, [])
    assert "application/atom+xml" in server.asked[0].headers["accept"]


# --- what publishers write otherwise than one would think -----------------------------------------


@pytest.mark.parametrize(
    ("guid", "doi"),
    [
        ("https://news.example/13.10.2025/news", ""),
        ("https://journal.example/doi/abs/10.1080/123.456?af=R", "10.1080/123.456"),
        ("https://doi.org/10.1080/123.456#sec1", "10.1080/123.456"),
        ("10.1080/123.456", "10.1080/123.456"),
    ],
)
def test_an_address_as_guid_holds_a_doi_only_where_a_link_would(guid: str, doi: str) -> None:
    assert one(f"<title>T</title><guid>{guid}</guid>").doi == doi


def test_json_links_are_relative_to_the_feed_and_what_is_no_item_is_counted() -> None:
    items = ["x", None, {"id": 1, "title": "T", "url": "/story"}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    first, second, story = parse(document(json.dumps(feed)))
    assert isinstance(first, Rejection)
    assert isinstance(second, Rejection)
    assert isinstance(story, Record)
    assert story.url.startswith("https://")
    assert story.url.endswith("/story")


def test_an_absurd_version_is_no_reason_to_fail() -> None:
    record = one("<title>T</title><link>https://arxiv.org/abs/2601.00001v20260101123</link>")
    assert (record.arxiv_id, record.version) == ("2601.00001", 0)
