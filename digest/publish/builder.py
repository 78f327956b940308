"""MkDocs in a process of its own that ends with whoever started it.

A killed run would otherwise leave MkDocs behind, writing into the folder that the next run builds
in. The starter holds the other end of standard input and gives it up only by ending.

    python -m digest.publish.builder build -f mkdocs.yml
"""

from __future__ import annotations

import os
import threading


def main() -> None:
    """Run MkDocs with this process's arguments."""
    threading.Thread(target=_end_with_starter, daemon=True).start()
    from mkdocs.__main__ import cli

    cli()


def _end_with_starter() -> None:
    os.read(0, 1)  # not sys.stdin, whose lock would be in the way when the process ends
    os._exit(1)


if __name__ == "__main__":
    main()
