"""The model's commands: label, explain, train and evaluate."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.options import VAR, Folder, note, opened, place_of
from digest.errors import InputError


def label(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="JSON lines, or - for input.")],
    model: Annotated[
        str,
        typer.Option(
            metavar="FOLDER|NAME",
            help="Another model than the one in use: trained by digest train, or one of Hugging "
            "Face (extra hf).",
        ),
    ] = "",
    labels: Annotated[
        Path | None,
        typer.Option(help="What the outputs of a Hugging Face model mean, if no labels.toml does."),
    ] = None,
    allow_download: Annotated[
        bool, typer.Option("--allow-download", help="Fetch the model from the hub if need be.")
    ] = False,
    var: Folder = VAR,
) -> None:
    """Label JSON lines {"id", "title", "text"}; answers one JSON line for each, in order.

    The model is the one that digest train left in the working folder, else the one that is shipped.
    """
    from digest.classify.choose import chosen
    from digest.classify.label import label_lines

    in_use = place_of(var).model_in_use
    labeller = chosen(model, labels, in_use, allow_download=allow_download)
    with opened(file) as lines:
        for answer in label_lines(lines, labeller):
            sys.stdout.buffer.write(answer + b"\n")
            sys.stdout.buffer.flush()


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
    place = place_of(var)
    if text:
        with opened(text) as stream:
            answer = explain_text(place, text, stream, note)
    else:
        answer = explain_item(place, item, note)
    if as_json:
        import orjson

        typer.echo(orjson.dumps(answer.data(), option=orjson.OPT_INDENT_2))
        return
    for line in answer.lines(taxonomy.load()):
        typer.echo(line)


def train(
    texts: Annotated[
        list[Path], typer.Option(help="arXiv metadata snapshot with the texts of the readings.")
    ] = [],  # noqa: B006
    data: Annotated[Path | None, typer.Option(help="Folder of open labelled data.")] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            help='The panel\'s decisions: JSON lines {"item", "scheme", "label", "accept"}.'
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Fine-tune the encoder from this BERT checkpoint first.")
    ] = None,
    var: Folder = VAR,
) -> None:
    """Train anew from codebook, exemplars and judgements (needs the extra `train`).

    The model goes to the working folder, where the next run uses it; in the end it is compared with
    the one in use before. Without a checkpoint only the heads are fitted: minutes on two cores.
    Without --texts and --data it learns from invented texts alone, and is worse on real ones.
    """
    from digest import taxonomy
    from digest.classify.model import Model
    from digest.classify.train import run
    from digest.steps.decided import decided

    place = place_of(var)
    codebook = taxonomy.load()
    # A damaged model is refused by its hashes: those of the new one would call its encoder good.
    before = Model.load(place.model_in_use)
    encoder = place.encoder if checkpoint else before.folder
    panel = decided(place, decisions, codebook) if decisions else ()
    examples = run.examples_of(run.Material(tuple(texts), data, panel))
    for line in run.left_out(examples):
        typer.echo(line)
    if checkpoint:
        run.train_encoder(checkpoint, examples, codebook, encoder, typer.echo)
    yardstick = run.Yardstick(before, panel)
    run.train_heads(encoder, examples, codebook, place.model, typer.echo, yardstick)


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
    means none. A result stored as evaluation.json in the model's folder goes on the method page
    of the draft and of what is published from then on, with what caveat.txt beside it says.
    """
    from digest import taxonomy
    from digest.classify.evaluate import data, result, run, table
    from digest.classify.evaluate.metrics import Sampling
    from digest.store.archive import replacing, storage_errors

    codebook = taxonomy.load()
    judged = data.labelled_lines(file, codebook) if file else data.unseen(texts)
    folder = model or place_of(var).model_in_use
    found = run.evaluate(folder, judged, codebook, against, Sampling())
    for line in table.lines(found):
        typer.echo(line)
    if out is not None:
        with storage_errors(out), replacing(out) as stored:
            stored.write(result.dump(found))
        typer.echo(f"stored in {out}")
