"""The quarter's commands: run and demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.options import (
    VAR,
    Contact,
    Folder,
    Only,
    QuarterArgument,
    SourceList,
    Workers,
    begun,
    inputs_of,
    place_of,
)


def run(  # noqa: PLR0913, PLR0917 - one argument an option
    quarter: QuarterArgument,
    snapshot: Annotated[
        list[Path], typer.Option(help="arXiv metadata snapshot (JSON lines, gzip or plain).")
    ] = [],  # noqa: B006 - typer copies it
    feeds: Annotated[
        list[Path], typer.Option(help="Feed document, or folder of them, instead of asking.")
    ] = [],  # noqa: B006
    sources: SourceList = None,
    source: Only = [],  # noqa: B006
    sign_off: Annotated[
        str,
        typer.Option(
            "--sign-off",
            metavar="NAME",
            help="Publish at once: who answers for it, where there is no panel.",
        ),
    ] = "",
    contact: Contact = "",
    workers: Workers = "",
    var: Folder = VAR,
) -> None:
    """Harvest, label and draft a quarter; publish it only if somebody signs it off.

    Asks the sources of the list, or reads local files when some are given. Run it again at any
    time: what is known is not fetched or labelled again, and an unchanged quarter is not published
    again.
    """
    which = begun(quarter)
    inputs = inputs_of(snapshot, feeds, sources, source, contact)
    from flows.terminal import run_in_terminal

    place = place_of(var)
    complete = run_in_terminal(which, place, inputs, sign_off=sign_off, workers=workers)
    raise typer.Exit(0 if complete else 1)


def demo(
    draft: Annotated[
        bool, typer.Option("--draft", help="Stop at the draft, to try the panel's review on it.")
    ] = False,
    var: Folder = VAR,
) -> None:
    """Run the embedded sample quarter: invented texts, served by a small server on this machine."""
    from digest import sample
    from digest.config import Inputs
    from digest.sample.server import sample_server
    from flows.terminal import run_in_terminal

    # A quarter that is published is not reviewed: the one to try that on lies apart.
    place = place_of(var / ("demo-draft" if draft else "demo"))
    with sample_server(stage=1) as base:
        inputs = Inputs(
            sources=sample.SOURCES, base=base, contact="mailto:editor@sample.example",
            private_hosts=frozenset({base.removeprefix("http://")}), sample=True,
            meant_to_fail=sample.FAULTY,
        )  # fmt: skip
        complete = run_in_terminal(begun(sample.QUARTER), place, inputs, unsigned=not draft)
    raise typer.Exit(0 if complete else 1)
