"""The arXiv search API: a query in, an Atom document out.

Understands what a quarter's completeness audit asks: `cat:`, `submittedDate:[A TO B]`, `ti:`,
`abs:` and `all:` terms joined by AND, OR, ANDNOT and brackets, plus id_list, paging and
sorting. AND binds tighter than OR. Anything else gets arXiv's error entry with status 400.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from .data import MARK, Paper

HOST = "https://arxiv.sample.example"
_TOKEN = re.compile(
    r"\s*(\(|\)|AND NOT\b|ANDNOT\b|AND\b|OR\b"
    r"|\w+:\[\d{12} TO \d{12}\]|\w+:\"[^\"]*\"|\w+:[^\s()]+)\s*"
)
_RANGE = re.compile(r"\[(\d{12}) TO (\d{12})\]")
_SORT_KEYS: Mapping[str, Callable[[Paper], tuple[datetime, str]]] = {
    "relevance": lambda paper: (paper.submitted, paper.id),
    "submittedDate": lambda paper: (paper.submitted, paper.id),
    "lastUpdatedDate": lambda paper: (paper.updated, paper.id),
}
Test = Callable[[Paper], bool]


class QueryError(ValueError):
    """A query arXiv would refuse."""


def respond(
    arguments: Mapping[str, str], papers: Sequence[Paper], now: datetime
) -> tuple[int, bytes]:
    """Status and document for one request."""
    try:
        found = _search(arguments, papers)
        start = _count(arguments.get("start", "0"))
        size = _count(arguments.get("max_results", "10"))
    except QueryError as error:
        return 400, _feed(arguments, [_error_entry(str(error), now)], (1, 1, 0), now)
    entries = [_entry(paper) for paper in found[start : start + size]]
    return 200, _feed(arguments, entries, (size, len(found), start), now)


def parse(query: str) -> Test:
    """A test for papers, from a query such as `cat:cs.AI AND submittedDate:[… TO …]`."""
    tokens = _tokens(query)
    test = _either(tokens)
    if tokens:
        raise QueryError(f"malformed query near {tokens[0]}")
    return test


def _search(arguments: Mapping[str, str], papers: Sequence[Paper]) -> list[Paper]:
    query = arguments.get("search_query", "")
    ids = [name for name in arguments.get("id_list", "").split(",") if name]
    if not query and not ids:
        raise QueryError("search_query or id_list required")
    test = parse(query) if query else lambda paper: True
    wanted = {name.split("v")[0] for name in ids}
    found = [p for p in papers if test(p) and (not ids or p.id in wanted)]
    sort_by = arguments.get("sortBy", "relevance")
    if sort_by not in _SORT_KEYS:
        raise QueryError("sortBy must be in: relevance, lastUpdatedDate, submittedDate")
    descending = arguments.get("sortOrder", "descending") == "descending"
    return sorted(found, key=_SORT_KEYS[sort_by], reverse=descending)


def _tokens(query: str) -> list[str]:
    tokens, position = [], 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None:
            raise QueryError(f"malformed query near {query[position:]}")
        tokens.append(match[1])
        position = match.end()
    return tokens


def _either(tokens: list[str]) -> Test:
    tests = [_both(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.pop(0)
        tests.append(_both(tokens))
    return lambda paper: any(test(paper) for test in tests)


def _both(tokens: list[str]) -> Test:
    tests = [_single(tokens)]
    while tokens and tokens[0].startswith("AND"):
        negated = tokens.pop(0) != "AND"
        test = _single(tokens)
        tests.append(_negation(test) if negated else test)
    return lambda paper: all(test(paper) for test in tests)


def _single(tokens: list[str]) -> Test:
    if not tokens:
        raise QueryError("the query ends too early")
    word = tokens.pop(0)
    if word != "(":
        return _term(word)
    test = _either(tokens)
    if not tokens or tokens.pop(0) != ")":
        raise QueryError("a bracket is not closed")
    return test


def _negation(test: Test) -> Test:
    return lambda paper: not test(paper)


def _term(token: str) -> Test:
    field, _, value = token.partition(":")
    words = value.strip('"').lower()
    if field == "cat":
        pattern = re.compile(re.escape(value).replace(r"\*", ".*"))
        return lambda paper: any(pattern.fullmatch(name) for name in paper.categories)
    if field in ("submittedDate", "lastUpdatedDate"):
        return _within(field, value)
    if field == "ti":
        return lambda paper: words in paper.title.lower()
    if field == "abs":
        return lambda paper: words in paper.abstract.lower()
    if field == "all":
        return lambda paper: words in f"{paper.title}\n{paper.abstract}".lower()
    raise QueryError(f"unknown field in {token}")


def _within(field: str, value: str) -> Test:
    """Bounds are minutes in GMT and both included; the last one runs to its 59th second."""
    match = _RANGE.fullmatch(value)
    if match is None:
        raise QueryError(f"{field} needs [YYYYMMDDHHMM TO YYYYMMDDHHMM]")
    try:
        first, last = (
            datetime.strptime(t, "%Y%m%d%H%M").replace(tzinfo=UTC) for t in match.groups()
        )
    except ValueError:
        raise QueryError(f"no such minute in {value}") from None

    def test(paper: Paper) -> bool:
        moment = paper.submitted if field == "submittedDate" else paper.updated
        return first <= moment.replace(second=0) <= last

    return test


def _count(text: str) -> int:
    if not text.isdecimal():
        raise QueryError("start and max_results must be non-negative integers")
    return int(text)


def _feed(
    arguments: Mapping[str, str],
    entries: Sequence[str],
    counts: tuple[int, int, int],
    now: datetime,
) -> bytes:
    asked = urlencode(sorted(arguments.items()))
    name = (
        base64.b64encode(hashlib.sha256(asked.encode()).digest()[:20], b"-_").decode().rstrip("=")
    )
    size, total, start = counts
    title = "&".join(f"{key}={arguments.get(key, '')}" for key in ("search_query", "id_list"))
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"\
 xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>{HOST}/api/{name}</id>
  <title>arXiv Query (sample): {escape(title)}</title>
  <updated>{_stamp(now)}</updated>
  <link href={quoteattr(f"{HOST}/api/query?{asked}")} type="application/atom+xml"/>
  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
{"".join(entries)}</feed>
""".encode()


