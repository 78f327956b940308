"""The commands of a quarter that runs itself: serve and sign-off."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.options import VAR, Folder, QuarterArgument, place_of


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen at; others than this machine need a password.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the page; 0 is any that is free.")
    ] = 4200,
    print_settings: Annotated[
        bool, typer.Option("--print-settings", help="Print serve.toml with its defaults, and end.")
    ] = False,
    var: Folder = VAR,
) -> None:
    """Keep the quarter running: harvest by the clock, all else because something happened.

    Starts a Prefect server with its page, the schedules, and what listens to events; stops with
    Ctrl-C. Settings are in serve.toml in the working folder.
    """
    from digest import settings

    if print_settings:
        typer.echo(settings.DEFAULT, nl=False)
        return
    place = place_of(var)
    told = settings.load(settings.settings_path(place))
    from flows.serve import Address, usable_port
    from flows.serve import serve as run

    run(place, told, Address(host, port or usable_port(host, port)), typer.echo)


def sign_off(
    quarter: QuarterArgument,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who answers for it.")],
    note: Annotated[str, typer.Option(help="A remark that is kept with it.")] = "",
    publish: Annotated[
        bool, typer.Option("--publish", help="Publish it at once, where digest serve does not run.")
    ] = False,
    var: Folder = VAR,
) -> None:
    """Sign a quarter's draft off as it is now; digest serve then publishes it.

    Where a panel reviews it, a chair signs, and nothing may be missing.
    """
    from digest.config import utc_now
    from digest.quarter import Quarter
    from digest.steps.publish import publish_signed
    from digest.steps.signing import sign_off as sign
    from digest.store.turn import own_turn

    place, which = place_of(var), Quarter.parse(quarter)
    with own_turn(place):
        manifest = sign(place, which, by, note, utc_now)
        typer.echo(f"{by} signed the draft of {quarter} off, sha256 {manifest.sha256}")
        if publish:
            done = publish_signed(place, which, utc_now)
            typer.echo(f"{which} {done.edition.version} published: {done.site / 'index.html'}")
