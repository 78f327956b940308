"""The command line. It reads arguments, calls a flow or a step, and says what came of it.

Exit status: 0 all went well; 1 the digest is incomplete, a source failed; 2 the command cannot be
carried out as it stands. Errors are one sentence on standard error; a traceback is a defect.
"""

from __future__ import annotations

import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from digest import __version__
from digest.errors import ConfigError, DigestError, InputError

if TYPE_CHECKING:
    from io import BufferedReader

    from digest.config import Inputs, Workplace
    from digest.quarter import Quarter

app = typer.Typer(
    help="Quarterly digests of AI science by Sustainable Development Goal and by AI risk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sources_app = typer.Typer(help="The list of sources.", no_args_is_help=True)
app.add_typer(sources_app, name="sources")

Folder = Annotated[
    Path, typer.Option("--var", envvar="DIGEST_VAR", help="Working folder; all data lies here.")
]
QuarterArgument = Annotated[str, typer.Argument(metavar="QUARTER", help="Such as 2026Q1.")]
SourceList = Annotated[
    Path | None, typer.Option("--sources", help="Source list (TOML) instead of the one supplied.")
]
Only = Annotated[list[str], typer.Option("--source", help="Ask only this source; repeatable.")]
Contact = Annotated[
    str,
    typer.Option(
        "--contact", envvar="DIGEST_CONTACT",
        help="Mail or web address that is told to the sources asked; needed to ask any.",
    ),
]  # fmt: skip
VAR = Path("var")
STOPPED = 130
_CONTACT = re.compile(r"(mailto:)?[^\s@]+@[^\s@]+|https?://\S+")


def main() -> None:
    """Entry point: one sentence for every error that a person can act on."""
    try:
        app()
    except DigestError as error:
        typer.echo(f"digest: {error}", err=True)
        _give_up(error)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == STOPPED:  # so the framework ends an interrupted command
            typer.echo("digest: stopped; run the same command again to go on", err=True)
            _give_up(end)
        raise


def _give_up(error: BaseException) -> None:
    """Let go of what the failed calls still hold, a database above all, before the process ends."""
    cause: BaseException | None = error
    while cause is not None:
        traceback.clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"digest {__version__}")
        raise typer.Exit


@app.command()
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
    publish: Annotated[bool, typer.Option(help="Publish, or stop at the draft.")] = True,
    contact: Contact = "",
    var: Folder = VAR,
) -> None:
    """Harvest, label, draft and publish a quarter.

    Asks the sources of the list, or reads local files when some are given. Run it again at any
    time: what is known is not fetched or labelled again, and an unchanged quarter is not published
    again.
    """
    which = _begun(quarter)
    inputs = _inputs(snapshot, feeds, sources, source, contact)
    _run_quarter(which, var, inputs, publish=publish)


@app.command()
def demo(var: Folder = VAR) -> None:
    """Run the embedded sample quarter: invented texts, served by a small server on this machine."""
    from digest import sample
    from digest.config import Inputs
    from digest.sample.server import sample_server

    folder = var / "demo"
    with sample_server(stage=1) as base:
        inputs = Inputs(
            sources=sample.SOURCES, base=base, contact="mailto:editor@sample.example",
            private_hosts=frozenset({base.removeprefix("http://")}), sample=True,
        )  # fmt: skip
        _run_quarter(_begun(sample.QUARTER), folder, inputs, expected=sample.FAULTY)


