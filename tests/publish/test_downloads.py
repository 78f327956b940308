from __future__ import annotations

import csv
import io

import pytest

from digest.publish.downloads import COLUMNS, items_csv
from tests.publish.invented_edition import hostile, manifest


def _rows(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def test_a_row_for_each_label_with_its_maker_and_one_for_each_item_without_labels() -> None:
    edition = manifest(items=80)
    rows = _rows(items_csv(edition))
    labels = [(i.id, a.scheme, a.label, a.maker) for i in edition.items for a in i.labels]
    labelled = [r for r in rows if r["scheme"]]
    assert [(r["item_id"], r["scheme"], r["label"], r["maker"]) for r in labelled] == labels
    assert {r["item_id"] for r in rows} == {i.id for i in edition.items}
    assert len(rows) == len(labels) + sum(not i.labels for i in edition.items)
    assert {(r["model"], r["codebook"]) for r in rows} == {(edition.model, edition.codebook)}
    assert tuple(rows[0]) == COLUMNS


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " ="])
def test_a_title_is_no_formula_in_a_spreadsheet(start: str) -> None:
    edition = hostile(manifest(items=1), f'{start}HYPERLINK("https://evil.example","x")\r\ny,"z')
    title = next(r["title"] for r in _rows(items_csv(edition)) if r["item_id"] == "guid:hostile")
    assert title.startswith(f"'{start}HYPERLINK")
