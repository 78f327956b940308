"""Packing: the files of a model into one folder, with hashes that the pipeline checks."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import orjson

from digest.classify.heads import Heads
from digest.classify.model import HEADS, TAUGHT
from digest.store.archive import replacing, storage_errors

ENCODER_FILES = (
    "encoder.xml",
    "encoder.bin",
    "tokenizer.json",
    "tokenizer_config.json",
    "config.json",
)
NAME = "minilm-l6-sdg-risk"


def pack(encoder: Path, heads: Heads, codebook: str, out: Path, taught: Iterable[str] = ()) -> str:
    """Write a model folder from an encoder's folder and heads; returns the model's id.

    ``taught`` are the hashes of the texts of items from which the heads learnt.

    Raises:
        StorageFull: ``out`` cannot be written.
    """
    with storage_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        for name in ENCODER_FILES:
            if (encoder / name).resolve() != (out / name).resolve():
                shutil.copyfile(encoder / name, out / name)
        # On a full disk the heads of the model before stay as they are.
        with replacing(out / HEADS) as file:
            heads.save(file)
        with replacing(out / TAUGHT) as file:
            file.write("".join(f"{one}\n" for one in sorted(taught)).encode())
        files = {name: _sha256(out / name) for name in (*ENCODER_FILES, HEADS, TAUGHT)}
        encoder_id = "e1-" + _joined(files[name] for name in ENCODER_FILES)
        about = {
            "id": f"{NAME}-{_joined([encoder_id, files[HEADS]])}",
            "encoder": encoder_id,
            "codebook": codebook,
            "languages": ["en"],
            "files": files,
        }
        with replacing(out / "model.json") as file:
            file.write(orjson.dumps(about, option=orjson.OPT_INDENT_2))
    return str(about["id"])


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _joined(parts: Iterable[str]) -> str:
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]
