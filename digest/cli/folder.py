"""The working folder's commands: status, doctor and reparse."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.options import VAR, Folder, place_of


def status(
    quarter: Annotated[str, typer.Argument(metavar="[QUARTER]")] = "", var: Folder = VAR
) -> None:
    """Say what is stored of a quarter, which sources failed, and what is published."""
    from digest.status import status_lines

    complete, lines = status_lines(place_of(var), quarter)
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if complete else 1)


def doctor(var: Folder = VAR) -> None:
    """Check the database, the raw archive, the counts, the model and the editions."""
    from digest.doctor import examine

    healthy = True
    for finding in examine(place_of(var)):
        healthy &= finding.is_well
        typer.echo(str(finding))
    raise typer.Exit(0 if healthy else 2)


def reparse(var: Folder = VAR) -> None:
    """Rebuild records and items from the raw archive, without the network."""
    from digest.steps.reparse import reparse as rebuild

    for line in rebuild(place_of(var)):
        typer.echo(line)
