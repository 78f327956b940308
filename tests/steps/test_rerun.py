"""A quarter run again: only what has changed is redone, and a dry run changes nothing."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest

from digest.classify.model import HEADS, Model
from digest.config import SHIPPED_MODEL, Inputs, Workplace
from digest.edition.manifest import Changes
from digest.edition.shelf import Shelf
from digest.sources import catalogue
from digest.steps.rehearsal import PREFIX, rehearsal
from digest.steps.rerun import Redone, Request, Rerun, rehearse, rerun
from digest.steps.rerun_lines import lines
from digest.store.archive import Archive
from digest.store.database import reading
from tests.command import ENVIRONMENT, digest, sentence
from tests.examples import NOON, Q1, another_writer, edition
from tests.local_inputs import write_feeds, write_snapshot
from tests.servers import FaultyServer, status

ENTRIES = 3
FEED = """<rss version="2.0"><channel><title>Outlet</title>{}</channel></rss>"""
ENTRY = """<item><title>An AI model finds wells in village {0}</title>
<link>https://outlet.example/{0}</link><guid>{0}</guid>
<description>An artificial intelligence model that reads satellite images found safe water for
village {0}; engineers of the ministry drill where the machine learning system points.</description>
<pubDate>Mon, 0{0} Feb 2026 10:00:00 GMT</pubDate></item>"""


def request(**inputs: object) -> Request:
    values: dict[str, object] = {"sources": None, "describing": catalogue.default_path()}
    return Request(Q1, Inputs(**(values | inputs)), lambda: NOON, lambda _: None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    folder = tmp_path_factory.mktemp("local")
    return Inputs(
        sources=None, snapshots=(write_snapshot(folder / "papers.jsonl.gz", 12),),
        feeds=(write_feeds(folder / "feeds", "sample-regulator", "sample-agency-ar"),),
        describing=catalogue.default_path(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, inputs: Inputs) -> tuple[Workplace, Rerun]:
    """A working folder whose quarter was harvested, labelled and drafted."""
    place = Workplace(tmp_path_factory.mktemp("made") / "var")
    return place, rerun(place, Request(Q1, inputs, lambda: NOON, lambda _: None))


@pytest.fixture
def place(made: tuple[Workplace, Rerun], tmp_path: Path) -> Workplace:
    shutil.copytree(made[0].folder, tmp_path / "var")
    return Workplace(tmp_path / "var")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A feed document that nobody has seen yet."""
    path = tmp_path / "new-outlet.2026-03-31.xml"
    path.write_text(FEED.format("".join(ENTRY.format(n) for n in range(1, ENTRIES + 1))))
    return path


