"""Flow runs of ``digest serve`` are forks of one process that has imported what they need.

A process that imports Prefect and the chain anew for each run takes two seconds for that, on one
core, before the flow's first line; a fork takes some hundredths. Python's fork server does it: it
has one thread, and starts no work of its own. ``flows.preloaded`` is what it imports.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Awaitable, Callable, Mapping
from multiprocessing import forkserver, get_context
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import anyio.abc
    from prefect.runner._process_manager import ProcessHandle

Died = Callable[[UUID, int], Awaitable[None]]
_FORKS = get_context("forkserver")


def start_flow_runs_as_forks(died: Died) -> None:
    """Have this process's ``Runner`` fork its flow runs, from now on.

    ``died`` is told of each run whose process did not end well, and with which status, before
    Prefect is. Must be called in the main thread, and runs must be started there: the system ends
    a process "with its parent" when the thread that started it ends.
    """
    from anyio import to_thread
    from prefect.runner import _starter_engine

    async def run_process(
        *,
        env: Mapping[str, str],
        task_status: anyio.abc.TaskStatus[ProcessHandle],
        task_status_handler: Callable[[Any], ProcessHandle],
        **_: Any,
    ) -> None:
        """In place of Prefect's own: returns when the run has ended.

        What it says goes where this process's words go, and its folder is this one's, as before.
        """
        process = _FORKS.Process(target=_engine, args=(dict(env),))
        process.start()
        task_status.started(task_status_handler(process))
        try:
            await to_thread.run_sync(process.join, abandon_on_cancel=True)
        finally:
            process.kill()  # when the runner stops: as it is, the run is taken up by the next one
        if process.exitcode:
            await died(UUID(env["PREFECT__FLOW_RUN_ID"]), process.exitcode)

    _FORKS.set_forkserver_preload(["flows.preloaded"])
    forkserver.ensure_running()
    # Prefect has no setting for how a process is started; its module says: replace this name.
    _starter_engine.run_process = run_process  # type: ignore[attr-defined, assignment]


def _engine(env: dict[str, str]) -> None:
    """``python -m prefect.engine`` with an environment, in a process that knows Prefect already.

    Prefect read its settings when it was imported: those with which the runner was started.
    """
    os.environ.update(env)
    sys.argv = ["prefect.engine"]
    sys.modules.pop("prefect.engine", None)  # as a main module it is run anew
    runpy.run_module("prefect.engine", run_name="__main__")
