"""What ``digest sources check`` says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest import sample
from digest.config import Inputs
from digest.errors import SourceListError
from digest.report import check_lines
from digest.sample.server import sample_server
from digest.sources import catalogue


@pytest.fixture(scope="module")
def checked() -> dict[str, tuple[bool, str]]:
    with sample_server(stage=1) as base:
        lines = list(check_lines(inputs(base), lambda: datetime(2026, 4, 7, tzinfo=UTC)))
    return {line.split()[0]: (is_well, line) for is_well, line in lines} | {"": lines[-1]}


def inputs(base: str, only: Iterable[str] = ()) -> Inputs:
    return Inputs(
        sources=sample.SOURCES, base=base, only=tuple(only), contact="mailto:a@b.example",
        private_hosts=frozenset({base.removeprefix("http://")}), sample=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("sample-intergov", "rss20 as application/rss+xml, 10 entries, the newest of "
                     "2026-03-30, 7 days ago", id="rss"),
        pytest.param("sample-intergov-fr", "atom10 as application/atom+xml, 6 entries, the newest "
                     "of 2026-03-24", id="atom"),
        pytest.param("sample-journal", "rss10 as application/rdf+xml, 7 entries", id="rdf"),
        pytest.param("sample-research-lab", "json as application/feed+json, 5 entries", id="json"),
        pytest.param("sample-arxiv-cs-ai", "oai-pmh as text/xml, ", id="oai"),
    ],
)  # fmt: skip
def test_a_check_says_what_answers_and_how_fresh(
    checked: dict[str, tuple[bool, str]], source: str, expected: str
) -> None:
    is_well, line = checked[source]
    assert is_well is True
    assert re.fullmatch(rf"{source} +answers  {re.escape(expected)}.*\d ms", line)


def test_a_check_names_what_is_wrong_and_sums_up(checked: dict[str, tuple[bool, str]]) -> None:
    assert checked["sample-broken"][0] is False
    assert re.match(r"sample-broken +FAILS  the document breaks off", checked["sample-broken"][1])
    assert checked["sample-empty"][0] is False
    assert checked[""] == (False, "21 of 23 sources answer; not: sample-broken, sample-empty")


def test_a_check_of_one_source_asks_only_that_one() -> None:
    with sample_server(stage=1) as base:
        lines = list(check_lines(inputs(base, ["sample-journal"])))
    assert [is_well for is_well, _ in lines] == [True, True]
    assert lines[-1][1] == "1 of 1 sources answer"


def test_an_address_that_is_not_asked_is_said_of_its_source() -> None:
    with sample_server(stage=1) as base:
        asked = replace(inputs(base, ["sample-journal"]), private_hosts=frozenset())
        is_well, line = next(check_lines(asked))
    assert is_well is False
    assert re.match(r"sample-journal +FAILS  port \d+ is not one of a public", line)
    assert "if it is meant, write `private = true` in its entry of the source list" in line


def test_a_source_of_a_private_network_is_asked_when_the_list_says_so(tmp_path: Path) -> None:
    with sample_server(stage=1) as base:
        entry = next(s for s in catalogue.load(sample.SOURCES, base) if s.id == "sample-journal")
        listed = tmp_path / "sources.toml"
        listed.write_text(
            "[[source]]\n" + "\n".join(
                f'{key} = "{getattr(entry, key)}"'
                for key in ("id", "kind", "url", "publisher", "group", "country", "region",
                            "language", "home")
            ) + "\nverified = true\nprivate = true\n"
        )  # fmt: skip
        lines = list(check_lines(Inputs(sources=listed, contact="mailto:a@b.example")))
    assert lines[-1] == (True, "1 of 1 sources answer")


def test_a_check_of_an_unknown_source_is_refused() -> None:
    with pytest.raises(SourceListError, match="there is no source 'sample-jurnal'"):
        next(check_lines(inputs("http://127.0.0.1:1", ["sample-jurnal"])))
