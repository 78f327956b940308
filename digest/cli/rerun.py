"""The command that runs a quarter again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.options import (
    VAR,
    Contact,
    Folder,
    QuarterArgument,
    SourceList,
    begun,
    inputs_of,
    note,
    place_of,
    stored,
)
from digest.errors import ConfigError

if TYPE_CHECKING:
    from digest.config import Inputs


def rerun(  # noqa: PLR0913, PLR0917 - one argument an option
    quarter: QuarterArgument,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done and changed.")
    ] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask all sources again.")] = False,
    source: Annotated[
        list[str], typer.Option("--source", help="Ask only this source again; repeatable.")
    ] = [],  # noqa: B006 - typer copies it
    snapshot: Annotated[
        list[Path], typer.Option(help="arXiv metadata snapshot to read as well.")
    ] = [],  # noqa: B006
    feeds: Annotated[
        list[Path], typer.Option(help="Feed document, or folder of them, to read as well.")
    ] = [],  # noqa: B006
    sources: SourceList = None,
    contact: Contact = "",
    var: Folder = VAR,
) -> None:
    """Run a quarter again, up to its draft: only what has changed is done again.

    Asks nobody unless told to. A new document costs that document, new heads cost no encoding, a
    new template costs the pages. Says by title what enters, leaves and changes. What is published
    is never altered: the result is a draft.
    """
    from digest.config import utc_now
    from digest.steps.harvest import harvested_sources
    from digest.steps.local import require_local
    from digest.steps.rerun import Request, rehearse
    from digest.steps.rerun import rerun as run_again
    from digest.steps.rerun_lines import lines
    from digest.store.turn import own_turn

    place, inputs = place_of(var), _inputs(snapshot, feeds, sources, source, contact, refresh)
    require_local(inputs)  # what is wrong with the inputs is said at once
    harvested_sources(inputs)
    request = Request(begun(quarter), inputs, utc_now, note)
    if dry_run:
        done = rehearse(place, request)
    else:
        with own_turn(place):
            done = run_again(place, request)
    for line in lines(done, is_rehearsal=dry_run):
        typer.echo(line)
    raise typer.Exit(0 if done.is_complete else 1)


def _inputs(
    snapshots: list[Path],
    feeds: list[Path],
    sources: Path | None,
    only: list[str],
    contact: str,
    refresh: bool,
) -> Inputs:
    if refresh and (snapshots or feeds):
        raise ConfigError(
            "--refresh asks the sources, and with --snapshot or --feeds nobody is asked: leave one "
            "of them out"
        )
    if refresh or only or snapshots or feeds:
        return inputs_of(snapshots, feeds, sources, only, contact)
    return stored(sources)
