"""``digest train``: from codebook, exemplars and judgements to a model folder.

Without a checkpoint only the heads are fitted, on the vectors of the encoder in use: minutes on
two cores, no torch. With one, the encoder is fine-tuned from it and exported first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digest.classify.encoder import Encoder
from digest.classify.heads import NONE, Heads
from digest.classify.model import Model
from digest.classify.train import compare, data, decisions, export, finetune, heads, pack
from digest.classify.train.data import Example
from digest.classify.train.rows import table
from digest.config import Report
from digest.errors import ConfigError, InputError
from digest.taxonomy import SCHEMES, Codebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Of the open data on relevance every so many-th text tunes the encoder; all of it fits the heads.
RELEVANCE_EVERY = 13
# Beside the texts about goals, whose judgements the repository holds; the card counts them too.
OTHER_OPEN_DATA = "490 incidents with their subdomain and 10,604 abstracts judged for AI"


@dataclass(frozen=True, slots=True)
class Material:
    """What to train from besides the exemplars.

    ``texts``: arXiv metadata snapshots that hold the texts of the readings. ``data``: a folder
    with the open data of ``data.OPEN_FILES``. ``decided``: what the panel decided.
    """

    texts: tuple[Path, ...] = ()
    data: Path | None = None
    decided: tuple[Example, ...] = ()


def require(*modules: str) -> None:
    """Refuse to begin without what training needs and running does not.

    Raises:
        ConfigError: names what is missing and how to install it.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"training needs {', '.join(missing)}: install the extra with "
            "`pip install -e '.[train]'` and run again"
        )


def examples_of(material: Material) -> list[Example]:
    """All examples, each text once.

    Raises:
        InputError: a file that is named does not exist or does not hold what it should.
    """
    for path in (*material.texts, material.data):
        if path is not None and not path.exists():
            raise InputError(f"there is no file or folder {path}: check the path")
    examples = [
        *data.exemplars(), *data.readings(material.texts),
        *data.readings(material.texts, data.READ_ONCE),
    ]  # fmt: skip
    if material.data is not None:
        examples += data.open_data(material.data)
    return decisions.overruling(examples, material.decided)


def left_out(examples: Sequence[Example]) -> Iterator[str]:
    """Which judgements the examples lack, since the texts were not given, and how to give them."""
    found = Counter(example.origin for example in examples)
    folders = (data.READINGS, data.READ_ONCE)
    tables = [path for folder in folders for path in sorted(folder.glob("*.tsv"))]
    read, opened = _judgements(*tables), _judgements(data.OPEN_READINGS)
    abstracts = read - sum(found[folder.name] for folder in folders)
    texts = opened - found[data.OPEN_READINGS.parent.name]
    if abstracts:
        quarters = " and ".join(sorted({path.stem for path in tables}))
        yield (
            f"left out: {abstracts:,} of {read:,} arXiv abstracts judged for goals, risks and AI: "
            f"give arXiv's metadata snapshot of {quarters} with --texts"
        )
    if texts:
        beside = "" if found["aiid"] else f", and {OTHER_OPEN_DATA}"
        yield (
            f"left out: {texts:,} of {opened:,} open texts judged for goals{beside}: give the "
            "folder with the open data that the model card names with --data"
        )
    if abstracts or texts:
        yield "without them the model labels real texts less well"


