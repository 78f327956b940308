"""OAI-PMH 2.0 as arXiv speaks it: Identify, ListSets and ListRecords in arXivRaw.

Laid out after arXiv's own server (github.com/arXiv/oaipmh): same elements in the same order,
day granularity, and resumption tokens that are the percent-encoded query with a `skip`, so
they hold no state here either. Errors are documents with status 200, as the protocol says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from textwrap import wrap
from urllib.parse import parse_qsl, quote, unquote, urlencode
from xml.sax.saxutils import escape, quoteattr

from .data import Paper, Version

PAGE_SIZE = 40
BASE_URL = "https://oaipmh.sample.example/oai"
PHYSICS = ("astro-ph", "cond-mat", "gr-qc", "hep-ex", "hep-ph", "hep-th", "nlin", "quant-ph")
_LIST_ARGUMENTS = {"verb", "metadataPrefix", "from", "until", "set"}
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_RAW = "http://arxiv.org/OAI/arXivRaw/"


class OaiError(Exception):
    """An answer the protocol gives as an `<error>` element."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def respond(query: Sequence[tuple[str, str]], papers: Sequence[Paper], now: datetime) -> bytes:
    """The document for one request, given its arguments in order and the papers in list order."""
    arguments = dict(query)
    try:
        body = _answer(query, papers)
    except OaiError as error:
        shown = {} if error.code in ("badVerb", "badArgument") else arguments
        body = f"<error code={quoteattr(error.code)}>{escape(str(error))}</error>"
        return _document(shown, body, now)
    return _document(arguments, body, now)


def set_spec(category: str) -> str:
    """`cs.AI` -> `cs:cs:AI`, `physics.soc-ph` -> `physics:physics:soc-ph`."""
    archive = category.partition(".")[0]
    group = "physics" if archive in PHYSICS else archive
    return f"{group}:{category.replace('.', ':')}"


def _answer(query: Sequence[tuple[str, str]], papers: Sequence[Paper]) -> str:
    arguments = dict(query)
    if len(arguments) != len(query):
        raise OaiError("badArgument", "An argument is repeated.")
    verb = arguments.get("verb")
    if verb == "ListRecords":
        return _list_records(arguments, papers)
    if verb not in ("Identify", "ListSets"):
        raise OaiError("badVerb", "The sample answers Identify, ListSets and ListRecords.")
    if set(arguments) != {"verb"}:
        raise OaiError("badArgument", f"{verb} takes no arguments here.")
    return _identify(papers) if verb == "Identify" else _list_sets(papers)


def _identify(papers: Sequence[Paper]) -> str:
    return (
        "<Identify>\n<repositoryName>arXiv (sample)</repositoryName>\n"
        f"<baseURL>{BASE_URL}</baseURL>\n<protocolVersion>2.0</protocolVersion>\n"
        "<adminEmail>nobody@sample.example</adminEmail>\n"
        f"<earliestDatestamp>{papers[0].modified}</earliestDatestamp>\n"
        "<deletedRecord>persistent</deletedRecord>\n<granularity>YYYY-MM-DD</granularity>\n"
        "</Identify>"
    )


def _list_sets(papers: Sequence[Paper]) -> str:
    specs = {set_spec(category) for paper in papers for category in paper.categories}
    for spec in list(specs):
        parts = spec.split(":")
        specs.update(":".join(parts[:end]) for end in range(1, len(parts)))
    sets = (
        f"<set><setSpec>{spec}</setSpec><setName>{spec} (sample)</setName></set>"
        for spec in sorted(specs)
    )
    return "<ListSets>\n" + "\n".join(sets) + "\n</ListSets>"


def _list_records(arguments: Mapping[str, str], papers: Sequence[Paper]) -> str:
    token = arguments.get("resumptionToken")
    if token is None:
        wanted, skip = dict(arguments), 0
    elif set(arguments) == {"verb", "resumptionToken"}:
        wanted, skip = _read_token(token)
    else:
        raise OaiError("badArgument", "resumptionToken is an exclusive argument.")
    matching = _matching(wanted, papers)
    page = matching[skip : skip + PAGE_SIZE]
    if not page and token is not None:
        raise OaiError("badResumptionToken", "The token points past the end of the list.")
    if not page:
        raise OaiError("noRecordsMatch", "No records match these arguments.")
    rest = _token_element(wanted, skip, len(matching))
    records = "\n".join(_record(paper) for paper in page)
    return f"<ListRecords>\n{records}\n{rest}</ListRecords>"


