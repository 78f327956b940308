"""The whole review as files, and a member's decisions from a spreadsheet, each once."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest

from digest import taxonomy
from digest.classify.train import decisions as training
from digest.config import Workplace, utc_now
from digest.errors import InputError
from digest.quarter import Quarter
from digest.review.book import Book
from digest.review.events import (
    Comment,
    Decision,
    Finding,
    FindingVoice,
    Payload,
    ReviewEvent,
    Undone,
    read_payload,
)
from digest.review.exchange import export_all
from digest.review.intake import Imported, import_from
from digest.review.packet import PacketItem, PacketLabel, write_packet
from digest.review.people import People
from digest.review.standing import Rule
from digest.steps.decided import decided
from digest.store.database import reading
from tests.command import digest, sentence
from tests.examples import NOON, Q1
from tests.review.acts import ITEM, decides, new, person

HEALTH = PacketLabel("sdg", "3", 0.81, 0.5, True, False, "=It helps nurses.", 0, 17)
PAPER = PacketItem(
    id=ITEM, kind="paper", date="2026-02-03", title="=cmd|'/c calc'!A1", text="It helps nurses.",
    url="https://arxiv.org/abs/2602.00001", language="en", authors=("A. Author",),
    outlets=("arXiv",), sources=("arxiv-cs-ai",), categories=("cs.AI",), withdrawn=False,
    late=False, story="", labels=(HEALTH,), pages=(("sdg", "3"), ("risk", "security")),
)  # fmt: skip
NEWS = replace(PAPER, id="url:2", kind="news", title="Une nouvelle", labels=(), pages=())
CODEBOOK = taxonomy.load()


@pytest.fixture
def place(place: Workplace) -> Workplace:
    """A review with three members, of whom Cy has a conflict with the paper's author."""
    queues = {"selected": [ITEM], "unsure": ["url:2"]}
    write_packet(place.packet(Q1), "abc", Q1, [PAPER, NEWS], queues, lambda: NOON)
    people = People(place.book, lambda: NOON)
    for one in (person("ada"), person("bo"), person("cy", "member", "Author"),
                person("ed", "editor")):  # fmt: skip
        people.add(one)
    return place


def book(place: Workplace) -> Book:
    return Book(place.book, lambda: NOON)


def exported(place: Workplace, folder: Path) -> dict[str, Any]:
    """The files by name, as their readers have them."""
    paths = export_all(place, folder, Rule(), utc_now)
    return {path.name: _read(path) for path in paths}


def _read(path: Path) -> list[Any]:
    if path.suffix == ".jsonl":
        return [orjson.loads(line) for line in path.read_bytes().splitlines()]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_event_goes_out_whole(place: Workplace, tmp_path: Path) -> None:
    saved = book(place).append(
        new("1", "ada", decides()),
        new("2", "ada", Finding("f", "sdg/3", "Ça aide.\nSo.", "medium", "high", (ITEM, "url:2"))),
        new("3", "bo", FindingVoice("f", "2-------", "dissent", "=No()")),
        new("4", "ada", Undone("1-------")),
    )
    lines = exported(place, tmp_path / "out")["events.jsonl"]
    assert [_event(line) for line in lines] == saved


def _event(line: dict[str, Any]) -> ReviewEvent:
    payload = read_payload(line["kind"], line["payload"])
    quarter, at = Quarter.parse(line["quarter"]), NOON.fromisoformat(line["at"])
    return ReviewEvent(line["event_id"], quarter, line["person"], payload, line["number"], at)


