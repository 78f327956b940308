"""Text from outside made plain: no markup, no invisible direction marks, one kind of space.

Everything that a source says passes here before it becomes part of a record, so that no page,
label or identity ever depends on markup. Escaping for HTML is the templates' job, not this one's.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import nh3
from w3lib.url import canonicalize_url

MAX_URL = 2_000
# Legal or common in addresses, and written so that they can stand in an attribute and a table.
_ESCAPED = str.maketrans({char: f"%{ord(char):02X}" for char in "'{|}"})
_BLOCKS = re.compile(r"(?i)<(?:br|/?p|/?div|/?li|/?h[1-6]|/?tr|/?td)\b[^<>]*>")
_CLOSED = re.compile(r"</[a-zA-Z]|<!--|<!\[CDATA\[|<[a-zA-Z][^<>]*/>|<[a-zA-Z][^<>]*=")
_ALONE = re.compile(r"(?i)<(?:br|p|hr|img|div|li|ul|script|style|iframe|svg|object|a)\b")
# Zero-width and direction-override characters can hide or reorder text; the joiners U+200C/D stay,
# because Persian, Arabic and Indic scripts are spelt with them.
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u00ad]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_TRACKING = re.compile(
    r"(?i)(utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_hs(enc|mi)|mkt_tok|"
    r"cmpid|ocid|ref_src|at_(medium|campaign)|xtor|ns_\w+|s_cid)"
)


def plain(text: str | None) -> str:
    """Plain text of a feed's title or summary: tags dropped, entities decoded, NFC, one line."""
    if not text:
        return ""
    if _is_markup(text):
        text = html.unescape(nh3.clean(_BLOCKS.sub(" ", text), tags=set()))
    # A second decoding: feeds often escape twice, and "&amp;amp;" is nobody's meaning.
    return one_line(html.unescape(text))


def _is_markup(text: str) -> bool:
    """Whether ``<`` begins tags: "Vec<T>" and "a<b and c>d" are what plain text says, too."""
    return bool(_CLOSED.search(text) or _ALONE.search(text))


def one_line(text: str | None) -> str:
    """Text that is not markup (arXiv's titles and abstracts, where ``a<b`` is mathematics)."""
    text = unicodedata.normalize("NFC", text or "")
    text = _INVISIBLE.sub("", text)
    return " ".join(_CONTROLS.sub(" ", text).split())


def web_address(url: str | None) -> str:
    """The address if it is an absolute http(s) one that a page may link to, else ``""``."""
    url = (url or "").strip().translate(_ESCAPED)
    if len(url) > MAX_URL or re.search(r"[\s<>\"\\^`]", url):
        return ""
    if _INVISIBLE.search(url) or _CONTROLS.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    return (
        url
        if parts.scheme.lower() in ("http", "https") and host and "@" not in parts.netloc
        else ""
    )


def canonical_url(url: str) -> str:
    """One spelling of an address: no fragment, no tracking parameters, sorted query, https.

    ``http`` and ``https``, ``www.`` and a trailing slash make no difference to which page is
    meant, so they make none here; the result identifies a page and is not meant to be opened.
    """
    parts = urlsplit(canonicalize_url(url, keep_fragments=False))
    query = urlencode(
        [
            (k, v)
            for k, v in parse_qsl(parts.query, keep_blank_values=True)
            if not _TRACKING.fullmatch(k)
        ]
    )
    host = parts.netloc.lower().removeprefix("www.").removesuffix(":80").removesuffix(":443")
    return str(urlunsplit(("https", host, parts.path.rstrip("/"), query, "")))
