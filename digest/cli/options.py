"""What several commands take, and what they make of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from digest.errors import ConfigError, InputError

if TYPE_CHECKING:
    from io import BufferedReader

    from digest.config import Inputs, Workplace
    from digest.quarter import Quarter

Folder = Annotated[
    Path, typer.Option("--var", envvar="DIGEST_VAR", help="Working folder; all data lies here.")
]
QuarterArgument = Annotated[str, typer.Argument(metavar="QUARTER", help="Such as 2026Q1.")]
SourceList = Annotated[
    Path | None, typer.Option("--sources", help="Source list (TOML) instead of the one supplied.")
]
Only = Annotated[list[str], typer.Option("--source", help="Ask only this source; repeatable.")]
Contact = Annotated[
    str,
    typer.Option(
        "--contact", envvar="DIGEST_CONTACT",
        help="Mail or web address that is told to the sources asked; needed to ask any.",
    ),
]  # fmt: skip
Workers = Annotated[
    str,
    typer.Option(
        "--workers", envvar="DIGEST_WORKERS", metavar="NUMBER|dask://HOST:PORT",
        help="Label in so many processes, or on a Dask cluster, instead of in this one.",
    ),
]  # fmt: skip
VAR = Path("var")


def note(sentence: str) -> None:
    """Tell the person something beside the answer."""
    typer.echo(sentence, err=True)


def opened(file: str) -> BufferedReader:
    """Standard input for ``-``, else the file, as bytes."""
    if file == "-":
        return cast("BufferedReader", sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from None


def inputs_of(
    snapshots: list[Path],
    feeds: list[Path],
    sources: Path | None,
    only: list[str],
    contact: str,
) -> Inputs:
    """What a quarter is harvested from, by the options given.

    Raises:
        ConfigError: they contradict each other, or sources would be asked without a contact.
    """
    from digest.config import Inputs, problem_of_contact
    from digest.sources import catalogue

    if snapshots or feeds:
        if only:
            raise ConfigError(
                "--source chooses whom to ask, and with --snapshot or --feeds nobody is asked: "
                "leave one of them out"
            )
        return Inputs(
            sources=None, snapshots=tuple(snapshots), feeds=tuple(feeds),
            describing=sources or catalogue.default_path(),
        )  # fmt: skip
    if problem := problem_of_contact(contact):
        raise ConfigError(
            "the sources must be told whom to write to: give --contact mailto:you@example.org, or "
            "set DIGEST_CONTACT" + (f"; {problem}" if contact else "")
        )
    return Inputs(sources=sources or catalogue.default_path(), only=tuple(only), contact=contact)


def stored(sources: Path | None) -> Inputs:
    """Nothing is asked and nothing is read: what is stored already, whose sources a list names."""
    from digest.config import Inputs
    from digest.sources import catalogue

    return Inputs(sources=None, describing=sources or catalogue.default_path())


def place_of(var: Path) -> Workplace:
    """The working folder as a value.

    Raises:
        InputError: its name, which may come from the environment, is no UTF-8.
    """
    from digest.config import Workplace, require_utf8

    require_utf8(str(var))
    return Workplace(var)


def begun(quarter: str) -> Quarter:
    """The quarter of that name.

    Raises:
        InputError: it is none, or lies ahead.
    """
    from digest.config import utc_now
    from digest.quarter import Quarter

    which = Quarter.parse(quarter)
    which.require_begun(utc_now())
    return which
