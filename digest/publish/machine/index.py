"""``edition.json``: what the rest of the site must know of a version, without reading the edition.

So feeds, ``latest.json`` and the page on citing are made again when one edition changes, and the
others stay as they were built.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import orjson

from digest.publish.machine.addresses import permanent

NAME = "edition.json"


@dataclass(frozen=True, slots=True)
class Index:
    """A version of an edition. ``published`` is ``YYYY-MM-DD``, or empty for a draft.

    ``summary`` says in sentences what is in it and what it corrects; ``files`` lists its files with
    ``path`` (from the edition's folder), ``type``, ``bytes`` and ``sha256``.
    """

    edition: str
    version: str | None
    published: str
    sha256: str
    sample: bool
    summary: str
    files: tuple[dict[str, Any], ...]

    def to_json(self) -> bytes:
        """The file."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def from_json(cls, text: bytes) -> Index:
        """Read the file; ``from_json(index.to_json()) == index``."""
        data = orjson.loads(text)
        return cls(**data | {"files": tuple(data["files"])})

    @property
    def folder(self) -> str:
        """The folder that shows this version for ever, with ``/``."""
        return permanent(self.edition, self.version)

    @property
    def name(self) -> str:
        """``2026Q1 v1.0``, or ``2026Q1 draft``."""
        return f"{self.edition} {self.version or 'draft'}"

    @property
    def order(self) -> tuple[str, list[int]]:
        """Sorts by quarter, then by version (``v1.10`` after ``v1.9``)."""
        numbers = (self.version or "").removeprefix("v").split(".")
        return self.edition, [int(n) for n in numbers if n]

    @property
    def is_correction(self) -> bool:
        """Whether it replaces a version."""
        return self.version not in (None, "v1.0")
