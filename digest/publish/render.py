"""Templates and files: everything foreign is escaped, whether it lands in HTML or in Markdown."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from markupsafe import Markup, escape

from digest.publish import words

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!])")


@cache
def environment() -> Environment:
    """The templates in English, which are compiled once."""
    return new_environment()


def new_environment(language: str = "en") -> Environment:
    """The templates: everything escaped, an unknown name is an error. The filters are English ones;
    whoever has others names their ``language``."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from digest.compiled import compiled

    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=compiled(language),
    )
    env.filters |= {
        "md": markdown_text,
        "json": lambda value: Markup(orjson.dumps(value).decode()),  # noqa: S704  (front matter)
        "number": words.number,
        "count": words.count,
        "day": words.day,
        "listed": words.listed,
    }
    return env


def markdown_text(text: str) -> Markup:
    """Text for a Markdown line: neither HTML nor Markdown in it means anything."""
    return Markup(_MARKDOWN.sub(r"\\\1", str(escape(text))).replace("\n", " "))  # noqa: S704


def write(path: Path, content: bytes) -> Path:
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