def _matching(wanted: Mapping[str, str], papers: Sequence[Paper]) -> list[Paper]:
    if set(wanted) - _LIST_ARGUMENTS:
        raise OaiError("badArgument", "ListRecords got an argument it does not know.")
    if "metadataPrefix" not in wanted:
        raise OaiError("badArgument", "metadataPrefix required.")
    if wanted["metadataPrefix"] != "arXivRaw":
        raise OaiError("cannotDisseminateFormat", "The sample serves arXivRaw only.")
    first = _day(wanted.get("from"), date.min)
    last = _day(wanted.get("until"), date.max)
    if first > last:
        raise OaiError("badArgument", "from must not be later than until.")
    spec = wanted.get("set")
    return [
        paper
        for paper in papers
        if first <= paper.modified <= last and (spec is None or _is_member(paper, spec))
    ]


def _is_member(paper: Paper, spec: str) -> bool:
    """Sets nest: a record of `cs:cs:AI` is also in `cs:cs` and `cs`."""
    return any(f"{set_spec(category)}:".startswith(f"{spec}:") for category in paper.categories)


def _day(text: str | None, otherwise: date) -> date:
    if text is None:
        return otherwise
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise OaiError("badArgument", "Dates are written YYYY-MM-DD.")
    return day


def _token_element(wanted: Mapping[str, str], skip: int, size: int) -> str:
    """Nothing on an only page, an empty element on a last page: as the protocol asks."""
    if skip + PAGE_SIZE < size:
        token = quote(urlencode({**wanted, "skip": skip + PAGE_SIZE}), safe="")
        return f"<resumptionToken>{token}</resumptionToken>\n"
    return "<resumptionToken/>\n" if skip else ""


def _read_token(token: str) -> tuple[dict[str, str], int]:
    wanted = dict(parse_qsl(unquote(token)))
    skip = wanted.pop("skip", "")
    if not skip.isdecimal() or wanted.get("verb") != "ListRecords":
        raise OaiError("badResumptionToken", "The resumption token is not one of ours.")
    try:
        _matching(wanted, ())
    except OaiError as error:
        raise OaiError("badResumptionToken", str(error)) from None
    return wanted, int(skip)


def _record(paper: Paper) -> str:
    sets = "\n".join(f"<setSpec>{set_spec(category)}</setSpec>" for category in paper.categories)
    versions = "\n".join(_version(version) for version in paper.versions)
    fields = {
        "title": "\n  ".join(_lines(paper.title, 72)),
        "authors": _authors(paper.authors),
        "categories": " ".join(paper.categories),
        "comments": paper.comments,
        "journal-ref": paper.journal_ref,
        "doi": paper.doi,
        "license": paper.license,
        "abstract": "  " + "\n".join(_lines(paper.abstract, 78)) + "\n",
    }
    elements = "\n".join(f"<{k}>{escape(v)}</{k}>" for k, v in fields.items() if v is not None)
    return f"""<record>
<header>
<identifier>oai:arXiv.org:{paper.id}</identifier>
<datestamp>{paper.modified}</datestamp>
{sets}
</header>
<metadata>
<arXivRaw xmlns="{_RAW}" {_XSI} xsi:schemaLocation="{_RAW} http://arxiv.org/OAI/arXivRaw.xsd">
<id>{paper.id}</id>
<submitter>{escape(paper.authors[0])}</submitter>
{versions}
{elements}
</arXivRaw>
</metadata>
</record>"""


def _version(version: Version) -> str:
    stamp = version.submitted.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return (
        f'<version version="v{version.number}">\n<date>{stamp}</date>\n'
        f"<size>{version.kilobytes}kb</size>\n<source_type>{version.source_type}</source_type>\n"
        "</version>"
    )


def _lines(text: str, width: int) -> list[str]:
    """arXiv breaks long fields at spaces only, so that joining the lines restores the text."""
    return wrap(text, width, break_long_words=False, break_on_hyphens=False)


def _authors(names: Sequence[str]) -> str:
    """One string, as arXiv keeps it: `A, B and C`."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _document(arguments: Mapping[str, str], body: str, now: datetime) -> bytes:
    shown = "".join(f" {name}={quoteattr(value)}" for name, value in arguments.items())
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" {_XSI}\
 xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/\
 http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
<responseDate>{now:%Y-%m-%dT%H:%M:%SZ}</responseDate>
<request{shown}>{BASE_URL}</request>
{body}
</OAI-PMH>
""".encode()
