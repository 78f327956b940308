"""Sources: who is asked, how, and what their answers say.

Each source kind is two functions: one fetches and yields ``Document`` objects, one parses a
document into records and rejections without any input but the document. ``http`` is the one way
out to the network; ``catalogue`` reads the list of sources.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Document:
    """One answer of a source, as it came (after decompression), before anybody parsed it.

    ``headers`` has lower-case names. ``url`` is what was asked, after redirects.
    """

    source: str
    url: str
    fetched_at: datetime
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
