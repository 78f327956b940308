"""The two processes that ``digest serve`` watches: ``python -m flows.children server|runner``.

Both end when their parent dies. They learn all that they need from the environment that
``flows.serve`` makes for them.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from flows.overtaken import TriedAgain
from flows.served import LOOPBACK, end_with_parent, registered_path, served

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import State

QUERY_SECONDS = 0.25  # between two looks for runs to start: half of it is waited on average
AT_ONCE = 8  # flow runs; most of them wait for their turn
TELL_AGAIN = 2.0  # seconds before the server is told again what it could not take
TRIES = 2  # of a run whose runner ends: one that ends its runner must not do so for ever


def server() -> None:
    """Prefect's API, its page and its services."""
    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.settings import get_current_settings
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    api = get_current_settings().server.api
    app = create_app()
    # Inside: automations ask the application itself, and not over HTTP.
    app.add_middleware(TriedAgain)
    uvicorn.run(
        TrustedHostMiddleware(app, known_hosts(str(api.host))), host=str(api.host), port=api.port,
        log_level="warning", timeout_graceful_shutdown=2,
    )  # fmt: skip


def known_hosts(host: str) -> list[str]:
    """The names by which a server may be asked, as in the Host header, by where it listens.

    Where no password is asked for only this machine's own names: a page of another site that gives
    its name the address of this machine would be its own page to a browser.
    """
    own = (f"[{name}]" if ":" in name else name for name in LOOPBACK)
    return [*own] if host in LOOPBACK else ["*"]


def runner() -> None:
    """Registers the deployments, and starts their runs as processes until it is told to stop."""
    asyncio.run(_run())


async def _run() -> None:
    from prefect import get_client
    from prefect.runner import Runner

    from flows.deploy import deployments, register
    from flows.forks import start_flow_runs_as_forks

    me = served()
    starting = Runner(
        name="digest", query_seconds=QUERY_SECONDS, limit=AT_ONCE, pause_on_shutdown=False
    )
    async with get_client() as client:
        start_flow_runs_as_forks(partial(_tell_crashed, client))
        await _take_up(client)
        await register(starting, client, deployments(me.settings))
        registered_path(me.place).touch()
        await starting.start()


async def _take_up(client: PrefectClient) -> None:
    """Runs that are said to be running when no process of theirs can be: this is the only runner,
    and it has just begun. They are run again, unless that has been tried: what started one (an
    outside system, a person) may never ask again.
    """
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState
    from prefect.client.schemas.filters import FlowRunFilterStateType as OfType
    from prefect.client.schemas.filters import FlowRunFilterTags as Tagged
    from prefect.client.schemas.objects import StateType
    from prefect.states import AwaitingRetry, Crashed

    from flows.deploy import TAG

    alive = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    of_ours = Tagged(all_=[TAG])
    said = FlowRunFilter(state=FlowRunFilterState(type=OfType(any_=alive)), tags=of_ours)
    for run in await client.read_flow_runs(flow_run_filter=said):
        ended = "its process ended with the runner that started it"
        state: State[Any] = Crashed(message=ended)
        if run.run_count < TRIES and run.state_type != StateType.CANCELLING:
            state = AwaitingRetry(message=f"{ended}: it is run again")
        await client.set_flow_run_state(run.id, state, force=True)


async def _tell_crashed(client: PrefectClient, run_id: UUID, status: int) -> None:
    """Say that a run has crashed until the server has written it: Prefect says so once, and of a
    server that just then has no disk or no process the run would be at work for ever, and its
    deployment would start no other.
    """
    import httpx
    from prefect.client.schemas.objects import StateType
    from prefect.exceptions import ObjectNotFound
    from prefect.states import Crashed

    state: State[Any] = Crashed(message=f"its process ended with status {status}")
    while True:
        try:
            run = await client.read_flow_run(run_id)
            if run.state_type in {StateType.RUNNING, StateType.PENDING}:
                await client.set_flow_run_state(run_id, state)
        except ObjectNotFound:
            return
        except httpx.HTTPError:
            await asyncio.sleep(TELL_AGAIN)
        else:
            return


if __name__ == "__main__":
    end_with_parent()
    {"server": server, "runner": runner}[sys.argv[1]]()
