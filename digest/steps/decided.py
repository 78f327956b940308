"""The panel's decisions as training texts: items are looked up in the working folder."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from digest.classify.label import Text
from digest.classify.train import decisions
from digest.classify.train.data import Example
from digest.config import Workplace
from digest.errors import InputError
from digest.store.database import reading
from digest.store.find import find_items
from digest.taxonomy import Codebook

if TYPE_CHECKING:
    import duckdb


def decided(place: Workplace, path: Path, codebook: Codebook) -> tuple[Example, ...]:
    """What stands of the decisions in a file, one example a text.

    Raises:
        InputError: there is no such file, or a line of it is no decision.
        StoreError: it names items, and the working folder has no database.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}: check the path")
    with ExitStack() as stack:
        opened: list[duckdb.DuckDBPyConnection] = []

        def text_of(name: str) -> str | None:
            if not opened:
                opened.append(stack.enter_context(reading(place.database)))
            found = find_items(opened[0], name)
            return Text(found[0].title, found[0].text).joined if len(found) == 1 else None

        return tuple(decisions.settled(decisions.read(path, codebook, text_of)))
