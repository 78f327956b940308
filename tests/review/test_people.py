"""Who may enter, by what, and that a revoked person is out at once."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import InputError, NotLetIn
from digest.review import keys
from digest.review.book import Book
from digest.review.people import People, link_address
from tests.review.acts import Watch, decides, new, person
from tests.review.entering import ADA, HOME, WORDS, refused


class TestPersons:
    def test_everybody_is_listed_by_name_as_they_were_added(self, people: People) -> None:
        people.add(person("zed", "chair"))
        people.add(replace(ADA, id="a-first", name="  aaron \u202e A. "))
        assert list(people.persons()) == ["a-first", "ada", "bo", "zed"]
        assert people.persons()["ada"] == ADA
        assert people.persons()["a-first"].name == "aaron A."

    def test_without_a_book_there_is_nobody(self, tmp_path: Path) -> None:
        nobody = People(tmp_path / "no" / "book.sqlite", Watch())
        assert (nobody.persons(), nobody.session("x"), nobody.accesses()) == ({}, None, [])
        assert not (tmp_path / "no").exists()

    def test_an_id_is_never_given_to_another(self, people: People) -> None:
        people.revoke("ada")
        with pytest.raises(InputError, match="a person ada already"):
            people.add(replace(ADA, name="Ada Other"))

    def test_a_change_changes_all_but_the_revocation(self, people: People) -> None:
        people.revoke("ada")
        changed = replace(ADA, role="chair", conflicts=("Beta", "Acme"))
        assert people.change(changed).revoked
        assert people.persons()["ada"] == replace(changed, conflicts=("Acme", "Beta"), revoked=True)
        with pytest.raises(InputError, match="no person cy"):
            people.change(person("cy"))

    def test_who_chooses_a_language_changes_nothing_else(self, people: People) -> None:
        """Nor brings back what an editor changed since they asked for the page."""
        people.change(replace(ADA, conflicts=("Acme", "Beta")))
        people.speak("ada", "ar")
        assert people.persons()["ada"] == replace(ADA, conflicts=("Acme", "Beta"), language="ar")
        for id_, language in (("cy", "en"), ("ada", "xx")):
            with pytest.raises(InputError, match=r"no person cy|no language"):
                people.speak(id_, language)

    def test_what_was_known_of_a_person_stays_known(
        self, people: People, path: Path, watch: Watch
    ) -> None:
        """A conflict of interest that goes away afterwards is no secret."""
        added = watch.now
        watch.wait(days=1)
        without = people.change(replace(ADA, conflicts=()))
        people.change(without)  # nothing new
        people.revoke("ada")
        assert people.history() == [
            (added, ADA), (added, person("bo")), (watch.now, without),
            (watch.now, replace(without, revoked=True)),
        ]  # fmt: skip
        with closing(sqlite3.connect(path)) as connection:
            for sql in (
                "UPDATE person_state SET conflicts = '[]'",
                "DELETE FROM person_state",
                "REPLACE INTO person_state SELECT * FROM person_state",
            ):
                with pytest.raises(sqlite3.IntegrityError, match="is never"):
                    connection.execute(sql)

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"id": "Ada"}, "no person's id"),
            ({"id": "a"}, "no person's id"),
            ({"id": "a" * 33}, "no person's id"),
            ({"id": "../ada"}, "no person's id"),
            ({"id": "ada\n"}, "no person's id"),
            ({"name": ""}, "the name '' must have 1 to 120"),
            ({"name": " \u202e. "}, "the name '.' must have"),
            ({"name": "A" * 121}, "must have 1 to 120"),
            ({"name": "Ada\x1b[2J"}, "control characters"),
            ({"affiliation": "A\x00"}, "the affiliation has control"),
            ({"affiliation": "A" * 201}, "0 to 200"),
            ({"role": "king"}, "'king' is no role"),
            ({"goals": ("0",)}, "no goal '0'"),
            ({"goals": ("18",)}, "no goal '18'"),
            ({"language": "de"}, "'de' is no language"),
            ({"conflicts": ("x",)}, "the conflict of interest 'x'"),
            ({"conflicts": ("--",)}, "the conflict of interest '--'"),
            ({"conflicts": tuple(f"Group {n}" for n in range(201))}, "more than 200"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, people: People, change: dict[str, object], words: str
    ) -> None:
        with pytest.raises(InputError) as error:
            people.add(replace(ADA, **({"id": "new"} | change)))  # type: ignore[arg-type]
        assert words in str(error.value)
        assert str(error.value).isprintable()
        assert "new" not in people.persons()

    def test_goals_and_conflicts_are_sets(self, people: People) -> None:
        added = people.add(replace(ADA, id="new", goals=("13", "7", "7"), conflicts=("B b", "B b")))
        assert (added.goals, added.conflicts) == (("7", "13"), ("B b",))

    def test_what_an_edition_tells_of_persons_is_known_as_it_was(
        self, people: People, watch: Watch
    ) -> None:
        people.add(replace(ADA, id="new"))  # who has said nothing yet changes nothing
        assert people.changes() == []
        joined = watch.now
        watch.wait(days=1)
        people.speak("ada", "fr")
        people.change(replace(ADA, affiliation="Elsewhere", language="fr"))
        people.revoke("ada")
        ((number, at),) = people.changes()
        assert at == watch.now
        assert people.changes(after=number) == []
        assert people.persons()["ada"].affiliation == "Elsewhere"
        assert people.persons(joined)["ada"] == ADA
        assert people.persons(joined - timedelta(days=9)) == {}


class TestLinks:
    def test_a_link_lets_its_person_in_once(self, people: People) -> None:
        token = people.link("ada")
        session = people.enter_by_link(token, HOME)
        assert session.person == ADA
        assert people.session(session.cookie) == session
        refused(people.enter_by_link, token, HOME)

    def test_of_many_who_come_with_it_at_once_one_enters(self, people: People) -> None:
        token = people.link("ada")

        def comes(n: int) -> bool:
            with suppress(NotLetIn):
                return bool(people.enter_by_link(token, f"192.0.2.{n}"))
            return False

        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(comes, range(20))) == 1

    def test_a_stranger_does_not_learn_what_is_wrong_with_a_link(
        self, people: People, watch: Watch
    ) -> None:
        used = people.link("ada")
        people.enter_by_link(used, HOME)
        expired, revoked = people.link("ada", hours=1), people.link("bo")
        watch.wait(hours=1)
        people.revoke("bo")
        wrong = (used, expired, revoked, "never given", "", "\ud800")
        assert len({refused(people.enter_by_link, t, HOME) for t in wrong}) == 1

    def test_a_link_is_good_to_its_last_second(self, people: People, watch: Watch) -> None:
        token = people.link("ada", hours=2)
        watch.wait(seconds=7199)
        assert people.enter_by_link(token, HOME).person == ADA

    @pytest.mark.parametrize("hours", [0, -1, 745])
    def test_no_link_is_good_for_ever(self, people: People, hours: int) -> None:
        with pytest.raises(InputError, match="1 to 744 hours"):
            people.link("ada", hours)

    def test_nobody_gets_a_link_who_is_not_in(self, people: People) -> None:
        people.revoke("bo")
        for name, words in (("cy", "no person cy"), ("bo", "bo was revoked")):
            with pytest.raises(InputError, match=words):
                people.link(name)

    def test_a_link_that_went_astray_is_taken_back_by_another_one(self, people: People) -> None:
        astray, other, good = people.link("ada"), people.link("bo"), people.link("ada")
        refused(people.enter_by_link, astray, HOME)
        assert people.enter_by_link(good, HOME).person == ADA
        assert people.enter_by_link(other, HOME).person == person("bo")

    def test_it_is_an_address(self) -> None:
        assert link_address("https://r.example/", "t-1_") == "https://r.example/enter?link=t-1_"


class TestPassphrases:
    def test_the_id_and_the_passphrase_let_in_however_they_are_typed(self, people: People) -> None:
        people.set_passphrase("ada", "Être où l’été")
        for typed in ("Être où l’été", " Être où l’été "):  # composed or not
            assert people.enter(" Ada", typed, HOME).person == ADA

    def test_who_is_refused_does_not_learn_why(self, people: People) -> None:
        people.set_passphrase("ada", WORDS)
        people.add(person("cy"))
        people.set_passphrase("cy", WORDS)
        people.revoke("cy")
        pairs = [("ada", WORDS + "."), ("ada", ""), ("bo", WORDS), ("nobody", WORDS), ("cy", WORDS),
                 ("", WORDS), ("ada", WORDS.upper()), ("ada\x00", "\ud800")]  # fmt: skip
        said = {refused(people.enter, a, p, f"198.51.100.{n}") for n, (a, p) in enumerate(pairs)}
        assert len(said) == 1

    def test_an_unknown_name_takes_as_long_as_a_wrong_passphrase(
        self, people: People, path: Path, watch: Watch
    ) -> None:
        people = People(path, watch)
        people.set_passphrase("ada", WORDS)

        def seconds(name: str, address: str) -> float:
            began = time.process_time()
            refused(people.enter, name, "a wrong passphrase", address)
            return time.process_time() - began

        known = min(seconds("ada", f"198.51.100.{n}") for n in range(2))
        unknown = min(seconds("nobody", f"203.0.113.{n}") for n in range(2))
        assert unknown > known / 2

    @pytest.mark.parametrize("words", ["", "short", "           x           ", "x" * 257])
    def test_a_passphrase_has_a_length(self, people: People, words: str) -> None:
        with pytest.raises(InputError, match="12 to 256 characters"):
            people.set_passphrase("ada", words)

    def test_a_new_one_ends_the_old_one_and_the_sessions_elsewhere(self, people: People) -> None:
        here = people.enter_by_link(people.link("ada"), HOME)
        elsewhere = people.enter_by_link(people.link("ada"), HOME)
        of_bo = people.enter_by_link(people.link("bo"), HOME)
        people.set_passphrase("ada", WORDS, staying=here.cookie)
        assert people.session(elsewhere.cookie) is None
        assert people.session(here.cookie) and people.session(of_bo.cookie)
        people.set_passphrase("ada", WORDS + " anew")
        assert people.session(here.cookie) is None
        refused(people.enter, "ada", WORDS, HOME)


class TestSessions:
    def test_a_session_ends_after_twelve_idle_hours(self, people: People, watch: Watch) -> None:
        cookie = people.enter_by_link(people.link("ada"), HOME).cookie
        for _ in range(3):
            watch.wait(hours=11)
            assert people.session(cookie)
        watch.wait(hours=12)
        assert people.session(cookie) is None

    def test_and_after_seven_days_whatever_happens(self, people: People, watch: Watch) -> None:
        session = people.enter_by_link(people.link("ada"), HOME)
        for _ in range(20):
            watch.wait(hours=8)
            assert people.session(session.cookie)
        watch.wait(hours=7)
        assert people.session(session.cookie)
        watch.wait(hours=1)
        assert people.session(session.cookie) is None

    def test_who_leaves_has_left(self, people: People) -> None:
        first, second = (people.enter_by_link(people.link("ada"), HOME) for _ in range(2))
        people.leave(first.cookie)
        assert people.session(first.cookie) is None
        assert people.session(second.cookie)

    def test_a_session_is_of_the_person_as_they_are_now(self, people: People) -> None:
        cookie = people.enter_by_link(people.link("ada"), HOME).cookie
        people.change(replace(ADA, role="editor"))
        found = people.session(cookie)
        assert found and found.person.role == "editor"

    @pytest.mark.parametrize("cookie", ["", "x", "\ud800", "' OR 1=1 --"])
    def test_another_cookie_is_nobodys(self, people: People, cookie: str) -> None:
        people.enter_by_link(people.link("ada"), HOME)
        assert people.session(cookie) is None

    def test_the_secret_is_not_printed(self, people: People) -> None:
        session = people.enter_by_link(people.link("ada"), HOME)
        assert session.cookie not in repr(session)


def test_revocation_ends_everything_at_once_and_leaves_what_was_decided(
    people: People, path: Path, watch: Watch
) -> None:
    session, token = people.enter_by_link(people.link("ada"), HOME), people.link("ada")
    people.set_passphrase("ada", WORDS, staying=session.cookie)
    book = Book(path, watch)
    book.append(new("one", "ada", decides()))
    assert people.session(session.cookie)
    People(path, watch).revoke("ada")  # by another process
    assert people.session(session.cookie) is None
    refused(people.enter_by_link, token, HOME)
    refused(people.enter, "ada", WORDS, HOME)
    assert people.persons()["ada"].revoked
    assert [event.person for event in book.events()] == ["ada"]
    with pytest.raises(InputError, match="no person cy"):
        people.revoke("cy")


class TestLog:
    def test_the_newest_comes_first_and_strangers_have_no_name(
        self, people: People, watch: Watch
    ) -> None:
        people.log("", HOME, "GET /enter", 200)
        watch.wait(minutes=1)
        people.log("ada", HOME, "POST /decide", 303)
        newest, oldest = people.accesses()
        assert (newest.person, newest.action, newest.status, newest.at) == (
            "ada", "POST /decide", 303, watch.now,
        )  # fmt: skip
        assert (oldest.person, oldest.address) == ("", HOME)
        assert people.accesses(most=1) == [newest]

    def test_it_has_no_secrets_and_no_control_characters(self, people: People) -> None:
        token = people.link("ada")
        people.log("", "::1\n", f"GET /enter/{token}/\x1b[31mx?link={token}&q=1", 200)
        (line,) = people.accesses()
        assert (line.action, line.address) == ("GET /enter/…/ [31mx", "::1")

    def test_it_is_kept_for_ninety_days(self, people: People, watch: Watch) -> None:
        people.log("", HOME, "GET /old", 200)
        watch.wait(days=91)
        people.log("", HOME, "GET /new", 200)
        assert [line.action for line in people.accesses()] == ["GET /new"]


def test_the_file_holds_no_secret(people: People, path: Path) -> None:
    """Neither a link, nor a cookie, nor a passphrase, nor one that was typed as a name."""
    token, used = people.link("ada"), people.link("bo")
    cookie = people.enter_by_link(used, HOME).cookie
    people.set_passphrase("ada", WORDS)
    refused(people.enter, "my secret typed here", "another secret", HOME)
    people.close()
    with closing(sqlite3.connect(path)) as connection:
        dump = "\n".join(connection.iterdump())
    assert keys.hash_of(token) in dump
    for secret in (token, used, cookie, WORDS, "my secret", "another secret"):
        assert secret not in dump
        assert secret.encode() not in path.read_bytes()
    salts = {line for line in dump.splitlines() if 'INTO "passphrase"' in line}
    assert len(salts) == 1
