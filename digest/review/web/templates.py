"""The templates, compiled once for each language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digest.compiled import compiled
from digest.review.web.tongue import Tongue

FOLDER = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


def environment(tongue: Tongue) -> Environment:
    """Templates in a language; everything printed is escaped."""
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=compiled(tongue.tag),
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(tongue.gettext, tongue.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"tongue": tongue, "static": static_addresses()}
    return made


def static_addresses() -> Mapping[str, str]:
    """The address of each static file; it changes with the content, so it can be kept for ever."""
    return {
        path.name: f"/static/{path.name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        for path in STATIC.iterdir()
    }


def render(environment: Environment, name: str, values: Mapping[str, Any]) -> str:
    """A page."""
    return environment.get_template(f"{name}.html.j2").render(values)
