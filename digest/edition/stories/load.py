"""Story items out of the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from digest.edition.publishers import publishers_of
from digest.edition.stories.story import StoryItem
from digest.items import Kind
from digest.quarter import Quarter
from digest.store.labels import cached_vectors
from digest.store.tellings import Telling, tellings

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from numpy.typing import NDArray


def story_items(
    connection: duckdb.DuckDBPyConnection,
    quarter: Quarter,
    encoder: str,
    publishers: Mapping[str, str],
) -> list[StoryItem]:
    """The quarter's items with the vectors that ``encoder`` made of them, ordered by id.

    ``publishers`` names the publisher of a source, as far as it is known.
    """
    told = list(tellings(connection, quarter))
    vectors = cached_vectors(connection, sorted({t.text_hash for t in told}), encoder)
    return [_item(telling, vectors.get(telling.text_hash), publishers) for telling in told]


def _item(
    telling: Telling, vector: NDArray[np.float32] | None, publishers: Mapping[str, str]
) -> StoryItem:
    return StoryItem(
        item_id=telling.item_id,
        kind=cast(Kind, telling.kind),
        title=telling.title,
        text=telling.text,
        published=telling.published,
        language=telling.language,
        date_inferred=telling.date_inferred,
        withdrawn=telling.withdrawn,
        authors=telling.authors,
        outlets=publishers_of(telling.sources, publishers),
        keys=telling.keys,
        comments=telling.comments,
        vector=vector,
    )
