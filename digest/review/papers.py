"""The cited papers looked up again before a sign-off: what came of it, in a small file of its own.

``<quarter>.papers.json`` beside the packet. It is replaced whole, and the application reads it
while the pipeline writes its database.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import orjson

from digest.errors import StoreCorrupt
from digest.store.archive import replacing, storage_errors

Outcome = Literal["checked", "nobody to ask", "failed"]


@dataclass(frozen=True, slots=True)
class PapersCheck:
    """What arXiv says of the cited papers at a moment; all but the outcome are ids of items.

    ``withdrawn`` were withdrawn since the draft was made, ``newer`` have another version since,
    ``unknown`` arXiv did not answer for. ``detail`` is a failure in a sentence.
    """

    at: datetime
    outcome: Outcome
    asked: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    detail: str = ""


def read_check(path: Path) -> PapersCheck | None:
    """What was noted last, None if the papers were never looked up.

    Raises:
        StoreCorrupt: the file cannot be read.
    """
    if not path.exists():
        return None
    try:
        said = orjson.loads(path.read_bytes())
        at = datetime.fromisoformat(said.pop("at"))
        outcome, detail = said.pop("outcome"), said.pop("detail")
        ids = {name: tuple(values) for name, values in said.items()}
        return PapersCheck(at, outcome, detail=detail, **ids)
    except (ValueError, TypeError, KeyError):
        raise StoreCorrupt(
            f"{path} cannot be read: delete it, and look the papers up again (digest review "
            "check QUARTER --contact …)"
        ) from None


def write_check(path: Path, check: PapersCheck) -> None:
    """Note what came of a check.

    Raises:
        StorageFull: the folder cannot be written.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as out:
            out.write(orjson.dumps(asdict(check)))
