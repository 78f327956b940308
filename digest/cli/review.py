"""The commands of the panel's review: all of it out as files, decisions in from a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.options import VAR, Folder, note, place_of


def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made if it is not there.")],
    var: Folder = VAR,
) -> None:
    """Write the whole review to files: every event as JSON lines, tables for spreadsheets."""
    from digest.config import utc_now
    from digest.review.exchange import export_all
    from digest.review.standing import Rule

    for path in export_all(place_of(var), folder, Rule(), utc_now):
        typer.echo(path)


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A .csv or .xlsx table of decisions.",
        ),
    ],
    quarter: Annotated[str, typer.Option(help="Such as 2026Q1.")],
    member: Annotated[str, typer.Option(metavar="ID", help="Whose decisions these are.")],
    var: Folder = VAR,
) -> None:
    """Take a member's decisions from a spreadsheet, each once.

    Its columns are item, scheme, label, verdict (accept, reject or unsure), reason and note;
    others are ignored, and so are rows without a verdict.
    """
    from digest import taxonomy
    from digest.config import utc_now
    from digest.quarter import Quarter
    from digest.review.intake import import_from

    done = import_from(
        place_of(var), file, Quarter.parse(quarter), member, taxonomy.load(), utc_now
    )
    for row in done.overtaken:
        note(f"row {row} was imported before and decided otherwise since: it stays so")
    typer.echo(f"{done.saved} decisions of {member} are new, {done.known} were there")


def serve(
    host: Annotated[
        str,
        typer.Option(help="Address to listen at; others than this machine need --behind-proxy."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 is any that is free.")
    ] = 4300,
    behind_proxy: Annotated[
        bool,
        typer.Option("--behind-proxy", help="A proxy with TLS stands before it; believe it."),
    ] = False,
    var: Folder = VAR,
) -> None:
    """Serve the application in which the panel reviews; Ctrl-C stops it."""
    from digest.config import utc_now
    from digest.review.web.serve import serve as run

    run(place_of(var), host, port, utc_now, typer.echo, behind_proxy=behind_proxy)
