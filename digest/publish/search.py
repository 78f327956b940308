"""The index of a site's search, made ready: which quarter a page is of, and words without accents.

Pages of all quarters lie in one index with nearly the same words. A page's title there names its
quarter, and pages of older quarters weigh less. Many readers type ``educacion`` or ``امن``; the
theme's search looks for just these letters, so what they type stands in fields of its own, which
are searched like the others and never shown.

Every page fetches the whole index. So it has the words of the newest quarters alone, and of those
before them the pages by their titles.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

SHOWN = ("title", "text")
WHOLE = 4  # the newest quarters, whose texts are searched
_QUARTER = re.compile(r"\d{4}Q[1-4](?=/)")
# Accents of Latin and Greek letters, vowels and hamza of Arabic ones. The breve is left: it makes
# of «и» another letter, «й», which nobody leaves out.
_ACCENTS = re.compile("[\u0300-\u0305\u0307-\u036f\u064b-\u0655]")
_WORD = re.compile("[\\w\u0300-\u036f\u064b-\u0655]+")


def finish_index(path: Path, docs: Iterable[dict[str, Any]] = ()) -> None:
    """Add ``docs`` to the index that MkDocs wrote at ``path``, and make all its entries ready."""
    index = orjson.loads(path.read_bytes())
    fields = index["config"]["fields"]
    fields |= {f"{name}_folded": fields[name] for name in SHOWN}
    index["docs"] = ready([*index["docs"], *docs])
    path.write_bytes(orjson.dumps(index))


def ready(docs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries of an index with their quarters, weights and words without accents."""
    placed = [(doc, _QUARTER.match(doc["location"])) for doc in docs]
    newest_first = sorted({found[0] for _, found in placed if found}, reverse=True)
    entries = (_ready(doc, found[0] if found else "", newest_first) for doc, found in placed)
    return [entry for entry in entries if entry]


def _ready(doc: dict[str, Any], quarter: str, newest_first: list[str]) -> dict[str, Any]:
    """The entry of a page or of a part of one; none of a part of a page of an old quarter."""
    if quarter and quarter not in newest_first[:WHOLE]:
        if "#" in doc["location"]:
            return {}
        doc = doc | {"text": ""}
    said = doc | {f"{name}_folded": folded(doc[name]) for name in SHOWN}
    if not quarter:
        return said
    if "#" not in doc["location"]:  # parts of a page stand below its title
        said["title"] = f"{doc['title']} ({quarter})"
    return said | {"boost": 1 / (1 + newest_first.index(quarter))}


def folded(text: str) -> str:
    """The words of a text that have accents, once each and without them."""
    words = {word: _without_accents(word) for word in _WORD.findall(text)}
    return " ".join(dict.fromkeys(plain for word, plain in words.items() if plain != word))


def _without_accents(word: str) -> str:
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))
