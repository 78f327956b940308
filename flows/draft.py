"""Draft a quarter: its manifest, the draft's site, and what it would change for the public."""

from __future__ import annotations

from dataclasses import asdict

from prefect import get_run_logger, task

from digest.classify.model import Model
from digest.config import Inputs, Workplace, utc_now
from digest.edition.difference import Difference
from digest.edition.manifest import Manifest
from digest.events import DRAFT
from digest.quarter import Quarter
from digest.steps import announce
from digest.steps.draft import draft, since_published
from digest.steps.drafting import Drafting
from digest.steps.harvest import known_sources
from digest.steps.publish import build_draft
from digest.store.database import snapshot, writing
from digest.taxonomy import load
from flows.progress import LOGGER


@task(name="draft")
def draft_quarter(
    place: Workplace, quarter: Quarter, inputs: Inputs
) -> tuple[Manifest, Difference | None]:
    """The manifest, and what publishing it would change; None when it would be the first."""
    codebook = load()
    model = Model.load(place.model_in_use)
    using = Drafting(model, codebook, known_sources(inputs), inputs.sample)
    LOGGER.info("draft: choosing what is shown, and the sentences that carry its labels")
    with writing(place.database) as connection:
        asked = announce.asked_of(connection, DRAFT, quarter)
        manifest = draft(connection, place, quarter, using)
        snapshot(connection, place.database)
    LOGGER.info("draft: building its site")
    build_draft(place, manifest, codebook)
    with writing(place.database) as connection:
        announce.drafted(connection, manifest, asked, utc_now())
    found = since_published(place, manifest)
    get_run_logger().info("draft %s: %s", manifest.sha256, found and asdict(found.changes))
    return manifest, found