@app.command()
def label(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="JSON lines, or - for input.")],
    model: Annotated[
        str,
        typer.Option(
            metavar="FOLDER|NAME",
            help="Another model: trained by digest train, or one of Hugging Face (extra hf).",
        ),
    ] = "",
    labels: Annotated[
        Path | None,
        typer.Option(help="What the outputs of a Hugging Face model mean, if no labels.toml does."),
    ] = None,
    allow_download: Annotated[
        bool, typer.Option("--allow-download", help="Fetch the model from the hub if need be.")
    ] = False,
) -> None:
    """Label JSON lines {"id", "title", "text"}; answers one JSON line for each, in order."""
    from digest.classify.choose import chosen
    from digest.classify.label import label_lines

    labeller = chosen(model, labels, allow_download=allow_download)
    with _opened(file) as lines:
        for answer in label_lines(lines, labeller):
            sys.stdout.buffer.write(answer + b"\n")
            sys.stdout.buffer.flush()


@app.command()
def explain(
    item: Annotated[
        str, typer.Argument(metavar="[ITEM]", help="Its id, or an arXiv id, DOI or address.")
    ] = "",
    text: Annotated[
        str, typer.Option(metavar="FILE|-", help="A text from outside instead, plain or HTML.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of words.")] = False,
    var: Folder = VAR,
) -> None:
    """Say why an item has its labels, and what the labels that it just missed lacked."""
    from digest import taxonomy
    from digest.steps.explain import explain_item, explain_text

    if bool(item) == bool(text):
        raise InputError("give an item, or a text with --text FILE, and not both")
    place = _place(var)
    if text:
        with _opened(text) as stream:
            answer = explain_text(place, text, stream, _note)
    else:
        answer = explain_item(place, item, _note)
    if as_json:
        import orjson

        typer.echo(orjson.dumps(answer.data(), option=orjson.OPT_INDENT_2))
        return
    for line in answer.lines(taxonomy.load()):
        typer.echo(line)


@app.command()
def train(
    texts: Annotated[
        list[Path], typer.Option(help="arXiv metadata snapshot with the texts of the readings.")
    ] = [],  # noqa: B006
    data: Annotated[Path | None, typer.Option(help="Folder of open labelled data.")] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="Decisions of the panel (JSON lines).")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Fine-tune the encoder from this BERT checkpoint first.")
    ] = None,
    var: Folder = VAR,
) -> None:
    """Train anew from codebook, exemplars and judgements (needs the extra `train`).

    The model goes to the working folder, where the next run uses it. Without a checkpoint only the
    heads are fitted: minutes on two cores.
    """
    from digest import taxonomy
    from digest.classify.train.run import Material, examples_of, train_encoder, train_heads

    place = _place(var)
    codebook = taxonomy.load()
    examples = examples_of(Material(tuple(texts), data, decisions))
    encoder = place.model_in_use
    if checkpoint is not None:
        encoder = place.folder / "encoder"
        for line in train_encoder(checkpoint, examples, codebook, encoder):
            typer.echo(line)
    for line in train_heads(encoder, examples, codebook, place.model):
        typer.echo(line)


@app.command()
def evaluate(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help='JSON lines {"text", "labels"}, instead of the texts that training left out.',
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Folder of a model, instead of the one in use.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Compare with a model's folder or with a stored result.")
    ] = None,
    texts: Annotated[
        list[Path], typer.Option(help="arXiv metadata snapshot with the texts of the readings.")
    ] = [],  # noqa: B006
    out: Annotated[Path | None, typer.Option(help="Store the result here (JSON).")] = None,
    var: Folder = VAR,
) -> None:
    """Measure the labels on judged texts: precision, recall, F1, calibration, with intervals.

    In FILE, "scheme" (sdg, risk, mit or ai) and "kind" may stand beside text and labels; no labels
    means none. A result stored as evaluation.json in the model's folder goes on the method page.
    """
    from digest import taxonomy
    from digest.classify.evaluate import data, result, run, table
    from digest.classify.evaluate.metrics import Sampling
    from digest.store.archive import replacing, storage_errors

    codebook = taxonomy.load()
    judged = data.labelled_lines(file, codebook) if file else data.unseen(texts)
    folder = model or _place(var).model_in_use
    found = run.evaluate(folder, judged, codebook, against, Sampling())
    for line in table.lines(found):
        typer.echo(line)
    if out is not None:
        with storage_errors(out), replacing(out) as stored:
            stored.write(result.dump(found))
        typer.echo(f"stored in {out}")


