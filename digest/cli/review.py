"""The commands of the panel's review: opened, looked at, exported, filled from a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.options import (
    VAR,
    Contact,
    Folder,
    QuarterArgument,
    SourceList,
    inputs_of,
    note,
    place_of,
    stored,
)

By = Annotated[str, typer.Option(metavar="NAME", help="Who does it, as it is kept.")]


def open_(
    quarter: QuarterArgument,
    sample: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Papers drawn at random, to learn how often the machine is wrong; and two news "
            "items for five papers.",
        ),
    ] = 50,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Take in what came since, as late arrivals.")
    ] = False,
    by: By = "editor",
    sources: SourceList = None,
    var: Folder = VAR,
) -> None:
    """Open the panel's review of a quarter's draft, or bring an open one up to date."""
    from digest.cli.options import begun
    from digest.config import utc_now
    from digest.steps.opening import Wish, open_now
    from digest.steps.review_lines import opening_lines
    from digest.store.turn import own_turn

    place, which = place_of(var), begun(quarter)
    with own_turn(place):
        opened = open_now(place, which, Wish(by, sample, refresh), stored(sources), utc_now)
    for line in opening_lines(opened, which):
        typer.echo(line)


def status(quarter: QuarterArgument, var: Folder = VAR) -> None:
    """Say how far a review is, what a sign-off lacks, and how far members agree."""
    from digest.config import utc_now
    from digest.quarter import Quarter
    from digest.steps.review_lines import status_lines

    for line in status_lines(place_of(var), Quarter.parse(quarter), utc_now()):
        typer.echo(line)


def check(
    quarter: QuarterArgument,
    sources: SourceList = None,
    contact: Contact = "",
    var: Folder = VAR,
) -> None:
    """Look the cited papers up again at arXiv: withdrawn since, or in a newer version?

    Needed within a week before a sign-off; digest serve does it by itself. A quarter that was made
    from local files needs no --contact: nobody is asked, which is noted, too.
    """
    from digest.config import utc_now
    from digest.quarter import Quarter
    from digest.steps.papers import look_up_papers, require_contact
    from digest.steps.review_lines import check_lines
    from digest.store.database import writing
    from digest.store.turn import own_turn

    place, which = place_of(var), Quarter.parse(quarter)
    inputs = inputs_of([], [], sources, [], contact) if contact else stored(sources)
    if not contact:
        require_contact(place, which)
    with own_turn(place), writing(place.database) as connection:
        found = look_up_papers(connection, place, which, inputs, utc_now)
    for line in check_lines(found):
        typer.echo(line)
    raise typer.Exit(1 if found.outcome == "failed" or found.withdrawn else 0)


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
