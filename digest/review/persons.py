"""A participant of the review as a value, and what may be said of one. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal, get_args

from digest.errors import InputError
from digest.taxonomy import LANGUAGES
from digest.text import one_line

Role = Literal["member", "chair", "editor"]
GOALS = tuple(str(number) for number in range(1, 18))
MOST_CONFLICTS = 200
_ID = re.compile(r"[a-z][a-z0-9-]{1,31}")


@dataclass(frozen=True, slots=True)
class Person:
    """A participant. ``id`` is a short slug (``a-okafor``), by which they also enter.

    ``goals`` are numbers of SDGs whose queue is theirs; ``conflicts`` are names of authors, groups
    and publishers whose items they do not judge; ``language`` is one of the six.
    """

    id: str
    name: str
    affiliation: str = ""
    role: Role = "member"
    goals: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    language: str = "en"
    revoked: bool = False


def state_of(person: Person) -> str:
    """What tells this state of a person from another one."""
    return sha256(repr(person).encode()).hexdigest()[:16]


def checked(person: Person) -> Person:
    """The person with tidied texts.

    Raises:
        InputError: names what cannot be.
    """
    if not _ID.fullmatch(person.id):
        raise InputError(
            f"'{one_line(person.id)[:40]}' is no person's id: 2 to 32 small letters, digits and "
            "hyphens, such as a-okafor"
        )
    if person.role not in get_args(Role):
        raise InputError(f"'{one_line(person.role)[:40]}' is no role: member, chair or editor")
    if person.language not in LANGUAGES:
        raise InputError(
            f"'{one_line(person.language)[:40]}' is no language: {', '.join(LANGUAGES)}"
        )
    if unknown := set(person.goals) - set(GOALS):
        raise InputError(f"there is no goal '{one_line(min(unknown))[:40]}': 1 to 17")
    return replace(
        person,
        name=_text("name", person.name, 1, 120),
        affiliation=_text("affiliation", person.affiliation, 0, 200),
        goals=tuple(sorted(set(person.goals), key=int)),
        conflicts=_conflicts(person.conflicts),
    )


def _conflicts(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) > MOST_CONFLICTS:
        raise InputError(
            f"more than {MOST_CONFLICTS} conflicts of interest: name groups instead of persons"
        )
    return tuple(sorted({_text("conflict of interest", name, 2, 120) for name in names}))


def _text(what: str, text: str, least: int, most: int) -> str:
    """The text on one line; with ``least`` above 0 it must also have a word."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise InputError(f"the {what} has control characters in it: type it anew")
    tidied = one_line(text)
    if not least <= len(tidied) <= most or (least and not re.search(r"\w", tidied)):
        raise InputError(f"the {what} '{tidied[:40]}' must have {least} to {most} characters")
    return tidied