def test_the_tables_say_what_became_of_each_decision(place: Workplace, tmp_path: Path) -> None:
    acts: list[tuple[str, Payload]] = [
        ("ada", decides("reject")), ("ada", replace(decides(), note="=1+1")),
        ("bo", decides()), ("cy", decides("reject")), ("cy", decides("unsure", "sdg/4")),
        ("cy", Undone("5-------")), ("bo", Comment("edition", "Fine.")),
    ]  # fmt: skip
    book(place).append(*(new(str(n), who, act) for n, (who, act) in enumerate(acts, start=1)))
    files = exported(place, tmp_path / "out")
    assert [(row["name"], row["verdict"], row["note"], row["state"])
            for row in files["decisions.csv"]] == [
        ("Ada", "reject", "", "replaced"), ("Ada", "accept", "'=1+1", "counts"),
        ("Bo", "accept", "", "counts"), ("Cy", "reject", "", "counts"),
        ("Cy", "unsure", "", "taken back"),
    ]  # fmt: skip
    (stands,) = files["standing.csv"]
    assert stands == {
        "quarter": "2026Q1", "item": ITEM, "scheme": "sdg", "label": "3", "outcome": "accepted",
        "by": "quorum", "accepts": "ada bo", "rejects": "", "unsure": "", "excluded": "cy",
        "disagree": "no",
    }  # fmt: skip


def test_persons_go_out_as_they_were_and_are(place: Workplace, tmp_path: Path) -> None:
    people = People(place.book, utc_now)
    people.change(person("cy"))
    people.revoke("bo")
    people.set_passphrase("ada", "four words of ada")
    rows = exported(place, tmp_path / "out")["persons.csv"]
    assert [(row["id"], row["conflicts"], row["revoked"]) for row in rows] == [
        ("ada", "", "no"), ("bo", "", "no"), ("cy", "Author", "no"), ("ed", "", "no"),
        ("cy", "", "no"), ("bo", "", "yes"),
    ]  # fmt: skip
    assert rows[0]["since"] == NOON.isoformat()
    assert "hash" not in rows[0]


def test_what_stands_trains_the_model(place: Workplace, tmp_path: Path) -> None:
    """Through the very reader of ``digest train --decisions``."""
    for n, (who, verdict, label) in enumerate(
        [("ada", "accept", "sdg/3"), ("bo", "accept", "sdg/3"), ("ada", "reject", "risk/security"),
         ("bo", "reject", "risk/security"), ("ada", "accept", "sdg/4")]
    ):  # fmt: skip
        book(place).append(new(f"n{n}", who, decides(verdict, label)))
    export_all(place, tmp_path, Rule(), utc_now)
    read = list(training.read(tmp_path / "decisions.jsonl", CODEBOOK, {ITEM: "Text."}.get))
    assert [asdict(one) for one in read] == [
        {"text": "Text.", "scheme": "risk", "label": "security", "accept": False},
        {"text": "Text.", "scheme": "sdg", "label": "3", "accept": True},
    ]
    (example,) = training.settled(read)
    assert example.labels == {"sdg": frozenset({"3"}), "risk": frozenset()}


def test_what_stands_is_found_in_the_working_folder(harvested: Workplace, tmp_path: Path) -> None:
    """As ``digest train --decisions`` does: of a paper, and of a story known by its address."""
    people = People(harvested.book, utc_now)
    people.add(person("ada"))
    people.add(person("bo"))
    with reading(harvested.database) as connection:
        items = connection.execute(
            "SELECT min(item_id) FROM item WHERE quarter = '2026Q1' GROUP BY kind ORDER BY kind"
        ).fetchall()
    for n, (item,) in enumerate(items):
        for who in ("ada", "bo"):
            book(harvested).append(new(f"{who}-{n}", who, decides(item=item)))
    export_all(harvested, tmp_path, Rule(), utc_now)
    examples = decided(harvested, tmp_path / "decisions.jsonl", CODEBOOK)
    assert [example.labels for example in examples] == [{"sdg": frozenset({"3"})}] * 2
    assert len({example.text for example in examples}) == 2


def test_without_events_the_files_are_empty(place: Workplace, tmp_path: Path) -> None:
    files = exported(place, tmp_path / "out")
    assert [name for name, rows in files.items() if rows] == ["persons.csv"]
    nothing = exported(Workplace(tmp_path / "nothing"), tmp_path / "out")
    assert not any(nothing.values())
    assert not (tmp_path / "nothing").exists()


