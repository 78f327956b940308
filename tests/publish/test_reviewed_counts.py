"""Counts of a reviewed edition: what the machine gave, and what stands after people's decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from digest.edition.findings import label_counts
from digest.edition.manifest import Manifest
from digest.edition.readings import Readings
from digest.edition.reviewed import Decided, ModelTests
from digest.edition.reviewed import reviewed as after
from digest.edition.select import is_showable
from digest.publish.languages import OTHERS, tongue_of, write_language_pages
from digest.publish.languages.pages import AS_LABELLED
from digest.publish.machine.schema import Data
from digest.publish.machine.tables import data_files
from digest.taxonomy import load
from tests.publish.full_edition import PAIRS, full, reviewed
from tests.publish.invented_edition import codebook, published
from tests.publish.written import written

GOAL = ("sdg", "2")
BRACKETS = str.maketrans("（）", "()")
MACHINE = "as the machine labels them"
PANEL = "after the panel's decisions"


def _carriers(edition: Manifest, kind: str) -> Iterator[str]:
    for item in edition.items:
        labels = {(given.scheme, given.label) for given in item.labels}
        if item.kind == kind and is_showable(item) and GOAL in labels:
            yield item.id


@pytest.fixture(scope="module")
def machine() -> Manifest:
    before = full("2025Q4", items=100, seed=2)
    edition = full(items=200, before=[before])
    return replace(edition, counts=tuple(label_counts(edition.items, PAIRS, {})))


def _decided(machine: Manifest, verdicts: dict[str, bool], *, panel: bool = True) -> Manifest:
    """The edition after decisions on its second goal: by a panel, or by an editor alone."""
    said = {(item, *GOAL): holds for item, holds in verdicts.items()}
    makers = {} if panel else dict.fromkeys(said, "E. Editor")
    own = reviewed(machine).panel if panel else None
    panel_of = own and replace(own, rejected=(), added=())
    tests = ModelTests({}, None)
    return after(machine, Decided(Readings(said, {}, {}), {}, makers), tests, panel_of, "reviewed")


def _counts(edition: Manifest, kind: str) -> dict[str, int]:
    """The row of ``counts.json`` for the goal."""
    files = dict(data_files(Data(published(edition), codebook())))
    rows = orjson.loads(files["counts.json"])
    return next(r for r in rows if (r["scheme"], r["label"], r["kind"]) == (*GOAL, kind))


def test_what_the_machine_gave_and_what_stands_are_told_apart(
    machine: Manifest, tmp_path: Path
) -> None:
    papers, news = list(_carriers(machine, "paper")), list(_carriers(machine, "news"))
    verdicts = {papers[0]: False} | dict.fromkeys([*papers[1:], *news], True)
    pages = written(_decided(machine, verdicts), tmp_path)
    page, left = pages["sdg/2.md"], len(papers) - 1
    assert (
        f"The machine gave the label to {len(papers)} papers, and {PANEL.replace(chr(39), '&#39;')}"
        f" {left} carry it; too little was read to say how many truly concern it." in page
    )
    total = left + len(news)
    assert f"People confirmed {total} of these {total} items.</p>" in page
    assert "of the others only the machine says so" not in page
    row = f'<td class="n">{len(papers)}</td><td class="n">{left}</td><td class="n">–</td>'
    assert f'<th scope="row">Papers</th>{row}' in page
    assert '<th scope="col" class="n">By machine</th>' in page
    assert f'2026Q1 (this one)</th><td class="n">{left}</td>' in page


def test_tables_are_said_to_be_after_the_decisions_where_there_were_any(
    machine: Manifest, tmp_path: Path
) -> None:
    paper = next(_carriers(machine, "paper"))
    editions = {
        MACHINE: machine,
        PANEL: _decided(machine, {paper: False}),
        "after an editor's corrections": _decided(machine, {paper: False}, panel=False),
    }
    for words, edition in editions.items():
        pages = written(edition, tmp_path / words)
        for name in ("index.md", "explore.md", "matrix.md"):
            text = pages[name].replace("&#39;", "'")
            assert [said for said in editions if said in text] == [words], name
        assert ("By machine</th>" in pages["sdg/2.md"]) == (words != MACHINE)


@pytest.mark.parametrize("tag", OTHERS)
def test_so_they_are_in_every_language(tag: str, machine: Manifest, tmp_path: Path) -> None:
    paper = next(_carriers(machine, "paper"))
    editions = {"nobody": machine, "panel": _decided(machine, {paper: False})}
    for deciders, edition in editions.items():
        folder = tmp_path / deciders
        write_language_pages(published(edition), load(), tongue_of(tag), folder, draft=False)
        for name in ("index.md", "explore.md", "matrix.md"):
            text = (folder / name).read_text("utf-8").translate(BRACKETS)
            said = [d for d in editions if f"({tongue_of(tag).gettext(AS_LABELLED[d])})" in text]
            assert said == [deciders], name


def test_where_every_label_was_rejected_no_sentence_denies_the_other(
    machine: Manifest, tmp_path: Path
) -> None:
    verdicts = dict.fromkeys([*_carriers(machine, "paper"), *_carriers(machine, "news")], False)
    page = written(_decided(machine, verdicts), tmp_path)["sdg/2.md"].replace("&#39;", "'")
    assert f"and {PANEL} none carries it; too little was read" in page
    assert "No item of this quarter carries this goal." in page
    assert "was labelled with" not in page


def test_what_the_panel_took_away_is_said_also_where_nothing_is_left(
    machine: Manifest, tmp_path: Path
) -> None:
    edition = reviewed(machine)
    sections = tuple(
        replace(s, papers=0, news=0, chosen=()) if (s.scheme, s.label) == GOAL else s
        for s in edition.sections
    )
    page = written(replace(edition, sections=sections), tmp_path)["sdg/2.md"]
    assert "The panel took the label from 1 item that the machine had given it" in page


def test_the_data_have_the_machine_s_count_and_the_edition_s(machine: Manifest) -> None:
    papers = list(_carriers(machine, "paper"))
    news = list(_carriers(machine, "news"))
    edition = _decided(machine, {papers[0]: False})
    row = _counts(edition, "paper")
    assert (row["raw"], row["labelled"]) == (len(papers), len(papers) - 1)
    row = _counts(edition, "news")
    assert (row["raw"], row["labelled"]) == (len(news), len(news))
