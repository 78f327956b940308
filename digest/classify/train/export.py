"""From trained weights to the encoder that is shipped: an OpenVINO graph with int8 products.

Post-training quantisation with NNCF, its ranges taken from the texts given; layer norms, softmax
and the token embeddings keep floats (the embeddings 16-bit ones, on disk).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digest.classify.encoder import WINDOW
from digest.classify.train.graph import Weights, encoder_graph

if TYPE_CHECKING:
    import openvino

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "config.json")
CALIBRATION_TEXTS = 300


def export(weights: Weights, checkpoint: Path, texts: Sequence[str], out: Path) -> None:
    """Write the encoder's folder: graph, tokenizer, configuration.

    ``checkpoint`` is the folder that the training started from; ``texts`` set the ranges of the
    int8 products, ``CALIBRATION_TEXTS`` of them, spread over all their kinds.
    """
    import openvino as ov

    out.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER_FILES:
        shutil.copyfile(checkpoint / name, out / name)
    config = json.loads((checkpoint / "config.json").read_text("utf-8"))
    graph = encoder_graph(weights, config)
    ov.save_model(graph, out / "float.xml", compress_to_fp16=False)
    some = texts[:: max(1, len(texts) // CALIBRATION_TEXTS)]
    quantised = _quantised(graph, checkpoint, some)
    ov.save_model(quantised, out / "encoder.xml", compress_to_fp16=True)


def _quantised(graph: openvino.Model, checkpoint: Path, texts: Sequence[str]) -> openvino.Model:
    import nncf
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint, local_files_only=True)
    ids = tokenizer(list(texts), truncation=True, max_length=WINDOW + 2)["input_ids"]
    inputs: list[dict[str, Any]] = [
        {"input_ids": np.array([row]), "attention_mask": np.ones((1, len(row)), np.int64)}
        for row in ids
    ]
    return nncf.quantize(
        graph, nncf.Dataset(inputs), model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(inputs),
    )  # fmt: skip
