"""Addresses and names of editions and items that never change."""

from __future__ import annotations

import posixpath
import re
import uuid
from dataclasses import dataclass

from digest.publish.editions import Placement
from digest.taxonomy import LANGUAGES
from digest.text import one_line

# Chosen once, at random: the ids of feeds and their entries are made from it.
_NAMESPACE = uuid.UUID("6f1f1c0e-5f3a-4a52-9c5e-0d1b8b5d2a77")
# Characters that Unicode gives no meaning to and XML forbids.
_NOT_IN_XML = re.compile(r"[\ufffe\uffff]")


# The pages of a quarter, from its folder, that every language has under the same address.
IN_EVERY_LANGUAGE = frozenset({"", "goals/", "risks/", "matrix/", "explore/", "method/"})


@dataclass(frozen=True, slots=True)
class Licence:
    """What may be done with our own counts, labels and words: a name and where its text stands."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Site:
    """The site: its name, a sentence about it, its public address, and the licence of its own part.

    ``address`` ends with ``/``; where it is empty, addresses are given relative to the file that
    names them. Feeds and metadata are by their standards complete only with an address. ``report``
    is the mail address to which readers report problems, or ``""``.
    """

    name: str
    description: str
    address: str = ""
    licence: Licence | None = None
    report: str = ""

    def url(self, path: str, at: str = "") -> str:
        """The address of ``path``, as the file ``at`` gives it; both from the site's root.

        A folder's path ends with ``/``; the root is the empty path.
        """
        if self.address:
            return self.address.rstrip("/") + "/" + path
        relative = posixpath.relpath(path or ".", posixpath.dirname(at) or ".")
        return relative + "/" * (not path or path.endswith("/"))


def plain(text: str) -> str:
    """Foreign text as one plain line that every format can hold."""
    return one_line(_NOT_IN_XML.sub("", text))


def urn(*parts: str) -> str:
    """A permanent id made from names, whatever the site's address."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, '/'.join(parts))}"


def permanent(quarter: str, version: str | None) -> str:
    """The folder, with ``/``, that shows a version for ever; a draft has only its quarter's."""
    return f"{quarter}/{version}/" if version else f"{quarter}/"


def in_languages(path: str) -> dict[str, str]:
    """The path of a page in each language, given its English one; both from the site's root."""
    return {tag: path if tag == "en" else f"{tag}/{path}" for tag in LANGUAGES}


def canonical(place: Placement) -> str:
    """The folder, with ``/``, that search engines should name: the quarter's for its latest."""
    quarter, version = place.edition.manifest.quarter, place.edition.version
    replaced = place.versions and version != place.versions[0].version
    return permanent(quarter, version if replaced else None)
