"""One item, by whatever name a person has for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from digest.items import arxiv_id_in, digest_of, doi_in
from digest.text import canonical_url, web_address

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item as it is shown: title and text are those that the model reads."""

    item_id: str
    kind: str
    quarter: str
    published: datetime
    withdrawn: bool
    title: str
    text: str
    url: str
    language: str
    sources: tuple[str, ...]


def find_items(connection: duckdb.DuckDBPyConnection, name: str) -> list[StoredItem]:
    """The items that ``name`` stands for, ordered by id: as a rule one, or none.

    A name is an identity key (``arxiv:2601.00003``, which may be the item's id or that of one of
    its records), an arXiv id, a DOI, or the address of a page. A key that joined nothing because
    it stands for several works has several items.
    """
    rows = connection.execute(
        """
        SELECT item_id, item.kind, item.quarter, item.published, item.withdrawn, title, text, url,
               language, sources
        FROM item JOIN record ON record_id = lead_record
        WHERE item_id IN (SELECT item_id FROM record_key JOIN item_record USING (record_id)
                          WHERE list_contains(?, key))
        ORDER BY item_id
        """,
        [_keys(name.strip())],
    ).fetchall()
    values: Iterator[Any] = (map(_frozen, row) for row in rows)
    return [StoredItem(*row) for row in values]


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _keys(name: str) -> list[str]:
    """The identity keys that a name may mean."""
    if arxiv_id := arxiv_id_in(name):
        return [f"arxiv:{arxiv_id}"]
    keys = [name]
    if doi := doi_in(name):
        keys.append(f"doi:{doi}")
    if address := web_address(name):
        keys.append(digest_of(canonical_url(address), prefix="url:", length=16))
    return keys
