"""The deployments of ``digest serve``: what there is, and what starts each of them.

One list, ``deployments``. What it says is what Prefect has after a start: deployments and their
automations are put there by name, and those of ours that are not in the list any more are removed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from digest import events
from digest.settings import Settings

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.deployments.runner import RunnerDeployment
    from prefect.events import DeploymentEventTrigger
    from prefect.runner import Runner

TAG = "digest"
# A quarter is known to the world as digest.quarter.2026Q1; flows take the last part.
_QUARTER = "{{ event.resource.id | replace('digest.quarter.', '') }}"


@dataclass(frozen=True)
class Deployment:
    """A flow that can be run: by events, by the clock (``cron``, UTC), by a person on the page.

    ``if_running`` is what becomes of a second run while one is at work. What an event asks for is
    asked again as long as it is open, so ``cancel`` loses nothing. ``takes_quarter``: runs that
    events start are told the quarter.
    """

    name: str
    flow: str  # module.function
    purpose: str
    cron: str = ""
    if_running: Literal["cancel", "wait"] = "cancel"
    takes_quarter: bool = True
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def listens_to(self) -> tuple[str, ...]:
        """The events that start it."""
        return events.heard_by(self.name)


def deployments(settings: Settings) -> list[Deployment]:
    """All deployments, in the order in which a quarter meets them."""
    return [
        Deployment(events.HARVEST, "flows.chain.harvest", "ask the sources", settings.harvest,
                   parameters={"because": "schedule"}),
        Deployment(events.CLASSIFY, "flows.chain.classify", "label the texts that wait"),
        Deployment(events.DRAFT, "flows.chain.draft", "bring the draft up to date"),
        Deployment("freeze", "flows.chain.freeze",
                   "freeze the draft of a quarter whose look-back is over, and open its review",
                   "30 6 * * *"),
        Deployment(events.REVIEW, "flows.chain.review", "act on what the panel did",
                   "15 6 * * *"),
        Deployment(events.PUBLISH, "flows.chain.publish", "publish what is signed off"),
        Deployment(events.BRIEF, "flows.chain.brief", "draft briefs on emerging issues"),
        Deployment(events.ALERT, "flows.alert.run_alert", "tell editors what happened",
                   takes_quarter=False),
        Deployment("source-health", "flows.alert.run_health", "tell editors how the sources are",
                   "0 7 * * *"),
        Deployment("rerun", "flows.rerun.rerun", "run a quarter again, by a form",
                   if_running="wait"),
    ]  # fmt: skip


def described(listed: list[Deployment]) -> Iterator[str]:
    """The list in words, a line each."""
    for one in listed:
        by = [f"on {name}" for name in one.listens_to] + ([f"at '{one.cron}'"] if one.cron else [])
        yield f"  {one.name:14} {one.purpose} ({'; '.join(by) or 'by hand'})"


async def register(runner: Runner, client: PrefectClient, listed: list[Deployment]) -> None:
    """Put the deployments and their automations on the server, and remove what is there besides.

    A deployment keeps its id, and with it its history, as long as it keeps its name.
    """
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags

    known = {await runner.aadd_deployment(await _made(one)) for one in listed}
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    for there in await client.read_deployments(deployment_filter=ours):
        if there.id not in known:
            await client.delete_deployment(there.id)


async def _made(one: Deployment) -> RunnerDeployment:
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.flows import Flow
    from prefect.types.entrypoint import EntrypointType

    module, _, function = one.flow.rpartition(".")
    flow: Flow[..., Any] = getattr(importlib.import_module(module), function)
    then = {
        "cancel": ConcurrencyLimitStrategy.CANCEL_NEW, "wait": ConcurrencyLimitStrategy.ENQUEUE,
    }[one.if_running]  # fmt: skip
    return await flow.ato_deployment(
        name=one.name,
        cron=one.cron or None,
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=then),
        parameters=one.parameters,
        triggers=[_trigger(one)] if one.listens_to else [],
        description=one.purpose,
        tags=[TAG],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _trigger(one: Deployment) -> DeploymentEventTrigger:
    from prefect.events import DeploymentEventTrigger

    told = {"quarter": {"__prefect_kind": "jinja", "template": _QUARTER}}
    return DeploymentEventTrigger(
        name=f"{TAG}: {one.name}",
        expect=set(one.listens_to),
        match={"prefect.resource.id": "digest.quarter.*"},
        parameters=one.parameters | (told if one.takes_quarter else {}),
    )