HEADER = ["Item", "Scheme", "Label", "Verdict", "Reason", "Note"]
ROWS: list[list[object]] = [
    [ITEM, "sdg", 3, "accept", "", "'=seen"],
    ["url:2", "ai", "relevant", "Reject ", "not about AI", None],
    [ITEM, "risk", "security", None, "", "not sure yet"],
]


def table(path: Path, rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    else:
        workbook = openpyxl.Workbook()
        assert workbook.active
        for row in (header, *rows):
            workbook.active.append(list(row))
        workbook.save(path)
    return path


def take(place: Workplace, path: Path, member: str = "ada") -> Imported:
    return import_from(place, path, Q1, member, CODEBOOK, utc_now)


DECIDED = [
    Decision(ITEM, "sdg", "3", "accept", "", "=seen"),
    Decision("url:2", "ai", "relevant", "reject", "not about AI", ""),
]


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_table_is_taken_in_once(place: Workplace, tmp_path: Path, name: str) -> None:
    path = table(tmp_path / name, ROWS)
    assert take(place, path) == Imported(2, 0, ())
    assert take(place, path) == Imported(0, 2, ())
    events = book(place).events(Q1)
    assert [event.payload for event in events] == DECIDED
    assert {event.person for event in events} == {"ada"}
    assert take(place, path, "bo") == Imported(2, 0, ())
    log = People(place.book, utc_now).accesses()
    assert [(line.person, line.action) for line in log][-1] == ("ada", f"import {name}")


def test_both_formats_are_the_same_decisions(place: Workplace, tmp_path: Path) -> None:
    take(place, table(tmp_path / "t.csv", ROWS))
    assert take(place, table(tmp_path / "t.xlsx", ROWS)) == Imported(0, 2, ())


def test_what_was_decided_in_the_application_is_not_decided_again(
    place: Workplace, tmp_path: Path
) -> None:
    book(place).append(new("web", "ada", DECIDED[0]))
    assert take(place, table(tmp_path / "t.csv", ROWS)) == Imported(1, 1, ())


def test_an_old_table_does_not_overrule_what_came_after_it(
    place: Workplace, tmp_path: Path
) -> None:
    path = table(tmp_path / "t.csv", ROWS)
    take(place, path)
    book(place).append(new("web", "ada", replace(DECIDED[1], verdict="accept")))
    assert take(place, path) == Imported(0, 1, (3,))
    assert len(book(place).events()) == 3
    corrected: list[list[object]] = [*ROWS[:1], ["url:2", "ai", "relevant", "unsure", "", ""]]
    assert take(place, table(path, corrected)) == Imported(1, 1, ())


def test_a_later_table_may_return_to_an_earlier_verdict(place: Workplace, tmp_path: Path) -> None:
    for verdict in ("accept", "reject", "accept"):
        path = table(tmp_path / "t.csv", [[ITEM, "sdg", "3", verdict]], HEADER[:4])
        assert take(place, path) == Imported(1, 0, ())
        assert take(place, path) == Imported(0, 1, ())
    last = book(place).events()[-1]
    book(place).append(new("undo", "ada", Undone(last.event_id)))
    assert take(place, path) == Imported(0, 0, (2,))
    book(place).append(new("web", "ada", decides("unsure")))
    rejects = table(tmp_path / "t.csv", [[ITEM, "sdg", "3", "reject"]], HEADER[:4])
    assert take(place, rejects) == Imported(0, 0, (2,))


def test_a_row_may_be_short(place: Workplace, tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", [["my table"], [ITEM, "sdg", "3", "accept"]])
    assert take(place, path) == Imported(1, 0, ())


def test_the_sheet_of_the_quarter_is_filled_in_and_taken_in(
    place: Workplace, tmp_path: Path
) -> None:
    """Out, filled in as a member does, and in: titles cannot run, and do no harm on the way."""
    book(place).append(new("opened", "bo", Comment("edition", "Let us begin.")))
    rows = exported(place, tmp_path)["2026Q1.csv"]
    assert [(row["item"], row["label"], row["title"], row["sentence"]) for row in rows] == [
        (ITEM, "3", "'=cmd|'/c calc'!A1", "'=It helps nurses."),
        (ITEM, "security", "'=cmd|'/c calc'!A1", ""),
    ]  # fmt: skip
    filled = [list((row | {"verdict": "accept"}).values()) for row in rows]
    assert take(place, table(tmp_path / "filled.xlsx", filled, list(rows[0]))).saved == 2
    stands = {(row["label"], row["state"]) for row in exported(place, tmp_path)["decisions.csv"]}
    assert stands == {("3", "counts"), ("security", "counts")}


def test_wrong_rows_are_named_and_nothing_is_taken(place: Workplace, tmp_path: Path) -> None:
    wrong: list[list[object]] = [
        *ROWS,
        [ITEM, "sdg", "3", "yes", "", ""],
        [ITEM, "sdg", "18", "accept", "", ""],
        ["arxiv:none", "sdg", "3", "accept", "", ""],
        [ITEM, "sdg", "3", "reject", "", ""],
        ["", "sdg", "3", "accept", "", ""],
        [ITEM, "sdg", "3", "accept", "", "x" * 4001],
    ]
    with pytest.raises(InputError) as error:
        take(place, table(tmp_path / "t.csv", wrong))
    for part in (
        "t.csv: nothing was imported", "row 5: decision, verdict",
        "row 6: the codebook has no label sdg/18", "row 7: no item arxiv:none is under review",
        "row 8: says otherwise than row 2", "row 9: decision, item", "row 10: decision, note",
    ):  # fmt: skip
        assert part in str(error.value)
    assert book(place).events() == []


def test_many_wrong_rows_are_counted(place: Workplace, tmp_path: Path) -> None:
    rows = [["nothing", "sdg", "3", "accept"]] * 30
    with pytest.raises(InputError, match=r"row 11: .*; and 20 more$"):
        take(place, table(tmp_path / "t.csv", rows, HEADER[:4]))


def test_another_members_row_is_not_taken(place: Workplace, tmp_path: Path) -> None:
    """Such as of the table of all decisions, handed in as one's own."""
    book(place).append(new("1", "ada", decides()), new("2", "bo", decides()))
    export_all(place, tmp_path, Rule(), utc_now)
    with pytest.raises(InputError, match="row 3: is a decision of bo"):
        take(place, tmp_path / "decisions.csv")


def test_a_missing_column_is_named(place: Workplace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no column label, verdict: they are in its first row"):
        take(place, table(tmp_path / "t.csv", [[ITEM, "sdg"]], ["item", "scheme"]))


@pytest.mark.parametrize(
    ("member", "words"),
    [("ed", "ed is no member or chair"), ("left", "left is no member"), ("x", "no person x")],
)
def test_only_members_decide(place: Workplace, tmp_path: Path, member: str, words: str) -> None:
    people = People(place.book, utc_now)
    people.add(person("left"))
    people.revoke("left")
    with pytest.raises(InputError, match=words):
        take(place, table(tmp_path / "t.csv", ROWS), member)


def test_a_quarter_that_is_not_under_review_takes_nothing(place: Workplace, tmp_path: Path) -> None:
    place.packet(Q1).unlink()
    with pytest.raises(InputError, match="2026Q1 is not under review"):
        take(place, table(tmp_path / "t.csv", ROWS))


def test_the_commands(place: Workplace, tmp_path: Path) -> None:
    var = ("--var", place.folder)
    path = table(tmp_path / "t.xlsx", ROWS)
    options = ("--quarter", "2026Q1", "--member", "ada", *var)
    assert digest("review", "import", path, *options).stdout == (
        b"2 decisions of ada are new, 0 were there\n"
    )
    book(place).append(new("web", "ada", decides("reject")))
    again = digest("review", "import", path, *options)
    assert again.stderr == b"row 2 was imported before and decided otherwise since: it stays so\n"
    done = digest("review", "export", tmp_path / "out", *var)
    assert (done.returncode, done.stderr) == (0, b"")
    said = [Path(line).name for line in done.stdout.decode().splitlines()]
    assert sorted(said) == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert "no person cleo" in sentence(
        digest("review", "import", path, "--quarter", "2026Q1", "--member", "cleo", *var)
    )
