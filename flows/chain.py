"""The flows of ``digest serve``: each waits for its turn, looks into the store, does what is due.

    harvest -> classify -> draft -> freeze -> review (people) -> publish        brief

What starts a flow (an event, the clock, a person) only says "look": a run that finds nothing to do
ends at once. What fails for one quarter stops no other: the run fails in the end, and names it. A
worker elsewhere imports this module before every run, so what a flow needs is imported when it has
its turn and has said so; runs of ``digest serve`` itself have it already (``flows.preloaded``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect import flow, get_run_logger

from flows.apart import apart
from flows.served import at_work

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


@flow(name="harvest", flow_run_name="harvest {quarter}")
def harvest(quarter: str = "", because: str = "hand") -> State[list[str]]:
    """Ask the sources for a quarter; without one for the current, and for the last one until its
    look-back is over. Returns the quarters; the state names the sources that failed.
    """
    from prefect.states import Completed

    missed: set[str] = set()
    with apart() as of, at_work(get_run_logger().info) as me:
        from digest.config import utc_now
        from digest.events import HARVEST
        from digest.quarter import Quarter
        from digest.steps import announce
        from digest.steps.freezing import harvested_now
        from digest.store.database import writing
        from flows.harvest import harvest_quarter

        now = utc_now()
        asked = [Quarter.parse(quarter)] if quarter else []
        wanted = asked or me.quarters(HARVEST) or harvested_now(now, me.settings.look_back_days)
        with writing(me.place.database) as connection:
            for each in wanted:
                each.require_begun(now)
                announce.due(connection, each, because, now)
        for each in wanted:
            with of(each):
                outcomes = harvest_quarter(me.place, each, me.settings.inputs())
                missed |= {outcome.source for outcome in outcomes if outcome.is_missed}
    data = list(map(str, wanted))
    if missed:
        named = ", ".join(sorted(missed))
        return Completed(name="Incomplete", message=f"failed or empty: {named}", data=data)
    return Completed(data=data)


@flow(name="classify", flow_run_name="classify {quarter}")
def classify(quarter: str = "") -> int:
    """Label the texts that wait, of a quarter and of those with open events; how many."""
    labelled = 0
    with apart() as of, at_work(get_run_logger().info) as me:
        from digest.config import Workers
        from digest.events import CLASSIFY
        from flows.classify import classify_quarter

        workers = Workers.parse(me.settings.workers)
        for each in me.quarters(CLASSIFY, quarter):
            with of(each):
                labelled += classify_quarter(me.place, each, workers)
    return labelled


@flow(name="draft", flow_run_name="draft {quarter}")
def draft(quarter: str = "") -> dict[str, str]:
    """Bring drafts up to date, but not those that people review, or whose texts wait for labels.

    Returns the sha256 of each quarter's draft.
    """
    drafts: dict[str, str] = {}
    with apart() as of, at_work(get_run_logger().info) as me:
        from digest.edition.shelf import Shelf
        from digest.events import CLASSIFY, DRAFT
        from digest.steps.taking import why_kept
        from flows.draft import draft_quarter

        shelf = Shelf(me.place.editions)
        unlabelled = me.quarters(CLASSIFY)
        for each in me.quarters(DRAFT, quarter):
            with of(each):
                if each in unlabelled:
                    get_run_logger().info("%s is drafted when its texts have their labels", each)
                elif kept := why_kept(me.place, each):
                    get_run_logger().warning(kept)
                elif shelf.is_frozen(each):
                    get_run_logger().warning(
                        "the draft of %s is frozen for review and stays as it is; what has come "
                        "since waits until it is published", each,
                    )  # fmt: skip
                else:
                    manifest, _ = draft_quarter(me.place, each, me.settings.inputs())
                    drafts[str(each)] = manifest.sha256
    return drafts


@flow(name="brief", flow_run_name="brief {quarter}")
def brief(quarter: str = "") -> int:
    """Draft the briefs that a quarter's signals ask for; how many there are."""
    drafted = 0
    with apart() as of, at_work(get_run_logger().info) as me:
        from digest.events import BRIEF
        from flows.brief import brief_quarter

        for each in me.quarters(BRIEF, quarter):
            with of(each):
                drafted += len(brief_quarter(me.place, each).briefs)
    return drafted


@flow(name="freeze")
def freeze() -> list[str]:
    """Freeze the drafts of quarters whose look-back is over, and open their review.

    Returns the quarters that wait for review.
    """
    frozen: list[str] = []
    with apart() as of, at_work(get_run_logger().info) as me:
        from digest.config import utc_now
        from digest.edition.shelf import Shelf
        from digest.steps.freezing import Stage
        from digest.steps.freezing import freeze as freeze_draft
        from flows.review import open_frozen

        for each in Shelf(me.place.editions).drafts():
            with of(each):
                stage = freeze_draft(me.place, each, me.settings.look_back_days, utc_now)
                if stage is Stage.UNHARVESTED:
                    get_run_logger().warning("%s is not frozen; %s", each, stage.value)
                elif stage is Stage.FROZEN:
                    frozen.append(str(each))
                    open_frozen(me.place, each, me.settings.inputs())
    return frozen


@flow(name="review", flow_run_name="review {quarter}")
def review(quarter: str = "") -> dict[str, str]:
    """Act on what people did in reviews, of a quarter or of all; what became of each, in words."""
    said: dict[str, str] = {}
    with apart() as of, at_work(get_run_logger().info) as me:
        from digest.edition.shelf import Shelf
        from digest.events import REVIEW
        from flows.review import settle_quarter

        every = [] if quarter else Shelf(me.place.editions).drafts()
        for each in sorted({*me.quarters(REVIEW, quarter), *every}):
            with of(each):
                said[str(each)] = settle_quarter(me.place, each, me.settings.inputs())
    return said


@flow(name="publish", flow_run_name="publish {quarter}")
def publish(quarter: str = "") -> dict[str, str]:
    """Publish drafts that are signed off as they are; what came of each quarter, in words."""
    said: dict[str, str] = {}
    with apart() as of, at_work(get_run_logger().info) as me:
        from digest.config import utc_now
        from digest.events import PUBLISH
        from digest.steps.announce import asked_of
        from digest.steps.signing import missing_for_publication
        from digest.store.database import writing
        from digest.store.outbox import note_handled
        from flows.publish import publish_quarter

        for each in me.quarters(PUBLISH, quarter):
            with of(each):
                missing = missing_for_publication(me.place, each, utc_now())
                if missing:
                    get_run_logger().warning("not published: %s", missing)
                    with writing(me.place.database) as connection:
                        seen = asked_of(connection, PUBLISH, each)
                        note_handled(connection, PUBLISH, seen, utc_now())
                said[str(each)] = missing or publish_quarter(me.place, each).edition.version
    return said
