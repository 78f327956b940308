"""The cited papers are looked up again at arXiv: what is withdrawn, newer or gone is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from digest.config import Inputs
from digest.edition.manifest import SourceOutcome
from digest.edition.shelf import Shelf
from digest.review.conditions import missing
from digest.review.papers import PapersCheck, read_check
from digest.sample import data, search
from digest.steps.decisions import desk
from digest.steps.papers import look_up_papers
from digest.steps.signing import state_of
from digest.store.database import writing
from digest.store.history import item_states
from tests.command import digest, sentence
from tests.examples import Q1
from tests.servers import Answer, Exchange, FaultyServer, body, status
from tests.steps.panel import STORED, Panel

LIST = """[[source]]
id = "arxiv-search"
kind = "arxiv-api"
url = "{}"
categories = ["cs.AI"]
publisher = "arXiv"
group = "preprints"
country = "INT"
region = "global"
language = "en"
home = "https://arxiv.org/"
verified = true
enabled = false
"""
Change = Callable[[data.Paper], data.Paper]


def cited(panel: Panel) -> list[str]:
    found = dict.fromkeys(i.removeprefix("arxiv:") for i, _, _ in panel.shown())
    return [name for name in found if not name.startswith(("url:", "guid:", "doi:"))]


def arxiv(ids: list[str], changes: dict[str, Change]) -> Answer:
    """The search API, which knows these papers as they were, but for some changes."""
    one = next(paper for paper in data.papers(1) if paper.submitted in Q1)
    known = [replace(one, id=name, doi=None, versions=one.versions[:1]) for name in ids]
    papers = [changes.get(paper.id, lambda p: p)(paper) for paper in known]

    def answer(exchange: Exchange) -> None:
        asked = dict(parse_qsl(urlsplit(exchange.path).query))
        code, content = search.respond(asked, papers, data.STAGE_TIMES[1])
        media_type = {"Content-Type": "application/atom+xml"}
        status(code, media_type, content)(exchange)

    return answer


def withdrawn(paper: data.Paper) -> data.Paper:
    return replace(newer(paper), comments="This paper has been withdrawn by the authors.")


def newer(paper: data.Paper) -> data.Paper:
    return replace(paper, versions=(paper.versions[0], replace(paper.versions[0], number=9)))


@contextmanager
def asked(answer: Answer, folder: Path) -> Iterator[tuple[Inputs, FaultyServer]]:
    """Inputs whose list has arXiv's search API, which nobody harvests."""
    with FaultyServer({"/api/query": answer}) as server:
        listed = folder / "sources.toml"
        listed.write_text(LIST.format(server.url("/api/query")))
        host = urlsplit(server.url("/")).netloc
        yield Inputs(
            sources=listed, contact="mailto:a@b.example", private_hosts=frozenset({host}),
            sample=True,
        ), server  # fmt: skip


def look_up(panel: Panel, inputs: Inputs) -> PapersCheck:
    with writing(panel.place.database) as connection:
        return look_up_papers(connection, panel.place, Q1, inputs, panel.clock)


@pytest.fixture
def reviewed(panel: Panel) -> Panel:
    panel.open()
    panel.all_accept()
    panel.take_in()
    return panel


def lacks(panel: Panel) -> list[str]:
    with desk(panel.place, Q1) as on:
        return [str(lack) for lack in missing(state_of(panel.place, Q1, on), panel.now)]


def test_all_cited_papers_are_asked_about_at_once(reviewed: Panel, tmp_path: Path) -> None:
    names = cited(reviewed)
    assert len(names) > 10
    assert lacks(reviewed) == ["the cited papers were not looked up again"]
    with asked(arxiv(names, {}), tmp_path) as (inputs, server):
        check = look_up(reviewed, inputs)
        (request,) = server.asked
    assert {*dict(parse_qsl(urlsplit(request.path).query))["id_list"].split(",")} == {*names}
    assert (check.outcome, check.withdrawn, check.newer, check.unknown) == ("checked", (), (), ())
    assert read_check(reviewed.place.papers(Q1)) == check
    assert lacks(reviewed) == []
    (told,) = reviewed.told("digest.papers.looked-up")
    assert (told["outcome"], told["asked"]) == ("checked", len(names))


