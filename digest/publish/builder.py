"""MkDocs in a process of its own, for one build after the other, that ends with whoever started it.

A line of standard input asks for a build, ``{"config": path, "moment": seconds since 1970}``; a
line of standard output answers with what MkDocs said, ``{"said": null}`` when it was content. A
killed run would otherwise leave MkDocs behind, writing into the folder that the next run builds in:
the starter holds the other end of standard input and gives it up only by ending.

    python -P digest/publish/builder.py

To MkDocs this file is a hook, too: templates that one run has compiled are there for the next.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import traceback
from io import StringIO
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def main() -> None:
    """Build what is asked for until nobody can ask any more."""
    asked: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints is no answer
    while True:
        wish = json.loads(asked.get())
        answers.write(json.dumps({"said": _build(wish["config"], wish["moment"])}) + "\n")
        answers.flush()


def _build(config_file: str, moment: int) -> str | None:
    """What MkDocs said against the build; None when it was content."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    os.environ["SOURCE_DATE_EPOCH"] = str(moment)
    said = StringIO()
    handler = logging.StreamHandler(said)
    handler.setLevel(logging.WARNING)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    try:
        config = load_config(config_file, strict=True)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
    except MkDocsException as refused:
        return f"{said.getvalue()}{refused}"
    except (Exception, SystemExit):
        return f"{said.getvalue()}{traceback.format_exc()}"
    finally:
        logger.removeHandler(handler)
    return None


def on_env(env: Environment, **_: Any) -> Environment:
    """MkDocs' hook, before the first page is made."""
    from digest.compiled import compiled

    env.bytecode_cache = compiled()
    return env


def _listen(asked: SimpleQueue[str]) -> None:
    # Not sys.stdin, whose lock would be in the way when the process ends.
    with open(0, "rb", buffering=0, closefd=False) as lines:
        for line in lines:
            asked.put(line.decode())
    os._exit(1)


if __name__ == "__main__":
    main()
