"""A quarter's review in the flows: opened when its draft is frozen, settled when it moves."""

from __future__ import annotations

from prefect import get_run_logger, task

from digest import taxonomy
from digest.classify.model import Model
from digest.config import Inputs, Workplace, utc_now
from digest.events import REVIEW
from digest.quarter import Quarter
from digest.steps import announce
from digest.steps.decisions import people_of
from digest.steps.opening import Wish, open_now
from digest.steps.papers import look_up_papers
from digest.steps.publish import build_draft
from digest.steps.settling import Settled, settle
from digest.store.database import writing
from digest.store.outbox import note_handled

OPENER = "digest serve"


@task(name="open review")
def open_frozen(place: Workplace, quarter: Quarter, inputs: Inputs) -> None:
    """Open the review of a frozen draft, if it is not open and there is somebody to review it."""
    if place.packet(quarter).exists() or not people_of(place):
        return
    opened = open_now(place, quarter, Wish(OPENER), inputs, utc_now)
    for name, number in opened.queues:
        get_run_logger().info("%s: %s items", name, number)


@task(name="settle")
def settle_quarter(place: Workplace, quarter: Quarter, inputs: Inputs) -> str:
    """Take in what was decided, act on a sign-off; what became of it, in a sentence."""
    model = Model.load(place.model_in_use)
    with writing(place.database) as connection:
        asked = announce.asked_of(connection, REVIEW, quarter)
        settled = settle(
            connection, place, quarter, model,
            lambda: look_up_papers(connection, place, quarter, inputs, utc_now), utc_now,
        )  # fmt: skip
    if settled:  # also one that was settled before, by a run that did not come to build it
        build_draft(place, settled.manifest, taxonomy.load())
    with writing(place.database) as connection:
        note_handled(connection, REVIEW, asked, utc_now())
    said = _said(settled)
    get_run_logger().info("%s: %s", quarter, said)
    return said


def _said(settled: Settled | None) -> str:
    if settled is None:
        return "no review is open"
    if settled.is_signed:
        return f"signed off, {settled.manifest.sha256}"
    lacks = "; ".join(map(str, settled.lacks)) or "a chair can sign"
    return f"draft {settled.manifest.sha256}: {lacks}"