def _judgements(*tables: Path) -> int:
    return sum(1 for path in tables for _ in table(path))


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a new model is measured by: the one in use before, and what the panel decided."""

    before: Model
    decided: tuple[Example, ...] = ()


def train_heads(
    encoder: Path,
    examples: Sequence[Example],
    codebook: Codebook,
    out: Path,
    tell: Report,
    yardstick: Yardstick,
) -> None:
    """Fit heads on an encoder's vectors and write the model to ``out``; tells what it does.

    In the end it tells how the new model and the one before do on the examples held back, and with
    how many of the panel's decisions, which are among the examples too, each agrees.
    """
    require("sklearn")
    tell(f"encoding {len(examples):,} texts")
    vectors = _vectors(encoder, examples)
    before, decided = yardstick.before, yardstick.decided
    rows = compare.measured(examples, decided)
    measured = [examples[row] for row in rows]
    # Before the new model may replace the files.
    read = vectors[rows] if encoder == before.folder else _vectors(before.folder, measured)
    was = compare.given(before.heads, read)
    fitted = heads.fit(vectors, examples, label_ids(codebook))
    model_id = pack.pack(encoder, fitted, codebook.version, out, taught_by(examples))
    for line in scores(fitted, vectors, examples):
        tell(line)
    now = compare.given(fitted, vectors[rows])
    tell(f"the model in use before ({before.id}) and the new one, on texts held back:")
    for line in compare.on_test_texts(measured, was, now):
        tell(line)
    for line in compare.on_decisions(measured, decided, was, now):
        tell(line)
    tell(f"model {model_id} in {out}")


def taught_by(examples: Iterable[Example]) -> set[str]:
    """The hashes of those texts of items from which a model learns its labels."""
    return {e.text_hash for e in examples if e.origin in data.OF_ITEMS and e.part == "train"}


def _vectors(encoder: Path, examples: Sequence[Example]) -> NDArray[np.float32]:
    return np.stack([e.vector for e in Encoder(encoder).encode(e.text for e in examples)])


def train_encoder(
    checkpoint: Path, examples: Sequence[Example], codebook: Codebook, out: Path, tell: Report
) -> None:
    """Fine-tune from a Hugging Face BERT checkpoint's folder and export; tells what it does.

    Raises:
        InputError: as ``finetune``.
    """
    require("torch", "nncf")
    train = _for_encoder([e for e in examples if e.part == "train"])
    tell(f"fine-tuning on {len(train):,} texts")
    schemes = label_ids(codebook)
    schemes |= {s: [*schemes[s], NONE] for s in heads.EXCLUSIVE}
    trained = finetune.finetune(checkpoint, train, schemes, finetune.Recipe(), tell)
    tell("exporting the encoder")
    export.export(trained.encoder, checkpoint, [e.text for e in train], out)


def _for_encoder(train: Sequence[Example]) -> list[Example]:
    """All but most of what is judged for relevance alone, which else were most of the work."""
    others = [e for e in train if e.labels.keys() != {"ai"}]
    return others + [e for e in train if e.labels.keys() == {"ai"}][::RELEVANCE_EVERY]


def label_ids(codebook: Codebook) -> dict[str, list[str]]:
    """The label ids of each scheme, in the codebook's order."""
    return {scheme: [label.id for label in codebook.scheme(scheme)] for scheme in SCHEMES}


def scores(
    fitted: Heads, vectors: NDArray[np.float32], examples: Sequence[Example]
) -> Iterable[str]:
    """How the heads do in each scheme and origin on the part ``test``, in a line each."""
    probabilities = fitted.probabilities(vectors)
    given = fitted.assigned(probabilities)
    for scheme in dict.fromkeys(scheme for scheme, _ in fitted.labels):
        rows = fitted.rows(scheme)
        names = [fitted.labels[row][1] for row in rows]
        for origin in sorted({e.origin for e in examples if scheme in e.labels}):
            held = [
                i for i, e in enumerate(examples)
                if e.part == "test" and e.is_whole and e.origin == origin and scheme in e.labels
            ]  # fmt: skip
            if held:
                wanted = np.array([[n in examples[i].labels[scheme] for n in names] for i in held])
                yield _score(scheme, origin, given[held][:, rows], wanted)


def _score(scheme: str, origin: str, given: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> str:
    both = (given & wanted).sum()
    f1 = 2 * both / max(1, given.sum() + wanted.sum())
    exact = (given == wanted).all(axis=1).mean()
    return (
        f"{scheme:5} {origin:10} {len(given):5} texts  micro F1 {f1:.3f}  exact {exact:.3f}  "
        f"decisions right {(given == wanted).mean():.3f}"
    )
