"""The commands and their groups, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from digest import __version__
from digest.cli import correct, folder, models, people, quarter, rerun, review, serve, sources

app = typer.Typer(
    help="Quarterly digests of AI science by Sustainable Development Goal and by AI risk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    quarter.run, rerun.rerun, serve.serve, serve.sign_off, correct.correct, quarter.demo,
    models.label, models.explain, models.train, models.evaluate,
    folder.status, folder.doctor, folder.reparse,
):  # fmt: skip
    app.command()(command)

sources_app = typer.Typer(help="The list of sources.", no_args_is_help=True)
sources_app.command("list")(sources.listing)
sources_app.command("check")(sources.check)
app.add_typer(sources_app, name="sources")

review_app = typer.Typer(help="The panel's review of a draft.", no_args_is_help=True)
review_app.command("open")(review.open_)
review_app.command("status")(review.status)
review_app.command("check")(review.check)
review_app.command("export")(review.export)
review_app.command("import")(review.import_)
review_app.command("serve")(review.serve)
people_app = typer.Typer(help="Who takes part in the review.", no_args_is_help=True)
people_app.command("list")(people.listing)
people_app.command("add")(people.add)
people_app.command("link")(people.link)
people_app.command("passphrase")(people.passphrase)
people_app.command("revoke")(people.revoke)
review_app.add_typer(people_app, name="people")
app.add_typer(review_app, name="review")


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"digest {__version__}")
        raise typer.Exit
