"""Run a quarter again from the page: a form, and what came of it as an artifact beside the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prefect import flow, get_run_logger

from flows.served import at_work, end_with_parent, served

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

    from digest.config import Inputs
    from digest.settings import Settings
    from digest.steps.rerun import Rerun

_FENCE = "~~~~~~~~"  # around lines that hold whatever a source writes


@flow(name="rerun", flow_run_name="rerun {quarter}")
def rerun(
    quarter: str, sources: list[str] | None = None, refresh: bool = False, dry_run: bool = False
) -> State[Any]:
    """Run a quarter again, up to its draft: only what has changed is done again.

    Args:
        quarter: Such as 2026Q1.
        sources: To ask some sources again, choose "list" and add the id of each. None asks nobody,
            unless you refresh.
        refresh: Ask all sources of the list again.
        dry_run: Only say what would be done and changed.
    """
    from prefect.states import Failed

    from digest.errors import DigestError

    try:
        done = _run(quarter, tuple(sources or ()), refresh=refresh, dry_run=dry_run)
    except DigestError as error:
        return Failed(message=str(error))  # raised, it would bring a traceback to the page
    return _told(done, is_rehearsal=dry_run)


def _run(quarter: str, sources: tuple[str, ...], *, refresh: bool, dry_run: bool) -> Rerun:
    from digest.config import utc_now
    from digest.quarter import Quarter
    from digest.steps.harvest import harvested_sources
    from digest.steps.rerun import Request, rehearse
    from digest.steps.rerun import rerun as run_again

    which, logger, me = Quarter.parse(quarter), get_run_logger(), served()
    which.require_begun(utc_now())
    inputs = _inputs(me.settings, sources, refresh=refresh)
    harvested_sources(inputs)  # a source that is not on the list is said at once
    request = Request(which, inputs, utc_now, logger.info)
    if dry_run:
        end_with_parent()
        return rehearse(me.place, request)
    with at_work(logger.info):
        return run_again(me.place, request)


def _inputs(settings: Settings, only: tuple[str, ...], *, refresh: bool) -> Inputs:
    """Whom to ask; nobody, unless sources are named or all are to be asked."""
    inputs = settings.inputs()
    if only or refresh:
        return replace(inputs, only=only)
    return replace(inputs, sources=None, describing=inputs.sources)


def _told(done: Rerun, *, is_rehearsal: bool) -> State[Any]:
    """Say what came of it, in the log and beside the run; the state tells whether all is well."""
    from prefect.artifacts import create_markdown_artifact
    from prefect.states import Completed, Failed

    from digest.steps.rerun_lines import lines

    said = list(lines(done, is_rehearsal=is_rehearsal))
    for line in said:
        get_run_logger().info(line)
    block = "\n".join([_FENCE, *(line.replace(_FENCE, "") for line in said), _FENCE])
    what = "Would change" if is_rehearsal else "Has changed"
    create_markdown_artifact(
        block, key=f"rerun-{done.quarter}".lower(), description=f"{what} in {done.quarter}"
    )
    if done.draft is None:
        return Failed(message="no source answered, and nothing is drafted: see what came of it")
    if not done.is_complete:
        return Completed(name="Incomplete", message="a source failed: see what came of it")
    return Completed(message=said[0])
