"""MkDocs in a process of its own that ends with whoever started it.

A killed run would otherwise leave MkDocs behind, writing into the folder that the next run builds
in. The starter holds the other end of standard input and gives it up only by ending.

    python -m digest.publish.builder build -f mkdocs.yml

To MkDocs this file is a hook, too: templates that one run has compiled are there for the next.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def main() -> None:
    """Run MkDocs with this process's arguments."""
    threading.Thread(target=_end_with_starter, daemon=True).start()
    from mkdocs.__main__ import cli

    cli()


def on_env(env: Environment, **_: Any) -> Environment:
    """MkDocs' hook, before the first page is made. Compiling is a third of a small site's time.

    Jinja keeps what it compiled in a folder of the user's own among the system's temporary files,
    by name and content of the template; it refuses one that others can write.
    """
    from jinja2 import FileSystemBytecodeCache

    with suppress(RuntimeError):
        env.bytecode_cache = FileSystemBytecodeCache()
    return env


def _end_with_starter() -> None:
    os.read(0, 1)  # not sys.stdin, whose lock would be in the way when the process ends
    os._exit(1)


if __name__ == "__main__":
    main()