def test_a_withdrawn_paper_and_a_new_version_are_found_and_stored(
    reviewed: Panel, tmp_path: Path
) -> None:
    gone, grown, lost, *others = cited(reviewed)
    known = arxiv([gone, grown, *others], {gone: withdrawn, grown: newer})
    with asked(known, tmp_path) as (inputs, _):
        check = look_up(reviewed, inputs)
    assert check.withdrawn == (f"arxiv:{gone}",)
    assert {*check.newer} == {f"arxiv:{gone}", f"arxiv:{grown}"}
    assert check.unknown == (f"arxiv:{lost}",)
    (lack,) = lacks(reviewed)
    assert lack.startswith(f"1 cited papers were withdrawn (arxiv:{gone}): refresh the draft")
    with writing(reviewed.place.database) as connection:
        assert item_states(connection, Q1)[f"arxiv:{gone}"][1]
    assert reviewed.told("digest.harvest.completed")[-1]["failed"] == []

    assert f"arxiv:{gone}" in {i for i, _, _ in reviewed.shown()}
    reviewed.open(refresh=True)
    assert f"arxiv:{gone}" not in {i for i, _, _ in reviewed.shown()}


@pytest.mark.parametrize(
    ("answer", "said"),
    [(status(404), "HTTP 404"), (body(b"<html/>"), "not an Atom feed")], ids=["404", "no-feed"],
)  # fmt: skip
def test_an_arxiv_that_does_not_answer_is_a_failure_with_its_reason(
    reviewed: Panel, tmp_path: Path, answer: Answer, said: str
) -> None:
    with asked(answer, tmp_path) as (inputs, _):
        check = look_up(reviewed, inputs)
    assert check.outcome == "failed"
    assert said in check.detail
    assert "it failed (arxiv-search: " in lacks(reviewed)[0]


def test_with_local_files_nobody_is_asked_and_that_is_noted(reviewed: Panel) -> None:
    check = look_up(reviewed, STORED)
    assert (check.outcome, check.asked) == ("nobody to ask", ())
    assert lacks(reviewed) == []


def test_without_a_contact_what_arxiv_said_still_counts(reviewed: Panel, tmp_path: Path) -> None:
    gone, *others = cited(reviewed)
    with asked(arxiv([gone, *others], {gone: withdrawn}), tmp_path) as (inputs, _):
        check = look_up(reviewed, inputs)
    assert look_up(reviewed, STORED) == check
    assert read_check(reviewed.place.papers(Q1)) == check
    assert lacks(reviewed)[0].startswith("1 cited papers were withdrawn")
    with asked(status(404), tmp_path) as (inputs, _):
        failure = look_up(reviewed, inputs)
    assert look_up(reviewed, STORED) == failure
    assert "it failed (arxiv-search: " in lacks(reviewed)[0]


def test_papers_that_arxiv_gave_are_not_signed_off_unasked(reviewed: Panel) -> None:
    source = SourceOutcome(
        "arxiv-cs-ai", "arXiv", "arxiv-oai", "preprints", "INT", "global", "en",
        "https://arxiv.org/", "answered", "", 40,
    )  # fmt: skip
    Shelf(reviewed.place.editions).put_draft(replace(reviewed.draft, sources=(source,)))
    assert look_up(reviewed, STORED).outcome == "failed"
    (lack,) = lacks(reviewed)
    assert "it failed (the papers came from arxiv-cs-ai, and no search API of arXiv is" in lack
    reviewed.place.papers(Q1).unlink()
    refused = digest("review", "check", "2026Q1", "--var", reviewed.place.folder)
    assert "2026Q1 has papers of arxiv-cs-ai, and arXiv must be told" in sentence(refused)
    assert "give --contact mailto:you@example.org, or set DIGEST_CONTACT" in sentence(refused)
    assert read_check(reviewed.place.papers(Q1)) is None


def test_the_command_says_what_came_of_it(reviewed: Panel) -> None:
    done = digest("review", "check", "2026Q1", "--var", reviewed.place.folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "made from local files, and nobody is asked" in done.stdout.decode()
    status = digest("review", "status", "2026Q1", "--var", reviewed.place.folder)
    assert "cited papers: could not be looked up on " in status.stdout.decode()
