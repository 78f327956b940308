"""The data files of an edition, and the dictionary that describes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from digest.publish import words
from digest.publish.machine import count_tables, item_tables, panel_tables
from digest.publish.machine.formats import csv_file, json_file, parquet_file
from digest.publish.machine.schema import SEPARATOR, Column, Data, Table

TABLES = (
    item_tables.ITEMS,
    item_tables.LABELS,
    item_tables.STORIES,
    panel_tables.DECISIONS,
    panel_tables.FINDINGS,
    panel_tables.QUESTIONS,
    panel_tables.AGREEMENTS,
    count_tables.COUNTS,
    count_tables.SHARES,
    count_tables.HISTORY,
    count_tables.SIGNALS,
    count_tables.SOURCES,
)
NOTES = (
    "CSV, Parquet and JSON hold the same rows in the same order.",
    "CSV files are UTF-8. A cell without a value is empty; the values of a list are joined by a "
    "semicolon and a space. A semicolon within such a value is written as a comma.",
    "In CSV an apostrophe stands before what a spreadsheet would take for a formula: at the "
    "beginning of a cell and behind a semicolon, before =, +, -, @, | or % (or their wide forms), "
    "also where blanks or apostrophes stand between. To have the text, drop one apostrophe in each "
    "such place; or read Parquet or JSON, which have none.",
    "Texts are on one line, without control characters and direction overrides.",
    "Days are in universal time.",
)
_THEIRS = (
    "Titles, names and quoted sentences are their authors' and publishers', and are given as "
    "quotations."
)


def data_files(data: Data, licence: str = "") -> Iterator[tuple[str, bytes]]:
    """Every table in every format, and their description; names are within ``data/``.

    ``licence`` is the address of the terms on which our own part of the tables may be used, if they
    are stated.
    """
    for table in TABLES:
        rows = list(table.rows(data))
        yield f"{table.name}.csv", csv_file(table.columns, rows)
        yield f"{table.name}.parquet", parquet_file(table.columns, rows)
        yield f"{table.name}.json", json_file(table.columns, rows)
    yield "csv-metadata.json", description(licence)


def description(licence: str = "") -> bytes:
    """The dictionary as the W3C's CSV on the Web has it, under the name where tools look for it."""
    group = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "rdfs:comment": list(NOTES),
        "dc:rights": rights(),
        "tables": [_described(table, licence) for table in TABLES],
    }
    return orjson.dumps(group, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def foreign() -> tuple[str, ...]:
    """The columns that hold what is not ours, such as ``items.title``."""
    return tuple(f"{t.name}.{column.name}" for t in TABLES for column in t.own if column.foreign)


def rights() -> str:
    """Whose the foreign columns are, in a sentence for programs."""
    return f"{_THEIRS} These are the columns {words.listed(foreign())}."


def _described(table: Table, licence: str) -> dict[str, Any]:
    return {
        "url": f"{table.name}.csv",
        "dc:title": table.name,
        "dc:description": table.about,
        "tableSchema": {
            "columns": [_column(column, licence) for column in table.columns],
            "primaryKey": list(table.key),
        },
    }


def _column(column: Column, licence: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "datatype": "string" if column.type == "list" else column.type,
        "dc:description": column.meaning,
        "required": column.required,
    }
    if column.type == "list":
        described["separator"] = SEPARATOR
    if column.unit:
        described["schema:unitText"] = column.unit
    if column.foreign:
        described["dc:rights"] = _THEIRS
    elif licence:
        described["dc:license"] = {"@id": licence}
    return described


def dictionary() -> list[dict[str, Any]]:
    """The dictionary for a page: each table with its columns, in words."""
    return [
        {
            "name": table.name,
            "about": table.about,
            "key": table.key,
            "columns": [
                {
                    "name": column.name,
                    "type": column.type,
                    "unit": column.unit,
                    "meaning": column.meaning,
                    "required": column.required,
                }
                for column in table.columns
            ],
        }
        for table in TABLES
    ]
