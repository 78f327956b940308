"""Brief: what a quarter's draft gives alarm about becomes drafted briefs for the panel."""

from __future__ import annotations

from prefect import get_run_logger, task

from digest.config import Workplace, utc_now
from digest.events import BRIEF
from digest.quarter import Quarter
from digest.steps.announce import asked_of
from digest.steps.brief import Briefed, briefed, draft_briefs
from digest.store.database import writing
from digest.taxonomy import load


@task(name="brief")
def brief_quarter(place: Workplace, quarter: Quarter) -> Briefed:
    """The quarter's briefs, and which of them are new."""
    with writing(place.database) as connection:
        asked = asked_of(connection, BRIEF, quarter)
        made = draft_briefs(place, quarter, load())
        briefed(connection, quarter, made.briefs, asked, utc_now())
    get_run_logger().info("%s: %s briefs, %s new", quarter, len(made.briefs), len(made.new))
    return made
