"""A harvest of local files: a damaged one fails by name, and the others go on."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from digest.config import Inputs, Workplace
from digest.errors import InputError
from digest.steps.harvest import harvest, local_files
from digest.store.history import ANSWERED, FAILED, Outcome
from tests.examples import NOON, Q1

if TYPE_CHECKING:
    import duckdb

FEED = """<rss version="2.0"><channel><title>T</title><item><title>{0}</title>
<link>https://x.example/{0}</link><guid>{0}</guid><description>About {0}.</description>
<pubDate>Mon, 02 Feb 2026 10:00:00 GMT</pubDate></item></channel></rss>"""


def outcomes(
    connection: duckdb.DuckDBPyConnection, place: Workplace, inputs: Inputs
) -> dict[str, Outcome]:
    found = harvest(connection, place, Q1, inputs, lambda: NOON)
    return {outcome.source: outcome for outcome in found}


def test_a_damaged_file_is_a_failed_source_and_the_others_go_on(
    connection: duckdb.DuckDBPyConnection, place: Workplace, tmp_path: Path
) -> None:
    folder = tmp_path / "feeds"
    folder.mkdir()
    packed = gzip.compress(FEED.format("a").encode() * 50)
    (folder / "cut.xml.gz").write_bytes(packed[: len(packed) // 2])
    (folder / "no-gzip.xml").write_bytes(b"\x1f\x8bthis is not gzip")
    (folder / "good.xml").write_text(FEED.format("b"))
    found = outcomes(connection, place, Inputs(sources=None, feeds=(folder,)))
    assert {source: outcome.outcome for source, outcome in found.items()} == {
        "cut": FAILED, "no-gzip": FAILED, "good": ANSWERED,
    }  # fmt: skip
    assert "the file is damaged" in found["cut"].detail
    assert str(folder / "cut.xml.gz") in found["cut"].detail
    assert not list(place.raw.rglob(".*"))


def test_two_snapshots_have_one_outcome_with_the_failure_of_either(
    connection: duckdb.DuckDBPyConnection, place: Workplace, tmp_path: Path
) -> None:
    line = orjson.dumps({
        "id": "2602.00001", "title": "T", "abstract": "A", "authors": "B", "categories": "cs.AI",
        "versions": [{"created": "Mon, 02 Feb 2026 10:00:00 GMT"}],
    })  # fmt: skip
    cut, good = tmp_path / "cut.jsonl.gz", tmp_path / "good.jsonl"
    cut.write_bytes(gzip.compress(line * 50)[:-9])
    good.write_bytes(line + b"\n")
    found = outcomes(connection, place, Inputs(sources=None, snapshots=(cut, good)))
    assert (found["arxiv-snapshot"].outcome, found["arxiv-snapshot"].counts.stored) == (FAILED, 1)


@pytest.mark.parametrize(
    ("name", "source", "day"),
    [
        pytest.param("who_news.2026-01-31.xml.gz", "who-news", "2026-01-31", id="dated"),
        pytest.param("WHO News.xml", "who-news", None, id="without-a-day"),
        pytest.param("who.2026-13-45.xml", "who-2026-13-45", None, id="no-such-day"),
        pytest.param("新闻.xml", "file", None, id="no-letters-of-ours"),
        pytest.param("plain", "plain", None, id="no-ending"),
    ],
)
def test_a_files_name_tells_source_and_day(
    tmp_path: Path, name: str, source: str, day: str | None
) -> None:
    (tmp_path / name).touch()
    ((found, files),) = local_files(Inputs(sources=None, feeds=(tmp_path,))).items()
    assert found == source
    assert [date and date.date().isoformat() for _, date in files] == [day]


def test_an_input_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    for inputs in (
        Inputs(sources=None, feeds=(missing,)), Inputs(sources=None, snapshots=(missing,)),
    ):  # fmt: skip
        with pytest.raises(InputError, match=f"no file or folder {missing}"):
            local_files(inputs)
