from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import Incomplete, SourceError, Unreadable
from digest.items import Record, Rejection, keys_of
from digest.sources import Document
from digest.sources.catalogue import Source
from digest.sources.feeds import fetch, parse
from digest.sources.http import Pace, PoliteClient, validators_of
from tests.servers import FaultyServer, body, unless_unchanged

FETCHED = datetime(2026, 3, 31, 12, tzinfo=UTC)
FEB_18 = datetime(2026, 2, 18, tzinfo=UTC)
DATA = Path(__file__).parents[3] / "shared" / "data" / "feeds"


def document(content: str | bytes, content_type: str = "", status: int = 200) -> Document:
    data = content.encode() if isinstance(content, str) else content
    headers = {"content-type": content_type} if content_type else {}
    return Document("s", "https://news.example/feed.xml", FETCHED, status, data, headers)


def records(content: str | bytes, content_type: str = "", language: str = "") -> list[Record]:
    parsed = list(parse(document(content, content_type), language=language))
    assert all(isinstance(entry, Record) for entry in parsed), parsed
    return [entry for entry in parsed if isinstance(entry, Record)]


def rss(*items: str, head: str = "") -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">'
        f"<channel><title>News</title>{head}{body}</channel></rss>"
    )


def one(item: str, language: str = "") -> Record:
    (record,) = records(rss(item), language=language)
    return record


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


# --- encodings ------------------------------------------------------------------------------------

RUSSIAN, CHINESE = "Искусственный интеллект", "人工智能治理国际咨询"


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "header"),
    [
        (RUSSIAN, "windows-1251", "windows-1251", ""),
        (RUSSIAN, "windows-1251", "windows-1251", "text/xml"),
        (RUSSIAN, "windows-1251", "", "text/xml; charset=windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r", ""),
        (CHINESE, "gb18030", "gb2312", ""),
        (CHINESE, "gb18030", "GB18030", "application/xml"),
        (CHINESE, "gb18030", "", "text/xml; charset=GBK"),
        (CHINESE, "utf-16", "utf-16", ""),
        (CHINESE, "utf-16-le", "utf-16", "text/xml"),
        (CHINESE, "utf-16-be", "", ""),
        (CHINESE, "utf-8-sig", "utf-8", ""),
        (CHINESE, "utf-8", "iso-8859-1", ""),
        (CHINESE, "utf-8", "", "text/xml; charset=iso-8859-1"),
        (CHINESE, "utf-8", "no-such-code", "text/xml; charset=idna"),
        ("日本語の記事", "iso-2022-jp", "iso-2022-jp", ""),
    ],
)
def test_encodings(text: str, encoding: str, declared: str, header: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    content = (prolog + rss(f"<title>{text}</title>")).encode(encoding)
    assert [record.title for record in records(content, header)] == [text]


def test_bytes_that_are_no_text_in_any_code_still_give_their_entries() -> None:
    content = rss("<title>T</title><description>a XX b</description>").encode()
    assert records(content.replace(b"XX", b"\xff\xc3\x00\x0b"))[0].title == "T"


# --- what is no feed, or half of one --------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "nature"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"<!DOCTYPE html><html><body><p>Moved</p></body></html>", "an HTML page"),
        (b"<html><head><title>x</title></head><body><feed></feed></body></html>", "an HTML page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "neither text nor XML"),
        (b"Service temporarily\nunavailable", "plain text"),
        (b'<?xml version="1.0"?><urlset><url>x</url></urlset>', "XML of another kind"),
        (b'{"error": "not found"}', "JSON of another kind"),
        (b"[1, 2, 3]", "JSON of another kind"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "JSON of another kind"),
        (b"{" * 5000, "JSON of another kind"),
        (b"/etc/passwd", "plain text"),
    ],
)
def test_what_is_no_feed_is_said_to_be_what_it_is(content: bytes, nature: str) -> None:
    with pytest.raises(Unreadable, match=nature) as caught:
        list(parse(document(content)))
    assert caught.value.source == "s"


def until_it_breaks(content: str | bytes) -> list[str]:
    seen = []
    with pytest.raises(Incomplete, match="breaks off"):
        for entry in parse(document(content)):
            assert isinstance(entry, Record)
            seen.append(entry.title)
    return seen


WHOLE = rss(*(f"<title>Story {n}</title><description>Text {n}.</description>" for n in range(3)))


@pytest.mark.parametrize(
    ("cut_before", "kept"),
    [("Text 2", 2), ("</channel>", 3), ("</rss>", 3), ("Text 0", 0), ("ory 1", 1)],
)
def test_a_document_that_breaks_off_gives_its_whole_entries_and_says_so(
    cut_before: str, kept: int
) -> None:
    cut = WHOLE[: WHOLE.index(cut_before)]
    assert until_it_breaks(cut) == [f"Story {n}" for n in range(kept)]
    assert until_it_breaks(cut.encode("utf-16")) == [f"Story {n}" for n in range(kept)]


def test_a_json_feed_that_breaks_off_gives_its_whole_entries_and_says_so() -> None:
    items = [{"id": str(n), "title": f"Story {n}"} for n in range(3)]
    whole = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})
    assert until_it_breaks(whole[: whole.index("Story 2")]) == ["Story 0", "Story 1"]


def test_a_feed_that_is_merely_malformed_is_read_whole() -> None:
    titles = ["R&D", "Caf&eacute;", "&copy;&nbsp;&unknown;", "a&#11;b&#x1;", "<![CDATA[R&D]]>"]
    items = [f"<title>{title}</title><link>https://x.example/?a=1&b=2</link>" for title in titles]
    parsed = records(rss(*items))
    assert [record.title for record in parsed] == ["R&D", "Café", "© &unknown;", "ab", "R&D"]
    assert {record.url for record in parsed} == {"https://x.example/?a=1&b=2"}
    assert records(rss("<title>A<br>B</title>", "<title>C</b></title>"))[0].title == "A B"


