"""The list of sources: a TOML file that editors write, read into ``Source`` values.

    [[source]]
    id = "un-news-fr"                 # [a-z0-9-], 2 to 40 characters; permanent, never reused
    kind = "feed"                     # or "arxiv-oai" (with `set`), "arxiv-api" (with `categories`)
    url = "https://news.un.org/…"     # `{base}` stands for the address of a sample server
    publisher = "United Nations News"
    group = "un-system"               # see GROUPS
    country = "INT"                   # of the publisher: ISO 3166-1 alpha-2, or INT
    region = "global"                 # what it reports on, see REGIONS
    language = "fr"                   # ISO 639-1
    home = "https://news.un.org/fr/"
    verified = true                   # the address is stated where `checked` says
    enabled = true                    # the default; false: only when asked for by id
    private = false                   # the default; true: its host may be of a private network

A wrong entry is refused with its line, its key, and what may stand there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, get_args

from pydantic import (
    AfterValidator,
    ConfigDict,
    StrictBool,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from digest.errors import SourceListError
from digest.sources.codes import is_country, is_language
from digest.text import web_address

Kind = Literal["arxiv-oai", "arxiv-api", "feed"]
Group = Literal[
    "un-system",
    "standards",
    "incidents",
    "safety-institutes",
    "regulators",
    "journals",
    "science-press",
    "civil-society",
    "research-labs",
    "preprints",
]
Region = Literal[
    "global",
    "africa",
    "arab-states",
    "asia-pacific",
    "europe",
    "latin-america-caribbean",
    "north-america",
]
KINDS: tuple[str, ...] = get_args(Kind)
GROUPS: tuple[str, ...] = get_args(Group)
REGIONS: tuple[str, ...] = get_args(Region)


def _address(url: str) -> str:
    if "{base}" in url:
        raise ValueError("holds {base}, but no server's address was given to stand in its place")
    if not web_address(url):
        raise ValueError(f"must be a whole http or https address, not '{url}'")
    return url


def _country(code: str) -> str:
    if not is_country(code):
        raise ValueError(f"must be an ISO 3166-1 code of two capitals, or INT, not '{code}'")
    return code


def _language(code: str) -> str:
    if not is_language(code):
        raise ValueError(f"must be an ISO 639-1 code of two small letters, not '{code}'")
    return code


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Address = Annotated[str, AfterValidator(_address)]


@dataclass(frozen=True, slots=True)
class Source:
    """One source as the list states it. ``set`` is for arxiv-oai, ``categories`` for arxiv-api."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$")]
    kind: Kind
    url: Address
    publisher: Text
    group: Group
    country: Annotated[str, AfterValidator(_country)]
    region: Region
    language: Annotated[str, AfterValidator(_language)]
    home: Address
    verified: StrictBool
    checked: str = ""
    set: Annotated[str, StringConstraints(pattern=r"^[\w.-]+(:[\w.-]+)*$")] = ""
    categories: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z-]+(\.[\w-]+)?$")], ...] = ()
    enabled: StrictBool = True
    private: StrictBool = False


KEYS = tuple(f.name for f in fields(Source))


def default_path() -> Path:
    """The list that comes with the package."""
    return Path(__file__).with_name("sources.toml")


def load(path: Path, base: str | None = None) -> list[Source]:
    """The sources of a list, in its order; ``base`` replaces ``{base}`` in addresses.

    Raises:
        SourceListError: the file cannot be read, or an entry is wrong; names file and line.
    """
    try:
        text = path.read_text("utf-8-sig")  # editors under Windows begin with a mark of UTF-8
    except OSError as error:
        raise SourceListError(
            f"the source list '{path}' cannot be read: {error.strerror}"
        ) from error
    except UnicodeDecodeError as error:
        raise SourceListError(f"the source list '{path}' is not UTF-8 text") from error
    except ValueError as error:
        raise SourceListError(f"the source list {str(path)!r} cannot be read: {error}") from error
    lines = _Lines(path, text)
    sources = [_source(lines, i, entry, base) for i, entry in enumerate(_entries(lines))]
    _refuse_twins(lines, sources)
    return sources


def select(sources: Sequence[Source], ids: Iterable[str]) -> list[Source]:
    """The sources with these ids, in the list's order; without ids all that are enabled.

    Raises:
        SourceListError: an id that the list does not have, with the nearest ones.
    """
    wanted, known = list(ids), [source.id for source in sources]
    if not wanted:
        return [source for source in sources if source.enabled]
    for unknown in (id_ for id_ in wanted if id_ not in known):
        raise SourceListError(
            f"there is no source '{unknown}' in the list{_near(unknown, known)} "
            "(`digest sources list` names them all)"
        )
    return [source for source in sources if source.id in wanted]


