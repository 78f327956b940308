"""Templates that are compiled already: a third of a small site's time is spent on compiling them.

Jinja keeps what it compiled in a folder of the user's own among the system's temporary files, by
name and content of the template; it refuses a folder that others can write.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class _Compiled(FileSystemBytecodeCache):
    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # no space for it: then it is compiled again
            super().dump_bytecode(bucket)


def compiled(language: str = "en") -> FileSystemBytecodeCache | None:
    """Where an environment finds what others have compiled; None where there is no such folder.

    Jinja works constants out while it compiles, with the filters of one language: each has its own.
    """
    with suppress(OSError, RuntimeError):
        return _Compiled(pattern=f"digest-{language}-%s.cache")
    return None
