"""Data files that stand beside the pages: one row per label, each with who gave it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from digest.edition.manifest import EditionItem, Manifest

COLUMNS = (
    "item_id", "kind", "date", "date_inferred", "version", "withdrawn", "late", "language",
    "sources", "status", "title", "url", "scheme", "label", "probability", "threshold", "maker",
    "unsure", "model", "codebook",
)  # fmt: skip


def items_csv(manifest: Manifest) -> bytes:
    """Every item of the quarter as CSV (UTF-8): a row per label, or one row when it has none."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    maker = (manifest.model, manifest.codebook)
    for item in manifest.items:
        for row in _rows(item):
            writer.writerow([_cell(value) for value in (*row, *maker)])
    return out.getvalue().encode()


def _rows(item: EditionItem) -> Iterator[tuple[object, ...]]:
    base = (
        item.id, item.kind, item.date, item.date_inferred, item.version, item.withdrawn, item.late,
        item.language, ";".join(item.sources), item.status,
        item.title, item.url,
    )  # fmt: skip
    if not item.labels:
        yield (*base, "", "", "", "", "", "")
    for label in item.labels:
        yield (
            *base, label.scheme, label.label, label.probability, label.threshold, label.maker,
            label.unsure,
        )  # fmt: skip


def _cell(value: object) -> object:
    """A cell that a spreadsheet does not take for a formula; truth values as JSON writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.lstrip()[:1] in {"=", "+", "-", "@"}:
        return f"'{value}"
    return value