class _Lines:
    """Where in the file an entry and its keys stand, for messages: tomllib does not tell."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text, self._lines = path, text, text.splitlines()
        header = re.compile(r"\s*\[\[\s*source\s*\]\]")
        self._headers = [n for n, line in enumerate(self._lines) if header.match(line)]

    def of(self, entry: int, key: str = "") -> int:
        """The line, counted from 1, of an entry's key, or of its header."""
        if entry >= len(self._headers):
            return 1
        start, *rest = self._headers[entry:]
        end = rest[0] if rest else len(self._lines)
        pattern = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
        found = (n for n in range(start, end) if key and pattern.match(self._lines[n]))
        return next(found, start) + 1

    def refuse(self, line: int | str, what: str) -> NoReturn:
        """Raise the error for a line."""
        raise SourceListError(f"{self.path}, line {line}: {what}")


def _entries(lines: _Lines) -> list[dict[str, Any]]:
    try:
        document = tomllib.loads(lines.text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        what = re.sub(r"\s*\(at .*\)$", "", str(error))
        lines.refuse(place[1] if place else lines.text.count("\n") + 1, f"not TOML: {what}")
    for key in document:
        if key != "source":
            found = (n for n, text in enumerate(lines.text.splitlines(), 1) if key in text)
            line = next(found, 1)  # it may be spelt with escapes
            lines.refuse(line, f"unknown '{key}': every entry begins with [[source]]")
    entries = document.get("source")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        lines.refuse(1, "no sources: every entry begins with [[source]], in two brackets")
    return entries


def _source(lines: _Lines, index: int, entry: dict[str, Any], base: str | None) -> Source:
    """One entry, checked; an error names the line of the key, or of the entry if it is missing."""
    if base:
        for key in ("url", "home"):
            if isinstance(entry.get(key), str):
                entry[key] = entry[key].replace("{base}", base.rstrip("/"))
    try:
        source = _checker().validate_python(entry)
    except ValidationError as error:
        # A misspelt key is also a missing one: the misspelling is the news.
        first = min(error.errors(include_url=False), key=lambda e: e["type"] == "missing")
        key = str(first["loc"][0])
        lines.refuse(lines.of(index, key), _sentence(entry, key, first["type"], first["msg"]))
    for key, what in _contradictions(source):
        lines.refuse(lines.of(index, key), f"source '{source.id}': {what}")
    return source


@cache
def _checker() -> TypeAdapter[Source]:
    return TypeAdapter(Source)


_ALLOWED = {"kind": KINDS, "group": GROUPS, "region": REGIONS}
_FORMS = {
    "id": "must be 2 to 40 of the characters a-z, 0-9 and -",
    "set": "must be a set of the OAI interface, such as cs:cs:AI",
    "categories": 'must be a list of arXiv categories, such as ["cs.AI", "stat.ML"]',
    "verified": "must be true or false, without quotes",
    "enabled": "must be true or false, without quotes",
    "private": "must be true or false, without quotes",
}


def _sentence(entry: dict[str, Any], key: str, kind: str, message: str) -> str:
    """What is wrong with a key, and what may stand there."""
    name, value = entry.get("id", "without id"), entry.get(key)
    if kind == "missing":
        what = f"'{key}' is missing"
    elif kind in ("extra_forbidden", "unexpected_keyword_argument"):
        what = f"unknown key '{key}'{_near(key, KEYS)} (known: {', '.join(KEYS)})"
    elif key in _ALLOWED:
        allowed = _ALLOWED[key]
        what = f"'{key}' must be one of {', '.join(allowed)}, not '{value}'{_near(value, allowed)}"
    elif kind == "value_error":
        what = f"'{key}' {message.removeprefix('Value error, ')}"
    else:
        form = _FORMS.get(key, "must be 1 to 300 characters of text in quotes")
        what = f"'{key}' {form}, not {value!r}"
    return f"source '{name}': {what}"


def _contradictions(source: Source) -> Iterable[tuple[str, str]]:
    """Keys that do not fit the kind."""
    for key, owner in (("set", "arxiv-oai"), ("categories", "arxiv-api")):
        if source.kind == owner and not getattr(source, key):
            yield "kind", f"'{key}' is missing: a source of kind {owner} names it"
        if source.kind != owner and getattr(source, key):
            yield key, f"'{key}' is for sources of kind {owner}, and this is a {source.kind}"


def _refuse_twins(lines: _Lines, sources: Sequence[Source]) -> None:
    """Two entries with one id, or that ask the same thing, are a slip of the editor's."""
    seen: dict[object, int] = {}
    for index, source in enumerate(sources):
        asks = (source.kind, source.url, source.set, source.categories)
        for key, value in (("id", source.id), ("url", asks)):
            first = seen.setdefault((key, value), index)
            if first != index:
                lines.refuse(
                    lines.of(index, key),
                    f"source '{source.id}': the same '{key}' as source '{sources[first].id}' "
                    f"in line {lines.of(first, key)}",
                )


def _near(word: object, known: Sequence[str]) -> str:
    matches = get_close_matches(str(word), known, n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(repr(m) for m in matches)}?" if matches else ""