def files(place: Workplace) -> dict[str, str]:
    """Every file of a working folder with the hash of its bytes."""
    return {
        str(path.relative_to(place.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(place.folder.rglob("*"))
        if path.is_file() and path.parent != place.state  # whose turn it is
    }


def stored(place: Workplace) -> tuple[int, int]:
    """How many documents the archive has, and how many vectors the database."""
    with reading(place.database) as connection:
        row = connection.execute("SELECT count(*) FROM embedding").fetchone()
    assert row is not None
    return sum(1 for _ in Archive(place.raw).documents()), row[0]


def test_what_is_there_already_is_not_done_again(made: tuple[Workplace, Rerun]) -> None:
    place, first = made
    assert first.redone.encoded > 12
    assert first.difference is None
    before = files(place)
    again = rerun(place, request())
    assert again.redone == Redone()
    assert again.draft == first.draft
    assert again.was_built
    assert again.outcomes == ()
    assert "nothing changes against the draft as it was" in lines(again, is_rehearsal=False)
    changed = {name for name, sha256 in files(place).items() if before.get(name) != sha256}
    assert changed <= {"digest.read.duckdb"}  # the readers' copy is made anew


def test_the_same_inputs_again_cost_no_parsing_and_no_encoding(
    place: Workplace, inputs: Inputs, made: tuple[Workplace, Rerun]
) -> None:
    again = rerun(place, Request(Q1, inputs, lambda: NOON, lambda _: None))
    assert again.redone == Redone()
    assert again.draft == made[1].draft
    assert again.is_complete


def test_a_new_document_costs_that_document(place: Workplace, document: Path) -> None:
    documents, vectors = stored(place)
    done = rerun(place, request(feeds=(document,)))
    assert done.redone == Redone(documents=1, labelled=ENTRIES, encoded=ENTRIES)
    assert stored(place) == (documents + 1, vectors + ENTRIES)
    assert done.difference is not None
    assert len(done.difference.changes.entered) == ENTRIES
    assert done.difference.changes.left == done.difference.changes.changed == ()
    said = "\n".join(lines(done, is_rehearsal=False))
    assert f"  {ENTRIES} entered:\n" in said
    assert all(f"An AI model finds wells in village {n}" in said for n in range(1, ENTRIES + 1))
    assert "source new-outlet: not listed → answered" in said
    (outlet,) = [source for source in done.draft.sources if source.id == "new-outlet"]
    assert outlet.publisher == "outlet.example"  # no list says who it is
    assert done.site is not None
    assert "finds wells" in (done.site / "2026Q1" / "data" / "items.csv").read_text("utf-8")


def test_a_dry_run_says_the_same_and_leaves_every_byte_as_it_was(
    place: Workplace, document: Path
) -> None:
    before = files(place)
    state = sorted(place.state.rglob("*"))
    would = rehearse(place, request(feeds=(document,)))
    assert files(place) == before
    assert sorted(place.state.rglob("*")) == state
    assert not list(place.folder.glob(f"{PREFIX}*"))
    assert not would.was_built

    did = rerun(place, request(feeds=(document,)))
    assert (would.redone, would.draft, would.difference) == (did.redone, did.draft, did.difference)
    said, done = (list(lines(x, is_rehearsal=x is would)) for x in (would, did))
    assert said[0] == "1 document would be read, 3 texts would be labelled, 3 of them encoded"
    assert said[-1] == "nothing was changed: this was a dry run"
    assert said[1:-2] == done[1:-1]


def test_what_is_one_is_counted_as_one() -> None:
    item = edition().items[0]
    change = Changes(("a",), ("b",), ("c",), (), ())
    done = Rerun(
        Q1, (), Redone(documents=1, labelled=1, encoded=1), edition(items=(item,)), public="v1.0",
        for_public=change, was_built=True,
    )  # fmt: skip
    said = list(lines(done, is_rehearsal=False))
    assert said[0] == "1 document read, 1 text labelled, 1 encoded"
    assert said[1].startswith("draft of 2026Q1: 1 item, sha256 ")
    assert said[-2].endswith("as the next version: 1 enters, 1 leaves, 1 changes")


def test_a_dry_run_needs_no_turn_while_somebody_writes(place: Workplace, document: Path) -> None:
    with another_writer(place.database):
        before = set(files(place))
        would = rehearse(place, request(feeds=(document,)))
        assert set(files(place)) == before
    assert would.redone.encoded == ENTRIES


KILLED = """
import os, signal, sys
from pathlib import Path
from digest.config import Workplace
from digest.steps.rehearsal import rehearsal
with rehearsal(Workplace(Path(sys.argv[1]))):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_dry_run_left_goes_with_the_next(place: Workplace) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(place.folder)], env=ENVIRONMENT, check=False)
    (left,) = place.folder.glob(f"{PREFIX}*")
    with rehearsal(place) as within, rehearsal(place) as another:
        assert not left.exists()
        assert within.folder != another.folder  # one that somebody holds is left alone
        assert within.database.exists()
    assert not list(place.folder.glob(f"{PREFIX}*"))


def test_new_heads_cost_no_encoding(place: Workplace, made: tuple[Workplace, Rerun]) -> None:
    assert made[1].draft is not None
    stricter(place.model)
    done = rerun(place, request())
    texts = {item.text_hash for item in made[1].draft.items}
    assert done.redone == Redone(labelled=len(texts))
    assert done.difference is not None
    assert done.difference.relabelled
    assert all(item.lost and not item.gained for item in done.difference.relabelled)
    said = list(lines(done, is_rehearsal=False))
    some = done.difference.relabelled[0]
    (title,) = (item.title for item in made[1].draft.items if item.id == some.id)
    minus = ", ".join(f"-{label}" for label in some.lost)
    assert f"    {some.id}  {title}  ({minus})" in said
    assert "also changed: the model" in "\n".join(said)


def stricter(folder: Path) -> None:
    """The shipped model with other heads: it is never sure enough."""
    shutil.copytree(SHIPPED_MODEL, folder)
    heads = Model.load().heads
    high = np.full_like(heads.threshold, 0.999)
    changed = replace(heads, threshold=high, unsure_low=high, unsure_high=high)
    np.savez(folder / HEADS, **as_stored(folder / HEADS, threshold=changed.threshold,
                                         unsure_low=high, unsure_high=high))  # fmt: skip
    about = orjson.loads((folder / "model.json").read_bytes())
    about["id"] = "m1-stricter"
    about["files"][HEADS] = hashlib.sha256((folder / HEADS).read_bytes()).hexdigest()
    (folder / "model.json").write_bytes(orjson.dumps(about))


def as_stored(path: Path, **changes: np.ndarray) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    with np.load(path) as stored:
        return {name: stored[name] for name in stored.files} | changes


def test_other_templates_cost_the_pages(place: Workplace) -> None:
    stamp = place.drafts / "2026Q1.build.txt"
    stamp.write_text("of another day's templates")
    would = rehearse(place, request())
    assert not would.was_built
    assert "its pages would be built anew" in lines(would, is_rehearsal=True)
    done = rerun(place, request())
    assert (done.redone, done.was_built) == (Redone(), False)
    assert not done.difference
    assert rerun(place, request()).was_built


def test_what_is_published_stays_as_it_is(
    place: Workplace, made: tuple[Workplace, Rerun], document: Path
) -> None:
    assert made[1].draft is not None
    shelf = Shelf(place.editions)
    shelf.publish(made[1].draft, NOON)
    published = {n: s for n, s in files(place).items() if n.startswith("editions/2026Q1/v")}
    done = rerun(place, request(feeds=(document,)))
    assert {n: s for n, s in files(place).items() if n.startswith("editions/2026Q1/v")} == published
    assert [e.version for e in shelf.editions()] == ["v1.0"]
    assert not place.public.exists()
    assert done.draft is not None
    assert sum(item.late for item in done.draft.items) == ENTRIES
    (said,) = (line for line in lines(done, is_rehearsal=False) if line.startswith("v1.0"))
    assert said == (
        "v1.0 is published and stays as it is; publishing the draft as the next version: "
        "3 enter, 0 leave, 0 change"
    )


def test_invented_texts_stay_invented_and_sources_keep_their_names(place: Workplace) -> None:
    shelf = Shelf(place.editions)
    draft = shelf.draft(Q1)
    assert draft is not None
    told = tuple(replace(s, publisher=f"Publisher of {s.id}") for s in draft.sources)
    shelf.put_draft(replace(draft, sample=True, sources=told))
    done = rerun(place, request())
    assert done.draft is not None
    assert done.draft.sample
    assert {s.publisher for s in done.draft.sources} == {f"Publisher of {s.id}" for s in told}


def test_when_nobody_answers_the_draft_stays(place: Workplace, tmp_path: Path) -> None:
    with FaultyServer({"/gone": status(410)}) as server:
        listed = tmp_path / "list.toml"
        listed.write_text(LISTED.format(server.url("/gone")))
        asking = {"sources": listed, "contact": "mailto:a@sample.example", "sample": True,
                  "private_hosts": frozenset({server.host})}  # fmt: skip
        before = Shelf(place.editions).draft(Q1)
        done = rerun(place, request(**asking))
    assert done.draft is None
    assert not done.is_complete
    assert Shelf(place.editions).draft(Q1) == before
    said = list(lines(done, is_rehearsal=False))
    assert said[1].startswith("gone failed: HTTP 410")
    assert said[-1].startswith("no source answered: nothing is drafted")


LISTED = """
[[source]]
id = "gone"
kind = "feed"
url = "{}"
publisher = "Publisher"
group = "journals"
country = "KE"
region = "africa"
language = "en"
home = "https://gone.example/"
verified = true
"""


@pytest.fixture(scope="module")
def var(made: tuple[Workplace, Rerun]) -> Path:
    return made[0].folder


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["2026Q5"], "'2026Q5' is not a quarter"),
        (["2999Q1"], "which is in the future"),
        (["2025Q3"], "nothing is stored of 2025Q3: harvest it first (digest run 2025Q3)"),
        (["2026Q1", "--feeds", "missing.xml"], "there is no file or folder missing.xml"),
        (["2026Q1", "--refresh"], "give --contact mailto:you@example.org"),
        (["2026Q1", "--source", "sience", "--contact", "a@b.example"],
         "there is no source 'sience' in the list"),
        (["2026Q1", "--refresh", "--feeds", "."], "leave one of them out"),
        (["2026Q1", "--var", "nowhere", "--dry-run"], "there is no database at nowhere"),
    ],
)  # fmt: skip
def test_a_wrong_request_is_answered_in_a_sentence(
    var: Path, arguments: list[str], expected: str, tmp_path: Path
) -> None:
    where = () if "--var" in arguments else ("--var", var)
    before = files(Workplace(var))
    assert expected in sentence(digest("rerun", *arguments, *where, cwd=tmp_path))
    assert files(Workplace(var)) == before


def test_the_command_runs_the_quarter_again(place: Workplace, document: Path) -> None:
    before = files(place)
    arguments = ("rerun", "2026Q1", "--feeds", document, "--var", place.folder)
    dry = digest(*arguments, "--dry-run")
    assert (dry.returncode, files(place)) == (0, before)
    assert dry.stdout.decode().endswith("nothing was changed: this was a dry run\n")
    real = digest(*arguments)
    assert real.returncode == 0
    assert b"3 entered:" in real.stdout
    draft = Shelf(place.editions).draft(Q1)
    assert draft is not None
    assert draft.sha256 in dry.stdout.decode()
    assert draft.sha256 in real.stdout.decode()


def test_an_edition_that_is_the_same_is_no_difference() -> None:
    from digest.edition.difference import difference

    assert not difference(edition(), edition())


def test_an_item_of_the_first_format_has_no_title_that_could_have_changed() -> None:
    from digest.edition.difference import difference

    item = replace(edition().items[0], voice="A. Author")
    new = edition(items=(item,))
    old = replace(new, items=(replace(item, title="", url="", voice=""),), format="edition/1")
    found = difference(old, new)
    assert found
    assert found.changes.changed == ()
    withdrawn = replace(old, items=(replace(item, title="", url="", voice="", withdrawn=True),))
    assert difference(withdrawn, new).changes.changed == (item.id,)
