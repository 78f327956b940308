"""Ada, what she enters with, and what somebody hears who is not let in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from digest.errors import NotLetIn, TooManyAttempts
from digest.review.people import Session
from digest.review.persons import Person

ADA = Person("ada", "Ada Okafor", "A University", "member", ("7", "13"), ("Acme",), "fr")


WORDS = "four words of ada"


HOME = "192.0.2.7"


CHEAP = 2**4  # a guess that takes no time


def refused(enter: Callable[..., Session], *what: str) -> str:
    """What somebody hears who is not let in, and not for a limit."""
    with pytest.raises(NotLetIn) as refusal:
        enter(*what)
    assert not isinstance(refusal.value, TooManyAttempts)
    return str(refusal.value)
