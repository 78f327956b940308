"""Text from outside made plain, and addresses made one."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text import canonical_url, one_line, plain, web_address

paths = st.text("abcXYZ019-_~é中/ %.", max_size=15)
addresses = st.builds(
    lambda scheme, host, port, path, query, fragment: (
        f"{scheme}://{host}{port}/{path.strip()}{'?' + query.strip() if query else ''}"
        f"{'#' + fragment if fragment else ''}"
    ),
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(["example.org", "www.example.org", "WWW.Example.ORG", "münchen.example"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    paths,
    st.lists(
        st.tuples(
            st.sampled_from(["id", "b", "utm_source", "q"]), st.text("ab c&=%é+", max_size=4)
        ),
        max_size=4,
    ).map(lambda pairs: "&".join(f"{k}={v}" for k, v in pairs)),
    st.text("abc", max_size=3),
)  # fmt: skip


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        pytest.param("<p>Two</p><p>parts</p>", "Two parts", id="paragraphs"),
        pytest.param("one<br/>two", "one two", id="line-break"),
        pytest.param("a <b>bold</b> claim", "a bold claim", id="inline-tags"),
        pytest.param("<script>alert(1)</script>News", "News", id="script"),
        pytest.param("<SCRIPT src=//x></SCRIPT >News", "News", id="script-in-capitals"),
        pytest.param("<style>p{color:red}</style>News", "News", id="style"),
        pytest.param("<img src=x onerror=alert(1)>News", "News", id="event-handler"),
        pytest.param("<svg/onload=alert(1)>News", "News", id="svg"),
        pytest.param("<!-- hidden -->News", "News", id="comment"),
        pytest.param('<a href="javascript:alert(1)">link</a>', "link", id="javascript-link"),
        pytest.param("AT&amp;T &ndash; news", "AT&T – news", id="entities"),
        pytest.param("<p>AT&amp;amp;T</p>", "AT&T", id="escaped-twice-in-markup"),
        pytest.param("&lt;b&gt;", "<b>", id="escaped-markup-becomes-text"),
        pytest.param("we show a &lt; b", "we show a < b", id="escaped-less-than"),
        pytest.param("we show a < b", "we show a < b", id="bare-less-than"),
        pytest.param("a\u202egnp.exe\u202c", "agnp.exe", id="bidi-override"),
        pytest.param("a\u2066b\u2069\u200bc\ufeff", "abc", id="invisible"),
        pytest.param("soft\u00adhyphen", "softhyphen", id="soft-hyphen"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="Persian-joiner-stays"),
        pytest.param("a\x00b\x1bc\x85d", "a b c d", id="controls"),
        pytest.param("  a \n\t b\u00a0c ", "a b c", id="spaces"),
        pytest.param("cafe\u0301", "café", id="composed"),
        pytest.param("\ud800broken", "broken", id="lone-surrogate"),
        pytest.param("", "", id="empty"),
        pytest.param(None, "", id="none"),
    ],
)
def test_plain(given_text: str | None, expected: str) -> None:
    assert plain(given_text) == expected


@pytest.mark.parametrize(
    "text",
    ["if a<b then", "p<0.05 and q>2", "x<y<z", "<10% of cases", "$a<b$ &c", "R&amp;D stays"],
)
def test_mathematics_of_arxiv_is_left_as_it_is(text: str) -> None:
    assert one_line(text) == text


def test_script_split_over_nesting_leaves_no_tag() -> None:
    assert "<script" not in plain("<scr<script>ipt>alert(1)</scr</script>ipt>").lower()


def test_a_long_unclosed_tag_takes_no_time() -> None:
    assert plain("<p " * 30_000) == ""


@given(st.text())
def test_plain_text_is_one_line_without_controls_or_direction_marks(text: str) -> None:
    for result in (plain(text), one_line(text)):
        assert result == " ".join(result.split())
        assert unicodedata.is_normalized("NFC", result)
        assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in result)
        assert not set(result) & set("\u200b\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@given(st.text())
def test_one_line_changes_nothing_the_second_time(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


@given(st.text(st.characters(categories=["L", "N", "P", "Sm"])))
def test_what_is_escaped_once_is_read_as_it_was_meant(text: str) -> None:
    # Text that itself reads like an entity is taken for one escaped twice.
    if html.unescape(text) == text:
        assert plain(html.escape(text)) == one_line(text)


@pytest.mark.parametrize(
    "url",
    ["https://example.org/a?b=1#c", "http://example.org:8080/", "https://пример.рф/новости",
     "HTTPS://EXAMPLE.ORG/", "  https://example.org/a ", "https://[2001:db8::1]/x"],
)  # fmt: skip
def test_web_addresses_are_kept(url: str) -> None:
    assert web_address(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("javascript:alert(1)", id="javascript"),
        pytest.param("JaVaScRiPt://example.org/%0aalert(1)", id="javascript-with-host"),
        pytest.param("data:text/html,<script>", id="data"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("ftp://example.org/x", id="ftp"),
        pytest.param("//example.org/x", id="without-scheme"),
        pytest.param("/relative", id="relative"),
        pytest.param("example.org/x", id="bare-host"),
        pytest.param("https://user:password@example.org/", id="user-info"),
        pytest.param("https://example.org@evil.example/", id="host-as-user"),
        pytest.param("https:///path", id="no-host"),
        pytest.param("https://example.org/a b", id="space-inside"),
        pytest.param("https://example.org/\nx", id="line-break-inside"),
        pytest.param('https://example.org/"onmouseover="x', id="quote"),
        pytest.param("https://example.org/<script>", id="angle-bracket"),
        pytest.param("https://example.org\\@evil.example/", id="backslash"),
        pytest.param("https://example.org:99999/", id="impossible-port"),
        pytest.param("https://[::1/x", id="broken-IPv6"),
        pytest.param("https://example.org/" + "a" * 2_000, id="too-long"),
        pytest.param("https://example.org/\u202egnp.exe", id="bidi-override"),
        pytest.param("https://example.org/\x07", id="control"),
        pytest.param("", id="empty"),
        pytest.param(None, id="none"),
    ],
)
def test_what_a_page_must_not_link_to_is_no_web_address(url: str | None) -> None:
    assert web_address(url) == ""


@given(st.text() | addresses)
def test_a_web_address_is_http_or_nothing(text: str) -> None:
    result = web_address(text)
    assert result == "" or result.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("http://example.org/a", "https://example.org/a", id="scheme"),
        pytest.param("https://www.example.org/a", "https://example.org/a", id="www"),
        pytest.param("https://EXAMPLE.org/a", "https://example.org/a", id="host-in-capitals"),
        pytest.param("https://example.org/a/", "https://example.org/a", id="trailing-slash"),
        pytest.param("https://example.org/", "https://example.org", id="no-path"),
        pytest.param("https://example.org/a#top", "https://example.org/a", id="fragment"),
        pytest.param("https://example.org/a?x=1&b=2", "https://example.org/a?b=2&x=1", id="order"),
        pytest.param("https://example.org/a?utm_source=rss&utm_medium=x", "https://example.org/a",
                     id="utm"),
        pytest.param("https://example.org/a?fbclid=1&id=7", "https://example.org/a?id=7",
                     id="fbclid"),
        pytest.param("https://example.org:443/a", "https://example.org/a", id="port-443"),
        pytest.param("http://example.org:80/a", "https://example.org/a", id="port-80"),
        pytest.param("https://example.org/%7Euser", "https://example.org/~user", id="escape"),
        pytest.param("https://münchen.example/a", "https://xn--mnchen-3ya.example/a", id="IDN"),
    ],
)  # fmt: skip
def test_spellings_of_one_page_are_one(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("https://example.org/a", "https://example.org/b", id="path"),
        pytest.param("https://example.org/A", "https://example.org/a", id="case-of-the-path"),
        pytest.param("https://example.org/?id=1", "https://example.org/?id=2", id="query"),
        pytest.param("https://example.org/?id=", "https://example.org/", id="empty-parameter"),
        pytest.param("https://a.example.org/", "https://example.org/", id="subdomain"),
        pytest.param("https://example.org:8080/", "https://example.org/", id="another-port"),
        pytest.param("https://example.org/?q=a+b", "https://example.org/?q=a%2Bb", id="plus"),
    ],
)
def test_two_pages_stay_two(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@given(addresses)
def test_a_canonical_address_is_its_own(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(addresses)
def test_tracking_parameters_change_nothing(url: str) -> None:
    address, hash_mark, fragment = url.partition("#")
    tracked = f"{address}{'&' if '?' in address else '?'}utm_campaign=x{hash_mark}{fragment}"
    assert canonical_url(tracked) == canonical_url(url)


@pytest.mark.parametrize(
    ("text", "plain_text"),
    [
        ("Why Vec<T> wins", "Why Vec<T> wins"),
        ("if a<b and c>d then x", "if a<b and c>d then x"),
        ("<b>bold</b> move", "bold move"),
        ("one<br>two", "one two"),
        ("<img src='x'> seen", "seen"),
        ("5 < 6", "5 < 6"),
    ],
)
def test_what_only_looks_like_a_tag_stays(text: str, plain_text: str) -> None:
    assert plain(text) == plain_text


def test_addresses_with_an_apostrophe_or_a_bar_are_addresses() -> None:
    assert web_address("https://s.example/it's|ai") == "https://s.example/it%27s%7Cai"
