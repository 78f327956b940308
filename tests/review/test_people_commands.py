"""The commands about people, as an editor uses them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from digest.config import Workplace, utc_now
from digest.review.people import People
from tests.command import digest, sentence

WORDS = "four words of ada"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "var")


def say(place: Workplace, *arguments: str, given: str = "") -> str:
    done = digest("review", "people", *arguments, "--var", place.folder, given=given.encode())
    assert (done.returncode, done.stderr) == (0, b""), done.stderr
    return done.stdout.decode()


def test_from_adding_somebody_to_letting_them_in_no_more(place: Workplace) -> None:
    people = People(place.book, utc_now)
    assert say(place, "list") == ""
    say(
        place, "add", "ada", "--name", "Ada Okafor", "--affiliation", "A University",
        "--role", "chair", "--goal", "7", "--goal", "13", "--conflict", "Acme", "--language", "fr",
    )  # fmt: skip
    (line,) = say(place, "list").splitlines()
    assert re.fullmatch("ada +chair +fr +Ada Okafor, A University", line)
    ada = people.persons()["ada"]
    assert (ada.goals, ada.conflicts) == (("7", "13"), ("Acme",))

    address = say(place, "link", "ada", "--hours", "1", "--address", "https://review.example/")
    found = re.fullmatch(r"https://review\.example/enter\?link=([\w-]{43})\n", address)
    assert found
    session = people.enter_by_link(found[1], "192.0.2.1")
    say(place, "passphrase", "ada", given=f"{WORDS}\n")
    assert people.session(session.cookie) is None
    session = people.enter("ada", WORDS, "192.0.2.1")

    assert "ada is out" in say(place, "revoke", "ada")
    assert people.session(session.cookie) is None
    assert "(revoked)" in say(place, "list")
    acts = [line.action for line in people.accesses()]
    assert acts == [f"people {act} ada" for act in ("revoke", "passphrase", "link", "add")]


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        (("add", "Ada!", "--name", "Ada"), "", "'Ada!' is no person's id"),
        (("link", "nobody"), "", "there is no person nobody"),
        (("revoke", "nobody"), "", "there is no person nobody"),
        (("passphrase", "nobody"), "short\n", "12 to 256 characters"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    place: Workplace, arguments: tuple[str, ...], given: str, words: str
) -> None:
    done = digest("review", "people", *arguments, "--var", place.folder, given=given.encode())
    assert words in sentence(done)
    assert People(place.book, utc_now).accesses() == []
