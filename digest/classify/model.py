"""The model as it is shipped: a folder with encoder, tokenizer, heads and a description.

``model.json`` lists every file with its SHA-256; a model whose files do not match is not used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from digest.classify.encoder import Encoder, Encoding
from digest.classify.heads import Heads
from digest.classify.label import Text, labels_of
from digest.config import SHIPPED_MODEL
from digest.errors import ModelError, first_problem

HEADS = "heads.npz"
TAUGHT = "taught.txt"


@dataclass(frozen=True)
class Model:
    """What labels a text. ``id`` and ``encoder_id`` are made from the files' content.

    ``taught`` are the hashes of the texts of items from which it learnt, and whose labels it knows
    better than others'; a model that was trained before they were noted has none.
    """

    folder: Path
    id: str
    encoder_id: str
    codebook: str
    languages: frozenset[str]
    heads: Heads
    threads: int | None = None
    taught: frozenset[str] = frozenset()

    @classmethod
    def load(cls, folder: Path = SHIPPED_MODEL, threads: int | None = None) -> Model:
        """Read and check a model; the encoder itself is loaded when it is first used.

        ``threads`` is how many cores the encoder may use; None is all of them.

        Raises:
            ModelError: a file is missing or not the one that the description names.
        """
        about = _about(folder)
        if HEADS not in about.files:
            raise ModelError(
                f"no usable model in {folder}: model.json does not list {HEADS}: {_remedy(folder)}"
            )
        for name, sha256 in about.files.items():
            _check(folder / name, sha256)
        return cls(
            folder=folder,
            id=about.id,
            encoder_id=about.encoder,
            codebook=about.codebook,
            languages=frozenset(about.languages),
            heads=Heads.load(folder / HEADS),
            threads=threads,
            taught=_taught(folder) if TAUGHT in about.files else frozenset(),
        )

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, loaded once."""
        return Encoder(self.folder, self.threads)

    def encode(self, texts: Sequence[tuple[Text, str]]) -> Iterator[Encoding]:
        """The encodings of texts in their languages, whose parts are the texts' sentences."""
        return self.encoder.encode(
            (text.joined for text, _ in texts), (text.sentences(code) for text, code in texts)
        )

    def labels(self, texts: Sequence[tuple[Text, str]]) -> Iterator[list[dict[str, Any]]]:
        """For each text and its language the labels, as ``digest label`` writes them."""
        for (text, language), encoding in zip(texts, self.encode(texts), strict=True):
            yield labels_of(text, language, encoding, self)


class _About(BaseModel):
    id: str
    encoder: str
    codebook: str
    languages: list[str]
    files: dict[str, str]


def identity(folder: Path = SHIPPED_MODEL) -> tuple[str, str]:
    """The ids of a model and of its codebook, without reading the model itself.

    Raises:
        ModelError: it has no description, or one that cannot be read.
    """
    about = _about(folder)
    return about.id, about.codebook


def _about(folder: Path) -> _About:
    path = folder / "model.json"
    try:
        return _About.model_validate_json(path.read_bytes())
    except OSError as error:
        what = f"no usable model in {folder}: {path.name}: {error.strerror}"
    except ValidationError as error:
        what = f"no usable model in {folder}: {path.name}: {first_problem(error)}"
    raise ModelError(f"{what}: {_remedy(folder)}")


def _taught(folder: Path) -> frozenset[str]:
    return frozenset((folder / TAUGHT).read_text(encoding="ascii").split())


def _check(path: Path, sha256: str) -> None:
    try:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
    else:
        if found == sha256:
            return
        what = f"was altered (SHA-256 {found[:12]}…, expected {sha256[:12]}…)"
    raise ModelError(f"the model's file {path} {what}: {_remedy(path.parent)}")


def _remedy(folder: Path) -> str:
    """What to do about a model that cannot be used: only the shipped one comes with the package."""
    if folder.resolve() == SHIPPED_MODEL.resolve():
        return "install the package again"
    if not (folder / "model.json").is_file():
        return "check the path"
    return "restore the folder from a copy, or delete it and train anew (digest train)"
