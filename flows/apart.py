"""Quarters apart: what goes wrong with one of them keeps a flow from none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from prefect import get_run_logger

from digest.errors import DigestError
from digest.quarter import Quarter

Apart = Callable[[Quarter], AbstractContextManager[None]]


@contextmanager
def apart() -> Iterator[Apart]:
    """Gives a context for the work on each quarter, which logs and keeps what goes wrong in it.

    Raises:
        DigestError: in the end, with every quarter that failed, and why.
    """
    failed: dict[Quarter, str] = {}

    @contextmanager
    def of(quarter: Quarter) -> Iterator[None]:
        try:
            yield
        except DigestError as error:
            failed[quarter] = str(error)
            get_run_logger().error("%s failed: %s", quarter, error)
        except Exception as error:  # a defect, for which the other quarters need not wait either
            failed[quarter] = f"{type(error).__name__}: {error}"
            get_run_logger().exception("%s failed", quarter)

    yield of
    if failed:
        raise DigestError("; ".join(f"{quarter} failed: {why}" for quarter, why in failed.items()))
