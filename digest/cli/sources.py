"""The commands about the list of sources."""

from __future__ import annotations

import typer

from digest.cli.options import Contact, Only, SourceList, inputs_of


def listing(sources: SourceList = None) -> None:
    """Print the sources of the list."""
    from digest.sources import catalogue

    for source in catalogue.load(sources or catalogue.default_path()):
        mark = "verified" if source.verified else "unverified"
        state = "" if source.enabled else " (off)"
        typer.echo(
            f"{source.id:32} {source.kind:10} {source.language:3} {source.country:4} {mark:10} "
            f"{source.publisher}{state}"
        )


def check(
    sources: SourceList = None,
    source: Only = [],  # noqa: B006
    contact: Contact = "",
) -> None:
    """Ask every source once: does it answer, with what, and how fresh is it?"""
    from digest.report import check_lines

    complete = True
    for is_well, line in check_lines(inputs_of([], [], sources, source, contact)):
        complete &= is_well
        typer.echo(line)
    raise typer.Exit(0 if complete else 1)
