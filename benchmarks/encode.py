"""How fast texts are encoded, beside the two common ways, on the same abstracts in one run.

    python benchmarks/encode.py SNAPSHOT.jsonl.gz --checkpoint FOLDER [--texts 600]

``FOLDER`` is the all-MiniLM-L6-v2 checkpoint in the Hugging Face layout. The baselines need torch,
transformers and sentence-transformers (extra ``train`` and the last by hand); each runs with the
settings that its documentation shows first. They cut a text at 256 tokens, ours reads it whole: so
documents per second are printed with the tokens read, and the ratio to each baseline by documents
and by tokens; then how many assigned labels differ from the unquantised encoder's. On a processor
without VNNI ours multiplies float numbers, and there is little to be gained.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import orjson

from digest.classify.encoder import Encoder
from digest.classify.label import Text
from digest.classify.model import Model
from digest.classify.runtime import sums_overflow
from digest.config import SHIPPED_MODEL
from digest.text import one_line

MOST_TOKENS = 256
SPECIAL = 2  # tokens that begin and end each text


def main() -> None:
    """Run all, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--float", type=Path, help="folder of the unquantised encoder (float.xml)")
    given = parser.parse_args()
    texts = read(given.snapshot, given.texts)
    ours = Model.load()
    list(ours.encoder.encode(texts[:16]))
    products = "float" if sums_overflow() else "int8"
    rows = [(f"shipped: OpenVINO, {products} products", timed(lambda: encode(ours.encoder, texts)))]
    rows.append(
        ("sentence-transformers encode, batch 32", timed(baseline_st(given.checkpoint, texts)))
    )
    rows.append(
        ("transformers pipeline, batch 32", timed(baseline_pipeline(given.checkpoint, texts)))
    )
    lengths = np.array([e.tokens + SPECIAL for e in ours.encoder.encode(texts)])
    read_whole, read_cut = int(lengths.sum()), int(np.minimum(lengths, MOST_TOKENS).sum())
    for name, seconds in rows:
        tokens = read_whole if name is rows[0][0] else read_cut
        times = seconds / rows[0][1]
        print(
            f"{name:46} {len(texts) / seconds:7.1f} documents/s {tokens / seconds:9,.0f} tokens/s; "
            f"we read {times:5.2f} times the documents, {times * read_whole / tokens:5.2f} times "
            "the tokens"
        )
    if given.float:
        print(differing(ours, given.float, texts))


def read(path: Path, number: int) -> list[str]:
    """Titles and abstracts, spread over the file."""
    with gzip.open(path, "rb") as lines:
        rows = map(orjson.loads, islice(lines, 0, None, 50))
        return [Text(one_line(r["title"]), one_line(r["abstract"])).joined
                for r in islice(rows, number)]  # fmt: skip


def timed(work: Callable[[], object]) -> float:
    """Seconds of the second of two runs."""
    work()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def encode(encoder: Encoder, texts: list[str]) -> np.ndarray:
    """Vectors, (texts, hidden size)."""
    return np.stack([e.vector for e in encoder.encode(texts)])


def baseline_st(checkpoint: Path, texts: list[str]) -> Callable[[], object]:
    """sentence-transformers, as in its documentation."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(checkpoint), device="cpu")
    model.max_seq_length = MOST_TOKENS
    return lambda: model.encode(texts, batch_size=32)


def baseline_pipeline(checkpoint: Path, texts: list[str]) -> Callable[[], object]:
    """The feature-extraction pipeline of transformers."""
    from transformers import pipeline

    extract = pipeline("feature-extraction", model=str(checkpoint), device="cpu")
    options = {"truncation": True, "max_length": MOST_TOKENS}
    return lambda: [np.mean(v[0], axis=0) for v in
                    extract(texts, batch_size=32, tokenize_kwargs=options)]  # fmt: skip


def differing(ours: Model, folder: Path, texts: list[str]) -> str:
    """The share of label decisions that the int8 encoder takes otherwise than the float one."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
            shutil.copy(SHIPPED_MODEL / name, scratch)
        for kind in ("xml", "bin"):
            shutil.copy(folder / f"float.{kind}", Path(scratch) / f"encoder.{kind}")
        exact = encode(Encoder(Path(scratch)), texts)
    mine = encode(ours.encoder, texts)
    given, wanted = (ours.heads.assigned(ours.heads.probabilities(v)) for v in (mine, exact))
    cosine = (mine * exact).sum(axis=1)
    union = (given | wanted).sum()
    return (
        f"against the float encoder: cosine {cosine.mean():.4f} mean, {cosine.min():.4f} least; "
        f"{(given != wanted).mean():.3%} of decisions differ, "
        f"{(given != wanted).sum() / union:.2%} of the labels that either assigns"
    )


if __name__ == "__main__":
    main()
