"""Workers in other processes: Dask hands them shards of texts, files bring the readings back.

Shards lie under ``state/shards`` of the working folder, which every worker must find under the same
path: a worker reads ``<name>.texts.parquet`` and leaves ``<name>.read.parquet`` there, whole or not
at all. What Dask itself carries is names. A shard whose worker dies is read again by another; one
that was finished before a run was killed is not. A worker that would read otherwise than the writer
(another digest, another model, a processor that computes other numbers) refuses to.
"""

from __future__ import annotations

import logging
import shutil
import signal
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain
from multiprocessing import resource_tracker
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from digest.classify.model import Model
from digest.classify.shards import (
    Executor,
    Reading,
    Shard,
    fingerprint,
    in_this_process,
    keep_readings,
    keep_texts,
    kept_readings,
    kept_texts,
    read,
    shard_name,
)
from digest.config import SHIPPED_MODEL, Workers, Workplace
from digest.errors import ClusterError, ConfigError

if TYPE_CHECKING:
    from distributed import Client, Future

SHARDS_A_THREAD = 2  # under way for each: one being read, one that waits its turn
PATIENCE = 60.0  # seconds without a single worker
LOOK = 5.0  # seconds between two looks at whether there are any
_READING = Lock()  # an encoder reads for one thread of a worker at a time, with all its cores


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told.

    ``model`` is a folder, "" the model that the worker's own digest came with; ``reader`` is the
    writer's fingerprint.
    """

    folder: str
    name: str
    model: str
    reader: str

    @property
    def texts(self) -> Path:
        """What is to be read."""
        return Path(self.folder) / f"{self.name}.texts.parquet"

    @property
    def readings(self) -> Path:
        """What came of it."""
        return Path(self.folder) / f"{self.name}.read.parquet"


@contextmanager
def reading_texts(
    workers: Workers, place: Workplace, model: Model, patience: float = PATIENCE
) -> Iterator[Executor]:
    """Who reads texts for the length of the block; other processes start with the first shard.

    ``patience`` is for how many seconds a cluster may be without a single worker.

    Raises (when shards are read):
        ConfigError: Dask is not installed.
        ClusterError: the workers cannot be reached, were lost, or would read otherwise.
    """
    if not workers:
        yield in_this_process(model)
        return
    with ExitStack() as stack:

        def over_dask(shards: Iterator[Shard]) -> Iterator[list[Reading]]:
            for first in shards:  # a quarter without any news needs no workers
                client = stack.enter_context(_client(workers))
                yield from Crew(client, place, model, patience).readings(chain([first], shards))

        yield over_dask


@contextmanager
def _client(workers: Workers) -> Iterator[Client]:
    try:
        import distributed
        from distributed.gc import disable_gc_diagnosis
    except ImportError:
        raise ConfigError(
            "workers in other processes need Dask: install the extra cluster "
            "(sdg-ai-digest[cluster])"
        ) from None
    if not workers.scheduler:
        with ExitStack() as stack:
            with _unheard():
                cluster = stack.enter_context(distributed.LocalCluster(
                    n_workers=workers.number, threads_per_worker=1, host="127.0.0.1",
                    dashboard_address="127.0.0.1:0", memory_limit=0, silence_logs=logging.CRITICAL,
                ))  # fmt: skip
                client = stack.enter_context(distributed.Client(cluster, set_as_default=False))
                # Dask watches the collection of garbage, and swallows a Ctrl-C that comes then.
                disable_gc_diagnosis(force=True)
            yield client
        return
    try:
        client = distributed.Client(workers.scheduler, timeout=LOOK, set_as_default=False)
    except (OSError, TimeoutError):
        raise ClusterError(
            f"no Dask scheduler answers at {workers.scheduler}: start one there (dask scheduler), "
            "or correct the address"
        ) from None
    with client:
        yield client


@contextmanager
def _unheard() -> Iterator[None]:
    """Ctrl-C waits for the end of the block; what is started in it never hears it.

    Dask cannot be stopped half started, and its workers are told to end by their starter.

    Raises:
        KeyboardInterrupt: at the end, if it came.
    """
    came: list[int] = []
    resource_tracker.ensure_running()  # else the first worker starts it, and hears again
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


class Crew:
    """The workers behind a client, and the folder through which they read for one writer."""

    def __init__(self, client: Client, place: Workplace, model: Model, patience: float) -> None:
        self._client, self._patience = client, patience
        self._folder = place.shards.absolute()
        self._model = "" if model.folder == SHIPPED_MODEL else str(model.folder.absolute())
        self._reader = fingerprint(model)

    def readings(self, shards: Iterator[Shard]) -> Iterator[list[Reading]]:
        """Keep the workers busy, and give what they read in the order of the shards."""
        under_way: deque[tuple[Task, Future[None]]] = deque()
        for shard in chain(shards, [None]):
            if shard is not None:
                under_way.append(self._handed_out(shard))
            while under_way and (shard is None or len(under_way) > self._most()):
                task, future = under_way.popleft()
                self._wait(future)
                yield _taken(task)
                # Whoever asks for the next one has stored this one.
                task.texts.unlink(missing_ok=True)
                task.readings.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)  # with what killed runs have left

    def _handed_out(self, shard: Shard) -> tuple[Task, Future[None]]:
        name = shard_name(shard, self._reader)
        task = Task(str(self._folder), name, self._model, self._reader)
        keep_texts(task.texts, shard)
        return task, self._client.submit(read_shard, task, pure=False)

    def _most(self) -> int:
        """How many shards may be under way; workers come and go."""
        threads: int = sum(self._client.nthreads().values())
        return SHARDS_A_THREAD * max(threads, 1)

    def _wait(self, future: Future[None]) -> None:
        """Until a shard is read.

        Raises:
            DigestError: what the worker raised.
            ClusterError: no workers, no scheduler any more, or a shard that kills its workers.
        """
        from distributed import KilledWorker

        try:
            self._watch(future)
            future.result()
        except KilledWorker as error:
            raise ClusterError(
                f"one shard of texts has ended {error.allowed_failures + 1} workers, the last at "
                f"{error.last_worker.address}: see its log (is its memory enough?) and run again, "
                "nothing is lost"
            ) from None
        except (CancelledError, OSError) as error:
            raise ClusterError(
                f"the scheduler at {self._address} was lost ({error}): run again, nothing is lost"
            ) from None
        except ImportError as error:
            raise ClusterError(
                f"a worker of {self._address} cannot run digest ({error}): install it there, in "
                "the same version"
            ) from None

    def _watch(self, future: Future[None]) -> None:
        from distributed import wait

        seen = time.monotonic()
        while not future.done():
            with suppress(TimeoutError), self._client.as_current():
                wait([future], timeout=min(LOOK, self._patience))
            seen = time.monotonic() if self._client.nthreads() else seen
            if time.monotonic() - seen > self._patience:
                raise ClusterError(
                    f"the scheduler at {self._address} has no workers: start some (dask worker "
                    f"{self._address}) and run again, nothing is lost"
                )

    @property
    def _address(self) -> str:
        return str(self._client.scheduler.address)


def _taken(task: Task) -> list[Reading]:
    try:
        return kept_readings(task.readings)
    except OSError as error:
        raise ClusterError(
            f"a worker has read a shard, but its answer is not here ({error}): the working folder "
            "must be the same folder for all, on a file system that they share"
        ) from None


def read_shard(task: Task) -> None:
    """On a worker: read a shard and leave the readings beside it, unless they lie there already.

    Raises:
        ClusterError: the shard is not to be found from here, or this worker reads otherwise.
        ModelError: this worker has no usable model.
        StorageFull: it cannot write.
    """
    from distributed import get_worker

    worker: Any = get_worker()
    with _READING:
        model, own = _own_model(task.model, task.reader, worker.state.nthreads)
        if own != task.reader:
            raise ClusterError(
                f"the worker {worker.address} would read texts otherwise than the process that "
                "asks it: give it the same digest, the same model and a processor of the same "
                "kind, or take it out of the cluster"
            )
        with suppress(OSError):
            kept_readings(task.readings)
            return
        keep_readings(task.readings, read(_texts(task, worker.address), model))


def _texts(task: Task, worker: str) -> list[Any]:
    try:
        return kept_texts(task.texts)
    except OSError:
        raise ClusterError(
            f"the worker {worker} does not find {task.texts}: the working folder must lie on a "
            "file system that all share, under the same path"
        ) from None


@cache
def _own_model(folder: str, reader: str, threads: int) -> tuple[Model, str]:
    """The worker's model and its fingerprint, loaded once for each ``reader`` that asks."""
    model = Model.load(Path(folder) if folder else SHIPPED_MODEL, threads)
    return model, fingerprint(model)
