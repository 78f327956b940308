"""How much memory something takes at its peak, measured where nothing else runs.

``tracemalloc`` can bring down a process in which other threads allocate while it starts or stops
(seen with Python 3.11); a process of the tests has such threads, of Prefect and of DuckDB.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any


def peak_of(what: Callable[..., object], *given: Any) -> int:
    """The most bytes that Python held at once while a function of a module ran."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_measured, what, given).result()


def _measured(what: Callable[..., object], given: tuple[Any, ...]) -> int:
    tracemalloc.start()
    what(*given)
    return tracemalloc.get_traced_memory()[1]
