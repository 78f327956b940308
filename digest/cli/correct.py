"""The command that corrects what is published."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from digest.cli.options import VAR, Folder, QuarterArgument, SourceList, place_of, stored


class Kind(StrEnum):
    """What a correction is."""

    amendment = "amendment"
    update = "update"


def correct(  # noqa: PLR0913, PLR0917 - one argument an option
    quarter: QuarterArgument,
    kind: Annotated[
        Kind,
        typer.Option(help="amendment: what was said of items; update: what came since."),
    ],
    reason: Annotated[str, typer.Option(help="Why, as readers will see it.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it.")],
    remove: Annotated[
        list[str], typer.Option(metavar="ITEM", help="Take this item out; repeatable.")
    ] = [],  # noqa: B006 - typer copies it
    label: Annotated[
        list[str],
        typer.Option(
            metavar='"ITEM SCHEME/LABEL=accept|reject"',
            help="Set a label of an item, quoted as one argument; repeatable.",
        ),
    ] = [],  # noqa: B006
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Make a correction anew that is open already.")
    ] = False,
    sources: SourceList = None,
    var: Folder = VAR,
) -> None:
    """Propose a new version of a published quarter, to be signed off like any other.

    The version that is published stays as it is, under its address.
    """
    from digest.config import utc_now
    from digest.edition.difference import difference, lines
    from digest.edition.shelf import Correction, Shelf
    from digest.quarter import Quarter
    from digest.steps.correct import correct as propose
    from digest.steps.correct import parsed_labels
    from digest.steps.signing import next_step
    from digest.store.turn import own_turn

    place, which = place_of(var), Quarter.parse(quarter)
    labels = tuple(parsed_labels(label))
    wanted = Correction(kind.value, reason.strip(), by.strip(), tuple(remove), labels)
    with own_turn(place):
        done = propose(place, which, wanted, stored(sources), utc_now, refresh=refresh)
    public = Shelf(place.editions).manifest(done.replaces)
    typer.echo(f"{kind.value} of {which} {done.replaces.version}, sha256 {done.manifest.sha256}")
    for line in lines(difference(public, done.manifest)):
        typer.echo(line)
    typer.echo(f"next: {next_step(place, which)}")
