"""How often somebody may try to enter: by address, by account, over a restart."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from digest.errors import NotLetIn, TooManyAttempts
from digest.review import keys
from digest.review.limits import PER_ACCOUNT, PER_ADDRESS, network_of
from digest.review.people import People
from tests.review.acts import Watch
from tests.review.entering import ADA, HOME, WORDS, refused


class TestLimits:
    def guess(self, people: People, account: str, address: str, times: int) -> None:
        for _ in range(times):
            refused(people.enter, account, "not this one", address)

    def test_a_thousand_guesses_get_nowhere_not_even_with_the_right_one(
        self, people: People
    ) -> None:
        """From one address, in parallel: ten are heard, and what is refused costs nothing."""
        people.set_passphrase("ada", WORDS)

        def guess(n: int) -> str:
            try:
                people.enter("ada", WORDS if n > 500 else f"wrong number {n}", HOME)
            except NotLetIn as error:
                return type(error).__name__
            return "in"

        with ThreadPoolExecutor(8) as pool:
            said = list(pool.map(guess, range(1000)))
        assert said.count("NotLetIn") == PER_ADDRESS
        assert said.count("TooManyAttempts") == 1000 - PER_ADDRESS

    def test_guesses_from_everywhere_at_once_do_not_take_every_thread(self) -> None:
        """A few are looked at or wait; the others are refused at once, so that others can work."""
        together, lock = threading.Barrier(30), keys.nobodys(keys.WORK)

        def guess(n: int) -> str:
            together.wait()
            try:
                return str(lock.opens(f"guess {n}"))
            except TooManyAttempts as refusal:
                return f"busy for {refusal.seconds} s"

        with ThreadPoolExecutor(30) as pool:
            said = list(pool.map(guess, range(30)))
        assert set(said) == {"False", "busy for 60 s"}
        assert said.count("False") < 20
        assert not lock.opens("the next one is heard")

    def test_links_are_guessed_no_oftener(self, people: People) -> None:
        for n in range(PER_ADDRESS):
            refused(people.enter_by_link, f"guess {n}", HOME)
        with pytest.raises(TooManyAttempts):
            people.enter_by_link(people.link("ada"), HOME)

    def test_a_restart_does_not_begin_anew(self, people: People, path: Path, watch: Watch) -> None:
        self.guess(people, "nobody", HOME, PER_ADDRESS)
        people.close()
        with pytest.raises(TooManyAttempts) as refusal:
            People(path, watch).enter("ada", WORDS, HOME)
        assert refusal.value.seconds == 15 * 60
        assert "try again in 15 min" in str(refusal.value)

    def test_nobody_is_locked_out_for_ever(self, people: People, watch: Watch) -> None:
        """Whoever goes on trying while they are refused does not lengthen the refusal."""
        people.set_passphrase("ada", WORDS)
        self.guess(people, "ada", HOME, PER_ADDRESS)
        for _ in range(14):
            watch.wait(minutes=1)
            with pytest.raises(TooManyAttempts):
                people.enter("ada", WORDS, HOME)
        watch.wait(minutes=1)
        assert people.enter("ada", WORDS, HOME).person == ADA

    def test_success_is_no_failure(self, people: People) -> None:
        people.set_passphrase("ada", WORDS)
        for _ in range(PER_ADDRESS + 1):
            people.enter("ada", WORDS, HOME)

    def test_an_account_has_a_limit_for_all_addresses_together(
        self, people: People, watch: Watch
    ) -> None:
        """But the person's own address, and a link, are let in while strangers elsewhere guess."""
        people.set_passphrase("ada", WORDS)
        people.enter("ada", WORDS, HOME)
        for n in range(PER_ACCOUNT):
            self.guess(people, "ada" if n % 2 else " ADA ", f"198.51.100.{n}", 1)
        with pytest.raises(TooManyAttempts):
            people.enter("ada", WORDS, "203.0.113.1")
        assert people.enter("ada", WORDS, HOME).person == ADA
        assert people.enter_by_link(people.link("ada"), "203.0.113.1").person == ADA
        assert people.enter("ada", WORDS, "203.0.113.1").person == ADA  # it is known now
        people.set_passphrase("bo", WORDS)
        assert people.enter("bo", WORDS, "203.0.113.2")

    def test_an_unknown_account_is_limited_like_a_known_one(self, people: People) -> None:
        for n in range(PER_ACCOUNT):
            self.guess(people, "nobody", f"198.51.100.{n}", 1)
        with pytest.raises(TooManyAttempts):
            people.enter("nobody", WORDS, HOME)

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
            ("no address", "no address"),
            ("", ""),
        ],
    )
    def test_a_customers_addresses_are_one(self, address: str, network: str) -> None:
        assert network_of(address) == network
