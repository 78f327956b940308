"""The polite client goes where a source sends it, and nowhere private."""

from __future__ import annotations

import httpx
import pytest

from digest.errors import (
    UnsafeAddress,
)
from digest.sources.network import check_url, host_and_port, is_allowed, is_public, private_to
from tests.servers import (
    Answer,
    body,
    redirect,
)
from tests.sources.http_rig import Rig


def test_redirects_are_followed_and_the_last_address_is_kept(rig: Rig) -> None:
    server = rig.serve(
        {"/a": redirect("b?x=1", 301), "/b": redirect("/c#top", 307), "/c": body(b"c")}
    )
    document = rig.client().get(server.url("/a"), source="s")
    assert (document.body, document.url) == (b"c", server.url("/c"))
    assert server.paths == ["/a", "/b?x=1", "/c"]


def test_a_redirect_to_itself_with_a_cookie_is_followed(rig: Rig) -> None:
    def answer(exchange) -> None:  # type: ignore[no-untyped-def]
        seen = "seen=1" in exchange.headers.get("cookie", "")
        (body(b"in") if seen else redirect("/", headers={"Set-Cookie": "seen=1"}))(exchange)

    server = rig.serve({"/": answer})
    client = rig.client()
    assert client.get(server.url(), source="s").body == b"in"
    client.get(server.url(), source="s")
    assert "cookie" not in server.asked[2].headers  # kept for one document, not for the next


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"/": redirect("/")}, "circle"),
        ({"/": redirect("/b"), "/b": redirect("/")}, "circle"),
        ({f"/{n or ''}": redirect(f"/{n + 1}") for n in range(9)}, "more than 5 redirects"),
    ],
    ids=["itself", "two", "endless"],
)
def test_redirect_loops_end(rig: Rig, answers: dict[str, Answer], message: str) -> None:
    server = rig.serve(answers)
    with pytest.raises(UnsafeAddress, match=message):
        rig.client().get(server.url(), source="s")
    assert len(server.asked) <= 6


PRIVATE = [
    "http://localhost/",
    "http://127.1/",
    "http://0x7f000001:8080/",
    "http://2130706433/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://192.168.1.1:8080/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[fe80::1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[fec0::1]/",
]


def test_what_may_be_private_is_one_port_of_one_host() -> None:
    allowed = {host_and_port("http://intranet.example/feed")}
    assert allowed == {"intranet.example:80"}
    assert is_allowed(httpx.URL("http://intranet.example/other"), "s", allowed)
    for other in (
        "http://intranet.example:8080/",
        "https://intranet.example/",
        "http://b.example/",
    ):
        assert not is_allowed(httpx.URL(other), "s", allowed)


def test_what_is_private_to_one_source_is_refused_to_others_even_where_it_is_connected() -> None:
    allowed, url = {"intranet@intranet.example:80"}, httpx.URL("http://intranet.example/feed")
    check_url(url, "intranet", allowed)
    with pytest.raises(UnsafeAddress, match="may be asked for another source alone"):
        check_url(url, "press", allowed)
    check_url(httpx.URL("http://other.example/feed"), "press", allowed)


@pytest.mark.parametrize(
    ("listed", "allowed", "refused"),
    [
        ("http://intranet.example/feed", ["http://intranet.example/", "https://intranet.example/"],
         ["http://intranet.example:8080/", "https://intranet.example:8443/", "http://b.example/"]),
        ("https://intranet.example/feed", ["https://intranet.example/"],
         ["http://intranet.example/", "http://intranet.example:8080/"]),
        ("http://intranet.example:8080/feed", ["http://intranet.example:8080/"],
         ["https://intranet.example/", "http://intranet.example/"]),
        ("http://[fd00::1]/feed", ["http://[fd00::1]/", "https://[fd00::1]/"],
         ["https://[fd00::2]/"]),
    ],
)  # fmt: skip
def test_a_private_source_may_ask_its_server_and_that_server_encrypted(
    listed: str, allowed: list[str], refused: list[str]
) -> None:
    meant = private_to("intranet", listed)
    assert all(is_allowed(httpx.URL(url), "intranet", meant) for url in allowed)
    assert not any(is_allowed(httpx.URL(url), "intranet", meant) for url in refused)
    assert not any(is_allowed(httpx.URL(url), "press", meant) for url in (*allowed, *refused))


@pytest.mark.parametrize("target", PRIVATE)
def test_a_redirect_to_a_private_address_is_refused(rig: Rig, target: str) -> None:
    server = rig.serve({"/": redirect(target)})
    with pytest.raises(UnsafeAddress, match="not an address of the open internet"):
        rig.client(private=frozenset({server.host})).get(server.url(), source="s")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("ftp://example.org/feed", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("http://example.org:22/", "port 22"),
        ("http://name:secret@example.org/", "name and password"),
        ("http://[::1/", "not a web address"),
    ],
)
def test_an_address_of_another_kind_is_refused(rig: Rig, target: str, message: str) -> None:
    server = rig.serve({"/": redirect(target)})
    with pytest.raises(UnsafeAddress, match=message) as caught:
        rig.client().get(server.url(), source="s")
    assert "secret" not in str(caught.value)
    with pytest.raises(UnsafeAddress):
        rig.client().get(target, source="s")


def test_only_the_configured_server_may_be_private(rig: Rig) -> None:
    one, two = rig.serve({"/": body(b"one")}), rig.serve({"/": body(b"two")})
    client = rig.client(private=frozenset({one.host}))
    assert client.get(one.url(), source="s").body == b"one"
    with pytest.raises(UnsafeAddress):
        client.get(two.url(), source="s")
    assert two.asked == []
    assert (
        rig.client(private=frozenset({one.host, two.host})).get(two.url(), source="s").body
        == b"two"
    )


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.1.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public
