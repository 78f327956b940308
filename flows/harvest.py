"""Harvest a quarter: ask every source, keep the answers, store records and items."""

from __future__ import annotations

from prefect import get_run_logger, task

from digest.config import Inputs, Workplace, utc_now
from digest.quarter import Quarter
from digest.steps.harvest import harvest, harvested_sources
from digest.store.database import writing
from digest.store.history import Outcome
from flows.progress import following


@task(name="harvest")
def harvest_quarter(place: Workplace, quarter: Quarter, inputs: Inputs) -> list[Outcome]:
    """The outcome of each source, failures among them, in the order in which they came."""
    logger = get_run_logger()
    outcomes: list[Outcome] = []
    total, read = len(harvested_sources(inputs)), 0

    with following("harvest", "entries read") as progress, writing(place.database) as connection:

        def heard(more: int) -> None:
            nonlocal read
            read += more
            progress.at(read, beside=f"{len(outcomes):,} of {total:,} sources")

        for outcome in harvest(connection, place, quarter, inputs, utc_now, heard):
            outcomes.append(outcome)
            heard(0)
            log = logger.info if outcome.is_complete else logger.error
            log("%s", _line(outcome))
        connection.execute("CHECKPOINT")
    return outcomes


def _line(outcome: Outcome) -> str:
    said = f"{outcome.source} {outcome.outcome}: "
    if outcome.detail:
        return said + outcome.detail.removeprefix(f"{outcome.source}: ")
    return said + f"{outcome.counts.read:,} entries, {outcome.counts.stored:,} of them new"
