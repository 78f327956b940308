"""The commands about who takes part in the review."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, cast

import typer

from digest.cli.options import VAR, Folder, place_of

if TYPE_CHECKING:
    from pathlib import Path

    from digest.review.people import People
    from digest.review.persons import Role

PersonId = Annotated[str, typer.Argument(metavar="ID", help="Such as a-okafor.")]


def add(  # noqa: PLR0913, PLR0917
    person_id: PersonId,
    name: Annotated[str, typer.Option(help="As the edition names the person.")],
    affiliation: Annotated[str, typer.Option(help="University, institute or body.")] = "",
    role: Annotated[str, typer.Option(help="member, chair or editor.")] = "member",
    goal: Annotated[
        list[str], typer.Option(help="A goal (1 to 17) whose queue is theirs; repeatable.")
    ] = [],  # noqa: B006
    conflict: Annotated[
        list[str],
        typer.Option(help="An author, group or outlet that they do not judge; repeatable."),
    ] = [],  # noqa: B006
    language: Annotated[str, typer.Option(help="ar, en, es, fr, ru or zh.")] = "en",
    var: Folder = VAR,
) -> None:
    """Take somebody into the panel."""
    from digest.review.persons import Person

    person = Person(
        person_id, name, affiliation, cast("Role", role), tuple(goal), tuple(conflict), language
    )
    with _people(var, f"add {person_id}") as people:
        added = people.add(person)
    typer.echo(f"{added.name} is in: give them a link (digest review people link {added.id})")


def listing(var: Folder = VAR) -> None:
    """Print who takes part."""
    with _people(var) as people:
        for person in people.persons().values():
            state = " (revoked)" if person.revoked else ""
            typer.echo(
                f"{person.id:24} {person.role:7} {person.language:3} {person.name}"
                f"{', ' + person.affiliation if person.affiliation else ''}{state}"
            )


def link(
    person_id: PersonId,
    hours: Annotated[int, typer.Option(help="How long the link is good.")] = 72,
    address: Annotated[
        str, typer.Option(help="Where members find the application.")
    ] = "http://127.0.0.1:4300",
    var: Folder = VAR,
) -> None:
    """Print a link by which a person enters, once. Hand it on as you would a key."""
    from digest.review.people import link_address

    with _people(var, f"link {person_id}") as people:
        typer.echo(link_address(address, people.link(person_id, hours)))


def passphrase(person_id: PersonId, var: Folder = VAR) -> None:
    """Set a person's passphrase, asked for or read from standard input; ends their sessions."""
    if sys.stdin.isatty():
        words = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    else:
        words = sys.stdin.readline().rstrip("\r\n")
    with _people(var, f"passphrase {person_id}") as people:
        people.set_passphrase(person_id, words)
    typer.echo(f"{person_id} can enter with it")


def revoke(person_id: PersonId, var: Folder = VAR) -> None:
    """Let a person in no more, at once; what they decided stays."""
    with _people(var, f"revoke {person_id}") as people:
        people.revoke(person_id)
    typer.echo(f"{person_id} is out: sessions, links and passphrase have ended")


@contextmanager
def _people(var: Path, act: str = "") -> Iterator[People]:
    """The persons in the working folder's book; an act that succeeded goes into the log."""
    from digest.config import utc_now
    from digest.review.people import People

    people = People(place_of(var).book, utc_now)
    try:
        yield people
        if act:
            people.log("", "command line", f"people {act}", 0)
    finally:
        people.close()
