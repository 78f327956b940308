"""A form that was posted: the edge where strings from outside become values, or are refused.

The script posts the same forms as a browser without scripts, so there is one way in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.exceptions import HTTPException

MOST_FIELDS = 600
MOST_CHARACTERS = 4_000
URLENCODED = "application/x-www-form-urlencoded"
_FORM_ID = re.compile(r"[0-9a-f]{32}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a posted form, in their order; a name may come several times."""

    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field that are not empty."""
        return tuple(value for key, value in self.fields if key == name and value)

    def text(self, name: str, most: int = MOST_CHARACTERS) -> str:
        """A text without invisible characters and white space around it, ``""`` if not given.

        Raises:
            HTTPException: it is longer than ``most`` characters.
        """
        found = next(iter(self.all(name)), "").replace("\r\n", "\n")
        found = _UNSEEN.sub("", found).strip()
        if len(found) > most:
            raise refused(f"'{name}' is longer than {most} characters")
        return found

    def needed(self, name: str, most: int = MOST_CHARACTERS) -> str:
        """A text that must be there."""
        found = self.text(name, most)
        if not found:
            raise refused(f"'{name}' is missing")
        return found

    def one_of(self, name: str, values: Sequence[str]) -> str:
        """A choice from fixed values."""
        found = self.text(name)
        if found not in values:
            raise refused(f"'{name}' must be one of {', '.join(values)}")
        return found

    def event_id(self, *content: str) -> str:
        """The id of an event that this form makes: the form's own id, and a hash of the content.

        A form that is sent twice, by a double click or after a connection that dropped, makes the
        same events; another decision with the same form is another event; and all that a form made
        begins with its own id (``batch_of``).
        """
        try:
            own = UUID(self.needed("id", 36))
        except ValueError:
            raise refused("the form has no id of its own: load the page again") from None
        return f"{own.hex}-{sha256(chr(0).join(content).encode()).hexdigest()[:16]}"


def browser_of(event_id: str) -> str:
    """What the events that one browser's script made have in common; others share it by no chance.

    The script begins the ids of its forms with it.
    """
    return event_id[:12]


def batch_of(event_id: str) -> str:
    """What the events of one form have in common: its id. Other events stand alone."""
    own, dash, _ = event_id.partition("-")
    return own if dash and _FORM_ID.fullmatch(own) else event_id


def refused(why: str, status: int = 400) -> HTTPException:
    """An answer that says what is wrong with a form."""
    return HTTPException(status, why)


def read(content_type: str, body: bytes) -> Form:
    """The fields of an urlencoded body.

    Raises:
        HTTPException: it is something else, has too many fields, or is not UTF-8.
    """
    if body and content_type.split(";", maxsplit=1)[0].strip().lower() != URLENCODED:
        raise refused("a form is expected", 415)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS,
            errors="strict",
        )  # fmt: skip
    except ValueError:
        raise refused("the form cannot be read") from None
    return Form(tuple(pairs))
