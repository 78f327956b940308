"""``digest train``: from codebook, exemplars and judgements to a model folder.

Without a checkpoint only the heads are fitted, on the vectors of the encoder in use: minutes on
two cores, no torch. With one, the encoder is fine-tuned from it and exported first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digest.classify.encoder import Encoder
from digest.classify.heads import NONE, Heads
from digest.classify.train import data, decisions, export, finetune, heads, pack
from digest.classify.train.data import Example
from digest.config import Report
from digest.errors import ConfigError, InputError
from digest.taxonomy import SCHEMES, Codebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Of the open data on relevance every so many-th text tunes the encoder; all of it fits the heads.
RELEVANCE_EVERY = 13


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


def train_heads(
    encoder: Path,
    examples: Sequence[Example],
    codebook: Codebook,
    out: Path,
    tell: Report,
    decided: Sequence[Example] = (),
) -> None:
    """Fit heads on an encoder's vectors and write the model to ``out``; tells what it does.

    ``decided`` are the panel's decisions, which are among the examples too: for them it is said
    how many the heads took the panel's way before, and how many after.
    """
    require("sklearn")
    tell(f"encoding {len(examples):,} texts")
    vectors = _vectors(encoder, examples)
    before = Heads.load(encoder / "heads.npz") if (encoder / "heads.npz").exists() else None
    fitted = heads.fit(vectors, examples, label_ids(codebook))
    model_id = pack.pack(encoder, fitted, codebook.version, out)
    for line in scores(fitted, vectors, examples):
        tell(line)
    if decided:
        for line in on_decisions(before, fitted, vectors, examples, decided):
            tell(line)
    tell(f"model {model_id} in {out}")


def _vectors(encoder: Path, examples: Sequence[Example]) -> NDArray[np.float32]:
    return np.stack([e.vector for e in Encoder(encoder).encode(e.text for e in examples)])


def on_decisions(
    before: Heads | None,
    after: Heads,
    vectors: NDArray[np.float32],
    examples: Sequence[Example],
    decided: Sequence[Example],
) -> Iterator[str]:
    """Of the decisions that taught, and of those that were held back to test what they taught.

    A text's part is that of its example among the ``examples``, from which the heads were fitted:
    what somebody had written or read before the panel decided about it keeps the part that it had.
    """
    row_of = {example.text: row for row, example in enumerate(examples)}
    for name, part in (("taught from", "train"), ("held back", "test")):
        judged = [e for e in decided if examples[row_of[e.text]].part == part]
        read = vectors[[row_of[e.text] for e in judged]]
        said = [
            f"{when} {right} of {of}"
            for when, model in (("before", before), ("after", after)) if model is not None
            for right, of in [decisions.agreement(model, read, judged)] if of
        ]  # fmt: skip
        if said:
            yield f"the panel's decisions, {name}: {', '.join(said)} as the panel"


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
    """Macro F1 and top-label accuracy of each scheme on the part ``test``, in a line each."""
    probabilities = fitted.probabilities(vectors)
    given = fitted.assigned(probabilities)
    for scheme in dict.fromkeys(scheme for scheme, _ in fitted.labels):
        rows = fitted.rows(scheme)
        names = [fitted.labels[row][1] for row in rows]
        for origin in sorted({e.origin for e in examples if scheme in e.labels}):
            held = [
                i for i, e in enumerate(examples)
                if e.part == "test" and e.origin == origin and scheme in e.labels
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
