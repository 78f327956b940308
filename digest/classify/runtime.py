"""The encoder's graph, compiled for the processor at hand: with int8 products, or without.

The graph holds weights of 8 bits and rounds activations to 8 bits. A processor with the
instructions for it (VNNI) multiplies these directly. On one without, OpenVINO adds the products up
in pairs of 16 bits, where they overflow: 4 to 7 of 100 labels came out otherwise, and more slowly
than by float products. So what the processor does is tried, and where sums overflow the rounding
is left out and all is multiplied as float (about 1 label of 100 otherwise than with VNNI, which is
what the rounding itself costs; docs/decisions/0012-processors.md).
"""

from __future__ import annotations

import os
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import openvino

# Without it, processors with bfloat16 would compute other numbers than those without.
_PRECISION = {"INFERENCE_PRECISION_HINT": "f32"}
_TERMS = 64  # products in a sum: enough that every kernel adds several at once
_ACTIVATION, _WEIGHT = 255, 127  # the greatest of 8 bits without and with a sign


def requests(folder: Path, threads: int | None) -> Any:
    """A queue of inferences by the graph in ``folder``; ``threads`` None is all cores."""
    import openvino as ov

    threads = threads or os.cpu_count() or 1
    graph = folder / "encoder.xml"
    written = tuple(file.stat().st_mtime_ns for file in (graph, graph.with_suffix(".bin")))
    return ov.AsyncInferQueue(_compiled(graph, threads, sums_overflow(), written), 2 * threads)


@lru_cache(maxsize=1)
def _compiled(graph: Path, threads: int, as_float: bool, _written: tuple[int, ...]) -> Any:
    """A graph for this processor: half a second, once in a process for the files as they are."""
    import openvino as ov

    core = ov.Core()
    settings = {
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": str(threads),
        "INFERENCE_NUM_THREADS": str(threads),
        # With it the first threads of several processes would all be bound to the first core.
        "ENABLE_CPU_PINNING": "NO",
    }
    read = core.read_model(graph)
    if as_float:
        without_rounding(read)
    return core.compile_model(read, "CPU", settings | _PRECISION)


@cache
def sums_overflow() -> bool:
    """Whether the greatest sum of int8 products comes out wrong here; takes some 50 ms, once."""
    import openvino as ov
    from openvino import opset13 as op

    given = op.parameter([1, _TERMS], np.float32)
    least, greatest = np.float32(0), np.float32(_ACTIVATION)
    rounded = op.fake_quantize(given, least, greatest, least, greatest, _ACTIVATION + 1)
    weights = op.convert(op.constant(np.full((1, _TERMS), _WEIGHT, np.int8)), np.float32)
    scaled = op.multiply(weights, op.constant(np.ones((1, 1), np.float32)))
    graph = ov.Model([op.matmul(rounded, scaled, False, True)], [given])
    compiled = ov.Core().compile_model(graph, "CPU", _PRECISION)
    found = compiled(np.full((1, _TERMS), greatest))[0].item()
    return bool(found != _TERMS * _ACTIVATION * _WEIGHT)


def without_rounding(graph: openvino.Model) -> None:
    """Leave out what rounds activations, so that the products are of float numbers."""
    for operation in graph.get_ordered_ops():
        if operation.get_type_name() == "FakeQuantize":
            operation.output(0).replace(operation.input_value(0))
    graph.validate_nodes_and_infer_types()