def _entry(paper: Paper) -> str:
    name = f"{paper.id}v{paper.versions[-1].number}"
    categories = "\n".join(
        f'    <category term="{term}" scheme="http://arxiv.org/schemas/atom"/>'
        for term in paper.categories
    )
    return f"""  <entry>
    <id>http://arxiv.org/abs/{name}</id>
    <title>{escape(paper.title)}</title>
    <updated>{_stamp(paper.updated)}</updated>
    <link href="{HOST}/abs/{name}" rel="alternate" type="text/html"/>
    <link href="{HOST}/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>
    <summary>{escape(paper.abstract)}</summary>
{categories}
    <published>{_stamp(paper.submitted)}</published>
    <arxiv:comment>{escape(paper.comments)}</arxiv:comment>
    <arxiv:primary_category term="{paper.categories[0]}"/>
{_optional(paper)}{"".join(_author(author) for author in paper.authors)}  </entry>
"""


def _optional(paper: Paper) -> str:
    text = ""
    if paper.journal_ref is not None:
        text += f"    <arxiv:journal_ref>{escape(paper.journal_ref)}</arxiv:journal_ref>\n"
    if paper.doi is not None:
        link = quoteattr(f"https://doi.sample.example/{paper.doi}")
        text += f"    <arxiv:doi>{escape(paper.doi)}</arxiv:doi>\n"
        text += f'    <link rel="related" href={link} title="doi"/>\n'
    return text


def _author(name: str) -> str:
    return (
        f"    <author>\n      <name>{escape(name)}</name>\n"
        f"      <arxiv:affiliation>{MARK}</arxiv:affiliation>\n    </author>\n"
    )


def _error_entry(message: str, now: datetime) -> str:
    """arXiv's odd habit: an error is an entry titled `Error`, counted as one result."""
    link = f"{HOST}/api/errors#{re.sub(r'[^a-z0-9]+', '_', message.lower())}"
    return f"""  <entry>
    <id>{link}</id>
    <title>Error</title>
    <updated>{_stamp(now)}</updated>
    <link href="{link}" rel="alternate" type="text/html"/>
    <summary>{escape(message)}</summary>
    <author>
      <name>arXiv api core (sample)</name>
    </author>
  </entry>
"""


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
