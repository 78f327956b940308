"""Every error that the pipeline raises on purpose, in one tree.

    DigestError                     a sentence for a person: what happened, to what, and what to do
    ├── InputError                  the caller asked for something that cannot be (exit 2)
    │   ├── QuarterError            not a quarter, or one that has not begun
    │   ├── SourceListError         a wrong entry in a source list, with its line
    │   ├── ConfigError             a wrong setting
    │   ├── ReviewConflict          another event of the review has the same id
    │   └── NotLetIn                a link or passphrase that does not let into the review
    │       └── TooManyAttempts     too many of them: wait
    ├── SourceError                 one source failed; the others go on (exit 1 at the end)
    │   ├── Unreachable             no connection, a timeout, a broken body
    │   ├── Refused                 an HTTP status that is not an answer
    │   ├── LeftAlone               not asked: its server wants to be left alone for now
    │   ├── TooLarge                more bytes than the limit, also after decompression
    │   ├── UnsafeAddress           a private address, a forbidden scheme, a redirect loop
    │   ├── Unreadable              an answer that is not what the source should send
    │   └── Incomplete              fewer records than the source says it has; an empty page
    ├── StoreError                  the database or the archive cannot be used (exit 2)
    │   ├── StoreBusy               another process has it
    │   ├── StoreCorrupt            a file of the working folder is damaged
    │   └── StorageFull             no space, or no right to write
    ├── ModelError                  the model's files are missing or altered (exit 2)
    ├── AlertError                  a message to people could not be passed on
    └── ClusterError                the workers of other processes cannot be used (exit 2)

What the operating system refuses, wherever nothing better is known, is said by ``refusal``.
Anything else that escapes is a defect and keeps its traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import ValidationError

    from digest.sources import Document


class DigestError(Exception):
    """A failure that a person can act on; ``str(error)`` is the whole message."""

    exit_code = 2


def refusal(error: OSError) -> str:
    """What the operating system refuses, and of which file; of standard output it says no name."""
    name = error.filename or "standard output, or a file that the system does not name"
    return f"cannot use {name}: {error.strerror or error}"


def first_problem(error: ValidationError) -> str:
    """The first thing that is wrong with what somebody wrote, with the field in which it is."""
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"]))
    what = first["msg"].removeprefix("Value error, ")
    return f"{field}: {what}" if field else what


def some_of(names: Sequence[str], most: int = 5) -> str:
    """The first ``most`` of some names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


class InputError(DigestError):
    """The request itself is wrong."""


class QuarterError(InputError):
    """Not a quarter, or a quarter that has not begun."""


class SourceListError(InputError):
    """A source list that cannot be used; names the file and the line."""


class ConfigError(InputError):
    """A setting that cannot be used."""


class ReviewConflict(InputError):
    """It would take the place of what another has written meanwhile."""


class NotLetIn(InputError):
    """A link or passphrase that lets nobody in; the words are the same whatever is wrong."""


class TooManyAttempts(NotLetIn):
    """Too many attempts to enter; ``seconds`` until the next one is heard."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            f"too many attempts to enter: try again in {-(-seconds // 60)} min, or ask an editor "
            "for a link"
        )


class SourceError(DigestError):
    """One source failed. ``hint`` says what an editor can do about it.

    ``document`` is the answer that failed, where there was one, so that the archive can keep it.
    """

    exit_code = 1
    document: Document | None = None

    def __init__(self, source: str, url: str, what: str, hint: str = "") -> None:
        self.source, self.url, self.what, self.hint = source, url, what, hint
        super().__init__(f"{source}: {what} ({url})" + (f"; {hint}" if hint else ""))


class Unreachable(SourceError):
    """No connection, no answer in time, or a body that broke off."""


class Refused(SourceError):
    """The server answered with a status that is not an answer."""

    def __init__(self, source: str, url: str, status: int, hint: str = "") -> None:
        self.status = status
        super().__init__(source, url, f"HTTP {status}", hint)


class LeftAlone(SourceError):
    """The server had asked for a rest that is not over, so this source was not asked."""


class TooLarge(SourceError):
    """More bytes than the limit, before or after decompression."""


class UnsafeAddress(SourceError):
    """An address that the pipeline does not ask: private, not http(s), or a redirect loop."""


class Unreadable(SourceError):
    """The answer came, and is not what this source should send."""


class Incomplete(SourceError):
    """The source says that it has more than it gave, or gave nothing where there must be some."""


class StoreError(DigestError):
    """The working folder cannot be used."""


class StoreBusy(StoreError):
    """Another process has the database, or the turn in the working folder."""


class StoreCorrupt(StoreError):
    """A file of the working folder is damaged: the database, the book, a packet, an edition, an
    answer in the archive."""


class StorageFull(StoreError):
    """No space left, or no permission to write."""


class ModelError(DigestError):
    """The model's files are missing, altered, or of another version."""


class ClusterError(DigestError):
    """Workers in other processes cannot be reached, were lost, or are not like this one."""


class AlertError(DigestError):
    """A message to people that a channel did not pass on; it is tried again."""
