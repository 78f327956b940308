"""Explain: why an item, or a text from outside, has its labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from digest.classify.explain import Explanation, explain
from digest.classify.label import MAX_LINE, Text, without_markup
from digest.classify.model import Model
from digest.classify.nearest import read_exemplars
from digest.classify.train.data import exemplars
from digest.classify.wording import as_data, as_lines
from digest.config import Report, Workplace
from digest.errors import InputError
from digest.store.database import reading
from digest.store.find import StoredItem, find_items
from digest.taxonomy import Codebook


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked about, a stored item or (None) a text from outside, and its explanation."""

    item: StoredItem | None
    explanation: Explanation

    def lines(self, codebook: Codebook) -> Iterator[str]:
        """In words."""
        if self.item:
            yield self.item.title or "(no title)"
            yield " · ".join(
                (self.item.item_id, f"{self.item.published:%d %B %Y}", *self.item.sources)
                + (("withdrawn",) if self.item.withdrawn else ())
            )
        yield from as_lines(self.explanation, codebook)

    def data(self) -> dict[str, Any]:
        """As JSON data: the explanation with the item's id, address and sources."""
        if self.item is None:
            return as_data(self.explanation)
        about = asdict(self.item)
        keys = ("item_id", "kind", "quarter", "published", "withdrawn", "url", "sources")
        return {key: about[key] for key in keys} | as_data(self.explanation)


def explain_item(place: Workplace, name: str, report: Report) -> Answer:
    """Explain the labels of a stored item, by the model that labels here.

    Raises:
        InputError: no item has this name, or several have.
        StoreError: there is no database to look into.
    """
    with reading(place.database) as connection:
        found = find_items(connection, name)
    if not found:
        raise InputError(
            f"there is no item {name!r} in {place.database}: give an id such as arxiv:2601.00003, "
            "a DOI or an address, as the site shows it"
        )
    if len(found) > 1:
        several = ", ".join(item.item_id for item in found)
        raise InputError(f"{name!r} stands for several items, give one of their ids: {several}")
    [item] = found
    return Answer(item, _explain(place, Text(item.title, item.text, item.language), report))


def explain_text(place: Workplace, name: str, stream: BinaryIO, report: Report) -> Answer:
    """Explain the labels that the text of a file would get.

    Raises:
        InputError: it is not UTF-8, or too long to be one text.
    """
    return Answer(None, _explain(place, _text(name, stream), report))


def _explain(place: Workplace, text: Text, report: Report) -> Explanation:
    model = Model.load(place.model_in_use)
    written = read_exemplars(list(exemplars()), model, place.state, report)
    return explain(text, model, written)


def _text(name: str, stream: BinaryIO) -> Text:
    content = stream.read(MAX_LINE + 1)
    if len(content) > MAX_LINE:
        raise InputError(f"{name} is longer than {MAX_LINE:,} bytes: give one text at a time")
    try:
        return Text("", without_markup(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise InputError(f"{name} is not text in UTF-8") from None