@app.command()
def status(
    quarter: Annotated[str, typer.Argument(metavar="[QUARTER]")] = "", var: Folder = VAR
) -> None:
    """Say what is stored of a quarter, which sources failed, and what is published."""
    from digest.report import status_lines

    complete, lines = status_lines(_place(var), quarter)
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if complete else 1)


@app.command()
def doctor(var: Folder = VAR) -> None:
    """Check the database, the raw archive, the counts, the model and the editions."""
    from digest.doctor import examine

    healthy = True
    for finding in examine(_place(var)):
        healthy &= finding.is_well
        typer.echo(str(finding))
    raise typer.Exit(0 if healthy else 2)


@app.command()
def reparse(var: Folder = VAR) -> None:
    """Rebuild records and items from the raw archive, without the network."""
    from digest.steps.reparse import reparse as rebuild

    for line in rebuild(_place(var)):
        typer.echo(line)


@sources_app.command("list")
def sources_list(sources: SourceList = None) -> None:
    """Print the sources of the list."""
    from digest.sources import catalogue

    for source in catalogue.load(sources or catalogue.default_path()):
        mark = "verified" if source.verified else "unverified"
        state = "" if source.enabled else " (off)"
        typer.echo(
            f"{source.id:32} {source.kind:10} {source.language:3} {source.country:4} {mark:10} "
            f"{source.publisher}{state}"
        )


@sources_app.command("check")
def sources_check(
    sources: SourceList = None,
    source: Only = [],  # noqa: B006
    contact: Contact = "",
) -> None:
    """Ask every source once: does it answer, with what, and how fresh is it?"""
    from digest.report import check_lines

    complete = True
    for is_well, line in check_lines(_inputs([], [], sources, source, contact)):
        complete &= is_well
        typer.echo(line)
    raise typer.Exit(0 if complete else 1)


def _note(sentence: str) -> None:
    """Tell the person something beside the answer."""
    typer.echo(sentence, err=True)


def _opened(file: str) -> BufferedReader:
    """Standard input for ``-``, else the file, as bytes."""
    if file == "-":
        return cast("BufferedReader", sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from None


def _inputs(
    snapshots: list[Path],
    feeds: list[Path],
    sources: Path | None,
    only: list[str],
    contact: str,
) -> Inputs:
    from digest.config import Inputs
    from digest.sources import catalogue

    if snapshots or feeds:
        if only:
            raise ConfigError(
                "--source chooses whom to ask, and with --snapshot or --feeds nobody is asked: "
                "leave one of them out"
            )
        return Inputs(
            sources=None, snapshots=tuple(snapshots), feeds=tuple(feeds),
            describing=sources or catalogue.default_path(),
        )  # fmt: skip
    if not _CONTACT.fullmatch(contact):
        raise ConfigError(
            "the sources must be told whom to write to: give --contact mailto:you@example.org, or "
            "set DIGEST_CONTACT" + (f", not '{contact}'" if contact else "")
        )
    return Inputs(sources=sources or catalogue.default_path(), only=tuple(only), contact=contact)


def _place(var: Path) -> Workplace:
    from digest.config import Workplace

    return Workplace(var)


def _begun(quarter: str) -> Quarter:
    from digest.config import utc_now
    from digest.quarter import Quarter

    which = Quarter.parse(quarter)
    which.require_begun(utc_now())
    return which


def _run_quarter(
    quarter: Quarter,
    folder: Path,
    inputs: Inputs,
    *,
    publish: bool = True,
    expected: frozenset[str] = frozenset(),
) -> None:
    from flows.terminal import run_in_terminal

    complete = run_in_terminal(quarter, _place(folder), inputs, publish=publish, expected=expected)
    raise typer.Exit(0 if complete else 1)