def test_a_notice_before_the_prolog_is_passed_over() -> None:
    content = "<br />\n<b>Warning</b>: something\n<?xml version='1.0'?>" + WHOLE
    assert len(records(content)) == 3


# --- input made to harm ---------------------------------------------------------------------------

MANY = 15_000


@pytest.mark.parametrize(
    "content",
    [
        "<rss><channel><item><title>x</title>" + "<a>" * MANY,
        rss("<title>x</title><description>" + "<a>" * MANY + "</a>" * MANY + "</description>"),
        rss("<title>x</title><description><![CDATA[" + "<div>" * MANY + "]]></description>"),
        rss("<title>x</title><author>" + "a" * MANY + "@</author>"),
        rss("<title><![CDATA[" + "<p " * MANY + "]]></title>"),
        "<rss><channel><item><title>" + "&" * MANY,
        "<rss><channel><item><title>" + "<![CDATA[" * MANY,
        "<?xml version='1.0'?>" + "\n" * MANY + rss("<title>x</title>"),
        rss(*(f"<title>t</title><pubDate>{n} Foo {n}xx</pubDate>" for n in range(300))),
        '{"version": "https://jsonfeed.org/version/1", "items": [' + "[" * MANY,
        '{"version": "https://jsonfeed.org/version/1", "items": [{"title": [], "id": {}}, 3]}',
        '<!DOCTYPE x [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 9))
        + "]>"
        + rss("<title>&b8; x</title>"),
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + rss("<title>&f; x</title>"),
    ],
    ids=range(13),
)
def test_harmful_input_ends_soon_and_by_name(content: str) -> None:
    started, titles = time.process_time(), []
    with suppress(SourceError):
        titles = [entry.title for entry in parse(document(content)) if isinstance(entry, Record)]
    assert time.process_time() - started < 5
    assert not any("root:" in title or len(title) > 500 for title in titles)


def test_bytes_are_never_taken_for_the_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(WHOLE)
    with pytest.raises(Unreadable):
        list(parse(document(str(tmp_path / "feed.xml"))))


# --- fetching -------------------------------------------------------------------------------------


def test_a_feed_is_fetched_once_and_then_asked_for_changes(
    tmp_path: Path, source: Callable[[str], Source]
) -> None:
    answer = unless_unchanged('"7"', body(WHOLE.encode(), headers={"ETag": '"7"'}))
    pace = Pace(tmp_path, others=0)
    with (
        FaultyServer({"/feed": answer}) as server,
        PoliteClient("t (+mailto:a@b.example)", pace=pace, allow_private=True) as client,
    ):
        feed = source(server.url("/feed"))
        first = fetch(feed, client)
        again = fetch(feed, client, validators_of(first.headers))
    assert (first.source, len(list(parse(first)))) == ("a-feed", 3)
    assert (again.status, list(parse(again))) == (304, [])
    assert "application/atom+xml" in server.asked[0].headers["accept"]


# --- real documents -------------------------------------------------------------------------------


def real_documents() -> list[Path]:
    return sorted(path for path in DATA.rglob("*") if path.is_file())


@pytest.mark.real
@pytest.mark.skipif(
    not DATA.exists(), reason=f"the real feed documents are not in {DATA}: nothing real was tested"
)
def test_every_real_document_gives_records_or_a_named_failure() -> None:
    """745 documents of other parsers' test suites and of real feeds, broken ones among them."""
    seen, refused, slowest = 0, 0, 0.0
    for path in real_documents():
        data = path.read_bytes()
        content = gzip.decompress(data) if path.suffix == ".gz" else data
        started = time.process_time()
        try:
            for entry in parse(document(content)):
                seen += isinstance(entry, Record)
                if isinstance(entry, Record):
                    assert "<script" not in (entry.title + entry.text).lower(), path
                    assert entry.url.startswith(("http://", "https://")) or not entry.url, path
                    assert entry.title and entry.external_id and entry.published.tzinfo, path
        except SourceError as error:
            refused += 1
            assert str(error).startswith("s: "), path
        slowest = max(slowest, time.process_time() - started)
    assert seen > 7_000  # 7,659 when this was written
    assert refused < 20  # 8: an entry on its own, samples of other XML, a licence, an empty file
    assert slowest < 1


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


def test_of_undeclared_utf_8_a_broken_byte_costs_one_letter() -> None:
    whole = rss(f"<title>{'Новости искусственного интеллекта ' * 3}</title>").encode()
    place = whole.index("интеллекта".encode())
    (record,) = records(whole[:place] + whole[place + 1 :])
    assert record.title.startswith("Новости искусственного")
    assert record.title.count("�") == 1
    (other,) = records(rss("<title>Café fermé</title>").encode("windows-1252"))
    assert other.title == "Café fermé"


def test_nested_bases_are_refused_before_they_cost_memory() -> None:
    nested = '<a xml:base="b/">' * 20_000
    with pytest.raises(Unreadable, match="lie within each other"):
        records(rss(f"<title>T</title><description>{nested}</description>"))
    beside = '<item xml:base="b/"><title>T</title></item>' * 300
    assert len(records(f"<rss version='2.0'><channel>{beside}</channel></rss>")) == 300


def test_half_of_a_character_in_json_is_none() -> None:
    head = '{"version": "https://jsonfeed.org/version/1.1", "items": ['
    (record,) = records(head + '{"id": "10.1234/\\ud83d", "title": "half \\ud83d"}]}')
    assert record.title == "half ?"


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
