"""A BERT encoder written as an OpenVINO graph from its weights: no torch, no tracing.

Written out by hand because the whole network is eight kinds of node, and because a graph made here
has exactly one output, the token states, from which a text's vector and each sentence's share in
it both follow (see ``digest.classify.encoder``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import openvino

Weights = dict[str, np.ndarray]


def encoder_graph(weights: Weights, config: dict[str, Any]) -> openvino.Model:
    """The graph of a post-norm BERT encoder with GELU.

    Inputs ``input_ids`` and ``attention_mask``, int64 of shape (texts, tokens); output ``states``,
    float32 of shape (texts, tokens, hidden size). ``weights`` are named as in a Hugging Face BERT
    checkpoint; ``config`` is its ``config.json``.
    """
    import openvino as ov
    from openvino import opset13 as op

    ids = op.parameter([-1, -1], np.int64, name="input_ids")
    mask = op.parameter([-1, -1], np.int64, name="attention_mask")
    for node in (ids, mask):
        node.output(0).set_names({node.get_friendly_name()})
    bias = _mask_bias(op, mask)
    states = _embeddings(op, weights, config, ids)
    for layer in range(config["num_hidden_layers"]):
        states = _layer(op, weights, config, f"encoder.layer.{layer}.", states, bias)
    result = op.result(states, name="states")
    states.output(0).set_names({"states"})
    return ov.Model([result], [ids, mask], "encoder")


def _mask_bias(op: Any, mask: Any) -> Any:
    """0 where a token is, a large negative number where padding is: (texts, 1, 1, tokens)."""
    absent = op.subtract(np.float32(1), op.convert(mask, "f32"))
    return op.unsqueeze(op.multiply(absent, np.float32(-1e4)), np.array([1, 2]))


def _embeddings(op: Any, weights: Weights, config: dict[str, Any], ids: Any) -> Any:
    positions = weights["embeddings.position_embeddings.weight"]
    fixed = positions + weights["embeddings.token_type_embeddings.weight"][0]
    words = op.gather(op.constant(weights["embeddings.word_embeddings.weight"]), ids, np.int64(0))
    length = op.gather(op.shape_of(ids), np.array([1]), np.int64(0))
    here = op.slice(op.constant(fixed), np.array([0]), length, np.array([1]), np.array([0]))
    return _norm(op, weights, config, "embeddings.LayerNorm.", op.add(words, here))


def _layer(op: Any, weights: Weights, config: dict[str, Any], at: str, x: Any, bias: Any) -> Any:
    heads = config["num_attention_heads"]
    size = config["hidden_size"] // heads

    def split(part: str) -> Any:
        projected = _dense(op, weights, f"{at}attention.self.{part}.", x)
        shaped = op.reshape(projected, np.array([0, 0, heads, size]), True)
        return op.transpose(shaped, np.array([0, 2, 1, 3]))

    scale = np.float32(size**-0.5)
    scores = op.matmul(op.multiply(split("query"), scale), split("key"), False, True)
    mixed = op.matmul(op.softmax(op.add(scores, bias), -1), split("value"), False, False)
    flat = op.transpose(mixed, np.array([0, 2, 1, 3]))
    flat = op.reshape(flat, np.array([0, 0, heads * size]), True)
    attended = op.add(_dense(op, weights, f"{at}attention.output.dense.", flat), x)
    attended = _norm(op, weights, config, f"{at}attention.output.LayerNorm.", attended)
    inner = op.gelu(_dense(op, weights, f"{at}intermediate.dense.", attended), "erf")
    outer = op.add(_dense(op, weights, f"{at}output.dense.", inner), attended)
    return _norm(op, weights, config, f"{at}output.LayerNorm.", outer)


def _dense(op: Any, weights: Weights, at: str, x: Any) -> Any:
    product = op.matmul(x, op.constant(weights[f"{at}weight"]), False, True)
    return op.add(product, op.constant(weights[f"{at}bias"]))


def _norm(op: Any, weights: Weights, config: dict[str, Any], at: str, x: Any) -> Any:
    normal = op.mvn(x, np.array([-1]), True, config["layer_norm_eps"], "inside_sqrt")
    scaled = op.multiply(normal, op.constant(weights[f"{at}weight"]))
    return op.add(scaled, op.constant(weights[f"{at}bias"]))
